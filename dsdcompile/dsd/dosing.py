"""How much of every fuel: enough for the most often its reaction can fire, times a margin.

In a noncompetitive feed-forward CRN how often each reaction fires is monotone in the initial concentrations, so the
limit at the upper corner of a box of inputs bounds every input in the box; over a data set the largest of its limits
is exact. The caller computes that bound (see :mod:`dsdcompile.crn.limit`); here it becomes concentrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.errors import SchemeError


@final
@dataclass(frozen=True, eq=False)
class Dosing:
    """Concentrations of everything an experimenter adds that does not depend on the input."""

    unit: float
    """One formal unit, in M."""
    fuels: FloatArray
    """Initial concentration of each module's fuels in template order, padded with 0 (modules, fuels), in M."""

    def __post_init__(self) -> None:
        """Freeze the table."""
        object.__setattr__(self, "fuels", frozen_floats(self.fuels))

    @property
    def total(self) -> float:
        """The concentration of all fuels together, in M."""
        return float(self.fuels.sum())

    def amounts(self, system: DsdSystem) -> FloatArray:
        """Return the initial concentration of each of ``system.molecules`` (molecules,), in M.

        A molecule that several modules need stands at the sum of what they need.
        """
        amounts = np.zeros(system.molecules.count)
        for number, template in enumerate(system.templates):
            fuels = [place for place, part in enumerate(template.complexes) if part.role is Role.FUEL]
            own = self.fuels[system.of_template(number)][:, : len(fuels)]
            np.add.at(amounts, system.molecules.numbers[number][:, fuels], own)
        return amounts


def dose(system: DsdSystem, turnover: FloatArray, *, unit: float, margin: float, floor: float) -> Dosing:
    """Return fuel concentrations for a bound on turnover.

    Args:
        system: The modules to dose.
        turnover: Upper bound on how often each reaction of ``system.crn`` fires (reactions,), in formal units.
        unit: One formal unit, in M.
        margin: What is added, as a fraction of the need: 0.2 for 20 %.
        floor: Turnover, in formal units, that every module is prepared for even if its bound is lower.

    Raises:
        SchemeError: the bound has the wrong shape or is not finite.
    """
    if turnover.shape != (system.crn.n_reactions,) or not np.isfinite(turnover).all():
        raise SchemeError(f"turnover of shape {turnover.shape} for {system.crn.n_reactions} reactions, or not finite")
    if (system.reaction < 0).any():
        raise SchemeError("a system with buffer modules is dosed by its matched kinetics")
    need = np.maximum(turnover[system.reaction], floor) * unit * (1.0 + margin)
    shares = np.zeros((len(system.templates), max((len(t.fuels) for t in system.templates), default=0)))
    for number, template in enumerate(system.templates):
        shares[number, : len(template.fuels)] = [fuel.dose for fuel in template.fuels]
    return Dosing(unit, need[:, None] * shares[system.template])
