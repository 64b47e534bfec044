"""One recurrence for the strongest helix: between two strands, and within one as a hairpin.

A cell is a base of strand x with a base of strand y; x is read 5' to 3', y 3' to 5'. The best helix that ends in a cell
begins there, or comes from an earlier cell across a stack, a bulge or an interior loop:

    best[i, j] = min(begin(i, j), min over a, b of best[i - 1 - a, j + 1 + b] + step(a, b))

A hairpin is the same with x = y: it begins with the pair that closes its loop and grows outwards, so j < i.

Few cells matter, and no others are visited: those whose letters pair (listed by letter); and from each of these only
steps after which the helix is still better than one that begins where the step ends. What is left out could not be the
minimum, so every energy has the bits that trying everything gives, as a test makes sure.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.jit import inlined_as_written, jitted_as_written

Letters = np.ndarray[Any, np.dtype[np.int8]]
"""0 to 3 for ACGT."""
HAIRPIN_LEAST: Final = 3
"""Fewest bases in a hairpin's loop."""
MOST_UNPAIRED: Final = 6
"""Most unpaired bases of a bulge or an interior loop."""
REACH: Final = MOST_UNPAIRED + 1
"""How many bases a step goes on by at most."""


@jitted_as_written
def by_letter(y: Letters) -> tuple[IntArray, IntArray]:
    """Return where the places of each letter begin (5,), and the places, the last of each first (m,)."""
    heads = np.zeros(6, dtype=np.int64)
    for j in range(len(y)):
        heads[y[j] + 2] += 1
    for letter in range(1, 6):
        heads[letter] += heads[letter - 1]
    spots = np.empty(len(y), dtype=np.int64)
    for j in range(len(y) - 1, -1, -1):
        spots[heads[y[j] + 1]] = j
        heads[y[j] + 1] += 1
    return heads[:5], spots


@inlined_as_written
def begin(i: int, j: int, n: int, m: int, end: float, closing: FloatArray, terms: FloatArray) -> float:
    """Return what a helix costs that begins with a pair: its loop in a hairpin, else initiation and a base beyond."""
    beyond = terms[2] if i > 0 or j < m - 1 else 0.0
    cost: float = closing[min(i - j - 1, len(closing) - 1)] + end if len(closing) else terms[0] + end + beyond
    return cost


@inlined_as_written
def offer(best: FloatArray, cell: int, value: float) -> None:
    """Let a helix go on in a cell, if none that is better does."""
    there = best[np.uint64(cell)]
    best[np.uint64(cell)] = value if value < there else there


@jitted_as_written
def strongest(
    x: Letters,
    x_places: IntArray,
    y: Letters,
    y_places: IntArray,
    closing: FloatArray,
    terms: FloatArray,
    stack: FloatArray,
    loops: FloatArray,
    sizes: IntArray,
    best: FloatArray,
    rest: FloatArray,
    along: bool,
    enough: float,
) -> tuple[float, int]:
    """Return the energy of the strongest unintended helix, 0 if none is below 0, and the cell that ends it, or -1.

    If it is above ``enough``, what is returned may be weaker than it is, or 0.

    Args:
        x: Letters of the one strand (n,).
        x_places: Their places within the domains, negative on complements (n,).
        y: Letters of the other (m,); the same strand for hairpins.
        y_places: Their places (m,).
        closing: What a hairpin's loop costs, by its length, kcal/mol (lengths,); empty for two strands.
        terms: Initiation, terminal A-T pair, dangling base, bulge of one base without the stack across it, kcal/mol
            (4,).
        stack: By two letters of x, kcal/mol (4, 4).
        loops: All other loops, the cheapest first, kcal/mol (loops,).
        sizes: Their unpaired bases in x and in y (loops, 2).
        best: Filled with the energy of each cell's best helix, at [i * (m + REACH) + j + REACH] of cells whose letters
            pair, kcal/mol (at least (n + REACH) * (m + REACH),).
        rest: The least that a helix adds after a base pair at each base of x, in column 1, kcal/mol (n, 2), or, with
            two strands, at each base of y's complement (m, 2); empty if that is not known.
        along: Whether ``rest`` is along x.
        enough: What is asked for, kcal/mol.
    """
    n, m = len(x), len(y)
    width = m + REACH
    best[: (n + REACH) * width] = np.inf
    heads, spots = by_letter(y)
    highest = max(0.0, terms[1]) + (closing.max() if len(closing) else terms[0] + terms[2])
    ahead = (1 + sizes[:, 0]) * width - 1 - sizes[:, 1]
    least, at = 0.0, -1
    for i in range(n):
        letter = x[i]
        end = terms[1] if letter == 0 or letter == 3 else 0.0
        place = x_places[i]
        near = stack[letter, x[i + 1]] if i + 1 < n else np.inf
        far = stack[letter, x[i + 2]] if i + 2 < n else np.inf
        lowest = terms[3] + min(near, far)
        for spot in range(heads[3 - letter], heads[4 - letter]):
            j = spots[spot]
            if place + y_places[j] == 0 or (len(closing) and i - j <= HAIRPIN_LEAST):
                continue
            cell = i * width + j + REACH
            offer(best, cell, begin(i, j, n, m, end, closing, terms))
            value = best[np.uint64(cell)]
            if len(rest) and value > enough - rest[i if along else m - 1 - j, 1]:
                continue
            whole = value + end
            if i < n - 1 or j > 0:
                whole += terms[2]
            if whole < least:
                least, at = whole, cell
            # where the helix goes on, if it is better there than one that begins
            offer(best, cell + width - 1, value + near)
            if value + lowest < highest:
                offer(best, cell + width - 2, value + (terms[3] + near))
                offer(best, cell + 2 * width - 1, value + (terms[3] + far))
            for loop in range(len(loops)):
                after = value + loops[loop]
                if after >= highest:
                    break
                offer(best, cell + ahead[loop], after)
    return least, at


