"""Let reactants bind two by two, for schemes whose gates take fewer than a reaction has.

With gates for two reactants::

    A + B + C -> D          becomes          A + B -> F      F + C -> D

A and B must be used by this reaction alone, with all their copies in the first one (2A + C, not 3A), come back in none
of its products, and be no outputs: then F is there as often as the scarcer of them, and the limit is the same.
What is left of A or B may be bound in F. Kinetics change, so this is for CRNs whose limit is what is wanted.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit
from dsdcompile.crn.matrices import BoolArray, sparse_rows
from dsdcompile.crn.shape import Accepts, ReactionShape
from dsdcompile.passes.declared import Applies, Keeps, Makes, Pass
from dsdcompile.passes.fresh import fresh_names
from dsdcompile.passes.rails import read_species
from dsdcompile.passes.result import PassResult, unchanged


def join(crn: Crn, accepts: Accepts) -> PassResult:
    """Return the CRN in which no reaction has more reactants than ``accepts`` takes, as far as that keeps the limit."""
    several = np.flatnonzero(np.asarray(crn.reactants.sum(axis=1)).ravel() > 2)
    if not len(several) or not has_limit(crn):
        return unchanged(crn)
    # What a reaction with a limit uses up, no other reaction uses.
    unread = ~read_species(crn)
    sides = [
        np.repeat(one.indices, one.data).tolist() for one in (crn.reactants[[row]] for row in range(crn.n_reactions))
    ]
    bound: list[list[int]] = []
    served: list[int] = []
    for row in several.tolist():
        free = unread.copy()
        free[crn.products[[row]].indices] = False
        pairs = _pairs(sides[row], free, crn.n_species + len(bound), accepts)
        bound += pairs
        served += [row] * len(pairs)
    new = len(bound)
    if not new:
        return unchanged(crn)
    width = crn.n_species + new
    made = sparse.eye_array(new, width, k=crn.n_species, dtype=np.int64)
    wider = sparse.eye_array(crn.n_species, width, dtype=np.int64)
    result = crn.with_(
        species=(*crn.species, *fresh_names(crn.species, "F", new, crn.n_species + 1)),
        reactants=sparse_rows([*sides, *bound], width),
        products=sparse.vstack([crn.products @ wider, made]).tocsr(),
        rates=np.concatenate([crn.rates, crn.rates[served]]),
        initial=np.concatenate([crn.initial, np.zeros(new)]),
    )
    leader = [int(crn.reactants[[row]].indices[0]) for row in served]
    return PassResult(result, wider, np.concatenate([np.arange(crn.n_species), leader]))


JOIN = Pass(
    "join",
    lambda crn, setting: join(crn, setting.model.accepts),
    Keeps.LIMIT,
    "let reactants bind two by two where a gate takes fewer than a reaction has",
    "#! input A\n#! input B\n#! input C\n#! input D\n#! output E\nA + B + C + D -> E",
    Makes.IMPLEMENTABLE,
    Applies.LIMIT,
)


def _pairs(side: list[int], free: BoolArray, new: int, accepts: Accepts) -> list[list[int]]:
    """Return the pairs that bind, in order, into species from ``new`` on, and leave in ``side`` what remains.

    There are none, and ``side`` stays, if what remains would not be accepted either.
    """
    left, pairs = list(side), list[list[int]]()
    while not accepts(ReactionShape.of(left, [max(left) + 1])):
        ready = [species for species in left if species >= len(free) or free[species]]
        twice = [species for species in ready if left.count(species) == 2]
        once = [species for species in ready if left.count(species) == 1]
        pair = twice[:2] or once[:2]
        if len(pair) < 2:
            return []
        for species in pair:
            left.remove(species)
        left.append(new + len(pairs))
        pairs.append(pair)
    side[:] = left
    return pairs
