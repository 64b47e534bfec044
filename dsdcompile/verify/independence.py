"""Whether a CRN's limit is independent of rates: the premise of every proof that keeps a limit only.

The same property decides elsewhere how a CRN is compiled. It is found here by other means, reaction by reaction, so
that a slip there does not become a proof here.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dsdcompile.crn.crn import Crn


def rate_dependence(crn: Crn) -> str | None:
    """Return why the limit of a CRN may depend on rate constants, or None if it cannot.

    It cannot if the CRN is *noncompetitive* (what a reaction uses up is a reactant of no other), every reaction uses
    something up, and reactions can be put in an order in which none makes a reactant of an earlier one (Vasic et al.,
    PNAS 2022).
    """
    left = crn.reactants
    used_up = sparse.coo_array(left - crn.products)
    taken = used_up.data > 0
    row, species = used_up.coords[0][taken], used_up.coords[1][taken]
    idle = np.bincount(row, minlength=crn.n_reactions) == 0
    users = np.bincount(left.indices, minlength=crn.n_species)
    first = min([*np.flatnonzero(idle)[:1].tolist(), *row[users[species] > 1].tolist()], default=None)
    if first is not None and idle[first]:
        return f"{crn.reaction(first)} uses nothing up and never stops"
    if first is not None:
        wanted = int(species[(row == first) & (users[species] > 1)].min())
        other = next(r for r in left[:, [wanted]].nonzero()[0].tolist() if r != first)
        return f"{crn.reaction(first)} and {crn.reaction(other)} compete for {crn.species[wanted]}"
    if not _feeds_forward(crn):
        stuck = min(set(range(crn.n_reactions)) - set(in_order(crn)))
        return f"{crn.reaction(stuck)} depends on its own products"
    return None


def _feeds_forward(crn: Crn) -> bool:
    """Return whether no reaction is reached again by going from makers to takers: no cycle, and none of its own."""
    made = (crn.products - crn.reactants) > 0
    feeds = sparse.csr_array(made.astype(np.int64) @ crn.reactants.astype(bool).astype(np.int64).T)
    parts, _ = connected_components(feeds, directed=True, connection="strong")
    return parts == crn.n_reactions and not feeds.diagonal().any()


def in_order(crn: Crn) -> list[int]:
    """Return reactions in an order in which makers of a reactant come first, as far as there is one."""
    reactions = sides(crn)
    makers: dict[int, list[int]] = {}
    for row, (left, right) in enumerate(reactions):
        for species in right - left:
            makers.setdefault(species, []).append(row)
    waits = [{maker for species in left for maker in makers.get(species, ())} for left, _ in reactions]
    after: dict[int, list[int]] = {}
    for row, needed in enumerate(waits):
        for other in needed:
            after.setdefault(other, []).append(row)
    missing = [len(needed) for needed in waits]
    order = [row for row, count in enumerate(missing) if not count]
    for row in order:  # grows as it is gone through
        for other in after.get(row, ()):
            missing[other] -= 1
            if not missing[other]:
                order.append(other)
    return order


def sides(crn: Crn) -> list[tuple[Counter[int], Counter[int]]]:
    """Return the reactants and the products of each reaction."""
    tables = [(m.indptr.tolist(), m.indices.tolist(), m.data.tolist()) for m in (crn.reactants, crn.products)]

    def side(which: int, row: int) -> Counter[int]:
        starts, species, counts = tables[which]
        span = slice(starts[row], starts[row + 1])
        return Counter(dict(zip(species[span], counts[span], strict=True)))

    return [(side(0, row), side(1, row)) for row in range(crn.n_reactions)]
