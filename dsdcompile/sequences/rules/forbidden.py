"""No strand may have a subsequence that the design forbids."""

from __future__ import annotations

from dsdcompile.sequences.rules.each_strand import of_strands
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.rule import Nothing, Planted, Rule


def _measure(evidence: Evidence) -> list[Offender]:
    return of_strands(evidence, lambda sequence: sum(motif in sequence for motif in evidence.forbidden))


RULE = Rule(
    "forbidden",
    "forbidden subsequences in a strand",
    Nothing(),
    "another seed, or forbid less (sequences.forbid)",
    _measure,
    Planted({"b_A": "CATCTTACACTCATC"}, forbid=("TTACAC",)),
)
