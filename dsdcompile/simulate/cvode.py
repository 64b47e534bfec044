"""CVODE (SUNDIALS, through scikit-sundae) for any Crn: backward differentiation with the analytic Jacobian.

Small systems solve their Newton equations densely. Larger ones use GMRES preconditioned by a sparse factorisation of
I - gamma J, which is exact when fresh: unpreconditioned Krylov fails on DNA implementations, whose fuels make them
stiff, and a direct solver alone factorises at every change of step. The factorisation tries the natural order of the
strongly connected parts (no fill in a feed-forward system) against SuperLU's own and keeps the sparser.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse import linalg as sparse_linalg
from sksundae.cvode import CVODE, CVODEPrecond

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.engine import Engine
from dsdcompile.simulate.mass_action import MassAction
from dsdcompile.simulate.trajectory import Tolerances

DENSE = 250
"""Up to this many species the Newton equations are solved densely."""
CLOSEST = 1e-15
"""Shares of the largest time below which CVODE refuses to go from one to the next."""
MOST_STEPS = 200_000
"""Steps CVODE may take between two requested times before it is said to have failed."""


def integrate(
    crn: Crn, initial: FloatArray, times: FloatArray, tolerances: Tolerances, record: IntArray
) -> tuple[FloatArray, dict[str, float]]:
    """Return recorded states (examples, T, recorded) for initial states (examples, species), and statistics.

    Raises:
        SimulationError: CVODE failed, stopped early, returned numbers that are not finite, or cannot tell times apart.
    """
    states = np.empty((len(initial), len(times), len(record)))
    total: dict[str, float] = {"evaluations": 0.0, "jacobians": 0.0}
    if not crn.n_species:
        return states, total
    for number, one in enumerate(initial):
        found, statistics = _integrate_one(crn, one, times, tolerances)
        states[number] = found[:, record]
        for name, value in statistics.items():
            total[name] += value
    return states, total


def _integrate_one(
    crn: Crn, initial: FloatArray, times: FloatArray, tolerances: Tolerances
) -> tuple[FloatArray, dict[str, float]]:
    """Return states (T, species) from one initial state (species,) at times (T >= 2,), and statistics."""
    law = MassAction.of(crn)
    asked = times if len(times) > 2 else np.array([times[0], (times[0] + times[1]) / 2, times[1]])
    if (np.diff(asked) < CLOSEST * np.abs(asked).max()).any():
        raise SimulationError("two of the times are too close to each other for CVODE to tell them apart")

    def derivative(_: float, state: FloatArray, out: FloatArray) -> None:
        out[:] = law.derivative(state)

    options: dict[str, Any] = {
        "rtol": tolerances.relative,
        "atol": tolerances.absolute,
        "max_num_steps": MOST_STEPS,
        # nothing falls below zero: there a reaction may run backwards for good, and no error estimate shows it
        "constraints_idx": np.arange(crn.n_species),
        "constraints_type": np.ones(crn.n_species, dtype=np.int64),
        **(_dense(law) if crn.n_species <= DENSE else _preconditioned(law)),
    }
    with np.errstate(all="ignore"):  # an overflow ends as a failure of CVODE, reported below
        found = CVODE(derivative, **options).solve(asked, np.array(initial))
    states = np.asarray(found.y, dtype=np.float64)
    if not found.success or states.shape != (len(asked), crn.n_species) or found.t[-1] != asked[-1]:
        raise SimulationError(f"CVODE stopped at t = {np.ravel(found.t)[-1]:.6g} of {times[-1]:.6g}: {found.message}")
    if not np.isfinite(states).all():
        raise SimulationError(f"CVODE returned concentrations that are not finite before t = {times[-1]:.6g}")
    statistics = {"evaluations": float(found.nfev), "jacobians": float(found.njev)}
    return (states if len(times) > 2 else states[[0, 2]]), statistics


def _dense(law: MassAction) -> dict[str, Any]:
    column = np.repeat(np.arange(law.pattern.shape[1]), np.diff(law.pattern.indptr))

    def jacobian(_: float, state: FloatArray, __: FloatArray, out: FloatArray) -> None:
        out[law.pattern.indices, column] = law.entries(state)

    return {"linsolver": "dense", "jacfn": jacobian}


def _preconditioned(law: MassAction) -> dict[str, Any]:
    solver = _NewtonMatrix(law)
    return {
        "linsolver": "gmres",
        "krylov_dim": 10,
        "precond": CVODEPrecond(solver.setup, solver.solve, "left"),
    }


class _NewtonMatrix:
    """The factorised I - gamma J that preconditions GMRES; kept between the calls CVODE makes."""

    def __init__(self, law: MassAction) -> None:
        self.law = law
        self.jacobian: Any = None
        self.factors: Any = None
        self.order = upstream_order(law)
        self.natural: bool | None = None

    def setup(self, _: float, state: FloatArray, __: FloatArray, jok: int, jnew: list[int], gamma: float) -> None:
        if not jok or self.jacobian is None:
            self.jacobian = self.law.jacobian(state)[self.order][:, self.order]
        jnew[0] = int(not jok)
        matrix = (sparse.eye_array(len(self.order), format="csc") - gamma * self.jacobian).tocsc()
        if self.natural is None:
            fill = [self._factorise(matrix, natural).L.nnz for natural in (True, False)]
            self.natural = fill[0] <= fill[1]
        self.factors = self._factorise(matrix, self.natural)

    def _factorise(self, matrix: Any, natural: bool) -> Any:
        order = "NATURAL" if natural else "COLAMD"
        return sparse_linalg.splu(matrix, permc_spec=order, diag_pivot_thresh=0.01)

    def solve(
        self,
        _t: float,
        _state: FloatArray,
        _derivative: FloatArray,
        right: FloatArray,
        out: FloatArray,
        _gamma: float,
        _delta: float,
        _side: int,
    ) -> None:
        out[self.order] = self.factors.solve(np.asarray(right)[self.order])


def upstream_order(law: MassAction) -> IntArray:
    """Return species ordered so that what a species depends on comes first, cycles apart (species,)."""
    count, part = csgraph.connected_components(law.pattern, directed=True, connection="strong")
    if count == 1:
        return np.arange(law.pattern.shape[0], dtype=np.int64)
    rows, columns = law.pattern.nonzero()
    edges = sparse.csr_array((np.ones(len(rows)), (part[columns], part[rows])), shape=(count, count))
    edges.setdiag(0)
    edges.eliminate_zeros()
    return np.asarray(np.argsort(_ranks(edges)[part], kind="stable"), dtype=np.int64)


def _ranks(edges: Any) -> IntArray:
    """Return each node's longest distance from a source of an acyclic graph, edge by edge level (nodes,)."""
    edges.data[:] = 1.0
    waiting = np.asarray(edges.sum(axis=0)).ravel()
    rank = np.zeros(len(waiting), dtype=np.int64)
    ready, level = np.flatnonzero(waiting == 0), 0
    while len(ready):
        rank[ready] = level
        step = np.asarray(edges[ready].sum(axis=0)).ravel()
        waiting = waiting - step
        ready, level = np.flatnonzero((step > 0) & (waiting <= 0)), level + 1
    return rank


ENGINE = Engine("cvode", "CVODE (BDF)", "any CRN", lambda crn: True, integrate)
