"""Where two domains meet: stretches across junctions that occur elsewhere too, or whose complements do.

Words share no k-mer, but what arises from laying them side by side is not theirs to choose. Two stretches repeat each
other if their letters agree while no base of one is meant to be the same base as in the other: what a shared domain
brings along is intended, and a stretch that the same domains give in several strands counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np

from dsdcompile.crn.matrices import IntArray
from dsdcompile.sequences.helices import Pool


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
        length = self.places.shape[1]
        letters = pool.letters[self.starts[:, None] + np.arange(length)].astype(np.int64)
        powers = 4 ** np.arange(length, dtype=np.int64)
        forward, backward = letters @ powers, (3 - letters) @ powers[::-1]
        codes = np.minimum(forward, backward)
        order = np.argsort(codes, kind="stable")
        codes = codes[order]
        places = np.where((forward <= backward)[:, None], self.places, -self.places[:, ::-1])[order]
        found = np.zeros(len(order), dtype=bool)
        for shift in range(1, len(order)):
            here = np.flatnonzero(codes[:-shift] == codes[shift:])
            if not len(here):
                break
            here = here[(places[here] != places[here + shift]).all(axis=1)]
            found[order[here]] = found[order[here + shift]] = True
        return np.flatnonzero(found)
