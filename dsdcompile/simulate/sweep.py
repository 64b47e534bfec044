"""The Rosenbrock sweep: stiff kinetics of any CRN that is feed-forward up to small blocks, one pass a stage."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.blocks import blocks
from dsdcompile.simulate.engine import Engine
from dsdcompile.simulate.rodas_kernel import integrate as integrate_kernel
from dsdcompile.simulate.step_control import check_done
from dsdcompile.simulate.trajectory import Tolerances

LARGEST_BLOCK = 16
"""Beyond this many reactions in a block its dense factorisation is no longer small, and CVODE takes over."""
MOST_STEPS = 1_000_000
"""Steps before a run is said to have failed."""


def suits(crn: Crn) -> bool:
    """Return whether the CRN's reactions fall into blocks small enough to be solved in place."""
    return blocks(crn).largest <= LARGEST_BLOCK


def integrate(
    crn: Crn, initial: FloatArray, times: FloatArray, tolerances: Tolerances, record: IntArray
) -> tuple[FloatArray, dict[str, float]]:
    """Return recorded states (examples, T, recorded) for initial states (examples, species), and statistics.

    Raises:
        SimulationError: a run did not reach the end; the message says which example, where and why.
    """
    if not suits(crn):
        raise SimulationError(
            f"{blocks(crn).largest} reactions depend on each other in a circle, more than the {LARGEST_BLOCK} that the "
            "sweep solves in place; use method='cvode'"
        )
    plan = blocks(crn)
    place = np.empty(crn.n_species, dtype=np.int64)
    place[plan.species] = np.arange(crn.n_species)
    out = np.full((len(initial), len(times), len(record)), np.nan)
    total = {"steps": 0.0, "rejected": 0.0}
    for number, start in enumerate(initial):
        statistics = np.zeros(3)
        ended = integrate_kernel(
            start[plan.species], times, place[record], tolerances.relative, tolerances.absolute, MOST_STEPS,
            plan.reaction_start, plan.species_start, plan.rates, plan.slot_start, plan.slot_species,
            plan.reversible, plan.back_start, plan.back_rates, plan.upstream_start, plan.upstream, plan.upstream_net,
            plan.inside_start, plan.inside, plan.inside_net,
            out[number], statistics,
        )  # fmt: skip
        check_done(
            ended, out[number], engine="the sweep", which=f"example {number}", reached=statistics[2], end=times[-1],
            most_steps=MOST_STEPS,
        )  # fmt: skip
        total["steps"] += statistics[0]
        total["rejected"] += statistics[1]
    return out, total


ENGINE = Engine(
    "sweep",
    "Rosenbrock sweep (Rodas4)",
    "CRNs that are feed-forward up to small blocks: DNA implementations",
    suits,
    integrate,
)
