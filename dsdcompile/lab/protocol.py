"""What to do at the bench: resuspend, anneal, dilute, mix, dispense. Every concentration follows from the volumes.

For each output there is one well with its reporters; fuels, biases, inputs and reporters are mixes of their own, so
that controls leave one of them out: no input, no fuel, each input rail alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from dsdcompile.dsd.complex import Strand
from dsdcompile.errors import DesignError
from dsdcompile.lab.liquids import TICKS, Kind, Liquid, Pipetting, closed, contents, mix, used
from dsdcompile.lab.plates import Wells, well_name
from dsdcompile.sequences.inventory import Inventory, Item, backbone


@final
@dataclass(frozen=True, slots=True)
class BenchOptions:
    """How the laboratory works."""

    stock: float = 1e-4
    """Concentration of resuspended strands, M."""
    gate_stock: float = 1e-5
    """Concentration of annealed complexes, M; less for gates of many strands."""
    excess: float = 1.2
    """Other strands of a gate for one of its backbone."""
    smallest: float = 1.0
    """Smallest volume that is pipetted, µL."""
    dilution_volume: float = 100.0
    """Largest volume of a dilution step, µL."""
    well_volume: float = 50.0
    """Reaction volume of a well, µL."""
    spare: float = 0.1
    """What is made of a mix or gate beyond the need, as a fraction."""
    least_annealing: float = 50.0
    """Smallest volume in which a gate is annealed, µL."""
    plate: Wells = 96


@final
@dataclass(frozen=True)
class Recipe:
    """What a reaction is made of, M."""

    fuels: Mapping[str, float]
    biases: Mapping[str, float]
    inputs: Mapping[str, float]
    """The example's."""
    rails: Mapping[str, float]
    """Each input rail alone, for the controls."""
    reporters: tuple[tuple[str, Mapping[str, float]], ...]
    """For each output its name and the reporters in its wells."""

    def __post_init__(self) -> None:
        """Leave out what there is none of."""
        for name in ("fuels", "biases", "inputs", "rails"):
            object.__setattr__(self, name, {k: v for k, v in getattr(self, name).items() if v > 0})


@final
@dataclass(frozen=True, slots=True)
class Annealing:
    """How one gate complex is made."""

    gate: str
    strands: tuple[str, ...]
    """Names of its strands as ordered, backbone first."""
    concentration: Fraction
    """M, by its backbone."""


@final
@dataclass(frozen=True, slots=True)
class Well:
    """One reaction."""

    place: str
    """Such as ``A1``."""
    title: str
    output: str
    wanted: Mapping[str, float]
    """Component -> concentration that the design asks for, M."""
    made: Mapping[str, Fraction]
    """What the volumes make, exactly, with what annealing leaves over unless gates are purified."""

    @property
    def deviation(self) -> float:
        """The largest relative difference between a wanted and a made concentration."""
        return max((abs(float(self.made[c]) / want - 1.0) for c, want in self.wanted.items()), default=0.0)


@final
@dataclass(frozen=True)
class Protocol:
    """Everything for one example."""

    example: int
    options: BenchOptions
    recipe: Recipe
    annealings: tuple[Annealing, ...]
    liquids: tuple[Liquid, ...]
    """In the order they are made: stocks, gates, dilutions and mixes, wells."""
    wells: tuple[Well, ...]

    def of_kind(self, kind: Kind) -> list[Liquid]:
        """Return the liquids of a kind, in order."""
        return [liquid for liquid in self.liquids if liquid.kind is kind]

    @property
    def deviation(self) -> float:
        """The largest relative difference between a wanted and a made concentration, over all wells."""
        return max((well.deviation for well in self.wells), default=0.0)


EXCESS = "excess "
"""Begins the name of a strand that annealing leaves over."""
SHARES = {"fuels": 10, "biases": 2, "inputs": 2, "reporters": 2}
"""Twentieths of a well that each mix takes; buffer is the rest."""
WHOLE = 20


