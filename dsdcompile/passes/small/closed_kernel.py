"""Closed pairs of a small CRN: what :mod:`dsdcompile.passes.rails` says, on dense tables; and cancelling them."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import BoolArray, IntArray
from dsdcompile.jit import jitted_as_written
from dsdcompile.passes.small.dense import NONE, Board, conversions, read, users


@jitted_as_written
def cancel(board: Board) -> None:
    """Take from product lists and initial concentrations what both rails of a closed pair get."""
    closed = closed_pairs(board)
    for pair in range(len(closed)):
        if not closed[pair]:
            continue
        plus, minus = board.pairs[pair]
        for row in range(len(board.alive)):
            if board.alive[row]:
                common = min(board.products[row, plus], board.products[row, minus])
                board.products[row, plus] -= common
                board.products[row, minus] -= common
        both = min(board.initial[plus], board.initial[minus])
        board.initial[plus] -= both
        board.initial[minus] -= both


@jitted_as_written
def closed_pairs(board: Board) -> BoolArray:
    """Return which pairs carry nothing but their difference (pairs,)."""
    used, seen = users(board), read(board)
    closed, made = _motifs(board, used, seen)
    listed = np.zeros(len(board.present), np.int64)
    for pair in range(len(closed)):
        if board.paired[pair]:
            listed[board.pairs[pair, 0]] += 1
            listed[board.pairs[pair, 1]] += 1
    for pair in range(len(closed)):
        plus, minus = board.pairs[pair]
        closed[pair] &= listed[plus] == 1 and listed[minus] == 1
    changed = True
    while changed:
        changed = False
        allowed = np.zeros(len(board.present), np.bool_)
        for pair in range(len(closed)):
            if closed[pair]:
                allowed[board.pairs[pair, 0]] = allowed[board.pairs[pair, 1]] = True
        kept = closed.copy()
        for pair in range(len(closed)):
            if closed[pair] and not _balanced(board, made[pair], closed, allowed, used, seen):
                kept[pair] = False
                changed = True
        closed = kept
    return closed


@jitted_as_written
def _balanced(
    board: Board, made: IntArray, closed: BoolArray, allowed: BoolArray, used: IntArray, seen: BoolArray
) -> bool:
    """Whether these products are as many plus as minus rails of closed pairs, and else only what nobody reads."""
    for species in range(len(made)):
        if made[species] and (used[species] > 0 or seen[species]) and not allowed[species]:
            return False
    for other in range(len(closed)):
        if closed[other] and made[board.pairs[other, 0]] != made[board.pairs[other, 1]]:
            return False
    return True


@jitted_as_written
def _motifs(board: Board, used: IntArray, seen: BoolArray) -> tuple[BoolArray, IntArray]:
    """Return which pairs are idle, converted or in a ReLU, and the products of one more of each rail."""
    count, species = len(board.pairs), len(board.present)
    closed, made = np.zeros(count, np.bool_), np.zeros((count, species), np.int64)
    row_of = np.full(species, NONE, np.int64)
    for row in range(len(board.alive)):
        if board.alive[row]:
            for side in range(2):
                reactant = board.left[row, side]
                if reactant != NONE and used[reactant] == 1:
                    row_of[reactant] = row
    alone = np.zeros(species, np.bool_)
    for row in conversions(board):
        alone[board.left[row, 0]] = True
    for pair in range(count):
        if not board.paired[pair]:
            continue
        plus, minus = board.pairs[pair]
        unread = not seen[plus] and not seen[minus]
        if used[plus] == 0 and used[minus] == 0 and (unread or _whole(board, plus, minus)):
            closed[pair] = True
        elif unread and alone[plus] and alone[minus]:
            closed[pair] = True
            made[pair] = board.products[row_of[plus]] + board.products[row_of[minus]]
        elif unread:
            middle = _middle(board, plus, minus, row_of, alone, used, seen)
            if middle == NONE:
                middle = _middle(board, minus, plus, row_of, alone, used, seen)
            if middle != NONE:
                closed[pair] = True
                made[pair] = board.products[row_of[plus]] + board.products[row_of[minus]]
                made[pair, middle] -= 1
    return closed, made


@jitted_as_written
def _whole(board: Board, plus: int, minus: int) -> bool:
    """Whether outputs that read one of these rails read the difference of both."""
    for one, other in board.outputs:
        touches = one in (plus, minus) or other in (plus, minus)
        if touches and not ((one == plus and other == minus) or (one == minus and other == plus)):
            return False
    return True


@jitted_as_written
def _middle(board: Board, p: int, n: int, row_of: IntArray, alone: BoolArray, used: IntArray, seen: BoolArray) -> int:
    """Return M where ``p -> M + P`` and ``M + n -> N`` hold and nothing else takes M, else ``NONE``."""
    row = row_of[n]
    if not alone[p] or row == NONE or board.left[row, 1] == NONE:
        return NONE
    middle = board.left[row, 1] if board.left[row, 0] == n else board.left[row, 0]
    fits = used[middle] == 1 and not seen[middle] and board.products[row_of[p], middle] == 1
    return middle if fits else NONE
