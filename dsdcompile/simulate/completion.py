"""When a computation is done: completion times, and a horizon chosen from them.

An output is 90 % complete when the distance to its limit falls below a tenth of the largest distance it ever had, and
stays below. For a rising curve that is the usual meaning; it also holds for an output that overshoots or whose limit
equals its start. The label is complete when argmax is that of the limit and stays so (Vasic et al., PNAS 2022).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.ode import output_species, simulate
from dsdcompile.simulate.trajectory import Tolerances, Trajectory

LEVELS = (0.5, 0.9, 0.99)
"""The fractions whose completion times are reported."""


@final
@dataclass(frozen=True, slots=True)
class Completion:
    """When outputs, and the label, are right for good; ``math.inf`` where the trajectory ends before that."""

    levels: tuple[float, ...]
    """Fractions of completion."""
    outputs: tuple[tuple[float, ...], ...]
    """Completion time of each output at each level (outputs, levels), in the trajectory's time unit."""
    label: float
    """When argmax becomes that of the limit for good, in the trajectory's time unit; 0 for a single output."""

    def latest(self, level: float) -> float:
        """Return when the last output completes at one of the levels."""
        column = self.levels.index(level)
        return max((row[column] for row in self.outputs), default=0.0)

    def to_json(self) -> dict[str, Any]:
        """Return plain data; a completion beyond the trajectory's end is null."""
        return {
            "levels": list(self.levels),
            "outputs": [[_finite(time) for time in row] for row in self.outputs],
            "label": _finite(self.label),
        }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def settled(times: FloatArray, wrong: FloatArray, allowed: float = 0.0) -> float:
    """Return when ``wrong`` (T,) falls to ``allowed`` or below for good, interpolated linearly; inf if it never does.

    >>> settled(np.array([0.0, 1.0, 2.0]), np.array([4.0, 2.0, 0.0]), 1.0)
    1.5
    """
    above = np.flatnonzero(wrong > allowed)
    if not len(above):
        return float(times[0])
    last = int(above[-1])
    if last + 1 == len(times):
        return math.inf
    share = (wrong[last] - allowed) / (wrong[last] - wrong[last + 1])
    return float(times[last] + share * (times[last + 1] - times[last]))


def completion(
    times: FloatArray, outputs: FloatArray, limit: FloatArray, levels: tuple[float, ...] = LEVELS
) -> Completion:
    """Return completion times of one example's outputs (T, outputs) towards their limit (outputs,)."""
    away = np.abs(outputs - limit)
    reach = away.max(axis=0)
    rows = tuple(
        tuple(settled(times, away[:, i], (1.0 - level) * reach[i]) for level in levels) for i in range(len(limit))
    )
    misses = (outputs.argmax(axis=1) != limit.argmax()).astype(np.float64)
    after = np.flatnonzero(misses)
    if not len(after):
        label = float(times[0])
    else:
        label = float(times[after[-1] + 1]) if after[-1] + 1 < len(times) else math.inf
    return Completion(levels, rows, label)


@final
@dataclass(frozen=True, eq=False)
class Horizon:
    """How long a batch needs, and where it stands by then."""

    time: float
    """The time by which every output of every example is within ``within`` of its limit, in the Crn's unit."""
    outputs: FloatArray
    """Outputs at that time (examples, outputs)."""
    within: float
    """The distance asked for, in the Crn's unit."""


def horizon(
    crn: Crn,
    initial: FloatArray,
    limit: FloatArray,
    *,
    within: float,
    first: float,
    most: float,
    tolerances: Tolerances | None = None,
    method: str = "auto",
) -> Horizon:
    """Return a time by which all outputs are within ``within`` of their limit, doubling from ``first``.

    Args:
        crn: Formal or implementation.
        initial: States (examples, species).
        limit: What the outputs tend to (examples, outputs), in the Crn's unit.
        within: The largest distance to the limit, in the Crn's unit.
        first: The horizon tried first.
        most: The longest horizon tried.
        tolerances: Of the integration.
        method: See :func:`dsdcompile.simulate.ode.simulate`.

    Raises:
        SimulationError: an output is still further away at ``most``; the message says which, and how far.
    """
    waiting = np.arange(len(initial))
    outputs = np.zeros((len(initial), len(crn.outputs)))
    state, now, end = np.array(initial, dtype=np.float64), 0.0, first
    while True:
        run = simulate(crn, state, [now, end], tolerances, method=method)
        state = np.maximum(run.final, 0.0)  # by rounding and less than the tolerance: simulate refuses more
        outputs[waiting] = crn.read(state)
        far = np.abs(outputs[waiting] - limit[waiting]).max(axis=1, initial=0.0)
        late = far > within
        if not late.any():
            return Horizon(end, outputs, within)
        if end >= most:
            worst = int(waiting[np.argmax(far)])
            raise SimulationError(
                f"at t = {end:.6g} example {worst} is still {far.max():.3g} from its limit, more than {within:.3g}; "
                "allow a longer time or a larger distance"
            )
        waiting, state = waiting[late], state[late]
        now, end = end, min(2.0 * end, most)


def final_outputs(
    crn: Crn, initial: FloatArray, time: float, tolerances: Tolerances | None = None, *, method: str = "auto"
) -> FloatArray:
    """Return the outputs (examples, outputs) of a batch of states (examples, species) at one time."""
    run: Trajectory = simulate(crn, initial, [0.0, time], tolerances, method=method, record=output_species(crn))
    return run.outputs(crn)[:, -1]
