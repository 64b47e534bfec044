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

from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse, compact

DENSE_ENTRIES = 4096
"""A level with fewer entries stays sparse."""
DENSE_SHARE = 0.05
"""A level filled less than this stays sparse."""
DENSE_SIZE = 30_000_000
"""A level with more places than this stays sparse, whatever its fill: memory stays linear in the entries."""


class Spread(Protocol):
    """Adds what a level's reactions make to the states."""

    def add(self, fired: FloatArray, state: FloatArray) -> None:
        """Add the products of ``fired`` (reactions, examples) to ``state`` (species, examples), in place."""


def spread(made: Sparse, pairs: IntArray) -> Spread:
    """Return the cheapest way to apply counts ``made`` (reactions, species) of a level; ``pairs`` are dual rails."""
    columns = np.unique(made.indices)
    reactions = made.shape[0]
    size = reactions * len(columns)
    if made.nnz < DENSE_ENTRIES or made.nnz < DENSE_SHARE * size or size > DENSE_SIZE:
        matrix = made[:, columns].T.tocsr().astype(np.float64)
        if matrix.nnz == len(columns) and (matrix.data == 1.0).all():
            return _Copy(compact(columns), compact(matrix.indices.astype(np.int64)))
        return _SparseSpread(columns, matrix)
    paired = pairs[np.isin(pairs, columns).any(axis=1)]
    dense = made.astype(np.float64)
    if len(paired) * 2 == len(np.unique(paired)) and np.isin(columns, paired).all():
        plus, minus = (dense[:, paired[:, side]].toarray() for side in (0, 1))
        return _PairedSpread(
            compact(paired[:, 0]),
            compact(paired[:, 1]),
            Grouped.of((plus - minus) / 2),
            Grouped.of((plus + minus) / 2),
        )
    return _DenseSpread(columns, dense[:, columns].toarray().T.copy())


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
