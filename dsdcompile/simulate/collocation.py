"""Collocation on layers: the fastest engine for networks and whatever else is layered, one example or many."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.collocation_kernel import integrate as integrate_kernel
from dsdcompile.simulate.engine import Engine
from dsdcompile.simulate.layers import layers
from dsdcompile.simulate.step_control import check_done
from dsdcompile.simulate.trajectory import Tolerances

TOGETHER = 8
"""Examples that share their steps: enough for vectors and for the dense products to pay."""
MOST_STEPS = 100_000
"""Steps before a run is said to have failed."""


def suits(crn: Crn) -> bool:
    """Return whether the Crn is layered, see :mod:`dsdcompile.simulate.layers`."""
    return layers(crn) is not None


def integrate(
    crn: Crn, initial: FloatArray, times: FloatArray, tolerances: Tolerances, record: IntArray
) -> tuple[FloatArray, dict[str, float]]:
    """Return recorded states (examples, T, recorded) for initial states (examples, species), and statistics.

    Raises:
        SimulationError: the Crn is not layered, or a run did not reach the end; the message says where and why.
    """
    plan = layers(crn)
    if plan is None:
        raise SimulationError("the CRN is not layered: use method='sweep' or 'cvode'")
    out = np.empty((len(initial), len(times), len(record)))
    total = {"steps": 0.0, "rejected": 0.0}
    for first in range(0, len(initial), TOGETHER):
        part = np.ascontiguousarray(initial[first : first + TOGETHER].T)
        recorded = np.full((len(times), len(record), part.shape[1]), np.nan)
        statistics = np.zeros(3)
        ended = integrate_kernel(
            part, times, record, tolerances.relative, tolerances.absolute, MOST_STEPS,
            plan.level_start, plan.left, plan.right, plan.rates, plan.target_start, plan.target, plan.entry_start,
            plan.entry, plan.count, plan.term_start, plan.group_start, plan.gather_start, plan.gather,
            plan.gather_sign, plan.column_start, plan.plus, plan.minus, plan.sign, plan.matrix_start, plan.matrix,
            plan.most_groups, plan.most_columns, recorded, statistics,
        )  # fmt: skip
        which = f"examples {first} to {first + part.shape[1] - 1}"
        check_done(
            ended, recorded, engine="the collocation", which=which, reached=statistics[2], end=times[-1],
            most_steps=MOST_STEPS,
        )  # fmt: skip
        out[first : first + TOGETHER] = np.moveaxis(recorded, 2, 0)
        total["steps"] += statistics[0]
        total["rejected"] += statistics[1]
    return out, total


ENGINE = Engine(
    "collocation",
    "layer-by-layer collocation (Radau IIA, order 9)",
    "layered CRNs: networks, reduced or not",
    suits,
    integrate,
)
