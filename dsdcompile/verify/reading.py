"""How the molecules of a module read as formal species, found for each template and checked exactly (NOTIONS.md).

A *reading* gives every complex that is no fuel a multiset of formal species: a signal is itself, waste is nothing. It
shows a relation between a module and its reaction R -> P if

1. every step leaves the reading of what it takes and makes as it is, or replaces R by P, or, for limits only, P by R
   (the reaction is undone);
2. every complex can turn into the signals that it reads as, and into complexes that read as nothing, with the help of
   fuels and of its companions: complexes of which there are provably as many;
3. from its reactants and fuels alone the reaction can be done;
4. where reactions are undone: each time the reaction is done one more module is *open*, undoing closes one, and every
   open module can be closed for good.

Without undoing, 1 to 3 are CRN bisimulation, for one module and for any number of modules that read what they share
alike; with it, 1 to 4 keep the limit of CRNs that have one whatever their rates.

Readings are searched with integer programs in floating point; what they return is rounded and every condition is then
checked in integers, so a wrong answer of the solver costs a proof and never makes one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from dsdcompile.dsd.template import Role, Template, TemplateReaction
from dsdcompile.verify.verdict import Relation

MOST_STATES = 20_000
"""States of one module looked through for one path."""
MOST_COMPANIONS = 2
"""Most companions of one kind that a complex is shown to have."""

Counts = tuple[tuple[str, int], ...]
"""A multiset of complexes of a template by name, ascending."""
Meaning = tuple[int, ...]
"""How often each label of the template's shape is read (labels,)."""


@final
@dataclass(frozen=True, eq=False)
class Reading:
    """What the complexes of a template mean. Fuels, signals and waste are listed too."""

    template: Template
    relation: Relation
    """What the module shows about its reaction, alone."""
    means: Mapping[str, Meaning]
    opened: Mapping[str, int]
    """How many modules a complex keeps open, that is, able to undo their reaction."""
    companions: Mapping[str, Mapping[str, int]]
    """For complexes that read as nothing: there are at least as many as the weighted sum of these others."""

    @property
    def undoes(self) -> bool:
        """Whether the reaction may be undone before the module closes."""
        return self.relation is Relation.SAME_LIMIT


@lru_cache(maxsize=4096)
def read_template(template: Template) -> Reading | str:
    """Return the reading of a template that shows most, or why there is none."""
    steps = _Steps(template)
    reason = "no reading makes every step the reaction or nothing"
    for forward, backward in steps.candidates():
        means = steps.meanings(forward, backward)
        if means is None:
            continue
        opened = steps.opened(means) if backward is not None else dict.fromkeys(means, 0)
        if opened is None:
            reason = "a module that has done its reaction does not stay open until it closes"
            continue
        found = steps.judge(means, opened)
        if isinstance(found, Reading):
            return found
        reason = found
    return reason


