"""Formal and implemented curves on one axis: formal units and formal time, whatever each was simulated in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.completion import LEVELS, Completion, completion
from dsdcompile.simulate.trajectory import Trajectory


@final
@dataclass(frozen=True, slots=True)
class Scale:
    """What one formal unit and one formal time unit are, in the units that a Crn is simulated in."""

    unit: float = 1.0
    """One formal unit of concentration, in M (1 for a formal CRN)."""
    time: float = 1.0
    """One formal unit of time, in s (1 for a formal CRN)."""

    def __post_init__(self) -> None:
        """Check that both can be divided by."""
        if not (0 < self.unit < float("inf") and 0 < self.time < float("inf")):
            raise SimulationError(f"a unit of {self.unit} M and {self.time} s is not a scale: both must be positive")


@final
@dataclass(frozen=True, eq=False)
class Curves:
    """The outputs of one simulation in formal units and formal time."""

    name: str
    """Which CRN: ``formal``, ``reduced``, ``implementation``, ``enumerated``."""
    times: FloatArray
    """Formal times (T,)."""
    outputs: FloatArray
    """Output values, formal units (T, outputs)."""
    rails: FloatArray
    """Concentration on each output's plus and minus rail, formal units (T, outputs, 2); 0 where there is no rail."""
    engine: str
    """What simulated it."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        for name in ("times", "outputs", "rails"):
            object.__setattr__(self, name, frozen_floats(getattr(self, name)))


def curves(name: str, crn: Crn, trajectory: Trajectory, scale: Scale | None = None) -> Curves:
    """Return the outputs of one example's trajectory in formal units and time.

    Raises:
        SimulationError: the trajectory is a batch, or lacks an output.
    """
    if trajectory.states.ndim != 2:
        raise SimulationError("curves are of one example; take trajectory.example(number) first")
    scale = scale or Scale()
    rails = np.zeros((len(trajectory.times), len(crn.outputs), 2))
    for side in (0, 1):
        there = np.flatnonzero(crn.outputs[:, side] >= 0)
        rails[:, there, side] = trajectory.of(*(crn.species[i] for i in crn.outputs[there, side])) / scale.unit
    return Curves(name, trajectory.times / scale.time, rails[..., 0] - rails[..., 1], rails, trajectory.engine)


@final
@dataclass(frozen=True, eq=False)
class Comparison:
    """How far one set of curves strays from another, and when each completes."""

    reference: Curves
    """The curves that were asked for."""
    other: Curves
    """The curves compared with them."""
    times: FloatArray
    """Formal times at which both are read: those of the reference within the span of both (T,)."""
    deviation: FloatArray
    """Largest absolute difference over the outputs at each time, in formal units (T,)."""
    limit: FloatArray
    """What the outputs tend to, in formal units (outputs,)."""
    reference_completion: Completion
    """In formal time."""
    other_completion: Completion
    """In formal time."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        for name in ("times", "deviation", "limit"):
            object.__setattr__(self, name, frozen_floats(getattr(self, name)))

    @property
    def largest_deviation(self) -> float:
        """The largest deviation at any time, in formal units."""
        return float(self.deviation.max(initial=0.0))

    @property
    def final_deviation(self) -> float:
        """The deviation at the last common time, in formal units."""
        return float(self.deviation[-1]) if len(self.deviation) else 0.0

    @property
    def labels_agree(self) -> bool:
        """Whether both end with the label of the limit."""
        want = int(self.limit.argmax())
        return int(self.reference.outputs[-1].argmax()) == want == int(self.other.outputs[-1].argmax())

    def to_json(self) -> dict[str, Any]:
        """Return plain data: headline numbers and completion times (formal time), not the curves."""
        return {
            "reference": self.reference.name,
            "other": self.other.name,
            "largest_deviation": self.largest_deviation,
            "largest_deviation_at": float(self.times[int(self.deviation.argmax())]),
            "final_deviation": self.final_deviation,
            "distance_to_limit": {
                c.name: float(np.abs(c.outputs[-1] - self.limit).max(initial=0.0)) for c in (self.reference, self.other)
            },
            "labels_agree": self.labels_agree,
            "completion": {
                self.reference.name: self.reference_completion.to_json(),
                self.other.name: self.other_completion.to_json(),
            },
        }


def compare(reference: Curves, other: Curves, limit: FloatArray, levels: tuple[float, ...] = LEVELS) -> Comparison:
    """Compare two simulations of one example.

    The curves are read at the reference's times, those of ``other`` by linear interpolation where its times differ:
    simulate both at the same formal times where you can.

    Raises:
        SimulationError: the curves have different outputs or no common time.
    """
    limit = np.asarray(limit, dtype=np.float64).ravel()
    if reference.outputs.shape[1] != other.outputs.shape[1] or reference.outputs.shape[1] != len(limit):
        raise SimulationError(
            f"{reference.name} has {reference.outputs.shape[1]} outputs, {other.name} {other.outputs.shape[1]}, "
            f"the limit {len(limit)}"
        )
    common = (reference.times >= other.times[0] * (1 - 1e-12)) & (reference.times <= other.times[-1] * (1 + 1e-12))
    times = reference.times[common]
    if not len(times):
        raise SimulationError(f"{reference.name} and {other.name} have no time in common")
    read = np.stack([np.interp(times, other.times, column) for column in other.outputs.T], axis=1)
    return Comparison(
        reference,
        other,
        times,
        np.abs(read - reference.outputs[common]).max(axis=1, initial=0.0),
        limit,
        completion(reference.times, reference.outputs, limit, levels),
        completion(other.times, other.outputs, limit, levels),
    )
