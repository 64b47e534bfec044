"""What an engine of deterministic kinetics is: a value that says its name, what it takes, and how it integrates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.simulate.trajectory import Tolerances


class Integrate(Protocol):
    """Integrates the mass-action equations of a Crn."""

    def __call__(
        self, crn: Crn, initial: FloatArray, times: FloatArray, tolerances: Tolerances, record: IntArray, /
    ) -> tuple[FloatArray, dict[str, float]]:
        """Return recorded states (examples, T, recorded) for initial states (examples, species), and statistics.

        Raises:
            SimulationError: the engine does not take the Crn, or a run did not reach the end.
        """


@final
@dataclass(frozen=True, slots=True)
class Engine:
    """One way to integrate, beside others with the same interface."""

    name: str
    """What a caller asks for, such as ``sweep``."""
    label: str
    """What people read, such as ``Rosenbrock sweep (Rodas4)``."""
    takes: str
    """Which CRNs it takes, in words."""
    suits: Callable[[Crn], bool]
    """Whether it takes a Crn: the structure is found and checked each time, never assumed."""
    integrate: Integrate
