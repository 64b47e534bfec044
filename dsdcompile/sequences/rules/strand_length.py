"""Strands must have a length that can be ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from dsdcompile.sequences.rules.each_strand import of_strands
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import Bounds, Planted, Rule


@final
@dataclass(frozen=True)
class Orderable:
    """Lengths that the vendor makes and the laboratory orders."""

    @property
    def thresholds(self) -> tuple[Threshold[Any], ...]:
        """None in ``[checks]``: ``[lab]`` says what is ordered."""
        return ()

    def bounds(self, evidence: Evidence) -> Bounds:
        """Return the shortest and the longest strand, nt."""
        return evidence.shortest, evidence.longest


def _measure(evidence: Evidence) -> list[Offender]:
    return of_strands(evidence, len)


RULE = Rule(
    "length",
    "length of a strand (nt)",
    Orderable(),
    "a smaller scheme.max_products shortens gates",
    _measure,
    Planted(lengths=(30, 60)),
)
