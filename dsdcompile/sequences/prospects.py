"""How strong a helix can become at most, from the short words of both strands alone: what the screen need not look at.

The base pairs of a helix are runs of neighbours, and a run of one strand is a word of the other's complement. So walk
along one strand, go on in a run only while its last letters are such a word, and take any loop at the least that it
costs, wherever the other strand would have to go on: no helix is stronger than the best such walk.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.jit import jitted_as_written
from dsdcompile.sequences.recurrence import REACH, Letters, strongest

LONGEST: Final = 6
"""Letters of the longest words that are looked up."""
OFFSETS: Final = np.cumsum([0, 0, *(4**length for length in range(1, LONGEST))])
"""Where the words of each length begin in a table of words (LONGEST + 1,)."""
WIDTH: Final = int(OFFSETS[-1]) + 4**LONGEST
MARGIN: Final = 1e-9
"""kcal/mol; more than rounding errors."""

Table = np.ndarray[Any, np.dtype[np.uint8]]
"""Whether each strand's complement, and the strand itself, has a word of up to LONGEST letters (strands, 2, WIDTH)."""


@jitted_as_written
def note_words(letters: Letters, starts: IntArray, strands: IntArray, offsets: IntArray, table: Table) -> None:
    """Fill in the rows of some strands, by their number (strands,)."""
    for s in strands:
        table[s] = 0
        for length in range(1, len(offsets)):
            for first in range(starts[s], starts[s + 1] - length + 1):
                forward = backward = 0
                for i in range(length):
                    forward = 4 * forward + letters[first + i]
                    backward = 4 * backward + 3 - letters[first + length - 1 - i]
                table[s, 0, offsets[length] + backward] = 1
                table[s, 1, offsets[length] + forward] = 1


@jitted_as_written
def prospects(
    x: Letters, words: Table, offsets: IntArray, terms: FloatArray, stack: FloatArray, jumps: FloatArray,
    runs: IntArray, rest: FloatArray,
) -> float:  # fmt: skip
    """Return an energy that no helix of two strands is below, and fill in what a helix can still gain, kcal/mol.

    Args:
        x: Letters of the one strand (n,).
        words: What words the other's complement has (WIDTH,).
        offsets: ``OFFSETS``.
        terms: Initiation, terminal A-T pair, dangling base, bulge of one base without the stack across it, kcal/mol
            (4,).
        stack: By two letters of x, kcal/mol (4, 4).
        jumps: The least that any loop costs with so many unpaired bases in x, but a bulge of one, kcal/mol (REACH,).
        runs: Filled with the most base pairs in a row that end at each base, up to ``LONGEST`` (at least n,).
        rest: Filled with the least that a helix adds after a base pair at each base: its end too (at least n + REACH,
            LONGEST + 1); [i, run] if so many base pairs in a row end there, [i, 1] whatever their number.
    """
    n, most = len(x), len(offsets) - 1
    run = 0
    for i in range(n):
        run = min(run + 1, most)
        while run > 0:
            code = 0
            for back in range(run - 1, -1, -1):
                code = 4 * code + x[i - back]
            if words[offsets[run] + code]:
                break
            run -= 1
        runs[i] = run
    rest[n : n + REACH, 1] = np.inf
    lowest = 0.0
    for i in range(n - 1, -1, -1):
        rest[i, 1] = np.inf
        if runs[i] == 0:
            continue
        end = terms[1] if x[i] == 0 or x[i] == 3 else 0.0
        near = stack[x[i], x[i + 1]] if i + 1 < n else np.inf
        far = stack[x[i], x[i + 2]] if i + 2 < n else np.inf
        loop = min(end + terms[2], terms[3] + near + rest[i + 1, 1], terms[3] + far + rest[i + 2, 1])
        for a in range(REACH):
            after = jumps[a] + rest[i + 1 + a, 1]
            loop = after if after < loop else loop
        for now in range(1, runs[i] + 1):
            then = min(now + 1, most)
            longer = near + rest[i + 1, then] if i + 1 < n and then <= runs[i + 1] else np.inf
            rest[i, now] = min(loop, longer)
        lowest = min(lowest, terms[0] + end + terms[2] + rest[i, 1])
    return lowest


@jitted_as_written
def pair_minima(
    letters: Letters, places: IntArray, starts: IntArray, pairs: IntArray, words: Table, offsets: IntArray,
    enough: FloatArray, jumps: FloatArray, terms: FloatArray, stack: FloatArray, loops: FloatArray, sizes: IntArray,
    out: FloatArray,
) -> None:  # fmt: skip
    """Fill ``out`` (pairs,) with the strongest helix of each pair (pairs, 2) of the strands that ``starts`` divides.

    ``enough`` (pairs,) is what is asked for: helices above it count as none. Where it is infinite, every one is sought,
    and ``words`` are not looked at.
    """
    longest = np.diff(starts).max()
    best, closing, unknown = np.empty((longest + REACH) ** 2), np.zeros(0), np.zeros((0, 2))
    runs, rest = np.empty(longest, dtype=np.int64), np.empty((longest + REACH, len(offsets)))
    turned = np.empty(longest, dtype=np.int8)
    for p in range(len(pairs)):
        one, two = pairs[p, 0], pairs[p, 1]
        i0, i1, j0, j1 = starts[one], starts[one + 1], starts[two], starts[two + 1]
        x, px, y, py = letters[i0:i1], places[i0:i1], letters[j0:j1], places[j0:j1]
        if enough[p] == np.inf:
            out[p] = strongest(x, px, y, py, closing, terms, stack, loops, sizes, best, unknown, True, np.inf)[0]
            continue
        along = len(x) <= len(y)
        if along:
            lowest = prospects(x, words[two, 0], offsets, terms, stack, jumps, runs, rest)
        else:
            for j in range(len(y)):
                turned[len(y) - 1 - j] = 3 - y[j]
            lowest = prospects(turned[: len(y)], words[one, 1], offsets, terms, stack, jumps, runs, rest)
        most = enough[p] + MARGIN  # sums in another order differ in their last bits
        found = 0.0
        if lowest <= most:
            found = strongest(x, px, y, py, closing, terms, stack, loops, sizes, best, rest, along, most)[0]
        out[p] = found if found <= enough[p] else 0.0
