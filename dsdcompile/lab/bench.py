"""The stocks that mixes are made of: strands as delivered, working stocks in reaction buffer, complexes as annealed.

Complexes of fuels are purified on a gel, which loses some and takes away the strands in excess; what is eluted is
measured and brought to one concentration. Reporters are used as annealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.inventory import Inventory, NamedComplex, backbone
from dsdcompile.dsd.template import Role
from dsdcompile.errors import DesignError
from dsdcompile.lab.buffer import SOLVENT, Buffer
from dsdcompile.lab.liquids import BUFFER, TICKS, WATER, Kind, Liquid, Pipetting, contents, used
from dsdcompile.lab.plates import Wells


@final
@dataclass(frozen=True, slots=True)
class BenchOptions:
    """How the laboratory works."""

    buffer: Buffer
    stock: float
    """Concentration of resuspended strands, M."""
    gate_stock: float
    """Concentration of annealed complexes, M; less for gates of many strands."""
    gate_yield: float
    """What is left of a complex after its gel, as a fraction."""
    purified_stock: float
    """Concentration that purified complexes are brought to, M."""
    excess: float
    """Other strands of a gate for one of its backbone."""
    smallest: float
    """Smallest volume that is pipetted, µL."""
    well_volume: float
    """Reaction volume of a well, µL."""
    plate: Wells


SPARE = Fraction(1, 10)
"""What is made of a liquid beyond the need, as a fraction."""
LEAST_ANNEALING = 50 * TICKS
"""Smallest volume in which a complex is annealed."""
DILUTION_VOLUME = 100 * TICKS
"""Largest volume of a dilution step."""
WORKING = 2
"""How many times a working stock is more dilute than the strand's stock."""
ROUND = 20
"""Volumes of stocks are multiples of this, so that a half and a tenth of them can be pipetted exactly."""


@final
@dataclass(frozen=True, slots=True)
class Annealing:
    """How one complex is made."""

    complex: str
    strands: tuple[str, ...]
    """Names of its strands as ordered, backbone first."""
    annealed: str
    """What the annealed liquid is called."""
    concentration: Fraction
    """As annealed, M, by its backbone."""
    purified: Fraction | None
    """Concentration that it is brought to after its gel, M; None for a reporter, which needs none."""


