"""Stochastic simulation: molecule counts in a stated volume, one reaction event at a time.

A concentration of one formal unit is ``per_unit`` molecules. A reaction with rate constant k and reactants A (n times),
B (m times) happens at k * per_unit^(1 - n - m) * A (A - 1) .. * B (B - 1) .. per unit of time, so that means of large
systems follow the mass-action equations of :mod:`dsdcompile.simulate.mass_action`.

A noncompetitive feed-forward CRN falls silent, in the same state whatever happened on the way: outputs in counts are
those of the network on discretised inputs (the paper's footnote 1), see :func:`dsdcompile.crn.limit.discrete_limit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.direct_kernel import DONE, direct
from dsdcompile.simulate.trajectory import Trajectory, numbers

AVOGADRO = 6.02214076e23
"""Molecules a mole (SI, exact)."""
MOST_EVENTS = 10_000_000_000
"""Events of one realisation before it is said not to end."""
MOST_MOLECULES = 1 << 52
"""Counts beyond this are not exact in the propensities."""
ENGINE = "direct method (stochastic, molecule counts)"


def molecules(concentration: float, volume: float) -> float:
    """Return how many molecules a concentration (M) is in a volume (litres).

    >>> round(molecules(1e-8, 1e-9))
    6022141
    """
    return concentration * volume * AVOGADRO


def discretise(states: ArrayLike, per_unit: float) -> IntArray:
    """Return states in whole molecules, rounded to the nearest, for concentrations in formal units.

    Raises:
        SimulationError: a concentration is negative, not finite, or too many molecules to count.
    """
    amounts = np.asarray(states, dtype=np.float64) * per_unit
    if not (np.isfinite(amounts).all() and (amounts >= 0).all() and per_unit > 0):
        raise SimulationError("counts need concentrations that are finite and not negative, and a positive volume")
    if amounts.max(initial=0.0) > MOST_MOLECULES:
        raise SimulationError(f"{amounts.max():.3g} molecules are too many to count one by one; take a smaller volume")
    return np.rint(amounts).astype(np.int64)


def simulate_counts(
    crn: Crn,
    counts: ArrayLike,
    times: ArrayLike,
    *,
    per_unit: float,
    seed: int,
    record: Sequence[str] | None = None,
) -> Trajectory:
    """Return one stochastic run from each row of molecule counts, at requested times.

    Args:
        crn: Any Crn; its rate constants are those of the mass-action equations, in its own unit of concentration.
        counts: Molecules (species,) or (runs, species).
        times: Ascending times (T,) in the Crn's unit; the last may be infinite for a system that falls silent.
        per_unit: Molecules that one unit of concentration is.
        seed: Runs of the same seed are the same; each row has its own stream.
        record: The species to keep (default: all).

    Raises:
        SimulationError: the request makes no sense, or a run has more than :data:`MOST_EVENTS` events.
    """
    start = np.atleast_2d(np.asarray(counts))
    grid = np.atleast_1d(numbers(times, "times"))
    if start.ndim != 2 or start.shape[1] != crn.n_species or not np.issubdtype(start.dtype, np.integer):
        raise SimulationError(f"counts of shape {start.shape} for {crn.n_species} species, or not integers")
    if (start < 0).any():
        raise SimulationError("a molecule count is negative")
    if np.isnan(grid).any() or not len(grid) or not np.isfinite(grid[0]) or not (np.diff(grid) > 0).all():
        raise SimulationError("times must be in strictly ascending order; only the last may be infinite")
    if not (np.isfinite(per_unit) and per_unit > 0):
        raise SimulationError(f"{per_unit} molecules a unit: a positive number is needed")
    if seed < 0:
        raise SimulationError(f"a seed of {seed}: 0 or more is needed")
    names = crn.species if record is None else tuple(record)
    for name in names:
        if name not in crn.index:
            raise SimulationError(f"cannot record {name}: the CRN has no such species")
    keep = np.array([crn.index[name] for name in names], dtype=np.int64)
    plan = _plan(crn)
    order = np.asarray(crn.reactants.sum(axis=1)).ravel()
    constants = np.asarray(crn.rates * float(per_unit) ** (1.0 - order))
    states = np.empty((len(start), len(grid), len(keep)))
    events = 0.0
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(len(start))):
        state = start[number].astype(np.int64)
        out, statistics = np.empty((len(grid), len(keep)), dtype=np.int64), np.zeros(2)
        ended = direct(
            state, grid, keep, constants, plan.slot_start, plan.slot_species, plan.slot_offset, plan.change_start,
            plan.change_species, plan.change_by, plan.dependent_start, plan.dependent, np.random.default_rng(stream),
            MOST_EVENTS, out, statistics,
        )  # fmt: skip
        if ended != DONE:
            raise SimulationError(
                f"stochastic run {number} has had {MOST_EVENTS} events by t = {statistics[1]:.6g} of {grid[-1]:.6g}; "
                "take a smaller volume or an earlier end"
            )
        states[number] = out
        events += statistics[0]
    single = np.ndim(counts) == 1
    return Trajectory(names, grid, states[0] if single else states, ENGINE, None, {"events": events})


def silent(crn: Crn, counts: ArrayLike, *, per_unit: float, seed: int) -> IntArray:
    """Return the counts in which runs fall silent, of the same shape as ``counts``.

    Raises:
        SimulationError: see :func:`simulate_counts`; a system that never falls silent runs into its limit of events.
    """
    run = simulate_counts(crn, counts, [0.0, np.inf], per_unit=per_unit, seed=seed)
    return np.asarray(run.final, dtype=np.int64)


@final
@dataclass(frozen=True, eq=False)
class _Plan:
    """A Crn for the kernel: reactants by slot, changes, and which reactions feel an event."""

    slot_start: IntArray
    slot_species: IntArray
    slot_offset: IntArray
    change_start: IntArray
    change_species: IntArray
    change_by: IntArray
    dependent_start: IntArray
    dependent: IntArray


@lru_cache(maxsize=8)
def _plan(crn: Crn) -> _Plan:
    used, net = crn.reactants, crn.net
    size = np.asarray(used.sum(axis=1)).ravel()
    first = np.concatenate([[0], np.cumsum(used.data)])[:-1]
    slot_offset = np.arange(int(used.data.sum())) - np.repeat(first, used.data)
    feels = (abs(net) @ used.T).tocsr()
    feels.sort_indices()
    return _Plan(
        slot_start=np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        slot_species=np.repeat(used.indices, used.data).astype(np.int64),
        slot_offset=slot_offset.astype(np.int64),
        change_start=net.indptr.astype(np.int64),
        change_species=net.indices.astype(np.int64),
        change_by=net.data.astype(np.int64),
        dependent_start=feels.indptr.astype(np.int64),
        dependent=feels.indices.astype(np.int64),
    )


def means(run: Trajectory) -> tuple[FloatArray, FloatArray]:
    """Return the mean over runs (T, species) of a batch, and its standard error (T, species)."""
    if run.states.ndim != 3 or len(run.states) < 2:
        raise SimulationError("means need at least two runs")
    return np.asarray(run.states.mean(axis=0)), np.asarray(run.states.std(axis=0, ddof=1) / np.sqrt(len(run.states)))
