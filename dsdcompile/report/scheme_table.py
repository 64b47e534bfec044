"""One design in every scheme: what each takes at the bench, how fast it is, and what is proved of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dsdcompile.formats.schemes_csv import SchemeRow
from dsdcompile.stages.results import Results
from dsdcompile.units import show_duration
from dsdcompile.verify.verdict import Outcome

LEVEL = 0.9
"""The fraction of completion whose time is compared."""
CURVE = "implementation"


def scheme_row(results: Results, note: str = "") -> SchemeRow:
    """Return the row of a run that has been translated; verified and simulated as far as it went."""
    if results.translated is None:
        raise ValueError("a row needs a translated design")
    system, seconds, verification = results.translated.system, None, None
    if results.simulated is not None and CURVE in results.simulated.completions:
        seconds = results.simulated.completions[CURVE].latest(LEVEL) * results.simulated.scale.time
    if results.verified is not None:
        verification = results.verified.verification
        doubts = [check.detail for check in verification.checks if check.outcome in _DOUBTS]
        note = "; ".join([*([note] if note else []), *doubts[:1]])
    return SchemeRow(
        system.scheme,
        system.n_modules,
        len(system.inventory.strands),
        system.inventory.nucleotides,
        system.inventory.longest_strand,
        seconds,
        None if verification is None else verification.outcome,
        None if verification is None else verification.shows,
        None if verification is None else verification.needs,
        note,
    )


_DOUBTS = (Outcome.REFUTED, Outcome.UNDECIDED)


def show_scheme_rows(rows: Sequence[SchemeRow]) -> str:
    """Return the rows as a table for a terminal, notes below it."""
    head = ("scheme", "modules", "strands", "nt", "longest", "90 %", "verdict")
    cells = [head, *(_cells(row) for row in rows)]
    wide = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = []
    for line in cells:
        first, *numbers, last = line
        middle = "  ".join(f"{cell:>{width}}" for cell, width in zip(numbers, wide[1:-1], strict=True))
        lines.append(f"{first:{wide[0]}}  {middle}  {last}".rstrip())
    needs = {row.needs for row in rows if row.needs is not None}
    lines += [f"needed: {relation}" for relation in sorted(needs)]
    return "\n".join([*lines, *(f"{row.scheme}: {row.note}" for row in rows if row.note)])


def _cells(row: SchemeRow) -> tuple[str, ...]:
    if not row.modules:
        return (row.scheme, "-", "-", "-", "-", "-", "not built")
    seconds = "-" if row.seconds is None else show_duration(row.seconds) if math.isfinite(row.seconds) else "later"
    sizes = (f"{number:,}" for number in (row.modules, row.strands, row.nucleotides, row.longest))
    verdict = str(row.outcome) if row.shows is None else f"{row.outcome}: {row.shows}"
    return (row.scheme, *sizes, seconds, verdict)
