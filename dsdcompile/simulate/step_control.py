"""How long the next step is, and how a run ends: what the kernels of both own integrators have in common."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.errors import SimulationError
from dsdcompile.jit import inlined

DONE, TOO_MANY_STEPS, STEP_TOO_SMALL = 0, 1, 2
SAFETY = 0.9
LARGEST_CUT = 5.0
"""A step is followed, or repeated, by one at least this many times smaller."""
LEAST_ERROR = 1e-10
IDLE = 1e-3
"""A species that moves by less than this share of its tolerance is idle: it does not dilute the mean of the errors."""


@inlined
def busy(change: float, error: float, weight: float) -> bool:
    """Return whether a species counts in the mean, by its change and error in a step and what it may be wrong by."""
    return abs(change) > IDLE * weight or abs(error) > IDLE * weight


@inlined
def too_small(h: float, t: float, end: float) -> bool:
    """Return whether a step no longer moves the time."""
    return h < 1e-15 * max(abs(t), end * 1e-15)


@inlined
def divisor(error: float, order: int, growth: float) -> float:
    """Return what to divide a step by for an error of 1; ``order`` is the power of h that the error goes with."""
    return float(max(1.0 / growth, min(LARGEST_CUT, error ** (1.0 / order) / SAFETY)))


@inlined
def next_step(
    h: float,
    error: float,
    h_before: float,
    error_before: float,
    after_rejection: bool,
    order: int,
    growth: float,
) -> float:
    """Return the step after an accepted one, by Gustafsson's predictive controller; it does not grow after a rejection.

    For the first step ``h_before`` is 0: there is nothing to predict from.
    """
    factor = divisor(error, order, growth)
    if h_before > 0.0:
        predicted = (h_before / h) * (error * error / error_before) ** (1.0 / order) / SAFETY
        factor = max(factor, min(LARGEST_CUT, predicted))
    return min(h, h / factor) if after_rejection else h / factor


def check_done(
    ended: int, states: FloatArray, *, engine: str, which: str, reached: float, end: float, most_steps: int
) -> None:
    """Raise unless a kernel reached the end and all states are finite.

    Args:
        ended: What the kernel returned.
        states: What it wrote.
        engine: Its name, as in ``the sweep``.
        which: Which examples, as in ``example 3``.
        reached: The time it reached.
        end: The time it was to reach.
        most_steps: How many steps it was allowed.

    Raises:
        SimulationError: it stopped early; the message says where and why.
    """
    if ended == DONE and np.isfinite(states).all():
        return
    reasons = {
        TOO_MANY_STEPS: f"it needs more than {most_steps} steps",
        STEP_TOO_SMALL: "no step is small enough for the tolerance (concentrations may grow without bound)",
    }
    reason = reasons.get(ended, "concentrations are not finite")
    raise SimulationError(f"{engine} stopped at t = {reached:.6g} of {end:.6g} in {which}: {reason}")
