"""What to do at the bench: resuspend, anneal, dilute, mix. Every volume reconciles with the concentrations it makes.

Concentrations are in M, volumes in µL, amounts in nmol. A strand that arrives as n nmol is resuspended in 10 n µL for a
100 µM stock. A gate complex is annealed from its strands, the one that binds most domains (its backbone) at 1x and the
others in excess. Each working stock is diluted, in steps if need be, so that no volume of the mixing table is below
the smallest that can be pipetted, and buffer closes the total.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.dosing import Dosing
from dsdcompile.dsd.system import DsdSystem, NamedComplex
from dsdcompile.dsd.template import Role
from dsdcompile.errors import DesignError
from dsdcompile.units import show_concentration


@final
@dataclass(frozen=True, slots=True)
class BenchOptions:
    """How the laboratory works."""

    stock: float = 1e-4
    """Concentration of resuspended strands, M."""
    gate_stock: float = 1e-5
    """Concentration of annealed complexes before dilution, M."""
    excess: float = 1.2
    """Other strands of a gate for one of its backbone."""
    smallest: float = 1.0
    """Smallest volume that is pipetted, µL."""
    anneal_volume: float = 50.0
    """Volume in which a gate is annealed, µL."""
    dilution_volume: float = 1000.0
    """Volume of each dilution step, µL."""
    largest: float = 1500.0
    """Largest reaction volume, µL."""


@final
@dataclass(frozen=True, slots=True)
class Component:
    """One thing that goes into the reaction."""

    name: str
    target: float
    """Concentration in the reaction, M."""
    stock: float
    """Concentration of the annealed or resuspended stock, M."""
    dilutions: tuple[float, ...]
    """Factors of the dilution steps from stock to working stock, each at least 1."""
    volume: float
    """Volume of working stock in the reaction, µL."""

    @property
    def working(self) -> float:
        """Concentration of the working stock, M."""
        return self.stock / math.prod(self.dilutions)


@final
@dataclass(frozen=True, slots=True)
class Annealing:
    """How one gate complex is made."""

    name: str
    strands: tuple[str, ...]
    """Names of its strands as ordered, backbone first."""
    volumes: tuple[float, ...]
    """Volume of each strand's stock, µL."""
    buffer: float
    """Volume of annealing buffer, µL."""


@final
@dataclass(frozen=True, slots=True)
class Protocol:
    """Everything for one example."""

    example: int
    options: BenchOptions
    annealings: tuple[Annealing, ...]
    components: tuple[Component, ...]
    total: float
    """Reaction volume, µL."""
    buffer: float
    """Volume of buffer that closes the reaction's volume, µL."""


def protocol(
    system: DsdSystem, dosing: Dosing, inputs: FloatArray, example: int, options: BenchOptions | None = None
) -> Protocol:
    """Return the protocol for one example with inputs (inputs,) in formal units.

    The reaction's volume is the smallest round one in which every component takes at least the smallest volume.

    Raises:
        DesignError: the components do not fit the largest volume; the message says how many would.
    """
    options = options or BenchOptions()
    wanted = _targets(system, dosing, inputs)
    volume = _total(len(wanted), options)
    components = tuple(
        _component(name, target, stock, volume, options) for name, target, stock in _stocks(wanted, options)
    )
    used = sum(component.volume for component in components)
    if used > volume:
        raise DesignError(
            f"lab: the components need {used:.0f} µL of a reaction of {volume:.0f} µL, because their stocks of "
            f"{show_concentration(options.gate_stock)} (complexes) and {show_concentration(options.stock)} (strands) "
            "are too weak; lower concentrations would fit"
        )
    return Protocol(example, options, _annealings(system, options), components, volume, volume - used)


def _targets(system: DsdSystem, dosing: Dosing, inputs: FloatArray) -> list[tuple[NamedComplex, float]]:
    """Return what goes into the tube, with its concentration in M; nothing of concentration zero."""
    state = system.crn.inlet(inputs[None, :])[0] * dosing.unit
    found = [(system.signal(int(s)), float(state[s])) for s in np.flatnonzero(state > 0)]
    amounts = dosing.amounts(system)
    found += [(system.molecule(int(n)), float(amounts[n])) for n in system.molecules.of_role(Role.FUEL)]
    return [(added, amount) for added, amount in found if amount > 0]


def _stocks(wanted: list[tuple[NamedComplex, float]], options: BenchOptions) -> list[tuple[str, float, float]]:
    return [
        (added.name, amount, options.gate_stock if len(added.complex.strands) > 1 else options.stock)
        for added, amount in wanted
    ]


def _total(components: int, options: BenchOptions) -> float:
    """Return the reaction volume: room for twice the smallest volume of every component, in steps of 50 µL."""
    volume = 50.0 * math.ceil(2.0 * components * options.smallest / 50.0)
    if volume > options.largest:
        most = int(options.largest / (2.0 * options.smallest))
        raise DesignError(
            f"lab: {components} components need a reaction of {volume:.0f} µL at {options.smallest:g} µL each; at most "
            f"{most} fit {options.largest:.0f} µL. Fewer modules, or premixed fuels in several tubes, would help"
        )
    return max(volume, 50.0)


def _component(name: str, target: float, stock: float, total: float, options: BenchOptions) -> Component:
    """Dilute a stock until its share of the reaction is between one and two of the smallest volumes, or all there is.

    A stock too weak to be diluted is used as it is; the volume then follows from the concentrations alone.
    """
    aim = 1.5 * options.smallest
    factor = max(1.0, stock * aim / (target * total))
    most = options.dilution_volume / options.smallest
    steps = max(1, math.ceil(math.log(factor) / math.log(most))) if factor > 1 else 0
    dilutions = tuple([factor ** (1 / steps)] * steps) if steps else ()
    working = stock / math.prod(dilutions)
    volume = target * total / working
    if volume > total:
        raise DesignError(
            f"lab: {name} at {show_concentration(target)} cannot be made from a stock of {show_concentration(stock)}; "
            "a smaller kinetics.unit lowers all concentrations"
        )
    return Component(name, target, stock, dilutions, volume)


def _annealings(system: DsdSystem, options: BenchOptions) -> tuple[Annealing, ...]:
    """Return how each gate complex is annealed: its backbone is the strand that all others bind."""
    names = {strand.domains: strand.name for strand in system.strands}
    made = []
    for gate in system.fuels():
        strands = gate.complex.strands
        if len(strands) == 1:
            continue
        place = _backbone(gate.complex)
        backbone, others = strands[place], (*strands[:place], *strands[place + 1 :])
        share = options.gate_stock * options.anneal_volume / options.stock
        volumes = (share, *(share * options.excess for _ in others))
        made.append(
            Annealing(
                gate.name,
                (names[backbone], *(names[strand] for strand in others)),
                volumes,
                options.anneal_volume - sum(volumes),
            )
        )
    return tuple(made)


def _backbone(gate: Complex) -> int:
    """Return the place of the strand with the most paired domains."""
    bound, place = [0], 0
    for token, symbol in zip(gate.sequence, gate.structure, strict=True):
        if token == NICK:
            bound.append(0)
            place += 1
        else:
            bound[place] += symbol in "()"
    return bound.index(max(bound))


def final_concentration(component: Component, total: float) -> float:
    """Return the concentration in M that a component's row of the mixing table makes in ``total`` µL."""
    return component.working * component.volume / total
