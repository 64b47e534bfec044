"""Layers: CRNs whose reactions can be solved one level after another, each reaction by itself.

Networks compile to such CRNs, reduced or not, legalised or not. What a CRN must be, and what is checked:

- feed-forward and noncompetitive;
- every reaction has one reactant or two different ones, and uses up one of each.

Within a level no reaction sees another. What a level makes is a linear map of what it fires; where that map is dense
it is applied as :mod:`dsdcompile.crn.spread` does: sums and differences of dual rails, equal rows once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from dsdcompile.crn.analysis import competition, latest_levels
from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Rows
from dsdcompile.crn.spread import Dense, Grouped, Listed, Paired, Products, products
from dsdcompile.errors import CrnError

NO_SECOND = -1
"""In a table of second reactants: the reaction has one."""
MEAN_WIDTH = 4
"""Mean reactions a level below which there is nothing to do side by side, and no use in levels."""


@final
@dataclass(frozen=True, eq=False)
class Layers:
    """A layered Crn as flat arrays for a kernel; reactions are renumbered by level, species are not.

    Level l has reactions level_start[l] to level_start[l + 1]. Its products are a sparse part (targets with entries)
    and dense terms: ``made = matrix @ (gather @ fired)`` goes to species ``plus`` and, times ``sign``, to ``minus``.
    """

    reactions: IntArray
    """Old row of each reaction (reactions,)."""
    level_start: IntArray
    """(levels + 1,)."""
    left: IntArray
    """First reactant (reactions,)."""
    right: IntArray
    """Second reactant, or :data:`NO_SECOND` (reactions,)."""
    rates: FloatArray
    """(reactions,)."""
    target_start: IntArray
    """Level l makes targets target_start[l] to target_start[l + 1] (levels + 1,)."""
    target: IntArray
    """Species (targets,)."""
    entry_start: IntArray
    """Target t is made by entries entry_start[t] to entry_start[t + 1] (targets + 1,)."""
    entry: IntArray
    """Reaction of each entry (entries,)."""
    count: FloatArray
    """How many it makes (entries,)."""
    term_start: IntArray
    """Level l has dense terms term_start[l] to term_start[l + 1] (levels + 1,)."""
    group_start: IntArray
    """Term d has groups group_start[d] to group_start[d + 1] (terms + 1,)."""
    gather_start: IntArray
    """Group g adds gather_start[g] to gather_start[g + 1] (groups + 1,)."""
    gather: IntArray
    """Reaction of each summand (summands,)."""
    gather_sign: FloatArray
    """Its sign (summands,)."""
    column_start: IntArray
    """Term d makes columns column_start[d] to column_start[d + 1] (terms + 1,)."""
    plus: IntArray
    """Species of each column (columns,)."""
    minus: IntArray
    """Species on the opposite rail of each column, ``NO_RAIL`` where there is none (columns,)."""
    sign: FloatArray
    """What goes to the opposite rail, +1 or -1 (terms,)."""
    matrix_start: IntArray
    """Term d has matrix[matrix_start[d] : matrix_start[d + 1]], columns times groups (terms + 1,)."""
    matrix: FloatArray
    """All dense matrices, one after the other."""

    @property
    def most_groups(self) -> int:
        """The largest number of groups in a term."""
        return int(np.diff(self.group_start).max(initial=0))

    @property
    def most_columns(self) -> int:
        """The largest number of columns in a term."""
        return int(np.diff(self.column_start).max(initial=0))


@final
@dataclass(frozen=True, eq=False)
class _Term:
    grouped: Grouped
    plus: IntArray
    minus: IntArray
    sign: float


NOTHING = Listed(np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
"""The list of a level whose products are dense."""


@lru_cache(maxsize=8)
def layers(crn: Crn) -> Layers | None:
    """Return a Crn as layers, or None where it is not layered; the conditions of the module text are checked."""
    reactants = np.asarray(crn.reactants.sum(axis=1)).ravel()
    each_once = (crn.reactants.data == 1).all() and ((reactants == 1) | (reactants == 2)).all()
    if not crn.n_reactions or not each_once or competition(crn) is not None:
        return None
    used_up = (crn.net < 0).astype(np.int64)
    if used_up.nnz != crn.reactants.nnz or (crn.net.data < -1).any():
        return None
    try:
        levels = latest_levels(crn)
    except CrnError:
        return None
    if crn.n_reactions < MEAN_WIDTH * len(levels):
        return None
    return _flat(crn, levels, reactants)


def _flat(crn: Crn, levels: list[IntArray], reactants: IntArray) -> Layers:
    order = np.concatenate(levels)
    used = crn.reactants[order]
    last = used.indptr[1:] - 1
    made = Rows.of(crn.net.maximum(0).tocsr()[order])
    level_start = _starts(len(level) for level in levels)
    spans = itertools.pairwise(level_start.tolist())
    parts = [products(made.between(first, last), crn.n_species, crn.pairs) for first, last in spans]
    listed = [part if isinstance(part, Listed) else NOTHING for part in parts]
    terms = [_terms(part) for part in parts]
    every = [term for level in terms for term in level]
    offset = np.repeat(level_start[:-1], [len(level) for level in terms])
    return Layers(
        reactions=order,
        level_start=level_start,
        left=used.indices[used.indptr[:-1]].astype(np.int64),
        right=np.where(reactants[order] == 2, used.indices[last], NO_SECOND).astype(np.int64),
        rates=np.asarray(crn.rates[order]),
        target_start=_starts(len(part.target) for part in listed),
        target=_ints(part.target for part in listed),
        entry_start=_starts(np.concatenate([[0], *(np.diff(part.start) for part in listed)])[1:]),
        entry=_ints(part.entry + first for part, first in zip(listed, level_start[:-1], strict=True)),
        count=_floats(part.count for part in listed),
        term_start=_starts(len(level) for level in terms),
        group_start=_starts(term.grouped.gather.shape[0] for term in every),
        gather_start=_starts(np.concatenate([[0], *(np.diff(term.grouped.gather.indptr) for term in every)])[1:]),
        gather=_ints(term.grouped.gather.indices + first for term, first in zip(every, offset, strict=True)),
        gather_sign=_floats(term.grouped.gather.data for term in every),
        column_start=_starts(len(term.plus) for term in every),
        plus=_ints(term.plus for term in every),
        minus=_ints(term.minus for term in every),
        sign=np.array([term.sign for term in every], dtype=np.float64),
        matrix_start=_starts(term.grouped.rows.size for term in every),
        matrix=_floats(term.grouped.rows.ravel() for term in every),
    )


def _terms(made: Products) -> list[_Term]:
    """Return the dense terms of what a level makes, none where it is listed."""
    match made:
        case Listed():
            return []
        case Paired(plus, minus, difference, total):
            parts = ((-1.0, difference), (1.0, total))
            return [_Term(Grouped.of(matrix), plus, minus, sign) for sign, matrix in parts]
        case Dense(target, matrix):
            return [_Term(Grouped.of(matrix), target, np.full(len(target), NO_RAIL, dtype=np.int64), 1.0)]


def _starts(sizes: Iterable[int] | IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(np.fromiter(sizes, dtype=np.int64))]).astype(np.int64)


def _ints(parts: Iterable[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64)


def _floats(parts: Iterable[FloatArray]) -> FloatArray:
    return np.concatenate([np.zeros(0), *parts]).astype(np.float64)
