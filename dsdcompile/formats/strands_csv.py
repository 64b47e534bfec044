"""``strands.csv``: every distinct strand with its name, role, domains, sequence and length."""

from __future__ import annotations

import csv
import io

from dsdcompile.lab.order import OrderSheet

HEADER = ("name", "role", "domains", "sequence", "length")


def show_strands(sheet: OrderSheet) -> str:
    """Return the CSV text, one strand a line, domains separated by spaces, 5' to 3'."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for line in sheet.lines:
        writer.writerow((line.name, line.role, " ".join(line.domains), line.sequence, line.length))
    return out.getvalue()
