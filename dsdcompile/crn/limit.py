"""The exact t -> infinity state of a noncompetitive feed-forward CRN, and how often each reaction has fired.

In topological order the whole supply of a reaction's reactants is known before the reaction is looked at, and since
nobody else consumes them, the reaction fires until the scarcest is gone (Chen, Doty, Soloveichik 2014). One pass over
the reactions is exact up to float rounding, whatever the rate constants.

A batch goes through level by level, a block of examples at a time, so that a block stays in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.analysis import competition, is_feed_forward, latest_levels
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Rows, compact
from dsdcompile.crn.spread import Spread, spread
from dsdcompile.errors import CrnError

BLOCK = 1 << 20
"""Concentrations worked on at a time: species times examples of a block."""


@final
@dataclass(frozen=True, eq=False)
class Limit:
    """The limit of a batch of initial states."""

    state: FloatArray
    """Concentrations at t -> infinity (examples, species)."""
    turnover: FloatArray
    """How often each reaction has fired, in concentration (examples, reactions)."""

    def __post_init__(self) -> None:
        """Make the arrays read-only in place: they can be large."""
        self.state.setflags(write=False)
        self.turnover.setflags(write=False)


@lru_cache(maxsize=16)
def has_limit(crn: Crn) -> bool:
    """Return whether the exact limit is defined: noncompetitive, feed-forward, and every reaction consumes something.

    Without one, what the CRN does depends on its rate constants and on how long it runs.
    """
    if competition(crn) is not None or not np.asarray((crn.net < 0).sum(axis=1)).all():
        return False
    return is_feed_forward(crn)


def limit_state(crn: Crn, initial: FloatArray) -> Limit:
    """Return the limit for initial states (examples, species).

    Raises:
        CrnError: the CRN is competitive or not feed-forward, so it has no limit of this kind; or a state has the wrong
            shape, is negative or not finite.
    """
    given = np.asarray(initial, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != crn.n_species:
        raise CrnError(f"initial states of shape {given.shape} for a CRN of {crn.n_species} species")
    if not (np.isfinite(given).all() and (given >= 0).all()):
        raise CrnError("an initial concentration is negative or not a finite number")
    state = np.empty(given.shape)
    turnover = np.zeros((len(given), crn.n_reactions))
    for part in _parts(crn, len(given)):
        block = np.array(given[part].T, order="C")  # a copy even of one example: it is worked on in place
        fired = np.zeros((crn.n_reactions, block.shape[1]))
        _run(crn, block, fired)
        state[part], turnover[part] = block.T, fired.T
    return Limit(state, turnover)


def limit(crn: Crn, inputs: ArrayLike) -> FloatArray:
    """Return output values at t -> infinity (examples, outputs) for input values (examples, inputs).

    Raises:
        CrnError: see :func:`limit_state` and :meth:`Crn.inlet`.
    """
    found = [crn.read(block.T) for block, _ in _inlets(crn, inputs)]
    return np.concatenate([np.empty((0, len(crn.outputs))), *found])


def largest_turnover(crn: Crn, inputs: ArrayLike) -> FloatArray:
    """Return how often each reaction fires at most (reactions,) over input values (examples, inputs): the dose.

    Raises:
        CrnError: see :func:`limit_state` and :meth:`Crn.inlet`.
    """
    most = np.zeros(crn.n_reactions)
    for _, fired in _inlets(crn, inputs, turnover=True):
        np.maximum(most, fired.max(axis=1, initial=0.0), out=most)
    return most


def discrete_limit(crn: Crn, counts: ArrayLike) -> IntArray:
    """Return the molecule counts (examples, species) at which the system falls silent, from ``counts`` of that shape.

    A reaction fires as long as all its reactants are there in full, so 2A -> B leaves an odd A over. Every stochastic
    run of a noncompetitive feed-forward CRN ends in this state.

    Raises:
        CrnError: the CRN has no limit, or a count is negative or too large for exact integers.
    """
    state = np.array(counts, dtype=np.int64).T.copy()
    if state.size and (state.min() < 0 or state.max() > 1 << 52):
        raise CrnError("molecule counts must be from 0 to 2^52")
    _plan(crn)
    for rows in latest_levels(crn):
        fired = np.full((len(rows), state.shape[1]), np.iinfo(np.int64).max)
        used = crn.reactants[rows].tocoo()
        change = crn.net[rows].tocsr()
        for row, species, count in zip(*used.coords, used.data, strict=True):
            taken = -int(change[row, species])
            enough = state[species] >= count
            times = (state[species] - count) // taken + 1 if taken > 0 else np.iinfo(np.int64).max
            fired[row] = np.minimum(fired[row], np.where(enough, times, 0))
        if fired.size and float(fired.max()) * float(abs(change).max()) > 2.0**62:
            raise CrnError("molecule counts grow beyond 64-bit integers")
        state += change.T @ fired
    return np.asarray(state.T)


@final
@dataclass(frozen=True, eq=False)
class _Level:
    """The reactions of one level, arranged for a batch."""

    reactions: IntArray
    """Rows of the Crn (reactions,)."""
    slots: tuple[_Slot, ...]
    """Reactants by slot; the first slot has all reactions, in order."""
    catalysts: tuple[tuple[int, int], ...]
    """Reactions of the level and the species that they need but do not consume."""
    products: Spread
    """What they make."""

    def fire(self, state: FloatArray, turnover: FloatArray) -> None:
        """Fire to exhaustion in place; state (species, examples), turnover (reactions of the Crn or 0, examples)."""
        first, others = self.slots[0], self.slots[1:]
        alone = not others and not self.catalysts
        fired = first.supply(state)
        if not alone:
            fired = fired.copy()
            for slot in others:
                fired[slot.reactions] = np.minimum(fired[slot.reactions], slot.supply(state))
            for row, species in self.catalysts:
                fired[row][state[species] <= 0] = 0.0
            for slot in self.slots:
                slot.consume(state, fired)
        self.products.add(fired, state)
        if len(turnover):
            turnover[self.reactions] = fired
        if alone:
            state[first.species] = 0.0


@final
@dataclass(frozen=True, eq=False)
class _Slot:
    """One consumed reactant of each of some reactions."""

    reactions: IntArray | slice
    """Which reactions of the level."""
    species: IntArray | slice
    """What they consume."""
    need: FloatArray | None
    """How many each consumes at a time (reactions, 1); None where all consume one."""

    def supply(self, state: FloatArray) -> FloatArray:
        """Return how often the reactant lets each reaction fire (reactions, examples): a view where it can be."""
        there: FloatArray = state[self.species]
        return there if self.need is None else there / self.need

    def consume(self, state: FloatArray, fired: FloatArray) -> None:
        """Take what was used, never below 0 by rounding."""
        used = fired[self.reactions] if self.need is None else fired[self.reactions] * self.need
        state[self.species] = np.maximum(state[self.species] - used, 0.0)


@lru_cache(maxsize=8)
def _plan(crn: Crn) -> tuple[_Level, ...]:
    """Return the levels of a Crn, checked to have a limit."""
    rival = competition(crn)
    if rival is not None:
        raise CrnError(
            f"no unique limit: {rival.species} is consumed by reaction {rival.consumer + 1}, "
            f"{crn.reaction(rival.consumer)}, and used by reaction {rival.other + 1}, {crn.reaction(rival.other)}"
        )
    consuming = np.asarray((crn.net < 0).sum(axis=1)).ravel()
    if crn.n_reactions and not consuming.all():
        row = int(np.flatnonzero(consuming == 0)[0])
        raise CrnError(f"no limit: reaction {row + 1}, {crn.reaction(row)}, consumes nothing and never stops")
    levels = latest_levels(crn)
    order = np.concatenate([np.zeros(0, dtype=np.int64), *levels])
    change, used = crn.net[order], crn.reactants[order]
    consumed, made = Rows.of((-change).maximum(0).tocsr()), Rows.of(change.maximum(0).tocsr())
    helpers = Rows.of((used.astype(bool) > (change < 0)).astype(np.int64).tocsr())
    found, first = [], 0
    for reactions in levels:
        last = first + len(reactions)
        parts = (table.between(first, last) for table in (consumed, helpers, made))
        found.append(_level(crn, reactions, *parts))
        first = last
    return tuple(found)


def _level(crn: Crn, reactions: IntArray, consumed: Rows, helpers: Rows, made: Rows) -> _Level:
    """Arrange a level by what its reactions consume, need but keep, and make (rows: the level's reactions)."""
    row, species, need = consumed.row, consumed.column, consumed.value.astype(np.float64)
    place = np.arange(len(row)) - np.searchsorted(row, row)
    slots = []
    for number in range(int(place.max(initial=-1)) + 1):
        at = place == number
        several = None if (need[at] == 1.0).all() else need[at][:, None]
        slots.append(_Slot(compact(row[at]), compact(species[at]), several))
    catalysts = tuple(zip(helpers.row.tolist(), helpers.column.tolist(), strict=True))
    return _Level(reactions, tuple(slots), catalysts, spread(made, crn.n_species, crn.pairs))


def _parts(crn: Crn, examples: int) -> Iterator[slice]:
    step = max(16, BLOCK // max(1, crn.n_species))
    return (slice(start, min(start + step, examples)) for start in range(0, examples, step))


def _inlets(crn: Crn, inputs: ArrayLike, turnover: bool = False) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield limits (species, examples) and, if asked for, turnovers (reactions, examples), block by block."""
    rails, amounts = crn.rail_amounts(inputs)
    for part in _parts(crn, len(amounts)):
        state = np.repeat(crn.initial[:, None], len(amounts[part]), axis=1)
        state[rails] += amounts[part].T
        fired = np.zeros((crn.n_reactions if turnover else 0, state.shape[1]))
        _run(crn, state, fired)
        yield state, fired


def _run(crn: Crn, state: FloatArray, turnover: FloatArray) -> None:
    """Fire all levels in place; turnovers are written unless ``turnover`` is empty."""
    for level in _plan(crn):
        level.fire(state, turnover)
