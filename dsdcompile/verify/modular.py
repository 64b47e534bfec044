"""Is an implementation CRN, whoever made it, bisimilar to a formal one? Decided part by part (MODULAR.md).

Proved, where every part has a reading and every formal reaction can be done from its signals in all their variants.
Refuted, where a trace from a few signals shows it. Else undecided, with what stands in the way.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import final

from dsdcompile.verify.bags import Bag, bag, size
from dsdcompile.verify.equivalence import Claim
from dsdcompile.verify.exploration import Trace, counterexample
from dsdcompile.verify.interpretation import PartReading, Problem, read_part
from dsdcompile.verify.stepped import Step, Steps, read_steps

MOST_STATES = 5_000
"""States looked through for one formal reaction."""
MOST_VARIANTS = 20_000
"""Ways to choose variants of the reactants of one reaction."""
MOST_STARTS = 60
"""Starts from which counterexamples are looked for."""


@final
@dataclass(frozen=True, slots=True)
class Modular:
    """The verdict."""

    parts: int
    problem: Problem | None
    """What stands in the way of a proof; None: it is proved."""
    trace: Trace | None = None
    """The counterexample, if one is found."""


def judge(claim: Claim) -> Modular:
    """Return whether an implementation is bisimilar to its CRN.

    Raises:
        CrnError: some formal species has no signal.
    """
    steps = read_steps(claim)
    parts = steps.parts()
    readings: list[PartReading] = []
    problems: list[tuple[Problem, Sequence[Step]]] = []
    for part in parts:
        found = read_part(steps, part)
        if isinstance(found, Problem):
            problems.append((found, part))
        else:
            readings.append(found)
    missing = None if problems else _undone(steps, readings)
    if not problems and missing is None:
        return Modular(len(parts), None)
    near = [part for _, part in problems]
    for start in itertools.islice(_starts(steps, near, missing), MOST_STARTS):
        trace = counterexample(steps, start)
        if trace is not None:
            return Modular(len(parts), problems[0][0] if problems else missing, trace)
    return Modular(len(parts), problems[0][0] if problems else missing)


def _undone(steps: Steps, readings: Sequence[PartReading]) -> Problem | None:
    """Return a formal reaction that cannot be done from some variants of its signals, or None."""
    means: dict[int, Bag] = dict(steps.signals)
    doing: dict[int, list[PartReading]] = {}
    for reading in readings:
        means.update(reading.means)
        for number in reading.does:
            doing.setdefault(number, []).append(reading)
    for number, (left, _) in enumerate(steps.formal):
        able = doing.get(number, [])
        does = {step for reading in able for step in reading.does[number]}
        still = Steps(tuple(step for reading in able for step in reading.quiet), steps.signals, ())
        variants = _variants(steps.signals, left)
        if variants is None:
            return Problem(f"formal reaction {number + 1} has more variants of its reactants than can be tried")
        for start in variants:
            if not does or not _happens(still, does, start):
                return Problem(
                    f"formal reaction {number + 1} cannot be done from {{}}" if start else
                    f"formal reaction {number + 1} is never done",
                    tuple(one for one, count in start for _ in range(count)),
                )  # fmt: skip
    return None


def _happens(still: Steps, does: set[Step], start: Bag) -> bool:
    """Return whether steps that change nothing lead to one that does the reaction."""
    seen, waiting = {start}, deque([start])
    while waiting and len(seen) <= MOST_STATES:
        state = waiting.popleft()
        if any(step.after(state) is not None for step in does):
            return True
        for _, there in still.after(state):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return False


def _variants(signals: Mapping[int, Bag], formal: Bag) -> list[Bag] | None:
    """Return all choices of signals that read as a formal state, or None if they are too many."""
    choices = []
    for species, count in formal:
        those = [one for one, means in signals.items() if means == bag([species])]
        choices.append(list(itertools.combinations_with_replacement(those, count)))
    if prod(map(len, choices)) > MOST_VARIANTS:
        return None
    return [bag([one for some in chosen for one in some]) for chosen in itertools.product(*choices)]


def _starts(steps: Steps, near: Sequence[Sequence[Step]], missing: Problem | None) -> Iterator[Bag]:
    """Yield signals from which to look for a counterexample: reactants, then a few of those near what failed."""
    seen: set[Bag] = set()

    def new(start: Bag) -> Iterator[Bag]:
        if start not in seen and 0 < size(start) <= 4:
            seen.add(start)
            yield start

    if missing is not None:
        yield from new(bag(missing.species))
    failed = sorted({one for part in near for step in part for one, _ in step.left if one in steps.signals})
    first: dict[Bag, int] = {}
    for one in (*failed, *steps.signals):
        first.setdefault(steps.signals[one], one)
    close = {steps.signals[one] for one in failed}
    asked = [left for left, _ in steps.formal]
    asked.sort(key=lambda left: not any(bag([species]) in close for species, _ in left))
    for left in asked:
        yield from new(bag({first[bag([species])]: count for species, count in left if bag([species]) in first}))
    for one in failed:
        yield from new(bag([one]))
    for pair in itertools.combinations_with_replacement(failed[:12], 2):
        yield from new(bag(pair))
    for one in steps.signals:
        yield from new(bag([one]))
    for left, right in itertools.combinations(asked, 2):
        together = {first[bag([s])]: n for side in (left, right) for s, n in side if bag([s]) in first}
        yield from new(bag(together))
