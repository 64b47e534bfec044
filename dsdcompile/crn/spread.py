"""How what the reactions of one level fire becomes products: one linear map, applied the cheapest way.

A level of a compiled network is a dense matrix with much structure, and a batch of limits spends all its time here:

- few entries: a sparse product;
- dense: a dense product;
- dense, and the products come in dual-rail pairs (p, n): with P and N the counts made on either rail, what reaches
  p - n is (P - N)' F and what reaches p + n is (P + N)' F. Reactions whose rows are equal, or opposite, are added
  first. The two rails of one unit have opposite rows of P - N, and with weights +1 and -1 all rows of P + N are
  equal, so what remains is one product with the network's own weights: a quarter of the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, final

import numpy as np
from scipy import sparse

from dsdcompile.crn.matrices import FloatArray, IntArray, Rows, compact

DENSE_ENTRIES = 4096
"""A level with fewer entries stays sparse."""
DENSE_SHARE = 0.05
"""A level filled less than this stays sparse."""
DENSE_SIZE = 30_000_000
"""A level with more places than this stays sparse, whatever its fill: memory stays linear in the entries."""


@final
@dataclass(frozen=True, eq=False)
class Listed:
    """What a level makes, target by target: a sparse matrix (targets, reactions) in compressed rows."""

    target: IntArray
    """Species, ascending (targets,)."""
    start: IntArray
    """Target t is made by entries start[t] to start[t + 1] (targets + 1,)."""
    entry: IntArray
    """Reaction of each entry, numbered within the level (entries,)."""
    count: FloatArray
    """How many it makes (entries,)."""


@final
@dataclass(frozen=True, eq=False)
class Dense:
    """What a level makes, as a full matrix."""

    target: IntArray
    """Species, ascending (targets,)."""
    matrix: FloatArray
    """Counts (reactions, targets)."""


@final
@dataclass(frozen=True, eq=False)
class Paired:
    """What a level makes on dual rails (p, n), as two full matrices (reactions, pairs)."""

    plus: IntArray
    """Species p (pairs,)."""
    minus: IntArray
    """Species n (pairs,)."""
    difference: FloatArray
    """Half of what p gets more than n."""
    total: FloatArray
    """Half of what both get together."""


Products = Listed | Dense | Paired
"""The three forms of what a level makes."""


def products(made: Rows, n_species: int, pairs: IntArray) -> Products:
    """Return counts ``made`` of a level's reactions in the cheapest form; ``pairs`` are dual rails (pairs, 2)."""
    columns = np.unique(made.column)
    reactions, entries = len(made.start) - 1, len(made.column)
    size = reactions * len(columns)
    if entries < DENSE_ENTRIES or entries < DENSE_SHARE * size or size > DENSE_SIZE:
        order = np.argsort(made.column, kind="stable")
        start = np.append(np.searchsorted(made.column[order], columns), entries)
        return Listed(columns, start.astype(np.int64), made.row[order], made.value[order].astype(np.float64))
    counts = sparse.csr_array((made.value.astype(np.float64), made.column, made.start), shape=(reactions, n_species))
    paired = pairs[np.isin(pairs, columns).any(axis=1)]
    if len(paired) * 2 == len(np.unique(paired)) and np.isin(columns, paired).all():
        plus, minus = (counts[:, paired[:, side]].toarray() for side in (0, 1))
        return Paired(paired[:, 0], paired[:, 1], (plus - minus) / 2, (plus + minus) / 2)
    return Dense(columns, counts[:, columns].toarray())


class Spread(Protocol):
    """Adds what a level's reactions make to the states."""

    def add(self, fired: FloatArray, state: FloatArray) -> None:
        """Add the products of ``fired`` (reactions, examples) to ``state`` (species, examples), in place."""


def spread(made: Rows, n_species: int, pairs: IntArray) -> Spread:
    """Return how to apply counts ``made`` of a level's reactions; ``pairs`` are dual rails (pairs, 2)."""
    match products(made, n_species, pairs):
        case Listed() as listed:
            if len(listed.entry) == len(listed.target) and (listed.count == 1.0).all():
                return _Copy(compact(listed.target), compact(listed.entry))
            shape = (len(listed.target), len(made.start) - 1)
            matrix = sparse.csr_array((listed.count, listed.entry, listed.start), shape=shape)
            return _SparseSpread(listed.target, matrix)
        case Paired(plus, minus, difference, total):
            return _PairedSpread(compact(plus), compact(minus), Grouped.of(difference), Grouped.of(total))
        case Dense(target, full):
            return _DenseSpread(target, full.T.copy())


@final
@dataclass(frozen=True, eq=False)
class _Copy:
    columns: IntArray | slice
    source: IntArray | slice

    def add(self, fired: FloatArray, state: FloatArray) -> None:
        """Add where every product is made once, by one reaction."""
        state[self.columns] += fired[self.source]


@final
@dataclass(frozen=True, eq=False)
class _SparseSpread:
    columns: IntArray
    matrix: Any

    def add(self, fired: FloatArray, state: FloatArray) -> None:
        """Add by a sparse product."""
        if len(self.columns):
            state[self.columns] += self.matrix @ fired


@final
@dataclass(frozen=True, eq=False)
class _DenseSpread:
    columns: IntArray
    matrix: FloatArray

    def add(self, fired: FloatArray, state: FloatArray) -> None:
        """Add by a dense product."""
        state[self.columns] += self.matrix @ fired


@final
@dataclass(frozen=True, eq=False)
class _PairedSpread:
    plus: IntArray | slice
    minus: IntArray | slice
    difference: Grouped
    """Half of what the plus rails get more than the minus rails."""
    total: Grouped
    """Half of what both get together."""

    def add(self, fired: FloatArray, state: FloatArray) -> None:
        """Add by way of p - n and p + n; exact where the sums are, for halving is."""
        total, difference = self.total.apply(fired), self.difference.apply(fired)
        state[self.plus] += total
        state[self.minus] += total
        state[self.plus] += difference
        state[self.minus] -= difference


@final
@dataclass(frozen=True, eq=False)
class Grouped:
    """A matrix applied by first adding the inputs whose rows are equal up to sign."""

    gather: Any
    """Signs, float64 csr (groups, reactions)."""
    rows: FloatArray
    """One row a group, transposed (columns, groups)."""

    @classmethod
    def of(cls, matrix: FloatArray) -> Grouped:
        """Group the rows of ``matrix`` (reactions, columns)."""
        first = matrix[np.arange(len(matrix)), (matrix != 0).argmax(axis=1)]
        sign = np.where(first < 0, -1.0, 1.0)
        rows, group = np.unique(matrix * sign[:, None], axis=0, return_inverse=True)
        shape = (len(rows), len(matrix))
        gather = sparse.coo_array((sign, (group.ravel(), np.arange(len(matrix)))), shape=shape).tocsr()
        return cls(gather, rows.T.copy())

    def apply(self, fired: FloatArray) -> FloatArray:
        """Return the product (columns, examples) for inputs (reactions, examples)."""
        return np.asarray(self.rows @ (self.gather @ fired))
