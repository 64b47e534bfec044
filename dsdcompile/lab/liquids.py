"""Liquids made from liquids, in exact arithmetic: what is in every tube and well follows from the volumes alone.

Volumes are whole hundredths of a microlitre, concentrations are fractions, so that a table of transfers reconciles to
the last digit with the concentrations printed beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import final

from dsdcompile.errors import DesignError

WATER = "water"
BUFFER = "buffer"
"""The reaction buffer at 1x; every liquid below strand stocks is made up in it."""
TICKS = 100
"""Volumes are counted in 1/TICKS µL."""


@final
class Kind(StrEnum):
    """What a liquid is for."""

    SUPPLY = "supply"
    STOCK = "strand stock"
    BUFFER = "reaction buffer"
    WORKING = "working stock"
    ANNEALED = "annealed complex"
    PURIFIED = "purified complex"
    DILUTION = "dilution"
    MIX = "mix"
    REACTION = "reaction"
    WELL = "well"


@final
@dataclass(frozen=True, slots=True)
class Liquid:
    """Something in a tube or a well."""

    name: str
    kind: Kind
    volume: int
    """How much is made, hundredths of a µL; 0 for supplies and stocks, of which there is as much as is delivered."""
    parts: tuple[tuple[str, int], ...] = ()
    """What goes in, in order: source (a liquid that comes earlier) and volume; nothing for what comes off a gel."""
    place: str = ""
    """The well of the reaction plate that it is in, such as ``A1``; empty for a tube."""

    def __post_init__(self) -> None:
        """Check that the parts make up the volume."""
        if self.parts and sum(volume for _, volume in self.parts) != self.volume:
            raise DesignError(f"lab: the parts of {self.name} do not add up to its volume")
        if any(volume <= 0 for _, volume in self.parts):
            raise DesignError(f"lab: {self.name} takes a volume that is not positive")


def closed(name: str, kind: Kind, volume: int, parts: Iterable[tuple[str, int]], smallest: int = 1) -> Liquid:
    """Return a liquid whose volume buffer closes, buffer first.

    Where less buffer than ``smallest`` is missing, it is rounded to nothing or to ``smallest``, and the volume with it.

    Raises:
        DesignError: the parts are more than the volume; the message gives both.
    """
    given = [(source, amount) for source, amount in parts if amount > 0]
    rest = volume - sum(amount for _, amount in given)
    if rest < 0:
        raise DesignError(
            f"lab: {name} needs {(volume - rest) / TICKS:.1f} µL of its {len(given)} parts in {volume / TICKS:.1f} µL; "
            "a smaller kinetics.unit, more concentrated stocks (lab.purified_stock, lab.stock) or fewer modules would "
            "help"
        )
    if 0 < rest < smallest:
        rounded = smallest if 2 * rest >= smallest else 0
        volume, rest = volume - rest + rounded, rounded
    return Liquid(name, kind, volume, ((BUFFER, rest), *given) if rest else tuple(given))


def contents(liquids: Iterable[Liquid], stocks: Mapping[str, Mapping[str, Fraction]]) -> dict[str, dict[str, Fraction]]:
    """Return what is in every liquid: component -> concentration, M.

    Args:
        liquids: In the order they are made.
        stocks: What is in liquids that are not made of parts (strand stocks, supplies, what comes off a gel), or that
            change as they are made (annealing).

    Raises:
        DesignError: a liquid is used before it is made.
    """
    inside_of = {name: dict(inside) for name, inside in stocks.items()}
    for liquid in liquids:
        if liquid.name in stocks:
            continue
        here: dict[str, Fraction] = {}
        for source, volume in liquid.parts:
            if source not in inside_of:
                raise DesignError(f"lab: {liquid.name} takes {source} before it is made")
            for component, concentration in inside_of[source].items():
                here[component] = here.get(component, Fraction(0)) + concentration * volume / liquid.volume
        inside_of[liquid.name] = here
    return inside_of


def used(liquids: Iterable[Liquid]) -> dict[str, int]:
    """Return how much of each liquid others take, hundredths of a µL."""
    found: dict[str, int] = {}
    for liquid in liquids:
        for source, volume in liquid.parts:
            found[source] = found.get(source, 0) + volume
    return found


@final
@dataclass(frozen=True, slots=True)
class Pipetting:
    """What can be pipetted."""

    smallest: int = TICKS
    """Hundredths of a µL."""
    dilution: int = 100 * TICKS
    """Largest volume of one dilution step."""


def mix(
    name: str,
    targets: Mapping[str, Fraction],
    volume: int,
    sources: Mapping[str, tuple[str, Fraction]],
    pipetting: Pipetting,
) -> tuple[Liquid, ...]:
    """Return a mix with its dilutions before it: no volume is below the smallest, and buffer closes the total.

    With little buffer the total is up to half the smallest volume more or less.

    Args:
        name: Of the mix.
        targets: Concentration of each component in it, M.
        volume: How much is made.
        sources: For each component the liquid it comes from, and its concentration there, M.
        pipetting: What can be pipetted.

    Raises:
        DesignError: the components do not fit the volume.
    """
    liquids: list[Liquid] = []
    parts = []
    for component, target in targets.items():
        source, stock = sources[component]
        amount = target * volume / stock
        if amount < pipetting.smallest:
            steps, source, stock = _dilutions(f"{name}: {component}", source, stock, target * volume, pipetting)
            liquids += steps
            amount = target * volume / stock
        parts.append((source, max(pipetting.smallest, round(amount))))
    return (*liquids, closed(name, Kind.MIX, volume, parts, pipetting.smallest))


def _dilutions(
    name: str, source: str, stock: Fraction, amount: Fraction, pipetting: Pipetting
) -> tuple[list[Liquid], str, Fraction]:
    """Dilute until ``amount`` (M times volume) is in about twice the smallest volume."""
    factor = float(stock * 2 * pipetting.smallest / amount)
    most = pipetting.dilution / pipetting.smallest
    steps = max(1, math.ceil(math.log(factor) / math.log(most) - 1e-9))
    one = factor ** (1 / steps)
    # as little as gives four times what is taken from it, from twice the smallest volume if that is not too much
    volume = min(pipetting.dilution, max(8 * pipetting.smallest, round(2 * pipetting.smallest * one)))
    taken = max(pipetting.smallest, round(volume / one))
    made = []
    for number in range(1, steps + 1):
        here = f"{name} dilution {number}"
        made.append(closed(here, Kind.DILUTION, volume, [(source, taken)]))
        source, stock = here, stock * taken / volume
    return made, source, stock
