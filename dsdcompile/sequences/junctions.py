"""Where two domains meet: stretches across junctions that occur elsewhere too, or whose complements do.

Words share no k-mer, but what arises from laying them side by side is not theirs to choose. Two stretches repeat each
other if their letters agree while no base of one is meant to be the same base as in the other: what a shared domain
brings along is intended, and a stretch that the same domains give in several strands counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self, final

import numpy as np

from dsdcompile.crn.matrices import IntArray
from dsdcompile.jit import jitted_as_written
from dsdcompile.sequences.helices import Pool
from dsdcompile.sequences.recurrence import Letters

BUCKETS: Final = 20
"""Bits of the number of buckets in which equal stretches are looked for."""
MULTIPLIER: Final = 2654435761
"""Spreads numbers over buckets (Knuth, The Art of Computer Programming 3, 6.4)."""


@final
@dataclass(frozen=True, eq=False)
class Stretches:
    """All different stretches of one length in a pool of strands: letters may change, where they are does not."""

    starts: IntArray
    """Where one copy of each begins in the pool (stretches,)."""
    places: IntArray
    """The places of its bases within the domains, negative on complements (stretches, length)."""

    @classmethod
    def of(cls, pool: Pool, length: int) -> Self:
        """Return the stretches of a pool; a stretch and its intended complement are one."""
        ends = np.repeat(pool.starts[1:], np.diff(pool.starts))
        starts = np.arange(len(pool.letters), dtype=np.int64)
        starts = starts[starts + length <= ends]
        places = pool.places[starts[:, None] + np.arange(length)]
        upright = np.where((places[:, 0] > -places[:, -1])[:, None], places, -places[:, ::-1])
        first = np.sort(np.unique(upright, axis=0, return_index=True)[1])
        return cls(starts[first], places[first])

    def repeated(self, pool: Pool) -> IntArray:
        """Return the stretches, by number, that repeat another one or its complement (repeated,)."""
        codes, upright = np.empty(len(self.starts), dtype=np.int64), np.empty(len(self.starts), dtype=np.bool_)
        _codes(pool.letters, self.starts, self.places.shape[1], codes, upright)
        order = _crowded(codes)
        order = order[np.argsort(codes[order], kind="stable")]
        codes = codes[order]
        places = np.where(upright[order, None], self.places[order], -self.places[order, ::-1])
        found = np.zeros(len(order), dtype=bool)
        for shift in range(1, len(order)):
            here = np.flatnonzero(codes[:-shift] == codes[shift:])
            if not len(here):
                break
            here = here[(places[here] != places[here + shift]).all(axis=1)]
            found[here] = found[here + shift] = True
        return np.sort(order[found])


@jitted_as_written
def _codes(
    letters: Letters, starts: IntArray, length: int, codes: IntArray, upright: np.ndarray[Any, np.dtype[np.bool_]]
) -> None:
    """Fill in a number for each stretch, the same for its complement, and whether it is the stretch's own."""
    for s in range(len(starts)):
        forward = backward = 0
        for i in range(length):
            forward = 4 * forward + letters[starts[s] + length - 1 - i]
            backward = 4 * backward + 3 - letters[starts[s] + i]
        codes[s], upright[s] = min(forward, backward), forward <= backward


@jitted_as_written
def _crowded(codes: IntArray) -> IntArray:
    """Return the places, in order, of all numbers that occur twice, and of some others (few,)."""
    held = np.zeros(1 << BUCKETS, dtype=np.uint8)
    buckets = np.empty(len(codes), dtype=np.int64)
    for s in range(len(codes)):
        buckets[s] = (codes[s] * MULTIPLIER) >> 32 & ((1 << BUCKETS) - 1)
        held[buckets[s]] = min(held[buckets[s]] + 1, 2)
    return np.flatnonzero(held[buckets] > 1)