@final
class Bench:
    """The stocks there are, by what they are used for."""

    def __init__(self, inventory: Inventory, options: BenchOptions) -> None:
        """Look up which strands there are, and how each complex is annealed."""
        self.options = options
        self.pipetting = Pipetting(round(options.smallest * TICKS), DILUTION_VOLUME)
        self._names: dict[Strand, str] = {s.domains: s.name for s in inventory.strands}
        self._items = {item.name: item for item in inventory.items}
        self._stock = _exact(options.stock)
        self._excess = Fraction(options.excess).limit_denominator(1000)
        self._annealings = {item.name: self._annealing(item) for item in inventory.items if item.is_gate}
        buffer = options.buffer
        self.given: dict[str, dict[str, Fraction]] = {
            WATER: {},
            buffer.concentrate: buffer.contents(buffer.strength),
            **{name: {name: self._stock, **SOLVENT} for name in self._names.values()},
        }
        """What is in everything that is not made by mixing: supplies, strand stocks, what is annealed and purified."""

    def _annealing(self, item: NamedComplex) -> Annealing:
        """Return how dilute a complex is annealed: as asked, if its strands leave room for the buffer."""
        strands = item.complex.strands
        place = backbone(item.complex)
        ordered = (strands[place], *strands[:place], *strands[place + 1 :])
        parts = 1 + self._excess * (len(strands) - 1)
        free = 1 - Fraction(1, self.options.buffer.strength)
        factor = -(-max(self._stock / _exact(self.options.gate_stock), parts / free) // 1)
        while 0 < free - parts / factor < Fraction(self.pipetting.smallest, LEAST_ANNEALING):
            factor += 1  # a little water would be too little to pipette
        reporter = item.role is Role.REPORTER
        return Annealing(
            item.name,
            tuple(self._names[s] for s in ordered),
            item.name if reporter else f"{item.name} annealed",
            self._stock / factor,
            None if reporter else _exact(self.options.purified_stock),
        )

    def named(self, amounts: Mapping[str, float]) -> dict[str, float]:
        """Return amounts by what is in the tubes: complexes that are the same strand are one component."""
        found: dict[str, float] = {}
        for name, amount in amounts.items():
            item = self._items.get(name)
            here = name if item is None or item.is_gate else self._names[item.complex.strands[0]]
            found[here] = found.get(here, 0.0) + amount
        return found

    def source(self, component: str) -> tuple[str, Fraction]:
        """Return the liquid a component comes from, and its concentration there.

        Raises:
            DesignError: there is none.
        """
        if component in self._annealings:
            made = self._annealings[component]
            return component, made.concentration if made.purified is None else made.purified
        if component in self.given:
            return _working(component), self._stock / WORKING
        raise DesignError(f"lab: there is no stock of {component}")

    def stocks(self, need: Mapping[str, int]) -> tuple[tuple[Liquid, ...], tuple[Annealing, ...]]:
        """Return all that mixes with a need for these volumes are made from, in order, and the annealings among it."""
        annealings = tuple(a for name, a in self._annealings.items() if name in need)
        annealed = [liquid for a in annealings for liquid in self._anneal(a, need[a.complex])]
        working = [self._work(name, need[_working(name)]) for name in self._names.values() if _working(name) in need]
        eluted = sum(liquid.volume for liquid in annealed if liquid.kind is Kind.PURIFIED)
        buffer = self._buffer(need.get(BUFFER, 0) + eluted)
        supplies = [Liquid(name, Kind.SUPPLY, 0) for name in (WATER, self.options.buffer.concentrate)]
        taken = used([*annealed, *working])
        strands = [Liquid(name, Kind.STOCK, 0) for name in self._names.values() if name in taken]
        return (*supplies, *strands, buffer, *annealed, *working), annealings

    def _buffer(self, need: int) -> Liquid:
        """Return reaction buffer for mixes, wells and gels."""
        volume = _rounded(need * (1 + SPARE), max(LEAST_ANNEALING, self._least))
        strong = volume // self.options.buffer.strength
        parts = ((WATER, volume - strong), (self.options.buffer.concentrate, strong))
        return Liquid(BUFFER, Kind.BUFFER, volume, parts)

    @property
    def _least(self) -> int:
        """The smallest volume whose share of concentrate can be pipetted."""
        return self.options.buffer.strength * self.pipetting.smallest

    def _work(self, strand: str, need: int) -> Liquid:
        """Return a strand at half its stock's concentration, in reaction buffer."""
        least = max(self._least, 4 * self.pipetting.smallest)
        volume = _rounded(need * (1 + SPARE), least)
        return self._filled(_working(strand), Kind.WORKING, volume, [(strand, volume // WORKING)])

    def _filled(self, name: str, kind: Kind, volume: int, parts: list[tuple[str, int]]) -> Liquid:
        """Return strands in reaction buffer, from its concentrate and water."""
        strong = volume // self.options.buffer.strength
        water = volume - strong - sum(amount for _, amount in parts)
        first = [(WATER, water)] if water else []
        return Liquid(name, kind, volume, (*first, (self.options.buffer.concentrate, strong), *parts))

    def _anneal(self, annealing: Annealing, need: int) -> list[Liquid]:
        """Return an annealed complex, and what is purified of it, in volumes for a need; note what is in them."""
        factor = self._stock / annealing.concentration
        wanted = need * (1 + SPARE)
        left = _exact(self.options.gate_yield) * annealing.concentration
        if annealing.purified is not None:
            wanted *= annealing.purified / left
        least = max(wanted, Fraction(LEAST_ANNEALING), Fraction(self._least))
        one = max(_rounded(least / factor, self.pipetting.smallest), _rounded(self.pipetting.smallest, 0))
        other, volume = int(one * self._excess), int(one * factor)
        parts = [(annealing.strands[0], one), *((strand, other) for strand in annealing.strands[1:])]
        liquid = self._filled(annealing.annealed, Kind.ANNEALED, volume, parts)
        inside = contents([liquid], self.given)[liquid.name]
        for strand in annealing.strands:
            inside[strand] -= annealing.concentration
        kept = {name: amount for name, amount in inside.items() if amount}
        self.given[liquid.name] = {annealing.complex: annealing.concentration, **kept}
        if annealing.purified is None:
            return [liquid]
        gained = int(volume * left / annealing.purified)
        self.given[annealing.complex] = {annealing.complex: annealing.purified, **self.options.buffer.contents()}
        return [liquid, Liquid(annealing.complex, Kind.PURIFIED, gained)]


def _exact(number: float) -> Fraction:
    """Return the decimal number that a person wrote."""
    return Fraction(number).limit_denominator(10**12)


def _working(strand: str) -> str:
    """Return what the working stock of a strand is called."""
    return f"{strand} working stock"


def _rounded(volume: Fraction | int, least: int) -> int:
    """Return the next volume that is at least so much and a multiple of :data:`ROUND`."""
    return -(-max(volume, Fraction(least)) // ROUND) * ROUND
