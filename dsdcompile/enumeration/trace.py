"""A counterexample in formal words: what DNA does, where reactions are undone, that its CRN cannot do.

Where a scheme undoes reactions until their modules close, a product may act before it is taken back. A search over
few molecules, reaction by reaction done or undone, proposes a way to a state that the formal CRN cannot come to. It
counts once the steps of the modules, which enumeration has shown to be what the strands do, go all the way, and all
that is left are signals and complexes that no longer change.

Two kinds are looked for. *Arrives*: a state at rest that no formal state reaches or holds. *Returns*: first a state,
then another, which the formal CRN reaches, but not in this order. Neither depends on how complexes are read.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import IntArray
from dsdcompile.crn.reaction import show_side
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.erasure import erase
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.enumeration.check import system_signals
from dsdcompile.verify.reading import Reading
from dsdcompile.verify.verdict import Witness

MOST_FORMAL = 400
"""Formal states looked through from one start; a CRN that reaches more is not compared from there."""
MOST_DONE = 400
"""States of done and undone reactions looked through from one start."""
MOST_STEPS = 20_000
"""States of strands looked through for one formal step."""
MOST_CORES = 300
"""Sets of one to three reactions that are tried."""

State = tuple[int, ...]
"""Molecules of each formal species (species,)."""
Move = tuple[int, bool]
"""A reaction, and whether it is done; else it is undone."""
Key = int | Complex
"""A molecule: a formal species, or a complex with histories erased."""


@final
@dataclass(frozen=True, slots=True)
class _Way:
    """A proposal: from a start by moves to an end."""

    start: State
    moves: tuple[Move, ...]
    states: tuple[State, ...]
    """The state after each move."""


def counterexample(system: DsdSystem, readings: Sequence[Reading | str]) -> Witness | None:
    """Return what a system of modules that undo reactions does and its CRN cannot, or None if the search finds nothing.

    ``readings`` has one reading for each template.
    """
    search = _Search(system, readings)
    for returns in (False, True):
        for core in search.cores():
            for start in search.starts(core):
                way = search.way(core, start, returns=returns)
                if way is not None and search.happens(way, core):
                    return Witness(search.told(way, returns=returns))
    return None


@final
class _Search:
    """A system as formal reactions, and as the steps of the modules that do them."""

    def __init__(self, system: DsdSystem, readings: Sequence[Reading | str]) -> None:
        self.system, self.readings = system, readings
        crn = system.crn
        self.names = crn.species
        self.sides = [
            tuple(np.asarray(m[[row]].todense(), np.int64).ravel() for m in (crn.reactants, crn.products))
            for row in range(crn.n_reactions)
        ]
        self.module = {int(r): m for m, r in enumerate(system.reaction.tolist()) if r >= 0}
        self.signals = system_signals(system)
        self.known: dict[State, frozenset[State] | None] = {}

    # -- where to look ---------------------------------------------------------------------------------------------

    def undoes(self, row: int) -> bool:
        """Return whether the module of a reaction may undo it."""
        reading = self.readings[self.system.template[self.module[row]]]
        return isinstance(reading, Reading) and reading.undoes

    def cores(self) -> Iterator[tuple[int, ...]]:
        """Yield small sets of reactions that share species, the first of which may be undone."""
        touched = [frozenset(np.flatnonzero(left + right).tolist()) for left, right in self.sides]
        by_species: dict[int, list[int]] = {}
        for row, species in enumerate(touched):
            for one in species:
                by_species.setdefault(one, []).append(row)
        seen: set[frozenset[int]] = set()
        for first in (row for row in sorted(self.module) if self.undoes(row)):
            near = sorted({row for one in touched[first] for row in by_species[one]} - {first})
            others = ((), *((row,) for row in near), *itertools.combinations(near, 2))
            for core in ((first, *rows) for rows in others):
                if frozenset(core) not in seen:
                    seen.add(frozenset(core))
                    yield core
                if len(seen) >= MOST_CORES:
                    return

    def starts(self, core: tuple[int, ...]) -> Iterator[State]:
        """Yield a few states with few molecules from which reactions of a core can happen."""
        need = np.max([self.sides[row][0] for row in core], axis=0)
        made = np.max([self.sides[row][1] - self.sides[row][0] for row in core], axis=0) > 0
        given = np.where(made, 0, need)
        first = self.sides[core[0]][0]
        tried = (np.maximum(given, first), need, np.maximum(given, 2 * first), given + first)
        yield from dict.fromkeys(tuple(int(n) for n in state) for state in tried if 0 < state.sum() <= 6)

    # -- proposals -------------------------------------------------------------------------------------------------

    def formal(self, start: State) -> frozenset[State] | None:
        """Return all states that the formal CRN reaches, or None if they are too many."""
        if start not in self.known:
            found, waiting = {start}, deque([start])
            while waiting and len(found) <= MOST_FORMAL:
                state = waiting.popleft()
                for left, right in self.sides:
                    after = _moved(state, left, right)
                    if after is not None and after not in found:
                        found.add(after)
                        waiting.append(after)
            self.known[start] = None if waiting else frozenset(found)
        return self.known[start]

    def way(self, core: tuple[int, ...], start: State, *, returns: bool) -> _Way | None:
        """Return how a core, its reactions done and undone, does what the formal CRN cannot from ``start``."""
        allowed = self.formal(start)
        if allowed is None:
            return None
        first = (start, (0,) * len(core))
        waiting, seen = deque([(first, _Way(start, (), ()))]), {first}
        while waiting and len(seen) < MOST_DONE:
            (state, opened), way = waiting.popleft()
            if not returns and not _held(state, allowed):
                return way
            for place, row in enumerate(core):
                left, right = self.sides[row]
                for done in (True, False):
                    if not done and not opened[place]:
                        continue
                    after = _moved(state, left, right) if done else _moved(state, right, left)
                    if after is None:
                        continue
                    change = int(self.undoes(row)) if done else -1
                    there = (after, tuple(n + change * (at == place) for at, n in enumerate(opened)))
                    longer = _Way(start, (*way.moves, (row, done)), (*way.states, after))
                    if returns and not done and self.astray(longer, allowed):
                        return longer
                    if there not in seen:
                        seen.add(there)
                        waiting.append((there, longer))
        return None

    def astray(self, way: _Way, allowed: frozenset[State]) -> bool:
        """Return whether the last step of a way is one that no formal state like the one before it can do."""
        before, after = way.states[-2], way.states[-1]
        for state in allowed:
            if _covers(state, before):
                onward = self.formal(state)
                if onward is None or _held(after, onward):
                    return False
        return True

    # -- strands ---------------------------------------------------------------------------------------------------

    def happens(self, way: _Way, core: tuple[int, ...]) -> bool:
        """Return whether the modules' own steps go the way, and come to rest at its end."""
        steps = {row: self.steps(row) for row in core}
        always = {key for _, fuels, _ in steps.values() for key in fuels}
        opened = {key: n for _, _, some in steps.values() for key, n in some.items()}
        taken = {
            row: [(_without(left, always), _without(right, always)) for left, right in pairs]
            for row, (pairs, _, _) in steps.items()
        }
        state: Counter[Key] | None = Counter({s: n for s, n in enumerate(way.start) if n})
        for (row, done), goal in zip(way.moves, way.states, strict=True):
            if state is None:
                return False
            more = _open(state, opened) + (int(self.undoes(row)) if done else -1)
            state = _walk(state, taken[row], goal, opened, more)
        every = [step for some in taken.values() for step in some]
        return state is not None and _walk(state, every, way.states[-1], opened, 0) is not None

    def steps(self, row: int) -> tuple[list[tuple[Counter[Key], Counter[Key]]], set[Key], dict[Key, int]]:
        """Return the steps of a reaction's module, its fuels, and which of its complexes keep it open."""
        module = self.module[row]
        template, reading = (some[self.system.template[module]] for some in (self.system.templates, self.readings))
        bound = self.system.species[module]
        key: dict[str, Key] = {}
        for part, named in zip(template.complexes, self.system.module(module), strict=True):
            signal = part.role is Role.SIGNAL
            key[part.name] = (
                int(bound[part.species]) if signal else erase(named.complex, self.system.form, self.signals)
            )
        pairs = [
            (Counter(key[n] for n in r.reactants), Counter(key[n] for n in r.products)) for r in template.reactions
        ]
        fuels = {key[c.name] for c in template.fuels}
        opened = {key[n]: count for n, count in reading.opened.items() if count} if isinstance(reading, Reading) else {}
        return pairs, fuels, opened

    # -- words -----------------------------------------------------------------------------------------------------

    def told(self, way: _Way, *, returns: bool) -> str:
        """Say what happens."""
        moves = "; ".join(str(self.system.crn.reaction(row)) + ("" if done else ", undone") for row, done in way.moves)
        first, last = self.state(way.start), self.state(way.states[-1])
        if not returns:
            return f"from {first} the strands come to {last}, with nothing left to undo, which the CRN cannot: {moves}"
        before = self.state(way.states[-2])
        return f"from {first} the strands come to {before} and then to {last}, which the CRN cannot: {moves}"

    def state(self, state: State) -> str:
        """Write a state as a side of a reaction."""
        side = [name for name, count in zip(self.names, state, strict=True) for _ in range(count)]
        return show_side(tuple(side)) or "nothing"


