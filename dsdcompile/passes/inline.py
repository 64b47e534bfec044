"""Inline by cost: Algorithm 2's substitution where it takes fewer modules, not everywhere.

With at most p products a reaction, a list of n products takes f(n) = ceil((n - 1) / (p - 1)) modules, at least one.
Substituting a species with a list of n into reactions with lists of m changes that by the sum of
f(m + n - 1) - f(m), less the f(n) it takes itself. At p = 4::

    X -> A + C      A -> D + E          becomes      X -> C + D + E            (one module instead of two)
    X -> A + C + D + E    Y -> A + C    A -> F + G    stays                    (X would need two)
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray
from dsdcompile.passes.declared import Keeps, Makes, Pass
from dsdcompile.passes.reduce import substitutable, substitute
from dsdcompile.passes.result import PassResult, unchanged
from dsdcompile.passes.trees import modules_for

MOST_COPIES = 1 << 40
"""Lists longer than this are never made."""


def inline(crn: Crn, most: int) -> PassResult:
    """Return the CRN with species substituted as long as that lowers the number of modules of ``most`` products."""
    result = unchanged(crn)
    while True:
        rows = _worthwhile(result.crn, most)
        if not len(rows):
            return result
        result = result.then(substitute(result.crn, rows))


INLINE = Pass(
    "inline",
    lambda crn, setting: inline(crn, setting.model.max_products),
    Keeps.LIMIT,
    "substitute reactions of one reactant where that saves a module",
    "#! input X\n#! output Y\nX -> A\nA -> Y",
    Makes.IMPLEMENTABLE,
    by_cost=True,
)


def _worthwhile(crn: Crn, most: int) -> IntArray:
    """Return reactions to substitute at once: each lowers the cost, and no two touch the same reaction."""
    rows = substitutable(crn)
    if not len(rows):
        return rows
    size = np.asarray(crn.products.sum(axis=1)).ravel()
    own = size[rows]
    users = crn.products[:, crn.reactants[rows].indices].tocoo()
    user, candidate = users.coords
    longer = size[user] + users.data * (own[candidate] - 1.0)  # in floats: it may exceed int64
    too_long = np.zeros(len(rows), dtype=bool)
    too_long[candidate[longer > MOST_COPIES]] = True
    before, after = (np.minimum(length, MOST_COPIES).astype(np.int64) for length in (size[user], longer))
    change = modules_for(after, most) - modules_for(before, most)
    gain = modules_for(own, most) - np.bincount(candidate, change, minlength=len(rows))
    uses = np.bincount(candidate, users.data, minlength=len(rows))
    # A list that is used once can join its user for nothing, and then fills gates that are not full.
    good = ((gain > 0) | ((gain == 0) & (uses == 1) & (most > 2))) & ~too_long
    order = np.lexsort((rows, -gain))
    by_candidate = users.tocsc()
    touched = np.zeros(crn.n_reactions, dtype=bool)
    chosen = []
    for at in order[good[order]].tolist():
        near = by_candidate.indices[by_candidate.indptr[at] : by_candidate.indptr[at + 1]]
        if touched[rows[at]] or touched[near].any():
            continue
        touched[near] = True
        touched[rows[at]] = True
        chosen.append(at)
    return np.sort(rows[np.array(chosen, dtype=np.int64)])
