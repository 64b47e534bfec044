"""The checks of sequences as a table, with the worst offenders drawn."""

from __future__ import annotations

from html import escape

from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.sequences.checks import SequenceReport
from dsdcompile.sequences.objective import Objective
from dsdcompile.stages.results import Results


def section(results: Results) -> Section | None:
    """Return the section, if there are sequences."""
    made = results.sequencing
    return None if made is None else Section("The sequences", show_checks(made.report, made.before, made.after))


def show_checks(report: SequenceReport, before: Objective, after: Objective) -> str:
    """Return the HTML of what every rule says, and of what the search gained over orthogonal words alone."""
    made = report.provenance
    conditions = (
        f"{made['backend']} {made['version']} ({made['parameters']}) at {made['celsius']:g} °C, "
        f"{1e3 * made['sodium_molar']:g} mM sodium, {1e3 * made['magnesium_molar']:g} mM magnesium"
    )
    gain = (
        "Orthogonal words alone already keep every limit with room to spare."
        if before.total == 0
        else f"The search lowered its objective from {before.total:.2f} (orthogonal words alone) to {after.total:.2f}."
    )
    rows = [
        (
            finding.rule,
            "pass" if finding.passed else "FAIL",
            finding.quantity,
            "–" if finding.worst is None else f"{finding.worst:.3g}",
            finding.limit,
            f"{finding.failed} of {finding.checked:,}",
        )
        for finding in report.findings
    ]
    header = ("check", "verdict", "quantity", "worst", "limit", "beyond it")
    scores = table(("score", "value"), [(n.replace("_", " "), f"{v:.4g}") for n, v in report.scores.items()], (1,))
    parts = [paragraph(f"{gain} Energies: {conditions}."), table(header, rows, (3,)), *_worst(report), scores]
    return "\n".join(parts)


def _worst(report: SequenceReport) -> list[str]:
    """Return the worst offender of every rule that fails, or of those that show a structure or helix."""
    parts = []
    for finding in report.findings:
        few = finding.worst_few if not finding.passed else finding.worst_few[:1]
        for offender in few:
            if "\n" in offender.drawing:
                title = f"{finding.rule}: {', '.join(offender.names)} ({offender.value:.3g})"
                parts.append(f"<h3>{escape(title)}</h3><div class='wide'><pre>{escape(offender.drawing)}</pre></div>")
    return parts
