"""How good the pipetting must be: labels of a network's DNA implementation when all that is pipetted is off."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.design.design import Design
from dsdcompile.simulate.batches import Batches
from dsdcompile.simulate.robustness import Disturbance, Draw, Survival, survival, vary_amounts
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.source import Source
from dsdcompile.stages.translation import Translated

VARIATIONS = (0.02, 0.05, 0.1, 0.2)
"""Coefficients of variation of inputs, biases and fuels."""
TUBES = 100
MOST_MODULES = 500
"""Larger systems take too long for a look in passing: `scripts/robustness` does them."""


def pipetting(
    design: Design, source: Source, translated: Translated, rest: float | None, batches: Batches | None = None
) -> tuple[Survival, ...]:
    """Return how many labels survive each coefficient of variation, read at twice the time of rest.

    Nothing for what is no network, is rate-dependent, has one output, or is too large.

    Raises:
        SimulationError: an integration fails.
        BackendError: the executor of ``batches`` fails.
    """
    network = source.network
    few = translated.system.n_modules <= MOST_MODULES
    if network is None or rest is None or translated.matching is not None or network.n_outputs < 2 or not few:
        return ()
    built = translated.implementation
    states = built.inlet(source.examples.inputs)
    added = np.flatnonzero((states > 0).any(axis=0)).astype(np.int64)
    labels = network(source.examples.inputs).argmax(axis=1)
    return survival(
        [Disturbance("everything pipetted", by, _draw(built.crn, states, added, by)) for by in VARIATIONS],
        labels,
        trials=TUBES,
        time=2 * rest,
        tolerances=Tolerances(design.simulate.rtol, design.simulate.rtol).scaled(built.unit),
        seed=design.sequences.seed,
        batches=batches,
    )


def _draw(crn: Crn, states: FloatArray, added: IntArray, by: float) -> Draw:
    return lambda example, random: (crn, vary_amounts(states[example], added, by, random))
