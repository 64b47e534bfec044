"""Which dual-rail pairs carry nothing but their difference.

Adding the same amount to both rails of such a pair changes no output, so what both rails share may be cancelled,
annihilated, or shifted away. A pair (p, n) is *closed* when, with D the products that one more of each rail makes,

- nothing consumes p or n, and only their difference is read: D is empty;
- ``p -> P`` and ``n -> N`` alone consume them: D = P + N;
- they enter a ReLU, ``p -> M + P`` and ``M + n -> N``, and nothing else takes M: one more of each makes one more
  M, which the one more n takes, so D = P + N (paper, reactions 1 and 2);

and D holds as many of the plus as of the minus rail of every other closed pair, and else only species that nobody
reads. The largest set of pairs that fulfils this is found by striking out what does not.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.matrices import BoolArray, IntArray, Sparse

NO_USER = -1
"""The reaction that uses a species, where none does or several do."""


def closed_pairs(crn: Crn) -> BoolArray:
    """Return which of ``crn.pairs`` carry nothing but their difference (pairs,), where the CRN has an exact limit."""
    closed, made = _motifs(crn)
    plus, minus = crn.pairs[:, 0], crn.pairs[:, 1]
    listed = np.bincount(crn.pairs.ravel(), minlength=crn.n_species)
    closed &= (listed[crn.pairs] == 1).all(axis=1) if len(crn.pairs) else True
    lopsided = ((made[:, plus] - made[:, minus]) != 0).astype(np.int64)
    heeded = ~_unread(crn)
    while True:
        allowed = np.zeros(crn.n_species, dtype=bool)
        allowed[crn.pairs[closed]] = True
        stray = made @ (heeded & ~allowed).astype(np.int64)
        kept = closed & (stray == 0) & (lopsided @ closed.astype(np.int64) == 0)
        if (kept == closed).all():
            return np.asarray(closed, dtype=bool)
        closed = kept


def conversions(crn: Crn) -> tuple[IntArray, IntArray]:
    """Return the reactions ``R -> P`` whose reactant no other reaction uses and they do not make, and the reactants."""
    size = np.asarray(crn.reactants.sum(axis=1)).ravel()
    users = np.asarray((crn.reactants > 0).sum(axis=0)).ravel()
    rows = np.flatnonzero(size == 1)
    if not len(rows):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    reactant = crn.reactants[rows].indices
    kept = (users[reactant] == 1) & (_entries(crn.products, rows, reactant) == 0)
    return rows[kept].astype(np.int64), np.asarray(reactant[kept], dtype=np.int64)


def read_species(crn: Crn) -> BoolArray:
    """Return which species an output reads (species,)."""
    read = np.zeros(crn.n_species, dtype=bool)
    read[crn.outputs[crn.outputs != NO_RAIL]] = True
    return read


def _entries(matrix: Sparse, rows: IntArray, columns: IntArray) -> IntArray:
    """Return the entries at these places (places,)."""
    if not len(rows):
        return np.zeros(0, dtype=np.int64)
    return np.asarray(matrix[rows, columns], dtype=np.int64).ravel()


def _unread(crn: Crn) -> BoolArray:
    """Return which species no reaction uses and no output reads: waste."""
    used = np.asarray((crn.reactants > 0).sum(axis=0)).ravel() > 0
    return np.asarray(~used & ~read_species(crn))


def _motifs(crn: Crn) -> tuple[BoolArray, Sparse]:
    """Return which pairs are idle, converted or in a ReLU, and the products D of one more of each rail."""
    pairs, species = crn.pairs, crn.n_species
    users = np.asarray((crn.reactants > 0).sum(axis=0)).ravel()
    read = read_species(crn)
    whole = _read_as_pairs(crn)
    idle = (users[pairs] == 0).all(axis=1) & (~read[pairs].any(axis=1) | whole)
    unread = ~read[pairs].any(axis=1)
    row = _sole_row(crn, users)
    alone = np.zeros(species, dtype=bool)
    _, reactant = conversions(crn)
    alone[reactant] = True
    linear = unread & alone[pairs].all(axis=1)
    made = _rows_of(crn.products, np.where(linear, row[pairs[:, 0]], NO_USER))
    made = made + _rows_of(crn.products, np.where(linear, row[pairs[:, 1]], NO_USER))
    closed = idle | linear
    for first, second in ((0, 1), (1, 0)):
        relu, middle = _relu(crn, pairs[:, first], pairs[:, second], row, alone, users, read)
        relu &= unread & ~closed
        closed = closed | relu
        made = made + _rows_of(crn.products, np.where(relu, row[pairs[:, first]], NO_USER))
        made = made + _rows_of(crn.products, np.where(relu, row[pairs[:, second]], NO_USER))
        at = np.flatnonzero(relu)
        made = made - sparse.csr_array((np.ones(len(at), dtype=np.int64), (at, middle[at])), shape=made.shape)
    made = sparse.csr_array(made)
    made.eliminate_zeros()
    return np.asarray(closed, dtype=bool), made


def _relu(
    crn: Crn, p: IntArray, n: IntArray, row: IntArray, alone: BoolArray, users: IntArray, read: BoolArray
) -> tuple[BoolArray, IntArray]:
    """Return for which pairs ``p -> M + P`` and ``M + n -> N`` hold, and M."""
    taken = crn.reactants.tocsr()
    two = (np.diff(taken.indptr) == 2) & (np.asarray(taken.sum(axis=1)).ravel() == 2)
    fits = alone[p] & (row[n] != NO_USER)
    fits &= two[np.where(fits, row[n], 0)] if crn.n_reactions else False
    middle = np.zeros(len(p), dtype=np.int64)
    at = np.flatnonzero(fits)
    start = taken.indptr[row[n[at]]]
    one, other = taken.indices[start], taken.indices[start + 1]
    middle[at] = np.where(one == n[at], other, one)
    fits[at] &= (users[middle[at]] == 1) & ~read[middle[at]]
    at = np.flatnonzero(fits)
    fits[at] &= _entries(crn.products, row[p[at]], middle[at]) == 1
    return np.asarray(fits, dtype=bool), middle


def _sole_row(crn: Crn, users: IntArray) -> IntArray:
    """Return for each species the one reaction that uses it, or NO_USER (species,)."""
    row = np.full(crn.n_species, NO_USER, dtype=np.int64)
    taken = crn.reactants.tocoo()
    row[taken.coords[1]] = taken.coords[0]
    return np.where(users == 1, row, NO_USER)


def _rows_of(matrix: Sparse, rows: IntArray) -> Sparse:
    """Return the matrix of these rows; NO_USER gives an empty one."""
    at = np.flatnonzero(rows != NO_USER)
    choose = sparse.csr_array((np.ones(len(at), dtype=np.int64), (at, rows[at])), shape=(len(rows), matrix.shape[0]))
    return choose @ matrix


def _read_as_pairs(crn: Crn) -> BoolArray:
    """Return which pairs are read, if at all, by their difference only (pairs,)."""
    known = {frozenset(pair) for pair in crn.outputs.tolist()}
    by_rail: dict[int, set[frozenset[int]]] = {}
    for pair in known:
        for rail in pair:
            by_rail.setdefault(rail, set()).add(pair)
    return np.array(
        [all(by_rail.get(rail, set()) <= {frozenset(pair)} for rail in pair) for pair in crn.pairs.tolist()], dtype=bool
    )
