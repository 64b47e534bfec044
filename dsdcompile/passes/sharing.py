"""Build sets from shared parts: sources are joined to their targets through nodes, with few branches.

A source that reaches n targets directly branches n - 1 times. Two moves save branches::

    s1 -> a b c    s2 -> a b d    s3 -> a b         a pair of targets:   z -> a b    s1 -> z c    s2 -> z d    s3 -> z
    s1 -> a b c d  s2 -> a b c e                    a pair of sources:   z -> a b c  s1 -> z d    s2 -> z e

Each saves one branch less than what it stands for occurs. They are the same move on the matrix and on its transpose
(additions and branches are dual: reverse every arrow). The search goes in rounds: count how often pairs occur, on
the side where the most common pair is more common, and take pairs in falling order, until none occurs half as often as
the first (:mod:`dsdcompile.passes.pairs_kernel`); what a round made takes part in the next. Ties are where the luck is,
so small problems are searched many times with another order of candidates. For a random 1024 x 1024 pattern of +1 and
-1 on two rails this takes 79,000 branches; naive trees take 523,000 and blocks of eight 84,000.

Where pairs are too many to count, targets are first joined in fixed blocks (:mod:`dsdcompile.passes.four_russians`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from scipy import sparse

from dsdcompile.crn.matrices import BoolArray, IntArray, Sparse, frozen_sparse
from dsdcompile.passes.four_russians import join_blocks
from dsdcompile.passes.pairs_kernel import (
    Bits,
    common_listed,
    common_pairs,
    listed,
    most_common,
    most_listed,
    pack,
    take_pairs,
    transposed,
)

DENSE_COLUMNS = 4096
"""Up to this many columns all pairs can be counted whatever the sets are like."""
MOST_PAIRS = 40_000_000
"""Else at most so many pairs of entries are counted: above, targets are joined in blocks first."""
LISTED = 4
"""Counting a pair of entries of a row takes as long as so many words of bits."""
SHARE = 0.5
"""A round ends at pairs that occur less than this share of the most common one."""
SMALL = 4000
"""Entries up to which rounds may be short."""
SEARCH = 60_000
"""Small problems are searched again until this many entries have been looked at."""
PATIENCE = 20
"""Searches in a row that find nothing better, after which a small problem is not searched again."""


@final
@dataclass(frozen=True, eq=False)
class Shared:
    """Sources, nodes and targets: an acyclic graph in which each source still reaches each of its targets once.

    Nodes are numbered behind the sources as parents, and behind the targets as children.
    """

    edges: Sparse
    """1 where a parent leads to a child (sources + nodes, targets + nodes)."""
    nodes: int

    def __post_init__(self) -> None:
        """Freeze the matrix."""
        object.__setattr__(self, "edges", frozen_sparse(self.edges))

    @property
    def branches(self) -> int:
        """How often a parent branches: edges less parents."""
        return int(self.edges.nnz - np.count_nonzero(np.diff(self.edges.indptr)))


def share(sets: Sparse, slots: IntArray, seed: int = 0) -> Shared:
    """Return a graph with few branches that joins each source (row) to its targets (columns).

    Args:
        sets: 0/1 matrix (sources, targets).
        slots: A number for each target (targets,); targets of one slot, such as the two rails of a pair, occur
            together seldom.
        seed: For the order of ties; the same seed gives the same graph.
    """
    matrix = np.asarray(sets.astype(bool).todense())
    rng = np.random.default_rng(seed)
    best = _Search(matrix).run(slots, None)
    left = PATIENCE if best.nodes else 0
    budget = SEARCH // max(1, int(matrix.sum()))
    while left and budget:
        left, budget = left - 1, budget - 1
        found = _Search(matrix).run(slots, rng)
        if found.branches < best.branches:
            best, left = found, PATIENCE
    return best


class _Search:
    """One search: what remains of the sets, and the edges that are final."""

    def __init__(self, matrix: BoolArray) -> None:
        self.sources, self.targets = matrix.shape
        self.parents = np.arange(self.sources)
        self.children = np.arange(self.targets)
        self.latest = 1.0 if matrix.sum() <= SMALL else SHARE
        """A searched round may end at pairs of up to this share; late ends make many rounds."""
        self.nodes = 0
        self.edges: list[tuple[IntArray, IntArray]] = []
        self.matrix = matrix
        """What still joins a parent to a child directly, before the first round (parents, children)."""

    def run(self, slots: IntArray, rng: np.random.Generator | None) -> Shared:
        """Search to the end; with a generator, ties and the ends of rounds are left to chance."""
        self._blocks(slots)
        left = pack(self.matrix)
        while (rest := self._round(left, rng)) is not None:
            left = rest
        start, row = listed(left)
        self.edges.append((self.parents[row], np.repeat(self.children, np.diff(start))))
        parent, child = (np.concatenate([edge[side] for edge in self.edges]) for side in (0, 1))
        size = (self.sources + self.nodes, self.targets + self.nodes)
        ones = np.ones(len(parent), dtype=np.int64)
        return Shared(sparse.coo_array((ones, (parent, child)), shape=size).tocsr(), self.nodes)

    def _blocks(self, slots: IntArray) -> None:
        """Join targets in blocks of two, four, ... slots until the pairs that remain can be counted."""
        pairs = max(_pairs_to_count(self.matrix), _pairs_to_count(self.matrix.T))
        rounds = 0
        while pairs > MOST_PAIRS:
            pairs, rounds = pairs / 4, rounds + 1
        if not rounds:
            return
        joined = join_blocks(self.matrix, slots, rounds)
        new = np.arange(self.nodes, self.nodes + len(joined.parts))
        self.children = np.concatenate([self.children, self.targets + new])
        node = np.repeat(self.sources + new, 2)
        self.edges.append((node, self.children[joined.parts.ravel()]))
        self.nodes += len(new)
        kept = joined.sets.any(axis=0)
        self.matrix, self.children = joined.sets[:, kept], self.children[kept]

    def _round(self, left: Bits, rng: np.random.Generator | None) -> Bits | None:
        """Take common pairs of children, or of parents; return the bits of what remains, None if there are no pairs."""
        turned = transposed(left, len(self.parents))
        sides = _Pairs(left, turned), _Pairs(turned, left)
        most = [side.most() for side in sides]
        if max(most) < 2:
            return None
        upright = most[0] >= most[1]
        side = sides[0] if upright else sides[1]
        share = SHARE if rng is None else rng.uniform(SHARE, self.latest)
        least = max(2, int(share * max(most)))
        first, second, count = side.common(least)
        if rng is not None:
            order = rng.permutation(len(count))
            first, second, count = first[order], second[order], count[order]
        taken, rows = take_pairs(side.bits, first, second, count, least)
        rest = np.concatenate([side.bits, rows])
        kept = rest.any(axis=1)
        new = np.arange(self.nodes, self.nodes + len(taken))
        self.nodes += len(new)
        pair = np.stack([first[taken], second[taken]], axis=1).ravel()
        if upright:
            self.edges.append((np.repeat(self.sources + new, 2), self.children[pair]))
            self.children = np.concatenate([self.children, self.targets + new])[kept]
            return rest[kept]
        self.edges.append((self.parents[pair], np.repeat(self.targets + new, 2)))
        self.parents = np.concatenate([self.parents, self.sources + new])[kept]
        return transposed(rest[kept], len(self.children))


def _pairs_to_count(sets: BoolArray) -> float:
    """Return how many pairs of entries a sparse count would go through; a dense one needs none."""
    width = sets.sum(axis=1, dtype=np.float64)
    return 0.0 if sets.shape[1] <= DENSE_COLUMNS else float((width * width).sum()) / 2


class _Pairs:
    """How often pairs of packed columns occur together: counted bit by bit, or entry by entry where there are few."""

    def __init__(self, bits: Bits, turned: Bits) -> None:
        """Take the bits and those of the transposed matrix."""
        self.bits = bits
        self._size, width = (np.bitwise_count(side).sum(axis=1, dtype=np.int64) for side in (bits, turned))
        thin = LISTED * int((width * width).sum()) < len(bits) * bits.size
        self._lists = (*listed(bits), *listed(turned)) if thin else None

    def most(self) -> int:
        """Return in how many rows the most common pair occurs."""
        if self._lists is not None:
            return most_listed(*self._lists)
        order = np.argsort(-self._size, kind="stable")
        return most_common(self.bits[order], self._size[order])

    def common(self, least: int) -> tuple[IntArray, IntArray, IntArray]:
        """Return pairs that occur in at least ``least`` rows, in ascending order, and in how many."""
        if self._lists is not None:
            return common_listed(*self._lists, least)
        held = np.flatnonzero(self._size >= least)
        first, second, count = common_pairs(self.bits[held], least)
        return held[first], held[second], count
