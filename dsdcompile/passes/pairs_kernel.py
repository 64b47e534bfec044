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
def transposed(bits: Bits, rows: int) -> Bits:
    """Return the bits of the transposed matrix (rows, words) of one with that many rows."""
    columns, words = bits.shape
    turned = np.zeros((rows, (columns + WORD - 1) // WORD), np.uint64)
    for column in range(columns):
        place, mark = column // WORD, np.uint64(1) << np.uint64(column % WORD)
        for word in range(words):
            held = bits[column, word]
            while held:
                lowest = held & (~held + np.uint64(1))
                turned[word * WORD + _ones(lowest - np.uint64(1)), place] |= mark
                held ^= lowest
    return turned


@jitted_as_written
def most_common(bits: Bits, size: IntArray) -> int:
    """Return in how many rows the most common pair of columns occurs.

    Args:
        bits: Packed columns, those with most rows first (columns, words).
        size: In how many rows each is (columns,).
    """
    best = 0
    for late in range(len(bits)):
        if size[late] <= best:  # no later column can be in more rows with another
            break
        for early in range(late):
            held = 0
            for word in range(bits.shape[1]):
                held += _ones(bits[late, word] & bits[early, word])
            best = max(best, held)
    return best


@jitted_as_written
def common_pairs(bits: Bits, least: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return pairs of packed columns that occur together in at least ``least`` rows, ascending, and in how many."""
    found = np.empty((3, 256), np.int64)
    done = 0
    for first in range(len(bits)):
        for second in range(first + 1, len(bits)):
            held = 0
            for word in range(bits.shape[1]):
                held += _ones(bits[first, word] & bits[second, word])
            if held < least:
                continue
            if done == found.shape[1]:
                larger = np.empty((3, 2 * done), np.int64)
                larger[:, :done] = found
                found = larger
            found[0, done], found[1, done], found[2, done] = first, second, held
            done += 1
    return found[0, :done], found[1, :done], found[2, :done]


@jitted_as_written
def listed(bits: Bits) -> tuple[IntArray, IntArray]:
    """Return where each column's rows start (columns + 1,), and the rows, ascending (entries,)."""
    columns, words = bits.shape
    start = np.zeros(columns + 1, np.int64)
    for column in range(columns):
        start[column + 1] = start[column]
        for word in range(words):
            start[column + 1] += _ones(bits[column, word])
    rows = np.empty(start[columns], np.int64)
    at = 0
    for column in range(columns):
        for word in range(words):
            held = bits[column, word]
            while held:
                lowest = held & (~held + np.uint64(1))
                rows[at] = word * WORD + _ones(lowest - np.uint64(1))
                held ^= lowest
                at += 1
    return start, rows


@jitted_as_written
def most_listed(start: IntArray, rows: IntArray, row_start: IntArray, columns: IntArray) -> int:
    """Return in how many rows the most common pair occurs, of columns listed by :func:`listed` both ways."""
    counts = np.zeros(len(start), np.int64)
    best = 0
    for first in range(len(start) - 1):
        for again in range(2):
            for at in range(start[first], start[first + 1]):
                row = rows[at]
                other = row_start[row + 1] - 1
                while columns[other] > first:  # ends at the latest at ``first`` itself
                    if again:
                        counts[columns[other]] = 0
                    else:
                        counts[columns[other]] += 1
                        best = max(best, counts[columns[other]])
                    other -= 1
    return best


@jitted_as_written
def common_listed(
    start: IntArray, rows: IntArray, row_start: IntArray, columns: IntArray, least: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return what :func:`common_pairs` does, of columns listed by :func:`listed` both ways."""
    counts = np.zeros(len(start), np.int64)
    found = np.empty((3, 256), np.int64)
    done = 0
    for first in range(len(start) - 1):
        begun = done
        for at in range(start[first], start[first + 1]):
            other = row_start[rows[at] + 1] - 1
            while columns[other] > first:
                counts[columns[other]] += 1
                other -= 1
        for at in range(start[first], start[first + 1]):
            other = row_start[rows[at] + 1] - 1
            while columns[other] > first:
                second = columns[other]
                held, counts[second] = counts[second], 0
                other -= 1
                if held < least:
                    continue
                if done == found.shape[1]:
                    larger = np.empty((3, 2 * done), np.int64)
                    larger[:, :done] = found
                    found = larger
                found[0, done], found[1, done], found[2, done] = first, second, held
                done += 1
        order = np.argsort(found[1, begun:done])
        found[1, begun:done], found[2, begun:done] = found[1, begun:done][order], found[2, begun:done][order]
    return found[0, :done], found[1, :done], found[2, :done]


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
