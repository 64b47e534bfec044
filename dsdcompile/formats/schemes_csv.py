"""``schemes.csv``: one design in every scheme, a scheme a line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from dsdcompile.verify.verdict import Outcome, Relation

HEADER = (
    "scheme",
    "modules",
    "strands",
    "nucleotides",
    "longest_strand_nt",
    "complete_90_percent_s",
    "verdict",
    "shows",
    "needs",
    "note",
)


@final
@dataclass(frozen=True, slots=True)
class SchemeRow:
    """What a scheme makes of a design. Sizes are 0 and verdicts are empty where it cannot build it."""

    scheme: str
    modules: int = 0
    strands: int = 0
    nucleotides: int = 0
    longest: int = 0
    """The longest strand, nt."""
    seconds: float | None = None
    """When the drawn example's outputs are 90 % complete, s; None without a limit or a simulation, inf if it comes
    later than the simulation ends."""
    outcome: Outcome | None = None
    shows: Relation | None = None
    """What is proved or tested about the strands and the formal CRN."""
    needs: Relation | None = None
    note: str = ""
    """Why there is no system, no simulation, or no proof."""

    @property
    def holds(self) -> bool:
        """Whether the scheme builds the design and nothing speaks against it."""
        return self.outcome in (Outcome.PROVED, Outcome.TESTED)


def scheme_csv(rows: Iterable[SchemeRow]) -> str:
    """Return the rows as CSV; what a scheme does not have is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows:
        sizes = (row.modules, row.strands, row.nucleotides, row.longest) if row.modules else ("",) * 4
        seconds = "" if row.seconds is None or not math.isfinite(row.seconds) else f"{row.seconds:.6g}"
        told = ("" if value is None else str(value) for value in (row.outcome, row.shows, row.needs))
        writer.writerow((row.scheme, *sizes, seconds, *told, row.note))
    return out.getvalue()
