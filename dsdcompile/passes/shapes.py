"""The shapes of all reactions of a Crn at once: what :func:`dsdcompile.crn.shape.bind` says of one, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray, Sparse, frozen_ints
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.errors import LimitExceededError

PADDING = -1
"""Fills the rows of tables whose reactions have fewer molecules or labels than the longest."""
CELLS = 1 << 24
"""Comparisons made at a time."""
WIDEST = 1 << 12
"""Most molecules of one reaction, both sides together: all pairs are compared."""


@final
@dataclass(frozen=True, eq=False)
class ShapeTable:
    """Every reaction as a shape bound to species."""

    shapes: tuple[ReactionShape, ...]
    """The distinct shapes, in order of first occurrence."""
    shape: IntArray
    """Each reaction's shape (reactions,)."""
    species: IntArray
    """The species of each label, padded with ``PADDING`` (reactions, labels)."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        object.__setattr__(self, "shape", frozen_ints(self.shape))
        object.__setattr__(self, "species", frozen_ints(self.species, self.species.shape))


def shape_table(crn: Crn) -> ShapeTable:
    """Return the shape of every reaction, as ``bind`` labels it: reactants ascending, then other products ascending.

    Raises:
        LimitExceededError: a reaction has more than :data:`WIDEST` molecules.
    """
    size = np.asarray(crn.reactants.sum(axis=1) + crn.products.sum(axis=1)).ravel()
    if size.max(initial=0) > WIDEST:
        worst = int(size.argmax())
        raise LimitExceededError(
            f"{crn.shown(worst)} has {size[worst]:,} molecules, more than the {WIDEST:,} that a gate is looked for"
        )
    left, right = _padded(crn.reactants), _padded(crn.products)
    side = np.concatenate([left, right], axis=1)
    width = side.shape[1]
    if not side.size:
        empty = (ReactionShape((), ()),) if len(side) else ()
        return ShapeTable(empty, np.zeros(len(side), dtype=np.int64), np.full(side.shape, PADDING, dtype=np.int64))
    labels = np.full(side.shape, PADDING, dtype=np.int64)
    species = np.full(side.shape, PADDING, dtype=np.int64)
    step = max(1, CELLS // max(1, width * width))
    for start in range(0, len(side), step):
        block = side[start : start + step]
        first = (block[:, :, None] == block[:, None, :]).argmax(axis=2)
        there = block != PADDING
        new = there & (first == np.arange(width))
        rank = np.cumsum(new, axis=1) - 1
        label = np.where(there, np.take_along_axis(rank, first, axis=1), PADDING)
        labels[start : start + step] = label
        row, at = np.nonzero(new)
        species[start + row, rank[row, at]] = block[row, at]
    keys = np.ascontiguousarray(labels.astype(np.int16)).view(np.dtype((np.void, 2 * width))).ravel()
    _, index, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(index)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    shapes = tuple(_shape(labels[row], left.shape[1]) for row in index[order])
    return ShapeTable(shapes, place[inverse.ravel()], species)


def _shape(labels: IntArray, split: int) -> ReactionShape:
    left, right = (tuple(sorted(int(n) for n in part if n != PADDING)) for part in (labels[:split], labels[split:]))
    return ReactionShape(left, right)


def _padded(matrix: Sparse) -> IntArray:
    """Return each row's column indices, repeated by their counts and padded with PADDING."""
    counts = np.asarray(matrix.sum(axis=1)).ravel()
    table = np.full((len(counts), int(counts.max(initial=0))), PADDING, dtype=np.int64)
    row = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    table[row, place] = np.repeat(matrix.indices, matrix.data)
    return table