def _moved(state: State, left: IntArray, right: IntArray) -> State | None:
    """Return a state in which one side has become the other, or None if it is not there."""
    if any(n < k for n, k in zip(state, left, strict=True)):
        return None
    return tuple(int(n - a + b) for n, a, b in zip(state, left, right, strict=True))


def _covers(state: State, other: State) -> bool:
    return all(n >= k for n, k in zip(state, other, strict=True))


def _held(state: State, among: frozenset[State]) -> bool:
    """Return whether a state is among some, or part of one of them."""
    return state in among or any(_covers(other, state) for other in among)


def _without(side: Counter[Key], always: set[Key]) -> Counter[Key]:
    return Counter({key: count for key, count in side.items() if key not in always})


def _free(state: Mapping[Key, int]) -> dict[int, int]:
    return {key: count for key, count in state.items() if isinstance(key, int) and count}


def _counted(state: State) -> dict[int, int]:
    return {species: count for species, count in enumerate(state) if count}


def _open(state: Mapping[Key, int], opened: Mapping[Key, int]) -> int:
    return sum(count * opened.get(key, 0) for key, count in state.items())


def _walk(
    start: Counter[Key],
    steps: Sequence[tuple[Counter[Key], Counter[Key]]],
    goal: State,
    opened: Mapping[Key, int],
    count: int,
) -> Counter[Key] | None:
    """Return a state that steps reach, with the free signals ``goal`` and ``count`` modules open, or None."""
    signals = _counted(goal)
    seen, waiting = {frozenset(start.items())}, deque([start])
    while waiting and len(seen) < MOST_STEPS:
        state = waiting.popleft()
        if _free(state) == signals and _open(state, opened) == count:
            return state
        for left, right in steps:
            if left <= state:
                after = +(state - left + right)
                if frozenset(after.items()) not in seen:
                    seen.add(frozenset(after.items()))
                    waiting.append(after)
    return None
