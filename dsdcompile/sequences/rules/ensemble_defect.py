"""Complexes must be what was drawn: the ensemble defect, the expected fraction of bases that are not as drawn.

It does not depend on size as the probability of the target does: 0.12 with one domain that folds onto itself. The worst
after the search: relu 0.062, consensus 0.041, figure1 0.057, IRIS 0.065.
"""

from __future__ import annotations

from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.gates import of_gates
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotAbove, Planted, Rule

DEFECT = Threshold("defect", 0.08, "largest ensemble defect of a complex", above=0, at_most=1)


def _measure(evidence: Evidence) -> list[Offender]:
    return of_gates(evidence, lambda found: found.defect)


RULE = Rule(
    "ensemble defect",
    "expected fraction of a complex's bases that are not as in its target",
    NotAbove(DEFECT),
    "more search (sequences.effort), or longer recognition domains",
    _measure,
    Planted({"b_C": "GCGCGCTTTTGCGCG", "b_D": "CCGGCCTTTTGGCCG"}),  # both products fold onto themselves
)
