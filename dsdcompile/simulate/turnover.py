"""What a CRN uses up over a horizon: how often each reaction fires, how high each species rises.

For CRNs without a limit (rate-dependent, competitive, cyclic) this is what fuels are dosed by. Each reaction gets a
counter species as one more product, so the integrator controls the error of the counts as it does of concentrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances


@final
@dataclass(frozen=True, eq=False)
class Usage:
    """What happens until a horizon."""

    turnover: FloatArray
    """How often each reaction fires at most, in concentration (reactions,)."""
    least: FloatArray
    """How often it fires at least, over the initial states looked at (reactions,)."""
    peak: FloatArray
    """The largest concentration of each species (species,), at the times looked at."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        for name in ("turnover", "least", "peak"):
            object.__setattr__(self, name, frozen_floats(getattr(self, name)))


def usage(
    crn: Crn, initial: ArrayLike, until: float, tolerances: Tolerances | None = None, *, points: int = 401
) -> Usage:
    """Return turnovers and the largest concentrations over some initial states (examples, species).

    Args:
        crn: Any Crn.
        initial: One state (species,) or several (examples, species).
        until: The horizon, in the Crn's unit of time.
        tolerances: Of the integration.
        points: Times at which concentrations are looked at.

    Raises:
        SimulationError: the integration fails, or ``until`` is not positive.
    """
    if not 0 < until < np.inf:
        raise SimulationError(f"a horizon of {until} is not a positive time")
    states = np.atleast_2d(np.asarray(initial, dtype=np.float64))
    counted = with_counters(crn)
    start = np.concatenate([states, np.zeros((len(states), crn.n_reactions))], axis=1)
    grid = np.linspace(0.0, until, max(points, 2))
    turnovers, peak = [], np.zeros(crn.n_species)
    for one in start:
        run = simulate(counted, one, grid, tolerances)
        turnovers.append(run.final[crn.n_species :])
        peak = np.maximum(peak, run.states[:, : crn.n_species].max(axis=0))
    return Usage(np.max(turnovers, axis=0), np.min(turnovers, axis=0), peak)


def with_counters(crn: Crn) -> Crn:
    """Return the Crn with a further product in each reaction that nothing consumes: how often it has fired."""
    taken = set(crn.species)
    stem = "fired"
    while any(name.startswith(stem) for name in taken):
        stem += "_"
    count = crn.n_reactions
    return crn.with_(
        species=(*crn.species, *(f"{stem}{row}" for row in range(count))),
        reactants=sparse.hstack([crn.reactants, sparse.csr_array((count, count), dtype=np.int64)]).tocsr(),
        products=sparse.hstack([crn.products, sparse.eye_array(count, dtype=np.int64)]).tocsr(),
        initial=np.concatenate([crn.initial, np.zeros(count)]),
    )
