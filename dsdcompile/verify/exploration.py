"""Counterexamples: states that an implementation comes to from a few signals, and its CRN cannot explain.

All states that are reached from a few signals, fuels always there, are looked through. If the implementation is
bisimilar to its CRN and every complex comes apart to the signals that it reads as (``enumeration/MODULAR.md``), then

1. signals that are free together are part of a state that the CRN comes to;
2. from every state one is reached whose free signals are all that there is, a state of the CRN, and from which the CRN
   comes to all signals that come free later;
3. whatever the CRN can do in one reaction is reached.

A state without one of these refutes it. Nothing here depends on how species are read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import final

from dsdcompile.verify.bags import Bag, mapped, only, within
from dsdcompile.verify.stepped import Step, Steps

MOST_STATES = 1_000
"""States of the implementation looked through from one start."""


@final
class Fault(Enum):
    """What a trace shows."""

    ARRIVES = "signals come free that the CRN cannot have"
    STUCK = "from there no state is reached whose free signals are all that there is"
    TURNED = "what comes free later, the CRN cannot reach from what was there"
    NEVER = "a reaction that the CRN can do is never done"


@final
@dataclass(frozen=True, slots=True)
class Trace:
    """A way that an implementation goes and its CRN cannot, or cannot go on from."""

    fault: Fault
    start: Bag
    """Signals at the start, species of the implementation."""
    steps: tuple[Step, ...]
    end: Bag
    """The state at the end, without fuels and waste."""
    missing: Bag = ()
    """For a reaction that is never done: the formal state that it leads to."""


@final
@dataclass(frozen=True, eq=False)
class Explored:
    """All states that are reached from some signals."""

    start: Bag
    came: Mapping[Bag, tuple[Step, Bag] | None]
    """How each state was reached first."""
    complete: bool

    def trace(self, fault: Fault, end: Bag, missing: Bag = ()) -> Trace:
        """Return the way to a state."""
        steps, at = [], end
        while (step := self.came[at]) is not None:
            steps.append(step[0])
            at = step[1]
        return Trace(fault, self.start, tuple(reversed(steps)), end, missing)


def explore(steps: Steps, start: Bag) -> Explored:
    """Return the states that are reached from some signals, the nearest first."""
    came: dict[Bag, tuple[Step, Bag] | None] = {start: None}
    waiting = deque([start])
    while waiting and len(came) <= MOST_STATES:
        state = waiting.popleft()
        for step, there in steps.after(state):
            if there not in came:
                came[there] = (step, state)
                waiting.append(there)
    return Explored(start, came, not waiting)


def counterexample(steps: Steps, start: Bag) -> Trace | None:
    """Return what an implementation does from some signals that its CRN cannot, or None if nothing is found.

    Where states, of the implementation or of the CRN, are too many, only what can be said without the others is.
    """
    formal = steps.formally(mapped(start, steps.signals))
    if formal is None:
        return None
    explored = explore(steps, start)
    free = {state: mapped(only(state, steps.signals), steps.signals) for state in explored.came}
    for state in explored.came:
        if free[state] not in formal and not any(within(free[state], other) for other in formal):
            return explored.trace(Fault.ARRIVES, state)
    if not explored.complete:
        return None
    reached = set(free.values())
    for state, come in _onward(steps, explored, free).items():
        bare = all(one in steps.signals for one, _ in state)  # nothing but signals: it reads as they do
        settled = ({free[state]} if bare else come) & formal
        if not settled:
            return explored.trace(Fault.STUCK, state)
        if not any(_explains(steps, one, come) for one in settled):
            return explored.trace(Fault.TURNED, state)
    for _, there in steps.formal_steps(mapped(start, steps.signals)):
        if there not in reached:
            return explored.trace(Fault.NEVER, start, there)
    return None


def _onward(steps: Steps, explored: Explored, free: Mapping[Bag, Bag]) -> dict[Bag, set[Bag]]:
    """Return for each state the free signals of all states that are reached from it."""
    before: dict[Bag, list[Bag]] = {state: [] for state in explored.came}
    for state in explored.came:
        for _, there in steps.after(state):
            before[there].append(state)
    come = {state: {signals} for state, signals in free.items()}
    waiting = deque(explored.came)
    while waiting:
        state = waiting.popleft()
        for earlier in before[state]:
            if not come[state] <= come[earlier]:
                come[earlier] |= come[state]
                waiting.append(earlier)
    return come


def _explains(steps: Steps, one: Bag, come: set[Bag]) -> bool:
    """Return whether the CRN comes from one state to all signals of others."""
    onward = steps.formally(one)
    return onward is None or all(other in onward or any(within(other, state) for state in onward) for other in come)
