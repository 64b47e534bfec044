"""Write reactions with the same reactants and products as one, with the sum of their rate constants.

The kinetics stay exactly as they are: the one pass for CRNs whose rates matter. Two such reactions would share the
strands of their gates, which then cannot be dosed for each of them.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.passes.declared import Applies, Keeps, Pass
from dsdcompile.passes.result import PassResult, unchanged


def combine(crn: Crn) -> PassResult:
    """Return the CRN without repeated reactions; the first of each keeps its place."""
    first: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    rates: dict[int, float] = {}
    for row, reaction in enumerate(crn):
        kept = first.setdefault((reaction.reactants, reaction.products), row)
        rates[kept] = rates.get(kept, 0.0) + reaction.rate
    if len(rates) == crn.n_reactions:
        return unchanged(crn)
    rows = np.array(list(rates), dtype=np.int64)
    fewer = crn.with_(reactants=crn.reactants[rows], products=crn.products[rows], rates=np.array(list(rates.values())))
    same = unchanged(crn)
    return PassResult(fewer, same.image, same.origin)


COMBINE = Pass(
    "combine",
    lambda crn, setting: combine(crn),
    Keeps.REACTIONS,
    "write repeated reactions as one",
    "#! input A\n#! output B\nA -> B\nA -> B",
    applies=Applies.RATES,
)
