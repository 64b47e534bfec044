"""What reactions are made of, and which wells there are: samples and their controls.

Fuels, biases, inputs and reporters are mixes of their own, so that controls leave one of them out. What starts the
reaction, biases and inputs, comes last: before it, reporters and fuels alone give the baseline.

An output that no reaction consumes is read where it is made, by reporters in the well. One that is consumed would be
drained by them: its reaction stands without, and samples of it are read in wells with reporters in excess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, final

SHARES_OF = 20
"""Shares of a well are counted in twentieths."""


@final
class MixKind(StrEnum):
    """What a mix brings."""

    REPORTERS = "reporters"
    DYES = "dyes"
    FUELS = "fuels"
    BIASES = "biases"
    INPUTS = "inputs"
    RAIL = "rail"


SHARES: Final[Mapping[MixKind, int]] = MappingProxyType(
    {
        MixKind.REPORTERS: 2,
        MixKind.DYES: 2,
        MixKind.FUELS: 10,
        MixKind.BIASES: 2,
        MixKind.INPUTS: 2,
        MixKind.RAIL: 2,
    }
)
"""Twentieths of a well that each mix takes; buffer is the rest."""
SAMPLE_SHARE = 12
"""Twentieths of a reading well that a sample of a reaction takes."""
STARTERS = (MixKind.BIASES, MixKind.INPUTS, MixKind.RAIL)
"""What starts a reaction, in the order it is added."""


@final
@dataclass(frozen=True, slots=True)
class Mix:
    """A mix, by what it brings."""

    kind: MixKind
    of: str = ""
    """The output whose reporters they are, or the rail."""

    @property
    def name(self) -> str:
        """What its tube is called."""
        return f"{self.kind} {self.of}".rstrip()


@final
@dataclass(frozen=True, eq=False)
class Readout:
    """How an output is read."""

    output: str
    reporters: Mapping[str, float]
    """Reporter -> concentration in the wells it is in, M."""
    dyes: Mapping[str, float]
    """Dye strand -> concentration, for the well that shows all of them: what 100 % is, M."""
    sampled: bool = False
    """Whether samples are read, because a reaction consumes the output."""

    def __post_init__(self) -> None:
        """Freeze."""
        for name in ("reporters", "dyes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


@final
@dataclass(frozen=True, eq=False)
class Recipe:
    """What a reaction is made of, M, by complex."""

    fuels: Mapping[str, float]
    biases: Mapping[str, float]
    inputs: Mapping[str, float]
    """The example's."""
    rails: Mapping[str, float]
    """Each input rail alone, for the controls."""
    readouts: tuple[Readout, ...]
    times: tuple[float, ...] = ()
    """When samples are taken, s after the start, for outputs that are read so."""

    def __post_init__(self) -> None:
        """Freeze, and leave out what there is none of."""
        for name in ("fuels", "biases", "inputs", "rails"):
            kept = {k: v for k, v in getattr(self, name).items() if v > 0}
            object.__setattr__(self, name, MappingProxyType(kept))

    def brings(self, mix: Mix) -> Mapping[str, float]:
        """Return what a mix brings into a well, M."""
        if mix.kind in (MixKind.REPORTERS, MixKind.DYES):
            readout = next(r for r in self.readouts if r.output == mix.of)
            return readout.reporters if mix.kind is MixKind.REPORTERS else readout.dyes
        if mix.kind is MixKind.RAIL:
            return {mix.of: self.rails[mix.of]}
        plain = {MixKind.FUELS: self.fuels, MixKind.BIASES: self.biases, MixKind.INPUTS: self.inputs}
        return plain[mix.kind]

    def amounts(self, mixes: tuple[Mix, ...]) -> dict[str, float]:
        """Return what some mixes bring together, M."""
        total: dict[str, float] = {}
        for mix in mixes:
            for name, amount in self.brings(mix).items():
                total[name] = total.get(name, 0.0) + amount
        return total


