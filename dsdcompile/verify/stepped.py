"""An implementation CRN as steps: without fuels, without waste, and split where nothing but signals is shared.

*Waste* is the largest set of species, no signals, that react with nothing but each other and fuels. A *part* is a set
of steps that share species which are no signals. What is judged of a part holds whatever other parts there are
(``enumeration/MODULAR.md``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

from dsdcompile.crn.matrices import Sparse
from dsdcompile.verify.bags import Bag, bag, minus, only, plus
from dsdcompile.verify.equivalence import Claim

MOST_FORMAL = 400
"""Formal states looked through from one."""


@final
@dataclass(frozen=True, slots=True)
class Step:
    """What a reaction of the implementation does besides taking and making fuels and waste."""

    left: Bag
    right: Bag
    row: int
    """The first reaction that does it."""

    def after(self, state: Bag) -> Bag | None:
        """Return what a state becomes, or None where the step cannot happen."""
        rest = minus(state, self.left)
        return None if rest is None else plus(rest, self.right)


@final
@dataclass(frozen=True, eq=False)
class Steps:
    """An implementation and the formal reactions that it should do."""

    steps: tuple[Step, ...]
    signals: Mapping[int, Bag]
    """What each signal reads as: one formal species."""
    formal: tuple[tuple[Bag, Bag], ...]
    """Formal reactions, those that change nothing left out."""

    @cached_property
    def by_species(self) -> Mapping[int, tuple[Step, ...]]:
        """The steps that take a species; under -1 those that take nothing but fuels."""
        found: dict[int, list[Step]] = defaultdict(list)
        for step in self.steps:
            for one, _ in step.left or ((-1, 1),):
                found[one].append(step)
        return {one: tuple(some) for one, some in found.items()}

    def after(self, state: Bag) -> Iterator[tuple[Step, Bag]]:
        """Yield the steps that can happen in a state, each with the state after it."""
        possible = dict.fromkeys(step for one, _ in (*state, (-1, 1)) for step in self.by_species.get(one, ()))
        for step in possible:
            there = step.after(state)
            if there is not None:
                yield step, there

    @cached_property
    def known(self) -> dict[Bag, frozenset[Bag] | None]:
        """What :meth:`formally` has found."""
        return {}

    def formally(self, start: Bag) -> frozenset[Bag] | None:
        """Return all states that the formal CRN comes to, or None if they are too many."""
        if start not in self.known:
            found, waiting = {start}, [start]
            while waiting and len(found) <= MOST_FORMAL:
                state = waiting.pop()
                for _, there in self.formal_steps(state):
                    if there not in found:
                        found.add(there)
                        waiting.append(there)
            self.known[start] = None if waiting else frozenset(found)
        return self.known[start]

    def formal_steps(self, state: Bag) -> Iterator[tuple[int, Bag]]:
        """Yield the formal reactions that can happen in a formal state, each with the state after it."""
        for number, (left, right) in enumerate(self.formal):
            rest = minus(state, left)
            if rest is not None:
                yield number, plus(rest, right)

    def parts(self) -> tuple[tuple[Step, ...], ...]:
        """Return the steps in parts that share nothing but signals."""
        group: dict[int, int] = {}

        def root(one: int) -> int:
            while group.setdefault(one, one) != one:
                group[one] = group[group[one]]
                one = group[one]
            return one

        place = {}
        for number, step in enumerate(self.steps):
            held = [one for one, _ in (*step.left, *step.right) if one not in self.signals]
            place[number] = held[0] if held else -1 - number
            for one in held:
                group[root(one)] = root(place[number])
        found: dict[int, list[Step]] = defaultdict(list)
        for number, step in enumerate(self.steps):
            found[root(place[number])].append(step)
        return tuple(map(tuple, found.values()))


def read_steps(claim: Claim) -> Steps:
    """Return a claim's implementation as steps."""
    crn = claim.implementation
    fuels = set(claim.fuels.tolist())
    kept = set(range(crn.n_species)) - fuels
    rows = [
        tuple(_side(matrix, row, kept) for matrix in (crn.reactants, crn.products)) for row in range(crn.n_reactions)
    ]
    kept -= _waste(rows, kept - claim.means.keys())
    steps: dict[tuple[Bag, Bag], Step] = {}
    for row, (left, right) in enumerate(rows):
        sides = only(left, kept), only(right, kept)
        if sides[0] != sides[1]:
            steps.setdefault(sides, Step(*sides, row))
    formal = claim.formal
    every = set(range(formal.n_species))
    asked = dict.fromkeys(
        (_side(formal.reactants, row, every), _side(formal.products, row, every)) for row in range(formal.n_reactions)
    )
    return Steps(
        tuple(steps.values()),
        {one: bag([species]) for one, species in claim.means.items()},
        tuple(sides for sides in asked if sides[0] != sides[1]),
    )


def _side(matrix: Sparse, row: int, kept: Container[int]) -> Bag:
    window = slice(matrix.indptr[row], matrix.indptr[row + 1])
    pairs = zip(matrix.indices[window].tolist(), matrix.data[window].tolist(), strict=True)
    return only(bag(dict(pairs)), kept)


def _waste(rows: Sequence[tuple[Bag, ...]], candidates: set[int]) -> set[int]:
    """Return the largest set among candidates that react with nothing but each other."""
    waste, changed = set(candidates), True
    while changed:
        changed = False
        for left, right in rows:
            taken = [one for one, _ in left if one in waste]
            if taken and any(one not in waste for one, _ in (*left, *right)):
                waste.difference_update(taken)
                changed = True
    return waste
