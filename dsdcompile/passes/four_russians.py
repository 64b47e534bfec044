"""The method of four Russians for product lists: targets are cut into blocks, and each pattern is built once.

Targets that exclude each other, such as the rails of a pair, share a slot, so a row holds at most one symbol a slot.
Two neighbouring slots become one whose symbols are the pairs that occur; a symbol is built from its two halves, so the
halves of all patterns are shared (a trie from the bottom). After r rounds a block spans 2^r slots::

    slots   a|b   c|d   e|f   g|h            (a, b the rails of a pair, and so on)
    rows    a     c     e     h         ->   P = a c    Q = e h    R = P Q
            a     c     f     h         ->   P          S = f h    T = P S
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import BoolArray, IntArray, frozen_ints

NO_SYMBOL = -1
"""What a row holds in a slot where it has no target."""


@final
@dataclass(frozen=True, eq=False)
class Joined:
    """Rows over targets and patterns; patterns are numbered behind the targets."""

    sets: BoolArray
    """Which targets and patterns each row still holds directly (rows, targets + patterns)."""
    parts: IntArray
    """The two halves of each pattern, targets or earlier patterns (patterns, 2)."""


def join_blocks(sets: BoolArray, slots: IntArray, rounds: int) -> Joined:
    """Return rows (rows, targets) in terms of patterns of blocks of ``2 ** rounds`` slots."""
    rows, targets = sets.shape
    table = _symbols(sets, slots)
    parts: list[IntArray] = []
    known = targets
    for _ in range(rounds):
        if table.shape[1] % 2:
            table = np.concatenate([table, np.full((rows, 1), NO_SYMBOL)], axis=1)
        left, right = table[:, 0::2], table[:, 1::2]
        both = (left != NO_SYMBOL) & (right != NO_SYMBOL)
        keys = left[both] * known + right[both]
        distinct, pattern = np.unique(keys, return_inverse=True)
        table = np.where(left == NO_SYMBOL, right, left)
        table[both] = known + pattern.ravel()
        parts.append(np.stack([distinct // known, distinct % known], axis=1))
        known += len(distinct)
    result = np.zeros((rows, known), dtype=bool)
    row, slot = np.nonzero(table != NO_SYMBOL)
    result[row, table[row, slot]] = True
    return Joined(result, frozen_ints(np.concatenate([np.zeros((0, 2), dtype=np.int64), *parts]), (-1, 2)))


def _symbols(sets: BoolArray, slots: IntArray) -> IntArray:
    """Return each row's symbol in each slot (rows, slots); targets that meet others there get slots of their own."""
    columns = []
    for slot in np.unique(slots):
        members = np.flatnonzero(slots == slot)
        inside = sets[:, members]
        groups = [members] if (inside.sum(axis=1) <= 1).all() else [members[[i]] for i in range(len(members))]
        for group in groups:
            column = np.full(len(sets), NO_SYMBOL, dtype=np.int64)
            row, at = np.nonzero(sets[:, group])
            column[row] = group[at]
            columns.append(column)
    return np.stack(columns, axis=1) if columns else np.zeros((len(sets), 0), dtype=np.int64)