@final
class WellKind(StrEnum):
    """What a well, or a reaction that samples are taken of, is for."""

    SAMPLE = "sample"
    """Everything is in it; all others are controls."""
    NO_INPUT = "no input"
    NO_SIGNAL = "no signal"
    NO_FUEL = "no fuel"
    ONE_RAIL = "alone"
    """One input rail is the only input."""
    BASELINE = "reporters alone"
    """Nothing opens the reporters: the reading that counts as 0 %."""
    FULL = "dyes alone"
    """Every dye is free of its quencher: the reading that counts as 100 %."""


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """A well, or a reaction that samples are taken of, before volumes."""

    kind: WellKind
    output: str
    """The output that is read; empty for a reaction without reporters."""
    mixes: tuple[Mix, ...]
    """In the order they are added."""
    sample_of: Plan | None = None
    """For a reading well: the reaction that a sample is taken of."""
    when: float | None = None
    """When it is taken, s."""
    rail: str = ""
    """The input rail that is there, of kind :attr:`WellKind.ONE_RAIL`."""

    @property
    def title(self) -> str:
        """What it is called in the protocol."""
        return f"{self.rail} {self.kind}".lstrip()


@final
@dataclass(frozen=True, slots=True)
class Plans:
    """Everything that is pipetted into wells, before volumes."""

    reactions: tuple[Plan, ...] = field(default=())
    """In tubes: samples are taken of them."""
    wells: tuple[Plan, ...] = field(default=())


def make_plans(recipe: Recipe) -> Plans:
    """Return reactions, their controls, and the wells that say what 0 % and 100 % are; none twice."""
    read = [readout for readout in recipe.readouts if not readout.sampled]
    sampled = [readout for readout in recipe.readouts if readout.sampled]
    mixtures = tuple(_reactions(recipe))
    reactions = mixtures if sampled else ()
    wells = [] if recipe.readouts else [*mixtures]
    for readout in read:
        lit = Mix(MixKind.REPORTERS, readout.output)
        wells += [replace(plan, output=readout.output, mixes=(lit, *plan.mixes)) for plan in mixtures]
        wells += _ends(readout)
    for readout in sampled:
        lit = Mix(MixKind.REPORTERS, readout.output)
        for reaction in reactions:
            times = recipe.times if reaction.kind is WellKind.SAMPLE else recipe.times[-1:]
            read_in = replace(reaction, output=readout.output, mixes=(lit,), sample_of=reaction)
            wells += [replace(read_in, when=when) for when in times]
        wells += _ends(readout)
    return Plans(reactions, tuple(wells))


def _reactions(recipe: Recipe) -> Iterator[Plan]:
    """Yield the sample and each control that differs from what came before, without reporters."""
    fuels, biases, inputs = (Mix(kind) for kind in (MixKind.FUELS, MixKind.BIASES, MixKind.INPUTS))
    wanted = [
        (WellKind.SAMPLE, "", (fuels, biases, inputs)),
        (WellKind.NO_INPUT, "", (fuels, biases)),
        (WellKind.NO_SIGNAL, "", (fuels,)),
        (WellKind.NO_FUEL, "", (biases, inputs)),
        *((WellKind.ONE_RAIL, rail, (fuels, biases, Mix(MixKind.RAIL, rail))) for rail in recipe.rails),
    ]
    seen: list[dict[str, float]] = [{}]
    for kind, rail, mixes in wanted:
        there = tuple(mix for mix in mixes if recipe.brings(mix))
        amounts = recipe.amounts(there)
        if amounts not in seen:
            seen.append(amounts)
            yield Plan(kind, "", there, rail=rail)


def _ends(readout: Readout) -> list[Plan]:
    """Return the wells of what 0 % and 100 % are."""
    return [
        Plan(WellKind.BASELINE, readout.output, (Mix(MixKind.REPORTERS, readout.output),)),
        Plan(WellKind.FULL, readout.output, (Mix(MixKind.DYES, readout.output),)),
    ]
