"""A small CRN as dense tables, and Algorithm 1 into them.

Species keep their numbers when others vanish; those that go on stand in the order of the sparse passes, so that ties
fall the same way. Reactions take one or two reactants, each once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dsdcompile.crn.matrices import BoolArray, FloatArray, IntArray
from dsdcompile.jit import jitted_as_written

NONE = -1
"""No second reactant; no rail."""


class Board(NamedTuple):
    """The tables, changed in place."""

    left: IntArray
    """Reactants, ascending, the second ``NONE`` where there is one (reactions, 2)."""
    products: IntArray
    """Counts (reactions, species)."""
    alive: BoolArray
    """Reactions that go on (reactions,)."""
    present: BoolArray
    """Species that go on (species,)."""
    initial: FloatArray
    """Formal units (species,)."""
    inputs: IntArray
    """Rails, ``NONE`` where there is none (inputs, 2)."""
    outputs: IntArray
    """Rails (outputs, 2)."""
    pairs: IntArray
    """Dual-rail pairs (pairs, 2)."""
    paired: BoolArray
    """Pairs that go on (pairs,)."""


@jitted_as_written
def copied(board: Board) -> Board:
    """Return a board that may change by itself."""
    return Board(
        board.left.copy(),
        board.products.copy(),
        board.alive.copy(),
        board.present.copy(),
        board.initial.copy(),
        board.inputs.copy(),
        board.outputs.copy(),
        board.pairs.copy(),
        board.paired.copy(),
    )


@jitted_as_written
def formal(widths: IntArray, weights: IntArray, biases: FloatArray) -> Board:
    """Return the formal CRN of a network whose hidden layers are ReLU layers and whose last one is linear.

    Args:
        widths: Units a layer, inputs first (layers + 1,).
        weights: All weights, layer by layer, each (units before, units) row by row.
        biases: All biases, layer by layer.
    """
    depth = len(widths) - 1
    hidden = widths[1:depth].sum()
    species = 2 * widths[0] + 5 * hidden + 2 * widths[depth]
    rows = 2 * widths[:depth].sum() + 2 * hidden
    left = np.full((rows, 2), NONE, np.int64)
    products = np.zeros((rows, species), np.int64)
    initial = np.zeros(species, np.float64)
    pairs = np.empty((widths[0] + 2 * hidden + widths[depth], 2), np.int64)
    pair = _pair_up(pairs, 0, 0, widths[0])
    before, free, row, weight, bias = 0, 2 * widths[0], 0, 0, 0
    for layer in range(1, depth + 1):
        units, sums = widths[layer], free
        for unit in range(widths[layer - 1]):
            for rail in range(2):
                left[row + rail, 0] = before + 2 * unit + rail
            for target in range(units):
                size = weights[weight]
                weight += 1
                for rail in range(2):
                    to = sums + 2 * target + (rail if size > 0 else 1 - rail)
                    products[row + rail, to] += abs(size)
            row += 2
        for unit in range(units):
            initial[sums + 2 * unit] = max(biases[bias], 0.0)
            initial[sums + 2 * unit + 1] = max(-biases[bias], 0.0)
            bias += 1
        pair = _pair_up(pairs, pair, sums, units)
        before, free = sums, sums + 2 * units
        if layer < depth:
            middle, before = free, free + units
            for unit in range(units):
                plus, minus = sums + 2 * unit, sums + 2 * unit + 1
                left[row, 0] = plus
                products[row, middle + unit] = 1
                products[row, before + 2 * unit] = 1
                left[row + 1, 0], left[row + 1, 1] = minus, middle + unit
                products[row + 1, before + 2 * unit + 1] = 1
                row += 2
            pair = _pair_up(pairs, pair, before, units)
            free = before + 2 * units
    return Board(
        left,
        products,
        np.ones(rows, np.bool_),
        np.ones(species, np.bool_),
        initial,
        pairs[: widths[0]].copy(),
        pairs[len(pairs) - widths[depth] :].copy(),
        pairs,
        np.ones(len(pairs), np.bool_),
    )


@jitted_as_written
def _pair_up(pairs: IntArray, at: int, first: int, count: int) -> int:
    for unit in range(count):
        pairs[at + unit, 0], pairs[at + unit, 1] = first + 2 * unit, first + 2 * unit + 1
    return at + count


@jitted_as_written
def read(board: Board) -> BoolArray:
    """Return which species an output reads (species,)."""
    return _rails(board.outputs, len(board.present))


@jitted_as_written
def given(board: Board) -> BoolArray:
    """Return which species are rails of inputs (species,)."""
    return _rails(board.inputs, len(board.present))


@jitted_as_written
def _rails(table: IntArray, species: int) -> BoolArray:
    found = np.zeros(species, np.bool_)
    for rail in table.ravel():
        if rail != NONE:
            found[rail] = True
    return found


@jitted_as_written
def users(board: Board) -> IntArray:
    """Return how many reactions use each species (species,)."""
    count = np.zeros(len(board.present), np.int64)
    for row in range(len(board.alive)):
        if board.alive[row]:
            count[board.left[row, 0]] += 1
            if board.left[row, 1] != NONE:
                count[board.left[row, 1]] += 1
    return count


@jitted_as_written
def conversions(board: Board) -> IntArray:
    """Return the reactions ``R -> P`` whose reactant no other reaction uses, and they do not make, ascending."""
    used = users(board)
    rows = np.empty(len(board.alive), np.int64)
    found = 0
    for row in range(len(board.alive)):
        source = board.left[row, 0]
        if board.alive[row] and board.left[row, 1] == NONE and used[source] == 1 and not board.products[row, source]:
            rows[found] = row
            found += 1
    return rows[:found]


@jitted_as_written
def sizes(board: Board) -> IntArray:
    """Return how many products each reaction has (reactions,)."""
    size = np.zeros(len(board.alive), np.int64)
    for row in range(len(board.alive)):
        if board.alive[row]:
            for count in board.products[row]:
                size[row] += count
    return size


@jitted_as_written
def unpair(board: Board) -> None:
    """Strike out the pairs that have lost a rail."""
    for pair in range(len(board.pairs)):
        if not (board.present[board.pairs[pair, 0]] and board.present[board.pairs[pair, 1]]):
            board.paired[pair] = False
