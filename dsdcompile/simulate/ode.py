"""One call for deterministic kinetics: the engine is chosen by the structure of the Crn, which is checked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit, limit_state
from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import SimulationError
from dsdcompile.simulate import collocation, cvode, sweep
from dsdcompile.simulate.engine import Engine
from dsdcompile.simulate.trajectory import Tolerances, Trajectory, numbers

ENGINES: tuple[Engine, ...] = (collocation.ENGINE, sweep.ENGINE, cvode.ENGINE)
"""All engines, the more special first: ``auto`` takes the first that suits, and the last suits any Crn."""
METHODS = ("auto", *(engine.name for engine in ENGINES))
"""What ``method`` may be."""

FAR = 100.0
"""Tolerances by which a state may miss what is known of it before it counts as refuted: a few steps' errors add up."""


def simulate(
    crn: Crn,
    initial: ArrayLike,
    times: ArrayLike,
    tolerances: Tolerances | None = None,
    *,
    method: str = "auto",
    record: Sequence[str] | None = None,
) -> Trajectory:
    """Integrate the mass-action equations of ``crn`` and return its states at the requested times.

    Args:
        crn: Any Crn, formal or implementation.
        initial: One state (species,) or a batch (examples, species), as :meth:`Crn.inlet` gives them.
        times: Requested times (T,), strictly ascending; the initial state holds at the first.
        tolerances: In the Crn's own unit: use ``Tolerances().scaled(unit)`` for an implementation.
        method: ``auto``, or an engine by name, see :data:`METHODS`.
        record: The species to keep (default: all), which keeps a large batch small.

    Raises:
        SimulationError: the integration did not reach the last time, its result cannot be true, or the request makes
            no sense.
    """
    start, grid = _checked(crn, initial, times)
    tolerances = tolerances or Tolerances()
    if method not in METHODS:
        raise SimulationError(f"unknown method {method!r}; use one of {', '.join(METHODS)}")
    keep = _kept(crn, record)
    names = tuple(crn.species[i] for i in keep)
    wanted = choose(crn) if method == "auto" else method
    engine = next(engine for engine in ENGINES if engine.name == wanted)
    statistics: dict[str, float] = {}
    if len(grid) == 1:
        states = start[:, None, keep]
    else:
        states, statistics = engine.integrate(crn, start, grid, tolerances, keep)
    _refute(crn, start, states, keep, tolerances, engine.label)
    single = np.ndim(initial) == 1
    return Trajectory(names, grid, states[0] if single else states, engine.label, tolerances, statistics)


def choose(crn: Crn) -> str:
    """Return the method that ``auto`` takes: the structure is found and checked each time, never assumed."""
    return next(engine.name for engine in ENGINES if engine.suits(crn))


def _refute(
    crn: Crn, start: FloatArray, states: FloatArray, keep: IntArray, tolerances: Tolerances, engine: str
) -> None:
    """Raise if some states (examples, T, recorded) cannot be true, whatever the error estimates of the engine said.

    No concentration falls below zero. What nothing consumes never exceeds its exact limit, where the Crn has one, for
    no reaction ever fires more often than in the limit.
    """
    scale = np.abs(states).max(axis=1)
    low = states.min(axis=1) + FAR * (tolerances.absolute + tolerances.relative * scale)
    if (low < 0).any():
        example, column = np.unravel_index(int(low.argmin()), low.shape)
        raise SimulationError(
            f"{engine} brought {crn.species[keep[column]]} below zero, to {states[example, :, column].min():.3g}, in "
            f"example {example}: a result that cannot be true; take smaller tolerances or another method"
        )
    if not has_limit(crn):
        return
    made = _only_made(crn)[keep]
    kept = np.flatnonzero(made > 0)
    if not len(kept):
        return
    most = limit_state(crn, start).state[:, keep[kept]]
    allowed = most + FAR * (tolerances.absolute * made[kept] + tolerances.relative * most)
    high = states[:, :, kept].max(axis=1) - allowed
    if (high > 0).any():
        example, column = np.unravel_index(int(high.argmax()), high.shape)
        raise SimulationError(
            f"{engine} made {states[example, :, kept[column]].max():.6g} of {crn.species[keep[kept[column]]]} in "
            f"example {example}, of which there can be {most[example, column]:.6g}: a result that cannot be true; take "
            "smaller tolerances or another method"
        )


@lru_cache(maxsize=16)
def _only_made(crn: Crn) -> IntArray:
    """Return how many of each species all reactions together make, where none consumes it, else 0 (species,)."""
    consumed = np.asarray((crn.net < 0).sum(axis=0)).ravel() > 0
    return np.where(consumed, 0, np.asarray(crn.net.sum(axis=0)).ravel())


def output_species(crn: Crn) -> tuple[str, ...]:
    """Return the species that carry outputs, for ``record``."""
    return tuple(dict.fromkeys(crn.species[i] for i in crn.outputs.ravel() if i >= 0))


def _checked(crn: Crn, initial: ArrayLike, times: ArrayLike) -> tuple[FloatArray, FloatArray]:
    start = numbers(initial, "initial concentrations")
    grid = np.atleast_1d(numbers(times, "times"))
    if start.ndim not in (1, 2) or start.shape[-1] != crn.n_species:
        raise SimulationError(f"initial states of shape {start.shape} for a CRN of {crn.n_species} species")
    if not (np.isfinite(start).all() and (start >= 0).all()):
        raise SimulationError("an initial concentration is negative or not a finite number")
    if grid.ndim != 1 or not len(grid) or not np.isfinite(grid).all() or not (np.diff(grid) > 0).all():
        raise SimulationError("times must be finite numbers in strictly ascending order")
    return np.atleast_2d(start), grid


def _kept(crn: Crn, record: Sequence[str] | None) -> IntArray:
    if record is None:
        return np.arange(crn.n_species, dtype=np.int64)
    for name in record:
        if name not in crn.index:
            raise SimulationError(f"cannot record {name}: the CRN has no such species")
    return np.array([crn.index[name] for name in record], dtype=np.int64)