@final
class _Steps:
    """The steps of a template, and what can be said about them."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.fuels = {c.name for c in template.complexes if c.role is Role.FUEL}
        self.signals = {c.name: c.species for c in template.complexes if c.role is Role.SIGNAL}
        self.held = [c.name for c in template.complexes if c.role in (Role.INTERMEDIATE, Role.WASTE)]
        self.labels = template.shape.slots
        self.before, self.after = (
            tuple(side.count(label) for label in range(self.labels))
            for side in (template.shape.reactants, template.shape.products)
        )
        self.steps = [(self.counted(r.reactants), self.counted(r.products)) for r in template.reactions]

    def counted(self, side: Iterable[str]) -> Counter[str]:
        """Return a side of a step without fuels."""
        return Counter(name for name in side if name not in self.fuels)

    def candidates(self) -> Iterator[tuple[int | None, int | None]]:
        """Yield which step may do the reaction, and which undoes it: first those that nothing undoes."""
        if self.before == self.after or self.template.kind != "reaction":
            yield None, None
            return
        sides = {_sides(r): place for place, r in enumerate(self.template.reactions)}
        back = [sides.get(_sides(r)[::-1]) for r in self.template.reactions]
        yield from ((place, None) for place, other in enumerate(back) if other is None)
        yield from ((place, other) for place, other in enumerate(back) if other is not None)

    # -- searching -------------------------------------------------------------------------------------------------

    def meanings(self, forward: int | None, backward: int | None) -> dict[str, Meaning] | None:
        """Return the smallest reading in which these steps do and undo the reaction and all others do nothing."""
        width = len(self.held) * self.labels
        column = {name: place * self.labels for place, name in enumerate(self.held)}
        rows: list[tuple[dict[int, int], int]] = []
        for place, (left, right) in enumerate(self.steps):
            if place in (forward, backward):
                wanted = (self.before, self.after) if place == forward else (self.after, self.before)
                for side, whole in zip((left, right), wanted, strict=True):
                    rows += self.equations(side, column, whole)
            else:
                change = right.copy()
                change.subtract(left)
                rows += self.equations(change, column, (0,) * self.labels)
        waste = {c.name for c in self.template.of_role(Role.WASTE)}
        size = float(sum(self.before + self.after))
        high = np.repeat([0.0 if name in waste else size for name in self.held], self.labels)
        found = _integers(rows, np.ones(width), np.zeros(width), high, equal=True)
        if found is None:
            return None
        means = {name: tuple(found[at : at + self.labels]) for name, at in column.items()}
        means |= {name: tuple(int(label == own) for label in range(self.labels)) for name, own in self.signals.items()}
        return means | dict.fromkeys(self.fuels, (0,) * self.labels)

    def equations(
        self, side: Mapping[str, int], column: Mapping[str, int], total: Meaning
    ) -> list[tuple[dict[int, int], int]]:
        """Return, label by label, that a weighted sum of complexes reads as ``total``."""
        found = []
        for label in range(self.labels):
            known = sum(count for name, count in side.items() if self.signals.get(name) == label)
            unknown = {column[name] + label: count for name, count in side.items() if name in column and count}
            found.append((unknown, total[label] - known))
        return found

    def opened(self, means: Mapping[str, Meaning]) -> dict[str, int] | None:
        """Return how many modules each complex keeps open, the fewest possible, or None."""
        column = {name: place for place, name in enumerate(self.held)}
        exact: list[tuple[dict[int, int], int]] = []
        most: list[tuple[dict[int, int], int]] = []
        for left, right in self.steps:
            change = right.copy()
            change.subtract(left)
            row = {column[name]: count for name, count in change.items() if name in column and count}
            done = self.kind(means, left, right)
            (most if done == 0 else exact).append((row, done or 0))
        waste = {c.name for c in self.template.of_role(Role.WASTE)}
        width = len(self.held)
        high = np.array([0.0 if name in waste else 1.0 for name in self.held])
        found = _integers(exact, np.ones(width), np.zeros(width), high, equal=True, below=most)
        if found is None:
            return None
        return {name: found[column[name]] if name in column else 0 for name in means}

    def companions(self, means: Mapping[str, Meaning], opened: Mapping[str, int]) -> dict[str, dict[str, int]]:
        """Return what each complex that reads as nothing is at least as often there as."""
        column = {name: place for place, name in enumerate(self.held)}
        # As many as possible for complexes that may need a companion, none for others.
        cost = np.array([10.0 if any(means[name]) or opened[name] else -1.0 for name in self.held])
        pairs = {}
        for name in self.held:
            if any(means[name]) or opened[name] or self.template[name].role is Role.WASTE:
                continue
            rows = []
            for left, right in self.steps:
                change = left.copy()  # the surplus never falls: its change is at least 0
                change.subtract(right)
                rows.append(({column[n]: count for n, count in change.items() if n in column and count}, 0))
            low, high = np.full(len(column), -float(MOST_COMPANIONS)), np.zeros(len(column))
            low[column[name]] = high[column[name]] = 1.0
            solved = _integers([], cost, low, high, equal=True, below=rows)
            if solved is not None:
                others = {n: -solved[at] for n, at in column.items() if n != name and solved[at]}
                if others and self.surplus(name, others):
                    pairs[name] = others
        return pairs

    # -- checking, in integers -------------------------------------------------------------------------------------

    def judge(self, means: dict[str, Meaning], opened: dict[str, int]) -> Reading | str:
        """Return the reading if it fulfils every condition, or which it does not."""
        kinds = [self.kind(means, left, right) for left, right in self.steps]
        for place, kind in enumerate(kinds):
            if kind is None:
                return f"step {place + 1} is neither the reaction nor nothing"
        if any(count < 0 for meaning in means.values() for count in meaning) or min(opened.values(), default=0) < 0:
            return "a complex reads as less than nothing"
        undoes = -1 in kinds
        if undoes:
            for kind, (left, right) in zip(kinds, self.steps, strict=True):
                change = _total(right, opened) - _total(left, opened)
                if change > 0 if kind == 0 else change != kind:
                    return "a step opens a module without doing the reaction"
        companions = self.companions(means, opened)
        for name in self.held:
            if (any(means[name]) or opened[name]) and not self.unravels(name, means, opened, companions):
                return f"{name} does not always turn into what it reads as"
        if not self.happens(means, opened):
            return "the reaction cannot be done from its reactants and fuels"
        return Reading(self.template, Relation.SAME_LIMIT if undoes else Relation.BISIMILAR, means, opened, companions)

    def kind(self, means: Mapping[str, Meaning], left: Counter[str], right: Counter[str]) -> int | None:
        """Return what a step does to the reading: 0 nothing, 1 the reaction, -1 undoes it; None for anything else."""
        sides = self.read(left, means), self.read(right, means)
        if sides[0] == sides[1]:
            return 0
        if self.template.kind != "reaction":
            return None
        return {(self.before, self.after): 1, (self.after, self.before): -1}.get(sides)

    def read(self, side: Mapping[str, int], means: Mapping[str, Meaning]) -> Meaning:
        """Return what a multiset of complexes reads as."""
        return tuple(sum(count * means[name][label] for name, count in side.items()) for label in range(self.labels))

    def surplus(self, name: str, others: Mapping[str, int]) -> bool:
        """Return whether no step lowers how many of a complex there are beyond the weighted sum of others."""
        weight = {name: 1, **{other: -count for other, count in others.items()}}
        return all(count >= 0 for count in others.values()) and all(
            _total(right, weight) >= _total(left, weight) for left, right in self.steps
        )

    def unravels(
        self,
        name: str,
        means: Mapping[str, Meaning],
        opened: Mapping[str, int],
        companions: Mapping[str, Mapping[str, int]],
    ) -> bool:
        """Return whether a complex can become the signals that it reads as, by steps that do nothing to the reading."""
        start = Counter({name: 1})
        for companion, others in companions.items():
            start[companion] += others.get(name, 0)
        quiet = [step for step in self.steps if self.kind(means, *step) == 0]
        return self.reaches(start, means[name], quiet, means, opened)

    def happens(self, means: Mapping[str, Meaning], opened: Mapping[str, int]) -> bool:
        """Return whether the reaction can be done from its reactants and fuels alone."""
        if self.template.kind != "reaction":
            return True
        start = Counter({name: self.before[label] for name, label in self.signals.items() if self.first(name, label)})
        onward = [step for step in self.steps if self.kind(means, *step) != -1]
        return self.reaches(+start, self.after, onward, means, opened)

    def first(self, name: str, label: int) -> bool:
        """Return whether a signal is the one of its species that gates take up: histories make several."""
        used = {n for left, _ in self.steps for n in left}
        names = [n for n, other in self.signals.items() if other == label]
        return name == next((n for n in names if n in used), names[0])

    def reaches(
        self,
        start: Counter[str],
        goal: Meaning,
        steps: list[tuple[Counter[str], Counter[str]]],
        means: Mapping[str, Meaning],
        opened: Mapping[str, int],
    ) -> bool:
        """Return whether steps reach signals ``goal``, and else what means nothing and is closed."""
        known, waiting = {_key(start)}, deque([start])
        while waiting and len(known) < MOST_STATES:
            state = waiting.popleft()
            signals = Counter[int]()
            for name, count in state.items():
                if name in self.signals:
                    signals[self.signals[name]] += count
            idle = all(n in self.signals or not (any(means[n]) or opened[n]) for n in state)
            if idle and tuple(signals[label] for label in range(self.labels)) == goal:
                return True
            for left, right in steps:
                if left <= state:
                    after = state - left + right
                    if _key(after) not in known:
                        known.add(_key(after))
                        waiting.append(after)
        return False


def _sides(reaction: TemplateReaction) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted(reaction.reactants)), tuple(sorted(reaction.products))


def _key(state: Counter[str]) -> Counts:
    return tuple(sorted((+state).items()))


def _total(side: Mapping[str, int], weight: Mapping[str, int]) -> int:
    return sum(count * weight.get(name, 0) for name, count in side.items())


def _integers(
    rows: list[tuple[dict[int, int], int]],
    cost: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    equal: bool,
    below: list[tuple[dict[int, int], int]] | None = None,
) -> list[int] | None:
    """Return integers at least cost that fulfil equations ``rows`` and ``below``, sums at most; or None."""
    if not len(cost):
        fits = all(value == 0 for _, value in rows) and all(value >= 0 for _, value in below or ())
        return [] if fits else None
    limits = []
    for some, bounded in ((rows, equal), (below or [], False)):
        if some:
            entries = [(at, column, value) for at, (row, _) in enumerate(some) for column, value in row.items()]
            at, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
            matrix = sparse.csr_array((values, (at, columns)), shape=(len(some), len(cost)), dtype=float)
            top = np.array([value for _, value in some], float)
            limits.append(LinearConstraint(matrix, top if bounded else -np.inf, top))
    found = milp(cost, integrality=np.ones(len(cost)), bounds=Bounds(low, high), constraints=limits)
    return None if found.x is None else [round(value) for value in found.x.tolist()]
