"""A design in whole molecules: the formal CRN of one example in a stated volume, and the labels of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import discrete_limit, has_limit
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.simulate.curves import Curves
from dsdcompile.simulate.ode import output_species
from dsdcompile.simulate.ssa import discretise, molecules, silent, simulate_counts

LITRES = 1e-12
"""One picolitre."""


@final
@dataclass(frozen=True, slots=True)
class Counted:
    """What whole molecules do to a design."""

    volume: float
    """pL."""
    per_unit: float
    """Molecules that one formal unit is."""
    events: int
    """Reactions that happened in the drawn example."""
    deviation: float
    """Largest deviation of the counted outputs from the formal curves, formal units."""
    silent_exactly: bool | None
    """Whether the run fell silent in the discretised answer, every species exact; None without a limit."""
    labels_agree: int | None
    """Examples whose discretised answer has the label of the limit; None without a limit."""
    examples: int

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "volume_picolitres": self.volume,
            "molecules_per_formal_unit": self.per_unit,
            "events": self.events,
            "deviation_from_formal": self.deviation,
            "silent_state_is_the_discretised_answer": self.silent_exactly,
            "labels_agree": self.labels_agree,
        }


def count_molecules(
    crn: Crn, formal: Curves, inputs: FloatArray, example: int, limits: FloatArray | None, *, unit: float, volume: float
) -> Counted:
    """Return a stochastic run of one example beside its formal curve, and the labels of all examples in counts.

    Args:
        crn: The formal CRN.
        formal: Its curves for the example.
        inputs: Values of all examples (examples, inputs).
        example: Which is drawn, from 0.
        limits: Exact limits (examples, outputs), if the CRN has them.
        unit: One formal unit, M.
        volume: pL.

    Raises:
        SimulationError: there are too many molecules to count.
    """
    per_unit = molecules(unit, volume * LITRES)
    counts = discretise(crn.inlet(inputs), per_unit)
    run = simulate_counts(
        crn, counts[example], formal.times, per_unit=per_unit, seed=example + 1, record=output_species(crn)
    )
    away = np.abs(run.outputs(crn) / per_unit - formal.outputs)
    exact = agree = None
    if limits is not None and has_limit(crn):
        ends = discrete_limit(crn, counts)
        exact = bool((silent(crn, counts[example], per_unit=per_unit, seed=example + 1) == ends[example]).all())
        agree = int((crn.read(ends.astype(np.float64)).argmax(axis=1) == limits.argmax(axis=1)).sum())
    events = int(run.statistics["events"])
    return Counted(volume, per_unit, events, float(away.max(initial=0.0)), exact, agree, len(inputs))
