"""Shift, dead, merge and inline on small CRNs: each does what the pass of its name does."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import BoolArray, FloatArray, IntArray
from dsdcompile.jit import jitted_as_written
from dsdcompile.passes.small.dense import NONE, Board, conversions, given, read, sizes, unpair


@jitted_as_written
def substitute(board: Board, rows: IntArray) -> None:
    """Replace the reactants of these ``R -> P`` by their products; none of the products is another one's reactant."""
    by = np.full(len(board.present), NONE, np.int64)
    for row in rows:
        by[board.left[row, 0]] = row
        board.alive[row] = False
    for source in range(len(by)):
        if by[source] == NONE:
            continue
        stands = board.products[by[source]]
        for row in range(len(board.alive)):
            count = board.products[row, source]
            if board.alive[row] and count:
                board.products[row] += count * stands
                board.products[row, source] = 0
        board.present[source] = False
    # Amounts add up in the order of the sparse product, so that what is 0 there is 0 here.
    amounts = board.initial.copy()
    board.initial[:] = 0.0
    for source in range(len(by)):
        if by[source] == NONE:
            board.initial[source] += amounts[source]
        elif amounts[source]:
            for species, count in enumerate(board.products[by[source]]):
                if count:
                    board.initial[species] += amounts[source] * count
    unpair(board)


@jitted_as_written
def shift(board: Board, lowest: FloatArray) -> None:
    """Give every input one rail. All pairs of a formal CRN of a network are closed."""
    seen = read(board)
    minus = np.zeros(len(board.present), np.bool_)
    for number in range(len(board.inputs)):
        rail = board.inputs[number, 1]
        board.initial[rail] += max(-lowest[number], 0.0)
        board.inputs[number, 1] = NONE
        minus[rail] = not seen[rail]
    rows = conversions(board)
    chosen = np.zeros(len(rows), np.bool_)
    for at in range(len(rows)):
        chosen[at] = minus[board.left[rows[at], 0]]
    substitute(board, rows[chosen])


@jitted_as_written
def remove_dead(board: Board) -> None:
    """Remove reactions that cannot fire or change nothing that is read, and species that appear nowhere then."""
    rows = _possible(board)
    useful = _useful(board, rows)
    for row in range(len(rows)):
        rows[row] = rows[row] and _changes(board, row, useful)
    useful = _useful(board, rows)
    kept = useful | given(board) | read(board)
    for row in range(len(rows)):
        board.alive[row] = rows[row]
        if rows[row]:
            kept[board.left[row, 0]] = True
            if board.left[row, 1] != NONE:
                kept[board.left[row, 1]] = True
    for species in range(len(kept)):
        if not kept[species]:
            board.present[species] = False
            board.products[:, species] = 0
            board.initial[species] = 0.0
    unpair(board)


@jitted_as_written
def _possible(board: Board) -> BoolArray:
    there = given(board) | (board.initial > 0)
    rows = np.zeros(len(board.alive), np.bool_)
    more = True
    while more:
        more = False
        for row in range(len(rows)):
            one, other = board.left[row]
            if board.alive[row] and not rows[row] and there[one] and (other == NONE or there[other]):
                rows[row] = more = True
                there |= board.products[row] > 0
    return rows


@jitted_as_written
def _useful(board: Board, among: BoolArray) -> BoolArray:
    useful = read(board)
    more = True
    while more:
        more = False
        for row in range(len(among)):
            if not among[row] or not _changes(board, row, useful):
                continue
            for side in range(2):
                reactant = board.left[row, side]
                if reactant != NONE and not useful[reactant]:
                    useful[reactant] = more = True
    return useful


@jitted_as_written
def _changes(board: Board, row: int, useful: BoolArray) -> bool:
    """Whether a reaction changes the amount of a useful species; none makes what it takes."""
    one, other = board.left[row]
    if useful[one] or (other != NONE and useful[other]):
        return True
    makes = False
    for species in range(len(useful)):
        makes |= useful[species] and board.products[row, species] > 0
    return makes


@jitted_as_written
def merge(board: Board) -> None:
    """Let species that do the same be one, to a fixed point."""
    target = np.arange(len(board.present))
    while _becomes(board, target) or _same_products(board, target):
        _identify(board, target)
        for species in range(len(target)):
            target[species] = species


@jitted_as_written
def _becomes(board: Board, target: IntArray) -> bool:
    """Find what only turns into one other species, and strike out the reactions; return whether there was any."""
    rows, size, added, seen = conversions(board), sizes(board), given(board), read(board)
    single = rows[size[rows] == 1]
    product = np.empty(len(single), np.int64)
    for at in range(len(single)):
        product[at] = board.products[single[at]].argmax()
    found = False
    for at in range(len(single)):
        source = board.left[single[at], 0]
        if not added[source] and not seen[source]:
            target[source] = product[at]
            board.alive[single[at]] = False
            found = True
    if found:
        for species in range(len(target)):
            while target[target[species]] != target[species]:
                target[species] = target[target[species]]
        return True
    taken = np.zeros(len(target), np.bool_)
    for at in range(len(single)):
        source = board.left[single[at], 0]
        first = not taken[product[at]]
        taken[product[at]] = True
        if first and added[source] and not (seen[source] or added[product[at]] or seen[product[at]]):
            target[product[at]] = source
            board.alive[single[at]] = False
            found = True
    return found


