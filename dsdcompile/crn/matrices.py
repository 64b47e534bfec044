"""Arrays that cannot change: the sparse integer matrices and vectors every Crn is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from dsdcompile.errors import LimitExceededError

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Sparse = Any
"""A scipy ``csr_array`` of int64 (scipy ships no types); rows are reactions, columns species, unless stated."""


class Rows(NamedTuple):
    """Rows of a sparse matrix as plain arrays: taking a few of many thousand times costs what they hold, no more."""

    start: IntArray
    """Row r has entries start[r] to start[r + 1] (rows + 1,)."""
    column: IntArray
    """Column of each entry, ascending within a row (entries,)."""
    value: IntArray
    """(entries,)."""

    @classmethod
    def of(cls, matrix: Sparse) -> Rows:
        """Return all rows of a csr matrix, stored zeros left out."""
        copy = matrix.copy()
        copy.eliminate_zeros()
        copy.sort_indices()
        return cls(copy.indptr.astype(np.int64), copy.indices.astype(np.int64), copy.data)

    def between(self, first: int, last: int) -> Rows:
        """Return rows ``first`` to ``last`` (not included), numbered from 0."""
        start = self.start[first : last + 1]
        window = slice(start[0], start[-1])
        return Rows(start - start[0], self.column[window], self.value[window])

    def at(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Return the columns of some rows one after the other (entries,), and where each begins (rows + 1,)."""
        first, size = self.start[rows], self.start[rows + 1] - self.start[rows]
        begin = np.concatenate([[0], np.cumsum(size)])
        place = np.arange(begin[-1]) + np.repeat(first - begin[:-1], size)
        return self.column[place], begin

    @property
    def row(self) -> IntArray:
        """The row of each entry (entries,)."""
        return np.repeat(np.arange(len(self.start) - 1, dtype=np.int64), np.diff(self.start))


def frozen_ints(values: ArrayLike, shape: tuple[int, ...] | None = None) -> IntArray:
    """Return a read-only int64 copy of ``values``, reshaped if ``shape`` is given."""
    array = np.array(values, dtype=np.int64)
    if shape is not None:
        array = array.reshape(shape)
    array.flags.writeable = False
    return array


def frozen_floats(values: ArrayLike) -> FloatArray:
    """Return a read-only float64 copy of ``values``."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def frozen_sparse(matrix: Sparse) -> Sparse:
    """Return a read-only int64 csr copy of ``matrix``: duplicates summed, zeros dropped, columns sorted."""
    copy = sparse.csr_array(matrix, dtype=np.int64, copy=True)
    copy.sum_duplicates()
    copy.eliminate_zeros()
    copy.sort_indices()
    copy.indices = copy.indices.astype(np.int64)
    copy.indptr = copy.indptr.astype(np.int64)
    for array in (copy.data, copy.indices, copy.indptr):
        array.flags.writeable = False
    return copy


def sparse_rows(rows: Iterable[Sequence[int]], columns: int) -> Sparse:
    """Return the count matrix whose row r counts how often each column index occurs in ``rows[r]``."""
    listed = [np.asarray(row, dtype=np.int64) for row in rows]
    indices = np.concatenate(listed) if listed else np.zeros(0, dtype=np.int64)
    pointer = np.concatenate([[0], np.cumsum([len(row) for row in listed], dtype=np.int64)])
    ones = np.ones(len(indices), dtype=np.int64)
    return frozen_sparse(sparse.csr_array((ones, indices, pointer), shape=(len(listed), columns)))


def compact(indices: IntArray) -> IntArray | slice:
    """Return ``indices`` as a slice where they are evenly spaced and ascending: a view instead of a copy.

    >>> compact(np.array([3, 5, 7])), compact(np.array([3, 5, 8]))
    (slice(3, 8, 2), array([3, 5, 8]))
    """
    if not len(indices):
        return indices
    steps = np.unique(np.diff(indices))
    if len(steps) > 1 or (len(steps) and steps[0] < 1):
        return indices
    return slice(int(indices[0]), int(indices[-1]) + 1, int(steps[0]) if len(steps) else 1)


def same_sparse(left: Sparse, right: Sparse) -> bool:
    """Return whether two canonical csr matrices (see :func:`frozen_sparse`) are equal entry for entry."""
    return (
        left.shape == right.shape
        and np.array_equal(left.indptr, right.indptr)
        and np.array_equal(left.indices, right.indices)
        and np.array_equal(left.data, right.data)
    )


def checked_product(left: Sparse, right: Sparse, what: str) -> Sparse:
    """Return ``left @ right`` for non-negative integer matrices, or raise where int64 would wrap.

    Raises:
        LimitExceededError: a row adds up to 2^62 or more; ``what`` names the quantity in the message.
    """
    row_sums(left.astype(np.float64) @ right.astype(np.float64), what)
    return frozen_sparse(left @ right)


def checked_sum(left: Sparse, right: Sparse, what: str) -> Sparse:
    """Return ``left + right`` for non-negative integer matrices, or raise as :func:`checked_product`."""
    row_sums(left.astype(np.float64) + right.astype(np.float64), what)
    return frozen_sparse(left + right)


def row_sums(matrix: Sparse, what: str) -> IntArray:
    """Return the sum of each row (rows,) of a non-negative matrix, or raise where int64 would wrap.

    The sum in float64 is right to a relative 1e-9, so one below 2^62 there is exact here.

    Raises:
        LimitExceededError: a sum is 2^62 or more; ``what`` names the quantity in the message.
    """
    most = float(matrix.astype(np.float64).sum(axis=1).max(initial=0.0))
    if most >= 2.0**62:
        raise LimitExceededError(
            f"{what} reaches {most:.3g}, beyond 64-bit integers; use --set passes.reduce=none or cost, which never "
            "multiplies product lists out"
        )
    return np.asarray(matrix.sum(axis=1), dtype=np.int64).ravel()
