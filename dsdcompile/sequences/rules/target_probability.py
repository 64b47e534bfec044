"""Complexes must be what was drawn: the probability of the target structure.

The limit looks low, and the number is hard for what is right: a structure counts only if every base is as drawn.
Helices fray at their ends (a lone 15-nt duplex, two ends, has 0.54 to 0.84), every nick is two more, and tails of 80 nt
touch here and there, so translators of five strands have 0.01 to 0.1 with every domain in its place. One that misfolds
has less by decades: 6e-9 with one domain that folds onto itself. The worst after the search: relu 0.12, consensus 0.11,
figure1 0.026, IRIS 0.009.
"""

from __future__ import annotations

from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.gates import of_gates
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotBelow, Planted, Rule

PROBABILITY = Threshold(
    "probability", 0.005, "least probability of a complex's target structure", at_least=0, at_most=1
)


def _measure(evidence: Evidence) -> list[Offender]:
    return of_gates(evidence, lambda found: found.probability)


RULE = Rule(
    "target structure",
    "probability of a complex's target structure",
    NotBelow(PROBABILITY),
    "more search (sequences.effort), a smaller scheme.max_products (fewer nicks), or a lower temperature",
    _measure,
    Planted({"b_C": "GCGCGCTTTTGCGCG"}),  # what hangs from a translator folds onto itself
)
