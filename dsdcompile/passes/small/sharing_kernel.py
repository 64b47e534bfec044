"""Fan-out with sharing on small CRNs: the same search as :mod:`dsdcompile.passes.sharing`, move by move."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import BoolArray, IntArray
from dsdcompile.jit import jitted_as_written
from dsdcompile.passes.pairs_kernel import take_pairs
from dsdcompile.passes.sharing import PATIENCE, SEARCH, SHARE, SMALL
from dsdcompile.passes.small.dense import NONE, Board, sizes
from dsdcompile.passes.small.draws import Words, permuted, uniform

WORD = 64


@jitted_as_written
def share_products(board: Board, most: int, seed: Words) -> Board:
    """Return the CRN in which lists of more than ``most`` products are built from shared parts."""
    size = sizes(board)
    long = np.flatnonzero(size > most)
    if not len(long):
        return board
    species = len(board.present)
    sets, names, turns = _binary(board.products[long], species)
    first = species + len(turns)
    edges, nodes = _shared_lists(sets, seed)
    wide, rows = first + nodes, len(board.alive)
    products = np.zeros((rows + len(turns) + nodes, wide), np.int64)
    products[:rows, :species] = board.products
    for row in long:
        products[row] = 0
    for new in range(len(turns)):
        products[rows + new, turns[new]] = 2
    for parent, child in edges:
        row = long[parent] if parent < len(long) else rows + len(turns) + parent - len(long)
        products[row, names[child] if child < len(names) else first + child - len(names)] += 1
    left = np.full((len(products), 2), NONE, np.int64)
    left[:rows] = board.left
    left[rows:, 0] = np.arange(species, wide)
    alive, present, initial = np.ones(len(products), np.bool_), np.ones(wide, np.bool_), np.zeros(wide, np.float64)
    alive[:rows], present[:species], initial[:species] = board.alive, board.present, board.initial
    return Board(left, products, alive, present, initial, board.inputs, board.outputs, board.pairs, board.paired)


@jitted_as_written
def _binary(lists: IntArray, species: int) -> tuple[BoolArray, IntArray, IntArray]:
    """Return lists as sums of powers of two, the species of each column, and what each new species is two of."""
    width = 0
    while lists.max() >> width:
        width += 1
    occurs = np.zeros((species, width), np.bool_)
    for at in range(species):
        for power in range(width):
            occurs[at, power] = ((lists[:, at] >> power) & 1 == 1).any()
    number = np.zeros((species, width), np.int64)
    turns = np.empty(species * width, np.int64)
    new, columns = 0, 0
    for at in range(species):
        number[at, 0] = at
        for power in range(width):
            columns += occurs[at, power]
            if power and occurs[at, power:].any():
                number[at, power] = species + new
                turns[new] = number[at, power - 1]
                new += 1
    sets, names = np.zeros((len(lists), columns), np.bool_), np.empty(columns, np.int64)
    column = 0
    for at in range(species):
        for power in range(width):
            if occurs[at, power]:
                sets[:, column] = (lists[:, at] >> power) & 1 == 1
                names[column] = number[at, power]
                column += 1
    return sets, names, turns[:new]


@jitted_as_written
def _shared_lists(sets: BoolArray, seed: Words) -> tuple[IntArray, int]:
    """Share part by part; return edges from lists and nodes to columns and nodes (edges, 2), and how many nodes."""
    sources, targets = sets.shape
    edges, count, nodes = np.empty((int(sets.sum()) + 1, 2), np.int64), 0, 0
    waiting = np.ones(sources, np.bool_)
    for start in range(sources):
        if not waiting[start]:
            continue
        inside, columns = np.zeros(sources, np.bool_), sets[start].copy()
        inside[start] = more = True
        while more:
            more = False
            for row in range(sources):
                if not inside[row] and (sets[row] & columns).any():
                    inside[row] = more = True
                    columns |= sets[row]
        waiting &= ~inside
        rows, at = np.flatnonzero(inside), np.flatnonzero(columns)
        part = np.empty((len(rows), len(at)), np.bool_)
        for row in range(len(rows)):
            part[row] = sets[rows[row]][at]
        found, new = share(part, seed)
        for parent, child in found:
            edges[count, 0] = rows[parent] if parent < len(rows) else sources + nodes + parent - len(rows)
            edges[count, 1] = at[child] if child < len(at) else targets + nodes + child - len(at)
            count += 1
        nodes += new
    return edges[:count], nodes


@jitted_as_written
def share(sets: BoolArray, seed: Words) -> tuple[IntArray, int]:
    """Return a graph with few branches that joins each source (row) to its targets: edges (edges, 2), and nodes."""
    state = seed.copy()
    best, nodes = _search(sets, state, False)
    least = _branches(best, len(sets) + nodes)
    left = PATIENCE if nodes else 0
    budget = SEARCH // max(1, sets.sum())
    while left and budget:
        left, budget = left - 1, budget - 1
        found, new = _search(sets, state, True)
        branches = _branches(found, len(sets) + new)
        if branches < least:
            best, nodes, least, left = found, new, branches, PATIENCE
    return best, nodes


@jitted_as_written
def _branches(edges: IntArray, parents: int) -> int:
    leads = np.zeros(parents, np.bool_)
    for at in range(len(edges)):
        leads[edges[at, 0]] = True
    return len(edges) - int(leads.sum())


@jitted_as_written
def _search(sets: BoolArray, state: Words, chance: bool) -> tuple[IntArray, int]:
    """Search once to the end; with ``chance``, ties and the ends of rounds are drawn."""
    sources, targets = sets.shape
    left, parents, children = sets, np.arange(sources), np.arange(targets)
    latest = 1.0 if sets.sum() <= SMALL else SHARE
    # Every node takes the place of at least two entries by one and adds two edges: edges never outnumber entries.
    edges, count, nodes = np.empty((int(sets.sum()) + 1, 2), np.int64), 0, 0
    while True:
        over, top = _together(left)
        under, deep = _together(left.T)
        if max(top, deep) < 2:
            break
        upright = top >= deep
        counts, highest = (over, top) if upright else (under, deep)
        share = uniform(state, SHARE, latest) if chance else SHARE
        least = max(2, int(share * highest))
        first, second, held = _near(counts, least)
        if chance:
            mixed = permuted(state, np.arange(len(held)))
            first, second, held = first[mixed], second[mixed], held[mixed]
        side = left if upright else left.T
        bits = _pack(side)
        taken, rows = take_pairs(bits, first, second, held, least)
        rest = np.concatenate((_unpack(bits, len(side)), _unpack(rows, len(side))), axis=1)
        for at in range(len(taken)):
            one, other, node = first[taken[at]], second[taken[at]], nodes + at
            for end in (one, other):
                edges[count, 0] = sources + node if upright else parents[end]
                edges[count, 1] = children[end] if upright else targets + node
                count += 1
        kept = np.zeros(rest.shape[1], np.bool_)
        for row in range(len(rest)):
            kept |= rest[row]
        stays = np.flatnonzero(kept)
        smaller = np.empty((len(rest), len(stays)), np.bool_)
        for row in range(len(rest)):
            smaller[row] = rest[row][stays]
        new = np.arange(nodes, nodes + len(taken))
        nodes += len(taken)
        if upright:
            left = smaller
            children = np.concatenate((children, targets + new))[stays]
        else:
            left = np.ascontiguousarray(smaller.T)
            parents = np.concatenate((parents, sources + new))[stays]
    for row in range(left.shape[0]):
        for column in range(left.shape[1]):
            if left[row, column]:
                edges[count, 0], edges[count, 1] = parents[row], children[column]
                count += 1
    return edges[:count], nodes


@jitted_as_written
def _together(sets: BoolArray) -> tuple[IntArray, int]:
    """Return in how many rows each pair of columns occurs together (columns, columns), and the most."""
    columns = sets.shape[1]
    counts = np.zeros((columns, columns), np.int64)
    at, most = np.empty(columns, np.int64), 0
    for row in range(sets.shape[0]):
        held = 0
        for column in range(columns):
            if sets[row, column]:
                for before in range(held):
                    counts[at[before], column] += 1
                    most = max(most, counts[at[before], column])
                at[held] = column
                held += 1
    return counts, most


@jitted_as_written
def _near(counts: IntArray, least: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return the pairs that occur at least so often, row by row, and how often."""
    there = 0
    for count in counts.ravel():
        there += int(count >= least)
    first, second, held = np.empty(there, np.int64), np.empty(there, np.int64), np.empty(there, np.int64)
    at = 0
    for one in range(len(counts)):
        for other in range(one + 1, len(counts)):
            if counts[one, other] >= least:
                first[at], second[at], held[at] = one, other, counts[one, other]
                at += 1
    return first, second, held


@jitted_as_written
def _pack(sets: BoolArray) -> Words:
    """Return columns as bits, as :func:`dsdcompile.passes.pairs_kernel.pack` does."""
    bits = np.zeros((sets.shape[1], -(-sets.shape[0] // WORD)), np.uint64)
    for row in range(sets.shape[0]):
        for column in range(sets.shape[1]):
            if sets[row, column]:
                bits[column, row // WORD] |= np.uint64(1) << np.uint64(row % WORD)
    return bits


@jitted_as_written
def _unpack(bits: Words, rows: int) -> BoolArray:
    sets = np.zeros((rows, len(bits)), np.bool_)
    for column in range(len(bits)):
        for row in range(rows):
            sets[row, column] = (bits[column, row // WORD] >> np.uint64(row % WORD)) & np.uint64(1) == 1
    return sets
