"""What the species of an implementation read as, found part by part and checked (``enumeration/MODULAR.md``).

A species that is no signal reads as the signals that it comes apart to by itself, with the help of fuels. There are few
candidates: of all that it comes apart to, it can only be something from which the formal CRN reaches the rest. What is
chosen among them is then checked: every step is a formal reaction or changes nothing, and every species does come apart
by steps that change nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from dsdcompile.verify.bags import EMPTY, Bag, bag, mapped, only, size
from dsdcompile.verify.stepped import Step, Steps

MOST_STATES = 2_000
"""States looked through from one species."""
MOST_CHOICES = 20_000
"""Choices among candidates that are tried in one part."""


@final
@dataclass(frozen=True, slots=True)
class Problem:
    """Why a part has no reading."""

    text: str
    """In words; ``{}`` stands for the names of ``species``, in order."""
    species: tuple[int, ...] = ()
    step: Step | None = None
    """The step that fits no reading."""


@final
@dataclass(frozen=True, eq=False)
class PartReading:
    """What the species of a part read as."""

    means: Mapping[int, Bag]
    """Of every species of the part, signals as well."""
    does: Mapping[int, tuple[Step, ...]]
    """The steps that do each formal reaction."""
    quiet: tuple[Step, ...]
    """The steps that change nothing."""


def read_part(steps: Steps, part: Sequence[Step]) -> PartReading | Problem:
    """Return what the species of a part read as, or why that cannot be said."""
    return _Part(steps, part).read()


@final
class _Part:
    """One part, while it is read."""

    def __init__(self, steps: Steps, part: Sequence[Step]) -> None:
        self.steps, self.part = steps, part
        species = {one for step in part for one, _ in (*step.left, *step.right)}
        self.signals = {one: steps.signals[one] for one in species if one in steps.signals}
        self.held = sorted(species - self.signals.keys())
        self.holding = Steps(
            tuple(step for step in part if any(one not in self.signals for one, _ in step.left)), steps.signals, ()
        )
        self.reactions = {sides: number for number, sides in enumerate(steps.formal)}
        self.bare = frozenset(one for one in self.held if not self.comes_near_signals(one))

    def read(self) -> PartReading | Problem:
        """Return a reading that fulfils every condition, or why none does."""
        candidates: dict[int, tuple[Bag, ...]] = {}
        for one in self.held:
            found = self.candidates(one)
            if isinstance(found, Problem):
                return found
            candidates[one] = found
        problem = Problem("more than can be tried")
        for means in self.choices(candidates):
            if isinstance(means, Problem):
                problem = means
                continue
            found_reading = self.judged(means)
            if isinstance(found_reading, PartReading):
                return found_reading
            problem = found_reading
        return problem

    def comes_near_signals(self, one: int) -> bool:
        """Return whether a species leads to a signal, were there enough of all that it leads to."""
        there, changed = {one}, True
        while changed:
            changed = False
            for step in self.holding.steps:
                if all(s in there for s, _ in step.left) and not all(s in there for s, _ in step.right):
                    there.update(s for s, _ in step.right)
                    changed = True
        return any(s in self.signals for s in there)

    def candidates(self, one: int) -> tuple[Bag, ...] | Problem:
        """Return what a species can read as, the least first."""
        if one in self.bare:
            return (EMPTY,)
        apart: dict[Bag, None] = {}
        seen, waiting = {bag([one])}, deque([bag([one])])
        while waiting:
            state = waiting.popleft()
            if all(s in self.signals or s in self.bare for s, _ in state):
                apart.setdefault(mapped(only(state, self.signals), self.signals))
            for _, there in self.holding.after(state):
                if there not in seen:
                    seen.add(there)
                    waiting.append(there)
            if len(seen) > MOST_STATES:
                return Problem("{} comes apart in more ways than can be looked through", (one,))
        if not apart:
            return Problem("{} does not come apart to signals by itself", (one,))
        found = [signals for signals in apart if len(apart) == 1 or self.leads_to(signals, apart)]
        if any(not left for left, _ in self.steps.formal):
            found.append(EMPTY)
        if not found:
            return Problem("{} comes apart in ways between which no formal reaction leads", (one,))
        return tuple(sorted(dict.fromkeys(found), key=lambda signals: (size(signals), signals)))

    def leads_to(self, signals: Bag, others: Iterable[Bag]) -> bool:
        """Return whether the formal CRN comes from one state to others, as far as can be looked through."""
        onward = self.steps.formally(signals)
        return onward is None or all(other in onward for other in others)

    def choices(self, candidates: Mapping[int, tuple[Bag, ...]]) -> Iterator[dict[int, Bag] | Problem]:
        """Yield choices of candidates under which every step is a reaction or nothing, and what stood in the way."""
        fixed: dict[int, Bag] = dict(self.signals) | {
            one: some[0] for one, some in candidates.items() if len(some) == 1
        }
        open_ = [one for one, some in candidates.items() if len(some) > 1]
        wrong = self.wrong(fixed, self.part)
        if wrong is not None:
            yield wrong
            return
        touching = {one: [s for s in self.part if any(o == one for o, _ in (*s.left, *s.right))] for one in open_}
        tries = 0
        stack: list[tuple[int, dict[int, Bag]]] = [(0, fixed)]
        while stack:
            depth, means = stack.pop()
            if depth == len(open_):
                yield means
                continue
            for candidate in reversed(candidates[open_[depth]]):
                tries += 1
                longer = {**means, open_[depth]: candidate}
                wrong = self.wrong(longer, touching[open_[depth]])
                if wrong is None:
                    stack.append((depth + 1, longer))
                else:
                    yield wrong
            if tries > MOST_CHOICES:
                yield Problem("more readings than can be tried")
                return

    def wrong(self, means: Mapping[int, Bag], some: Sequence[Step]) -> Problem | None:
        """Return a step, all of it read, that is neither a formal reaction nor nothing."""
        for step in some:
            if all(one in means for one, _ in (*step.left, *step.right)) and self.kind(means, step) is None:
                return Problem("a step is neither a formal reaction nor nothing", step=step)
        return None

    def kind(self, means: Mapping[int, Bag], step: Step) -> int | None:
        """Return which formal reaction a step does; -1 for nothing, None for anything else."""
        left, right = mapped(step.left, means), mapped(step.right, means)
        return -1 if left == right else self.reactions.get((left, right))

    def judged(self, means: Mapping[int, Bag]) -> PartReading | Problem:
        """Return the reading, if every species comes apart by steps that change nothing."""
        does: dict[int, list[Step]] = {}
        quiet = []
        for step in self.part:
            kind = self.kind(means, step)
            if kind is None:
                return Problem("a step is neither a formal reaction nor nothing", step=step)
            if kind < 0:
                quiet.append(step)
            else:
                does.setdefault(kind, []).append(step)
        still = Steps(tuple(quiet), self.steps.signals, ())
        for one in self.held:
            if means[one] and not self.comes_apart(one, means, still):
                return Problem("{} cannot turn back into the signals that it holds", (one,))
        return PartReading(means, {number: tuple(some) for number, some in does.items()}, tuple(quiet))

    def comes_apart(self, one: int, means: Mapping[int, Bag], still: Steps) -> bool:
        """Return whether a species turns into signals, and what reads as nothing, by steps that change nothing."""
        start = bag([one])
        seen, waiting = {start}, deque([start])
        while waiting and len(seen) <= MOST_STATES:
            state = waiting.popleft()
            if all(s in self.signals or not means[s] for s, _ in state):
                return True
            for _, there in still.after(state):
                if there not in seen:
                    seen.add(there)
                    waiting.append(there)
        return False
