"""The greedy kernel of sharing: take common pairs out of sets, the most common first.

Sets are the columns of a 0/1 matrix packed into bits: word w, bit b of column c says that row 64 w + b holds c.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsdcompile.crn.matrices import BoolArray, IntArray
from dsdcompile.jit import jitted_as_written

Bits = NDArray[np.uint64]
WORD = 64


def pack(sets: BoolArray) -> Bits:
    """Return the columns of a 0/1 matrix (rows, columns) as bits (columns, words)."""
    rows, columns = sets.shape
    wide = np.zeros((columns, -(-rows // WORD) * WORD), dtype=bool)
    wide[:, :rows] = sets.T
    return np.packbits(wide, axis=1, bitorder="little").view(np.uint64)


def unpack(bits: Bits, rows: int) -> BoolArray:
    """Return the matrix (rows, columns) that :func:`pack` packed."""
    wide = np.unpackbits(np.ascontiguousarray(bits).view(np.uint8), axis=1, bitorder="little")
    return np.ascontiguousarray(wide[:, :rows].T.astype(bool))


@jitted_as_written
def take_pairs(bits: Bits, first: IntArray, second: IntArray, count: IntArray, least: int) -> tuple[IntArray, Bits]:
    """Take pairs of columns out of the rows that hold both, always the pair with most such rows, down to ``least``.

    Args:
        bits: Packed columns (columns, words); what is taken is cleared in place.
        first: One column of each candidate pair (pairs,).
        second: The other (pairs,).
        count: At least how many rows hold both (pairs,); exact before anything is taken. Ties go in the order given.
        least: Pairs in fewer rows stay.

    Returns:
        The candidates taken, in order (taken,), and the rows each was taken from (taken, words).
    """
    words = bits.shape[1]
    top = 0
    for pair in range(len(count)):
        top = max(top, count[pair])
    # Candidates in stacks by count; a count that has fallen since is found out when its turn comes.
    head = np.full(top + 1, -1, np.int64)
    below = np.full(len(count), -1, np.int64)
    for pair in range(len(count) - 1, -1, -1):
        below[pair] = head[count[pair]]
        head[count[pair]] = pair
    taken = np.empty(len(count), np.int64)
    rows = np.zeros((64, words), np.uint64)
    done = 0
    level = top
    while level >= least:
        pair = head[level]
        if pair < 0:
            level -= 1
            continue
        head[level] = below[pair]
        a, b = first[pair], second[pair]
        held = 0
        for word in range(words):
            held += _ones(bits[a, word] & bits[b, word])
        if held < level:
            if held >= least:
                below[pair] = head[held]
                head[held] = pair
            continue
        if done == len(rows):
            larger = np.zeros((2 * done, words), np.uint64)
            larger[:done] = rows
            rows = larger
        for word in range(words):
            both = bits[a, word] & bits[b, word]
            rows[done, word] = both
            bits[a, word] ^= both
            bits[b, word] ^= both
        taken[done] = pair
        done += 1
    return taken[:done], rows[:done]


@jitted_as_written
def _ones(word: np.uint64) -> int:
    """Return the number of bits set (Hacker's Delight, figure 5-2)."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
