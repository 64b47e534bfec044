"""How much of every fuel: enough for the most often its reaction can fire, times a margin.

In a noncompetitive feed-forward CRN how often each reaction fires is monotone in the initial concentrations, so the
limit at the upper corner of a box of inputs bounds every input in the box; over a data set the largest of its limits
is exact. The caller computes that bound (see :mod:`dsdcompile.crn.limit`); here it becomes concentrations.

Where there is no limit the bound is what was simulated over a horizon (:mod:`dsdcompile.simulate.turnover`). Matched
kinetics (:mod:`dsdcompile.dsd.matching`) need more than enough: fuels that hardly change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role, Template, TemplateComplex
from dsdcompile.errors import LimitExceededError, SchemeError
from dsdcompile.units import show_concentration


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
        raise SchemeError("a system with buffer modules is dosed for matched kinetics")
    need = np.maximum(turnover[system.reaction], floor) * unit * (1.0 + margin)
    shares = np.zeros((len(system.templates), max((len(t.fuels) for t in system.templates), default=0)))
    for number, template in enumerate(system.templates):
        shares[number, : len(template.fuels)] = [fuel.dose for fuel in template.fuels]
    return Dosing(unit, need[:, None] * shares[system.template])


@final
@dataclass(frozen=True, slots=True)
class Supply:
    """How matched kinetics are fuelled."""

    margin: float
    """Fuel beyond the need, as a fraction."""
    floor: float
    """Turnover, in formal units, that every module is prepared for."""
    depletion: float
    """Without ``c_max``: the share of a fuel that may be used up or bound to signals by the horizon."""
    pace: float = 0.0
    """The fuel with which a step at q_max takes as long as signals do to be used up, M (:func:`matching.pace`)."""
    c_max: float | None = None
    """The concentration of every fuel, M; None: of each what its own need and ``depletion`` ask for."""
    centred: bool = False
    """Let fuels pass through their concentration halfway through their turnover, rather than start there."""


def matched_fuels(system: DsdSystem, turnover: FloatArray, peak: FloatArray, unit: float, supply: Supply) -> FloatArray:
    """Return the concentration of each module's fuels for matched kinetics (modules,), M.

    The error of matched kinetics is about (fuel used + signals that bind it + pace) / fuel, the last because steps
    take time. So that sum over ``depletion`` is the dose where no ``c_max`` is given.

    Args:
        system: The modules, buffers included.
        turnover: How often each reaction of ``system.crn`` fires by the horizon (reactions,), formal units.
        peak: Largest concentration of each species until then (species,), formal units.
        unit: The total of a signal that one formal unit stands for, M: gamma times its free part.
        supply: How generous to be.
    """
    if supply.c_max is not None:
        return np.full(system.n_modules, supply.c_max)
    need = _needs(system, turnover, supply)
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        for label in sorted(set(template.shape.reactants)):
            need[modules] += peak[system.species[modules, label]]
    return _levelled(system, (need * unit + supply.pace) / supply.depletion)


def _levelled(system: DsdSystem, fuels: FloatArray) -> FloatArray:
    """Return the concentrations (modules,) with modules that share a fuel raised to the largest of theirs."""
    level = np.array(fuels)
    shared: list[tuple[IntArray, IntArray]] = []
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        for place, part in enumerate(template.complexes):
            molecules = system.molecules.numbers[number][:, place]
            if part.role is Role.FUEL and len(modules):
                among = system.molecules.shared[molecules] > 1
                shared.append((modules[among], molecules[among]))
    while True:
        most = np.zeros(system.molecules.count)
        for modules, molecules in shared:
            np.maximum.at(most, molecules, level[modules])
        raised = level.copy()
        for modules, molecules in shared:
            np.maximum.at(raised, modules, most[molecules])
        if np.array_equal(raised, level):
            return level
        level = raised


def matched_dose(
    system: DsdSystem, turnover: FloatArray, least: FloatArray, fuels: FloatArray, unit: float, supply: Supply
) -> Dosing:
    """Return the doses for fuels at concentrations of :func:`matched_fuels`, checked to last until the horizon.

    A molecule that modules share stands there once, not once for each: linkers and backward strands must be equal.
    Centred fuels start above by half their turnover, the ``least`` over the declared inputs (reactions,), and backward
    strands, of which each turn leaves one more over, below by as much (but no lower than half): errors early and late
    then cancel, and at a given concentration the result is about twice as accurate (``scripts/benchmark matched``).

    Raises:
        LimitExceededError: a reaction uses up its fuel before the horizon; the message says what would do.
    """
    need = _needs(system, turnover, supply) * unit
    turn = np.append(least, 0.0)[system.reaction] * unit
    if (need > fuels).any():
        worst = int(np.argmax(need - fuels))
        reaction = system.crn.reaction(int(system.reaction[worst]))
        raise LimitExceededError(
            f"kinetics.c_max: {reaction} uses {show_concentration(need[worst])} of its fuels by the horizon (margin "
            f"included), and kinetics.c_max is {show_concentration(fuels[worst])}; raise it, shorten simulate.until, "
            "or lower the concentrations"
        )
    table = np.zeros((system.n_modules, max((len(t.fuels) for t in system.templates), default=0)))
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        places = [place for place, part in enumerate(template.complexes) if part.role is Role.FUEL]
        owners = system.molecules.shared[system.molecules.numbers[number][:, places]]
        table[modules, : len(places)] = fuels[modules, None] / owners
        if supply.centred:
            half = table[modules, : len(places)] / 2
            shift = np.multiply.outer(turn[modules] / 2, [_change(template, template.complexes[p]) for p in places])
            table[modules, : len(places)] = np.maximum(2 * half - shift, half)
    return Dosing(unit, table)


def _change(template: Template, fuel: TemplateComplex) -> int:
    """Return by how many a fuel changes each time its module has fired: -1 used up, +1 left over, 0 neither.

    Reversible steps run forward once in all.
    """
    forward = [reaction for reaction in template.reactions if reaction.step != "reverse"]
    return sum(r.products.count(fuel.name) - r.reactants.count(fuel.name) for r in forward)


def _needs(system: DsdSystem, turnover: FloatArray, supply: Supply) -> FloatArray:
    """Return how much fuel each module uses (modules,), formal units; a buffer uses none up."""
    used = np.append(np.maximum(turnover, supply.floor), 0.0)[system.reaction]
    return np.asarray(used * (1.0 + supply.margin))
