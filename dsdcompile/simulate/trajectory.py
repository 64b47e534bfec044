"""What every simulation returns: states over time, and how they were obtained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.errors import SimulationError


def numbers(values: ArrayLike, what: str) -> FloatArray:
    """Return ``values`` as float64, whatever their shape.

    Raises:
        SimulationError: they are no numbers, or no array; ``what`` says of what.
    """
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise SimulationError(f"{what} must be an array of numbers") from None


@final
@dataclass(frozen=True, slots=True)
class Tolerances:
    """What a step may be wrong by: ``absolute + relative * |concentration|``, in root mean square over what moves."""

    relative: float = 1e-6
    """Relative tolerance, without unit."""
    absolute: float = 1e-9
    """Absolute tolerance, in the Crn's own unit: formal units, or M for an implementation (see :meth:`scaled`)."""

    def __post_init__(self) -> None:
        """Check that both are usable."""
        if not (0 < self.relative < 1 and 0 < self.absolute < float("inf")):
            raise SimulationError(
                f"tolerances must be positive and the relative one below 1, not {self.relative} and {self.absolute}"
            )

    def scaled(self, unit: float) -> Tolerances:
        """Return the same tolerances for concentrations where one formal unit is ``unit`` (M)."""
        return replace(self, absolute=self.absolute * unit)


@final
@dataclass(frozen=True, eq=False)
class Trajectory:
    """Concentrations (or molecule counts) of some species at requested times; read-only, compared by identity."""

    species: tuple[str, ...]
    """The recorded species, in the order of the last axis of ``states``."""
    times: FloatArray
    """Times (T,), strictly ascending, in the Crn's own unit; the initial state holds at the first."""
    states: FloatArray
    """States (T, species), or (examples, T, species) for a batch, in the Crn's own unit."""
    engine: str
    """Which integrator made it, in words for people, such as ``Rosenbrock sweep (Rodas4)``."""
    tolerances: Tolerances | None = None
    """The tolerances asked for; None for an exact or stochastic engine."""
    statistics: Mapping[str, float] = field(default_factory=dict)
    """What it took: ``steps``, ``rejected``, ``evaluations`` and the like, summed over the batch."""

    def __post_init__(self) -> None:
        """Freeze the arrays and check that they belong together."""
        object.__setattr__(self, "times", frozen_floats(self.times))
        states = np.asarray(self.states, dtype=np.float64)
        states = states.view() if states.flags.owndata else states.copy()
        states.flags.writeable = False
        object.__setattr__(self, "states", states)
        object.__setattr__(self, "statistics", MappingProxyType(dict(self.statistics)))
        if self.states.ndim not in (2, 3) or self.states.shape[-2:] != (len(self.times), len(self.species)):
            raise SimulationError(
                f"states of shape {self.states.shape} for {len(self.times)} times and {len(self.species)} species"
            )

    @property
    def final(self) -> FloatArray:
        """The last states (species,) or (examples, species)."""
        return np.asarray(self.states[..., -1, :])

    def of(self, *names: str) -> FloatArray:
        """Return the curves of some species (..., T, names).

        Raises:
            SimulationError: one of them was not recorded.
        """
        index = {name: i for i, name in enumerate(self.species)}
        for name in names:
            if name not in index:
                raise SimulationError(f"species {name} is not in this trajectory of {len(index)} species")
        return np.asarray(self.states[..., [index[name] for name in names]])

    def outputs(self, crn: Crn) -> FloatArray:
        """Return the output values of ``crn`` over time (..., T, outputs): plus rail minus minus rail.

        Raises:
            SimulationError: an output rail was not recorded.
        """
        values = self.of(*(crn.species[i] for i in crn.outputs[:, 0]))
        paired = np.flatnonzero(crn.outputs[:, 1] != NO_RAIL)
        values[..., paired] -= self.of(*(crn.species[i] for i in crn.outputs[paired, 1]))
        return values

    def example(self, number: int) -> Trajectory:
        """Return one example of a batch as a trajectory of its own."""
        return replace(self, states=self.states[number].copy())