@jitted_as_written
def _same_products(board: Board, target: IntArray) -> bool:
    """Find species with equal products, and strike out all but one of their reactions; return whether there was any."""
    every, added, seen = conversions(board), given(board), read(board)
    rows = every[~seen[board.left[every, 0]]]
    mark = np.zeros(len(rows), np.int64)
    for at in range(len(rows)):
        for species, count in enumerate(board.products[rows[at]]):
            mark[at] += count * (species * species * 2654435761 + 1013904223)
    done = np.zeros(len(rows), np.bool_)
    found = False
    for at in range(len(rows)):
        if done[at]:
            continue
        leader = at
        for other in range(at, len(rows)):
            if _equal(board, rows, mark, at, other) and _leads(board, rows[other], rows[leader], added):
                leader = other
        first = board.left[rows[leader], 0]
        for other in range(at, len(rows)):
            if done[other] or not _equal(board, rows, mark, at, other):
                continue
            done[other] = True
            source = board.left[rows[other], 0]
            if other != leader and not added[source]:
                target[source] = first
                board.alive[rows[other]] = False
                found = True
    return found


@jitted_as_written
def _equal(board: Board, rows: IntArray, mark: IntArray, one: int, other: int) -> bool:
    return one == other or (
        mark[one] == mark[other] and (board.products[rows[one]] == board.products[rows[other]]).all()
    )


@jitted_as_written
def _leads(board: Board, row: int, before: int, added: BoolArray) -> bool:
    """Whether a reaction's reactant goes before another one's: inputs first, then by number."""
    one, other = board.left[row, 0], board.left[before, 0]
    return bool(added[one]) if added[one] != added[other] else bool(one < other)


@jitted_as_written
def _identify(board: Board, target: IntArray) -> None:
    last = 0
    for species in range(len(target)):
        if board.present[species]:
            last = species
    amounts = board.initial.copy()
    board.initial[:] = 0.0
    for species in range(len(target)):
        to = target[species]
        board.initial[to] += amounts[species]
        if to != species:
            board.products[:, to] += board.products[:, species]
            board.products[:, species] = 0
    for species in range(len(target)):
        if target[species] != species:
            board.present[species] = False
    for row in range(len(board.alive)):
        one, other = target[board.left[row, 0]], board.left[row, 1]
        if other == NONE:
            board.left[row, 0] = one
        else:
            other = target[other]
            board.left[row, 0], board.left[row, 1] = min(one, other), max(one, other)
    _pairs(board, target, target[last])
    for table in (board.inputs, board.outputs):
        for number in range(len(table)):
            for rail in range(2):
                if table[number, rail] != NONE:
                    table[number, rail] = target[table[number, rail]]


@jitted_as_written
def _pairs(board: Board, target: IntArray, stand_in: int) -> None:
    """Keep pairs once, without species that have become rails of different pairs, but for those of inputs and outputs.

    ``stand_in`` is what the sparse pass sees in place of a missing rail: the last species.
    """
    count = np.zeros(len(target), np.int64)
    for pair in range(len(board.pairs)):
        if not board.paired[pair]:
            continue
        plus, minus = target[board.pairs[pair, 0]], target[board.pairs[pair, 1]]
        board.pairs[pair, 0], board.pairs[pair, 1] = plus, minus
        again = plus == minus
        for before in range(pair):
            one, other = board.pairs[before]
            if board.paired[before] and ((one == plus and other == minus) or (one == minus and other == plus)):
                again = True
        board.paired[pair] = not again
        if not again:
            count[plus] += 1
            count[minus] += 1
    for pair in range(len(board.pairs)):
        plus, minus = board.pairs[pair]
        if board.paired[pair] and not (count[plus] == 1 and count[minus] == 1):
            fixed = _among(board.inputs, plus, minus, target, stand_in)
            board.paired[pair] = fixed or _among(board.outputs, plus, minus, target, stand_in)


@jitted_as_written
def _among(table: IntArray, plus: int, minus: int, target: IntArray, stand_in: int) -> bool:
    for one, other in table:
        first = target[one] if one != NONE else stand_in
        second = target[other] if other != NONE else stand_in
        if (first == plus and second == minus) or (first == minus and second == plus):
            return True
    return False


@jitted_as_written
def modules_for(products: int, most: int) -> int:
    """Return how many reactions a tree of that many products takes (:mod:`dsdcompile.passes.trees`)."""
    return max(1, -((1 - products) // (most - 1)))


@jitted_as_written
def inline(board: Board, most: int) -> None:
    """Substitute species as long as that lowers the number of modules."""
    rows = _worthwhile(board, most)
    while len(rows):
        substitute(board, rows)
        rows = _worthwhile(board, most)


@jitted_as_written
def _worthwhile(board: Board, most: int) -> IntArray:
    every, kept = conversions(board), given(board) | read(board)
    rows = every[~kept[board.left[every, 0]]]
    size = sizes(board)
    gain, good = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
    for at in range(len(rows)):
        source, own, uses = board.left[rows[at], 0], size[rows[at]], 0
        gain[at] = modules_for(own, most)
        for row in range(len(board.alive)):
            count = board.products[row, source]
            if board.alive[row] and count:
                uses += count
                gain[at] += modules_for(size[row], most) - modules_for(size[row] + count * (own - 1), most)
        good[at] = gain[at] > 0 or (gain[at] == 0 and uses == 1 and most > 2)
    touched, chosen = np.zeros(len(board.alive), np.bool_), np.zeros(len(rows), np.bool_)
    for at in np.argsort(-gain, kind="mergesort"):
        if not good[at] or touched[rows[at]]:
            continue
        near = board.alive & (board.products[:, board.left[rows[at], 0]] > 0)
        if (touched & near).any():
            continue
        touched |= near
        touched[rows[at]] = True
        chosen[at] = True
    worthwhile: IntArray = rows[chosen]
    return worthwhile
