"""What is ordered: strands, nucleotides and cost by role."""

from __future__ import annotations

from dsdcompile.lab.order import OrderSheet
from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.stages.results import Results


def section(results: Results) -> Section | None:
    """Return the section, if there is an order."""
    return None if results.sheet is None else Section("The order", _order(results.sheet))


def _order(sheet: OrderSheet) -> str:
    roles = sorted({line.role for line in sheet.lines})
    rows = [
        (
            str(role),
            len(lines := [line for line in sheet.lines if line.role == role]),
            f"{sum(line.length for line in lines):,}",
            max(line.length for line in lines),
            f"{sum(line.price for line in lines):,.0f}",
        )
        for role in roles
    ]
    rows.append(("all", len(sheet.lines), f"{sheet.nucleotides:,}", sheet.longest, f"{sheet.cost:,.0f}"))
    head = ("strands for", "strands", "nt", "longest (nt)", f"about ({sheet.currency})")
    text = "Every strand with its sequence is in strands.csv; order.xlsx is the vendor's bulk form."
    return table(head, rows, (1, 2, 3, 4)) + paragraph(text)