@jitted_as_written
def hairpin_minima(
    letters: Letters,
    places: IntArray,
    starts: IntArray,
    strands: IntArray,
    closing: FloatArray,
    terms: FloatArray,
    stack: FloatArray,
    loops: FloatArray,
    sizes: IntArray,
    out: FloatArray,
) -> None:
    """Fill ``out`` (strands,) with the strongest hairpin of each of the strands, by their number (strands,)."""
    longest = np.diff(starts).max()
    best, unknown = np.empty((longest + REACH) ** 2), np.zeros((0, 2))
    for s in range(len(strands)):
        i0, i1 = starts[strands[s]], starts[strands[s] + 1]
        x, px = letters[i0:i1], places[i0:i1]
        out[s] = strongest(x, px, x, px, closing, terms, stack, loops, sizes, best, unknown, True, np.inf)[0]


@jitted_as_written
def traced(
    x: Letters,
    x_places: IntArray,
    y: Letters,
    y_places: IntArray,
    terms: FloatArray,
    stack: FloatArray,
    loops: FloatArray,
    sizes: IntArray,
) -> IntArray:
    """Return the base pairs of the strongest unintended helix of two strands, last first (pairs, 2).

    Of equal ways to a cell the shortest step in x, then in y, is taken.
    """
    n, m = len(x), len(y)
    width, closing = m + REACH, np.zeros(0)
    best = np.empty((n + REACH) * width)
    unknown = np.zeros((0, 2))
    at = strongest(x, x_places, y, y_places, closing, terms, stack, loops, sizes, best, unknown, True, np.inf)[1]
    found = np.zeros((n, 2), dtype=np.int64)
    count = 0
    costs = np.full((MOST_UNPAIRED + 1, MOST_UNPAIRED + 1), np.inf)
    for loop in range(len(loops)):
        costs[sizes[loop, 0], sizes[loop, 1]] = loops[loop]
    while at >= 0:
        i, j = at // width, at % width - REACH
        found[count, 0], found[count, 1] = i, j
        count += 1
        end = terms[1] if x[i] == 0 or x[i] == 3 else 0.0
        here, at = at, -1
        if best[here] == begin(i, j, n, m, end, closing, terms):
            break
        for a in range(min(MOST_UNPAIRED, i - 1) + 1):
            u = i - 1 - a
            for b in range(min(MOST_UNPAIRED - a, m - 2 - j) + 1):
                v = j + 1 + b
                if at >= 0 or x[u] + y[v] != 3 or x_places[u] + y_places[v] == 0:
                    continue
                if a + b == 0:
                    step = stack[x[u], x[i]]
                elif a + b == 1:
                    step = terms[3] + stack[x[u], x[i]]
                else:
                    step = costs[a, b]
                if best[u * width + v + REACH] + step == best[here]:
                    at = u * width + v + REACH
    return found[:count]