def protocol(inventory: Inventory, recipe: Recipe, example: int, options: BenchOptions | None = None) -> Protocol:
    """Return the protocol for one example.

    Raises:
        DesignError: the components do not fit the volumes, or the wells a plate; the message says what would help.
    """
    options = options or BenchOptions()
    bench = _Bench(inventory, options)
    recipe = bench.by_stock(recipe)
    plans = _plans(recipe)
    if len(plans) > options.plate:
        raise DesignError(
            f"lab: {len(recipe.reporters)} outputs with {len(recipe.rails)} input rails make {len(plans)} wells with "
            f"controls, more than a {options.plate}-well plate has; --set lab.plate=384, or fewer inputs, would help"
        )
    well = round(options.well_volume * TICKS / WHOLE) * WHOLE
    mixes: list[Liquid] = []
    for name in dict.fromkeys(name for plan in plans for name in plan.mixes):
        targets, share = mix_targets(recipe, name)
        count = sum(name in plan.mixes for plan in plans)
        need = count * share * well // WHOLE
        volume = max(round(need * (1 + options.spare) / TICKS) * TICKS, 20 * TICKS)
        strong = {c: Fraction(amount) * WHOLE / share for c, amount in targets.items()}
        mixes += mix(name, strong, volume, {c: bench.source(c) for c in strong}, bench.pipetting)
    wells = [
        closed(
            f"well {well_name(number, options.plate)}",
            Kind.WELL,
            well,
            [(name, mix_targets(recipe, name)[1] * well // WHOLE) for name in plan.mixes],
        )
        for number, plan in enumerate(plans)
    ]
    gates = bench.gates(used([*mixes, *wells]))
    stocks = [Liquid(name, Kind.STOCK, 0) for name in bench.strand_names]
    liquids = (*stocks, *gates, *mixes, *wells)
    inside = contents(liquids, bench.contents)
    made = tuple(
        Well(liquid.name.removeprefix("well "), plan.title, plan.output, plan.wanted, inside[liquid.name])
        for liquid, plan in zip(wells, plans, strict=True)
    )
    annealings = tuple(a for a in bench.annealings.values() if any(gate.name == a.gate for gate in gates))
    return Protocol(example, options, recipe, annealings, liquids, made)


@final
@dataclass(frozen=True)
class _Plan:
    """A well before volumes."""

    title: str
    output: str
    mixes: tuple[str, ...]
    wanted: Mapping[str, float]


def _plans(recipe: Recipe) -> list[_Plan]:
    """Return the wells: for each output the sample and its controls; mixes in the order they are added."""
    found = []
    for output, reporters in recipe.reporters or (("", {}),):
        kinds = [("sample", True, "inputs"), ("no input", True, ""), ("no fuel", False, "inputs")]
        kinds += [(f"{rail} alone", True, f"rail {rail}") for rail in recipe.rails]
        for title, fuelled, given in kinds:
            mixes = ["reporters " + output] if reporters else []
            mixes += ["fuels"] if fuelled and recipe.fuels else []
            mixes += ["biases"] if recipe.biases else []
            mixes += [given] if given and mix_targets(recipe, given)[0] else []
            wanted: dict[str, float] = {}
            for name in mixes:
                for component, amount in mix_targets(recipe, name)[0].items():
                    wanted[component] = wanted.get(component, 0.0) + amount
            found.append(_Plan(title, output, tuple(mixes), wanted))
    return found


def mix_targets(recipe: Recipe, name: str) -> tuple[Mapping[str, float], int]:
    """Return what a mix brings into a well, M, and how many twentieths of the well it takes."""
    if name.startswith("reporters "):
        return dict(recipe.reporters)[name.removeprefix("reporters ")], SHARES["reporters"]
    if name.startswith("rail "):
        rail = name.removeprefix("rail ")
        return {rail: recipe.rails[rail]}, SHARES["inputs"]
    return {"fuels": recipe.fuels, "biases": recipe.biases, "inputs": recipe.inputs}[name], SHARES[name]


@final
class _Bench:
    """The stocks there are: a strand's as delivered, a gate's as annealed."""

    def __init__(self, inventory: Inventory, options: BenchOptions) -> None:
        self.options = options
        self.pipetting = Pipetting(round(options.smallest * TICKS), round(options.dilution_volume * TICKS))
        self.names: dict[Strand, str] = {s.domains: s.name for s in inventory.strands}
        self.strand_names = tuple(self.names.values())
        self.items = {item.name: item for item in inventory.items}
        self.stock = Fraction(options.stock).limit_denominator(10**12)
        self.annealings = {item.name: self._annealing(item) for item in inventory.items if item.is_gate}
        self.contents: dict[str, dict[str, Fraction]] = {name: {name: self.stock} for name in self.strand_names}

    def _annealing(self, item: Item) -> Annealing:
        strands = item.complex.strands
        place = backbone(item.complex)
        ordered = (strands[place], *strands[:place], *strands[place + 1 :])
        share = self.stock / (1 + Fraction(self.options.excess).limit_denominator(1000) * (len(strands) - 1))
        wanted = Fraction(self.options.gate_stock).limit_denominator(10**12)
        parts = self.stock / min(wanted, share * Fraction(9, 10))
        return Annealing(item.name, tuple(self.names[s] for s in ordered), self.stock / -(-parts // 1))

    def by_stock(self, recipe: Recipe) -> Recipe:
        """Return the recipe by what is in the tubes: complexes that are the same strand are one component."""

        def named(amounts: Mapping[str, float]) -> dict[str, float]:
            found: dict[str, float] = {}
            for name, amount in amounts.items():
                item = self.items.get(name)
                here = name if item is None or item.is_gate else self.names[item.complex.strands[0]]
                found[here] = found.get(here, 0.0) + amount
            return found

        reporters = tuple((output, named(amounts)) for output, amounts in recipe.reporters)
        return Recipe(named(recipe.fuels), named(recipe.biases), named(recipe.inputs), named(recipe.rails), reporters)

    def source(self, component: str) -> tuple[str, Fraction]:
        """Return the liquid a component comes from, and its concentration there."""
        if component in self.annealings:
            return component, self.annealings[component].concentration
        if component in self.contents:
            return component, self.stock
        raise DesignError(f"lab: there is no stock of {component}")

    def gates(self, need: Mapping[str, int]) -> list[Liquid]:
        """Return the annealed gates that are needed, each in enough volume, and note what is in them."""
        made = []
        excess = Fraction(self.options.excess).limit_denominator(1000)
        for name, annealing in self.annealings.items():
            if name not in need:
                continue
            factor = self.stock / annealing.concentration
            least = max(need[name] * (1 + self.options.spare), self.options.least_annealing * TICKS)
            one = -(-int(least) // int(factor))
            one = max(-(-one // 10) * 10, self.pipetting.smallest)
            volume = int(one * factor)
            other = int(one * excess)
            parts = [(annealing.strands[0], one), *((strand, other) for strand in annealing.strands[1:])]
            liquid = closed(name, Kind.GATE, volume, parts)
            made.append(liquid)
            gate = self.stock * one / volume
            inside = {name: gate}
            for strand in annealing.strands[1:]:
                left = self.stock * other / volume - gate
                if left > 0:
                    inside[EXCESS + strand] = inside.get(EXCESS + strand, Fraction(0)) + left
            self.contents[name] = inside
        return made


def transfers(steps: Protocol) -> Sequence[tuple[int, Liquid, str, int]]:
    """Return every pipetting step: number, destination, source, volume in hundredths of a µL, in order."""
    made: list[tuple[int, Liquid, str, int]] = []
    for liquid in steps.liquids:
        for source, volume in liquid.parts:
            made.append((len(made) + 1, liquid, source, volume))
    return made
