"""What to do at the bench: resuspend, anneal, purify, dilute, mix, dispense. Concentrations follow from the volumes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import final

from dsdcompile.dsd.inventory import Inventory
from dsdcompile.errors import DesignError
from dsdcompile.lab.bench import SPARE, Annealing, Bench, BenchOptions
from dsdcompile.lab.liquids import TICKS, Kind, Liquid, closed, contents, mix, used
from dsdcompile.lab.plates import well_name
from dsdcompile.lab.recipe import SAMPLE_SHARE, SHARES, SHARES_OF, STARTERS, Mix, Plan, Recipe, make_plans

LEAST_MIX = 20
"""Least volume of a mix, µL, and in smallest volumes, so that rounding changes no concentration by much."""


@final
@dataclass(frozen=True, eq=False)
class Well:
    """A well, or a reaction in a tube, and what is in it."""

    liquid: Liquid
    plan: Plan
    amounts: Mapping[str, float]
    """Complex -> concentration that the design asks for, M; for a sample what its reaction was made of, diluted."""
    wanted: Mapping[str, float]
    """The same by what is in the tubes, where complexes that are one strand are one."""
    made: Mapping[str, Fraction]
    """What the volumes make of it, exactly, with salts and what annealing leaves over."""

    def __post_init__(self) -> None:
        """Freeze."""
        for name in ("amounts", "wanted", "made"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def deviation(self) -> float:
        """The largest relative difference between a wanted and a made concentration."""
        return max((abs(float(self.made[c]) / want - 1.0) for c, want in self.wanted.items()), default=0.0)


@final
@dataclass(frozen=True, eq=False)
class Protocol:
    """Everything for one example."""

    example: int
    options: BenchOptions
    recipe: Recipe
    annealings: tuple[Annealing, ...]
    liquids: tuple[Liquid, ...]
    """In the order they are made."""
    reactions: tuple[Well, ...]
    """In tubes, for outputs that are read in samples."""
    wells: tuple[Well, ...]

    def of_kind(self, kind: Kind) -> list[Liquid]:
        """Return the liquids of a kind, in order."""
        return [liquid for liquid in self.liquids if liquid.kind is kind]

    @property
    def deviation(self) -> float:
        """The largest relative difference between a wanted and a made concentration, over all wells."""
        return max((well.deviation for well in (*self.reactions, *self.wells)), default=0.0)

    def need(self) -> dict[str, float]:
        """Return how much of each strand the protocol takes, nmol."""
        taken = used(self.liquids)
        return {s.name: taken[s.name] / TICKS * self.options.stock * 1e3 for s in self.of_kind(Kind.STOCK)}


def protocol(inventory: Inventory, recipe: Recipe, example: int, options: BenchOptions) -> Protocol:
    """Return the protocol for one example.

    Raises:
        DesignError: the components do not fit the volumes, or the wells a plate; the message says what would help.
    """
    bench, plans = Bench(inventory, options), make_plans(recipe)
    if len(plans.wells) > options.plate:
        raise DesignError(
            f"lab: {len(recipe.readouts)} outputs with {len(recipe.rails)} input rails make {len(plans.wells)} wells "
            f"with controls, more than a {options.plate}-well plate has; --set lab.plate=384, or fewer inputs, would "
            "help"
        )
    size = _size(options)
    volumes = {plan: _reaction_volume(plan, plans.wells, size) for plan in plans.reactions}
    volumes |= dict.fromkeys(plans.wells, size)
    mixes = _mixes(bench, recipe, volumes)
    reactions = [_dispensed(_title(plan), Kind.REACTION, volumes[plan], plan) for plan in plans.reactions]
    wells = []
    for number, plan in enumerate(plans.wells):
        place = well_name(number, options.plate)
        wells.append(_dispensed(f"well {place}", Kind.WELL, size, plan, place))
    stocks, annealings = bench.stocks(used([*mixes, *reactions, *wells]))
    liquids = (*stocks, *mixes, *reactions, *wells)
    inside = contents(liquids, bench.given)

    def made(liquid: Liquid, plan: Plan) -> Well:
        amounts = recipe.amounts(plan.mixes)
        for source in plans.reactions:
            if plan.sample_of == source:
                for name, amount in recipe.amounts(source.mixes).items():
                    amounts[name] = amounts.get(name, 0.0) + amount * SAMPLE_SHARE / SHARES_OF
        return Well(liquid, plan, amounts, bench.named(amounts), inside[liquid.name])

    return Protocol(
        example,
        options,
        recipe,
        annealings,
        liquids,
        tuple(made(liquid, plan) for liquid, plan in zip(reactions, plans.reactions, strict=True)),
        tuple(made(liquid, plan) for liquid, plan in zip(wells, plans.wells, strict=True)),
    )


def _size(options: BenchOptions) -> int:
    """Return the volume of a well, hundredths of a µL, so that every share of it can be pipetted."""
    size = round(options.well_volume * TICKS / SHARES_OF) * SHARES_OF
    least = min(SHARES.values())
    if size * least < options.smallest * TICKS * SHARES_OF:
        raise DesignError(
            f"lab.well_volume: mixes take {least}/{SHARES_OF} of a well, which is {size * least / SHARES_OF / TICKS:g} "
            f"µL of {options.well_volume:g} µL, less than lab.smallest_volume = {options.smallest:g} µL"
        )
    return size


def _title(reaction: Plan) -> str:
    """Return what the tube of a reaction is called."""
    return f"reaction {reaction.title}"


def _reaction_volume(plan: Plan, wells: Iterable[Plan], size: int) -> int:
    """Return how much of a reaction its samples need."""
    taken = sum(well.sample_of == plan for well in wells) * size * SAMPLE_SHARE // SHARES_OF
    return max(size, -(-taken * (1 + SPARE) // (SHARES_OF * TICKS)) * SHARES_OF * TICKS)


def _mixes(bench: Bench, recipe: Recipe, volumes: Mapping[Plan, int]) -> list[Liquid]:
    """Return every mix that wells or reactions need, with its dilutions, in volumes for all of them."""
    need: dict[Mix, int] = {}
    for plan, volume in volumes.items():
        for one in plan.mixes:
            need[one] = need.get(one, 0) + SHARES[one.kind] * volume // SHARES_OF
    made: list[Liquid] = []
    least = max(LEAST_MIX * TICKS, LEAST_MIX * bench.pipetting.smallest)
    for one, volume in need.items():
        targets = bench.named(recipe.brings(one))
        strong = {c: Fraction(amount) * SHARES_OF / SHARES[one.kind] for c, amount in targets.items()}
        total = max(round(volume * (1 + SPARE) / TICKS) * TICKS, least)
        made += mix(one.name, strong, total, {c: bench.source(c) for c in strong}, bench.pipetting)
    return made


def _dispensed(name: str, kind: Kind, volume: int, plan: Plan, place: str = "") -> Liquid:
    """Return a well or reaction: buffer, mixes, and for a reading well the sample last."""
    parts = [(one.name, SHARES[one.kind] * volume // SHARES_OF) for one in plan.mixes]
    if plan.sample_of is not None:
        parts.append((_title(plan.sample_of), SAMPLE_SHARE * volume // SHARES_OF))
    filled = closed(name, kind, volume, parts)
    return Liquid(name, kind, volume, filled.parts, place)


@final
@dataclass(frozen=True, slots=True)
class Transfer:
    """One pipetting step."""

    destination: Liquid
    source: str
    volume: int
    """Hundredths of a µL."""
    when: float | None
    """s after the start of the reactions, which is at 0; None for what is done before it."""


def transfers(steps: Protocol) -> tuple[Transfer, ...]:
    """Return every pipetting step in order: what starts reactions comes after all that is prepared, then samples.

    What is eluted from a gel is no transfer: its volume and concentration are in :attr:`Protocol.annealings`.
    """
    starts: dict[tuple[str, str], float] = {}
    for well in (*steps.reactions, *steps.wells):
        name, plan = well.liquid.name, well.plan
        starts |= {(name, mix.name): 0.0 for mix in plan.mixes if mix.kind in STARTERS}
        if plan.sample_of is not None and plan.when is not None:
            starts[name, _title(plan.sample_of)] = plan.when
    made = [
        Transfer(liquid, source, volume, starts.get((liquid.name, source)))
        for liquid in steps.liquids
        for source, volume in liquid.parts
    ]
    return tuple(sorted(made, key=lambda step: -1.0 if step.when is None else step.when))
