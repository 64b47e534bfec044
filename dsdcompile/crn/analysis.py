"""What a Crn's graph says without simulating it: who consumes what, in which order reactions depend on each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray, Rows, Sparse
from dsdcompile.errors import CrnError


@final
@dataclass(frozen=True, slots=True)
class Competition:
    """Two reactions that compete: ``species`` is consumed by the first and is a reactant of the second."""

    species: str
    consumer: int
    other: int


def competition(crn: Crn) -> Competition | None:
    """Return two reactions that compete for a species, or None for a noncompetitive CRN.

    A CRN is noncompetitive when a species that one reaction consumes (net) is a reactant of no other reaction
    (Vasic et al., PNAS 2022); species that are only catalysts may be shared. Then the limit is unique whatever the
    rate constants.
    """
    users = np.asarray((crn.reactants > 0).sum(axis=0)).ravel()
    consumed = crn.net < 0
    rows, columns = consumed.nonzero()
    contested = np.flatnonzero(users[columns] > 1)
    if not len(contested):
        return None
    row, column = int(rows[contested[0]]), int(columns[contested[0]])
    by_species = crn.reactants[:, [column]].nonzero()[0]
    other = int(next(r for r in by_species if r != row))
    return Competition(crn.species[column], row, other)


def levels(crn: Crn) -> list[IntArray]:
    """Return reactions grouped so that every producer of a reactant is in an earlier group.

    Raises:
        CrnError: the CRN is not feed-forward; the message names a reaction on a cycle.
    """
    waiting = _dependencies(crn)
    needs = np.asarray(waiting.sum(axis=1)).ravel()
    feeds = Rows.of(waiting.T.tocsr())
    ready = np.flatnonzero(needs == 0)
    groups: list[IntArray] = []
    placed = 0
    while len(ready):
        groups.append(ready.astype(np.int64))
        placed += len(ready)
        touched, fed = np.unique(feeds.at(ready)[0], return_counts=True)
        needs[touched] -= fed
        ready = touched[needs[touched] == 0]
    if placed < crn.n_reactions:
        stuck = int(np.flatnonzero(needs > 0)[0])
        raise CrnError(f"not feed-forward: reaction {stuck + 1}, {crn.reaction(stuck)}, depends on its own products")
    return groups


def latest_levels(crn: Crn) -> list[IntArray]:
    """Return :func:`levels` with every reaction as late as its consumers allow, which keeps dual rails together.

    The two rails of a ReLU unit appear one level apart but feed the same sums, so here their reactions share a level.

    Raises:
        CrnError: the CRN is not feed-forward.
    """
    groups = levels(crn)
    feeds = Rows.of(_dependencies(crn).T.tocsr())
    rank = np.full(crn.n_reactions, len(groups) - 1, dtype=np.int64)
    for group in reversed(groups):
        following, begin = feeds.at(group)
        busy = np.flatnonzero(np.diff(begin))
        if len(busy):
            rank[group[busy]] = np.minimum.reduceat(rank[following], begin[busy]) - 1
    order = np.argsort(rank, kind="stable").astype(np.int64)
    return np.split(order, np.searchsorted(rank[order], np.arange(1, len(groups)))) if len(groups) else []


def _dependencies(crn: Crn) -> Sparse:
    """Return the 0/1 matrix (reactions, reactions): entry (r, s) says that s makes a reactant of r, r not s."""
    made = (crn.net > 0).astype(np.int64)
    waiting = ((crn.reactants > 0).astype(np.int64) @ made.T).tocsr()
    waiting.data[:] = 1
    return waiting


def is_feed_forward(crn: Crn) -> bool:
    """Return whether reactions can be ordered so that none depends on a later one."""
    try:
        levels(crn)
    except CrnError:
        return False
    return True
