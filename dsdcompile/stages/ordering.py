"""From sequences to what is ordered and what is done at the bench."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import final

import numpy as np

from dsdcompile.crn.crn import NO_RAIL
from dsdcompile.design.design import Design
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.errors import DesignError
from dsdcompile.formats.freezer_csv import load_freezer
from dsdcompile.formats.vendor_file import load_vendor
from dsdcompile.lab.bench import BenchOptions
from dsdcompile.lab.buffer import Buffer
from dsdcompile.lab.order import AUTO, OrderOptions, OrderSheet, check_lengths, order
from dsdcompile.lab.plates import Layout, lay_out
from dsdcompile.lab.protocol import Protocol, protocol
from dsdcompile.lab.purity import Purity, purity
from dsdcompile.lab.recipe import SAMPLE_SHARE, SHARES_OF, Readout, Recipe
from dsdcompile.lab.reporters import Reporter, make_reporters, users, with_reporters
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.sequencing import reaction_conditions
from dsdcompile.stages.source import Source
from dsdcompile.stages.translation import Translated, horizon_time, resources
from dsdcompile.units import plural

REPORTER_MARGIN = 0.5
"""Reporter beyond the largest output, as a fraction."""
LEAST_TO_READ = 2e-8
"""Least reporter in a well that reads samples, M: at 1e6 /M/s it takes up all but 0.3 % of a signal in 5 min."""
SAMPLES = 10
"""How many samples are taken over the time course of an output that is read so."""


@final
@dataclass(frozen=True, eq=False)
class Stock:
    """Everything in the tubes, reporters included, and how much of it goes into a reaction."""

    inventory: Inventory
    reporters: tuple[Reporter, ...]
    amounts: Mapping[str, float]
    """Concentration of every item, M: of inputs the most over the declared examples."""
    options: OrderOptions
    """What the laboratory wants, and has."""
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Freeze."""
        object.__setattr__(self, "amounts", MappingProxyType(dict(self.amounts)))


@final
@dataclass(frozen=True, eq=False)
class Ordered:
    """The order, and the protocol for the design's example."""

    sheet: OrderSheet
    layout: Layout
    stock: Stock
    protocol: Protocol | None
    """None where the components do not fit their volumes."""
    warnings: tuple[str, ...]
    purity: Purity | None = None
    """Full-length shares; None where nothing is ordered."""


def stock_up(design: Design, folder: Path, source: Source, compiled: DesignCrns, translated: Translated) -> Stock:
    """Return what an experimenter needs: the system's fuels and signals, and a reporter for each output rail.

    What the design says of the laboratory is checked here, before anything that takes long.

    Raises:
        SequenceError: a strand is longer than the vendor makes.
        DesignError: a price, label, purification, freezer file or domain whose sequence is fixed does not exist.
        FormatError: the freezer file cannot be read.
        SchemeError: the scheme's signals cannot be reported.
        LimitExceededError, SimulationError: the largest outputs cannot be found.
    """
    system, unit = translated.system, translated.dosing.unit
    inventory = system.inventory
    options, warnings = order_options(design, folder)
    check_lengths(inventory, options)
    state = np.max(translated.implementation.signals(source.examples.inputs), axis=0)
    amounts = {system.signal(s).name: float(state[s]) for s in system.initial_signals}
    amounts |= fuel_amounts(translated)
    if not design.lab.reporters or not (system.crn.outputs != NO_RAIL).any():
        return Stock(inventory, (), amounts, options, warnings)
    reporters, domains = make_reporters(system)
    peak = resources(design, compiled, source.examples)[0].peak * unit if design.lab.reporter is None else None
    for reporter in reporters:
        most = 0.0 if peak is None else float(peak[system.crn.index[reporter.species]]) * (1 + REPORTER_MARGIN)
        least = max(most * SAMPLE_SHARE / SHARES_OF, LEAST_TO_READ) if reporter.sampled else max(most, unit)
        amounts[reporter.name] = design.lab.reporter or least
    warnings += _sampling(system, reporters)
    return Stock(with_reporters(inventory, reporters, domains), reporters, amounts, options, warnings)


def _sampling(system: DsdSystem, reporters: Sequence[Reporter]) -> tuple[str, ...]:
    """Warn that some outputs cannot be read while they react."""
    used = users(system.crn)
    names = [r.species for r in reporters if r.sampled]
    if not names:
        return ()
    reaction = system.crn.reaction(next(iter(used.values())))
    return (
        f"reactions use {', '.join(names[:5])}{' and others' if len(names) > 5 else ''}, such as {reaction}: a "
        "reporter in the reaction would drain them, so the protocol reads samples",
    )


def initial_amounts(translated: Translated) -> dict[str, float]:
    """Return the concentration of what is added whatever the inputs are, biases and fuels, by name, M."""
    system = translated.system
    biases = system.crn.initial * translated.dosing.unit
    return {system.signal(s).name: float(biases[s]) for s in system.initial_signals} | fuel_amounts(translated)


def fuel_amounts(translated: Translated) -> dict[str, float]:
    """Return the concentration of each distinct fuel by name, M."""
    system = translated.system
    amounts = translated.dosing.amounts(system)
    names = {fuel.name for fuel in system.fuels()}
    found = {system.molecule_name(number): float(amounts[number]) for number in range(system.molecules.count)}
    return {name: amount for name, amount in found.items() if name in names}


def order_options(design: Design, folder: Path) -> tuple[OrderOptions, tuple[str, ...]]:
    """Return what the laboratory wants and has, and warnings; the freezer file is relative to ``folder``.

    Raises:
        DesignError: a scale is unknown, a price negative, or a label, purification or freezer file does not exist.
        FormatError: the freezer file cannot be read.
    """
    lab = design.lab
    vendor = load_vendor(lab.vendor).priced(lab.prices)
    if lab.purification != AUTO:
        vendor.purification_price(lab.purification)
    for colour in lab.colours:
        vendor.label(colour)
    freezer, warnings = ({}, ()) if lab.freezer is None else load_freezer(folder / lab.freezer)
    return OrderOptions(vendor, lab.purification, lab.colours, freezer, lab.full_length), warnings


def order_system(
    design: Design, source: Source, translated: Translated, stock: Stock, sequenced: SequencedSystem
) -> Ordered:
    """Return what is ordered, and how it is mixed for the design's example.

    A system too large for one pot is still ordered; a warning says in numbers what would fit.

    Raises:
        SequenceError: a strand is longer than the vendor makes.
    """
    number, options = design.simulate.example, stock.options
    sheet = order(sequenced, options, stock.reporters)
    layout = lay_out(sheet.ordered, design.lab.plate, dict(options.vendor.plate_minimum)[design.lab.plate])
    pure = purity(sheet, stock.inventory, options.vendor)
    try:
        recipe = make_recipe(design, source, translated, stock)
        steps = protocol(stock.inventory, recipe, number, bench_options(design))
    except DesignError as error:
        return Ordered(sheet, layout, stock, None, (*stock.warnings, f"no protocol: {error}"), pure)
    return Ordered(sheet, layout, stock, steps, (*stock.warnings, *_scarce(sheet, steps)), pure)


def _scarce(sheet: OrderSheet, steps: Protocol) -> tuple[str, ...]:
    """Warn of strands of which the protocol takes more than the vendor is sure to deliver."""
    need = steps.need()
    short = [line for line in sheet.ordered if need.get(line.name, 0.0) > line.delivered]
    if not short:
        return ()
    worst = max(short, key=lambda line: need[line.name] / line.delivered)
    return (
        f"the protocol takes up to {need[worst.name]:.2g} nmol of {plural(len(short), 'strand')} ({worst.name} and so "
        f"on) of which the scale is only sure to give {worst.delivered:g} nmol; order them twice or at a larger scale, "
        "or set a smaller lab.well_volume",
    )


def bench_options(design: Design) -> BenchOptions:
    """Return how the laboratory works.

    Raises:
        DesignError: the salt of the reaction cannot be kept as a concentrate.
    """
    lab = design.lab
    return BenchOptions(
        buffer=Buffer.of(reaction_conditions(design)),
        stock=lab.stock,
        gate_stock=lab.gate_stock,
        gate_yield=lab.gate_yield,
        purified_stock=lab.purified_stock,
        excess=lab.excess,
        smallest=lab.smallest_volume,
        well_volume=lab.well_volume,
        plate=lab.plate,
    )


def make_recipe(design: Design, source: Source, translated: Translated, stock: Stock) -> Recipe:
    """Return what goes into the wells for the design's example."""
    system, unit = translated.system, translated.dosing.unit
    crn = system.crn
    rails = {int(s) for s in crn.inputs[crn.inputs != NO_RAIL]}
    state = translated.implementation.signals(source.examples.inputs[design.simulate.example - 1][None, :])[0]
    names = {s: system.signal(s).name for s in system.initial_signals}
    given = {s: float(state[s] - crn.initial[s] * unit) for s in rails}
    fuels = {item.name for item in stock.inventory.items if item.role is Role.FUEL}
    until = translated.horizon or horizon_time(design) * design.kinetics.time_unit
    return Recipe(
        fuels={name: amount for name, amount in stock.amounts.items() if name in fuels},
        biases={names[s]: float(crn.initial[s]) * unit for s in names},
        inputs={names[s]: amount for s, amount in sorted(given.items())},
        rails={names[s]: max(amount, unit) for s, amount in sorted(given.items())},
        readouts=_readouts(stock, source.output_names),
        times=tuple((until * np.arange(1, SAMPLES + 1) / SAMPLES).tolist()),
    )


def _readouts(stock: Stock, outputs: Sequence[str]) -> tuple[Readout, ...]:
    """Return how each output is read."""
    strands = {strand.domains: strand.name for strand in stock.inventory.strands}
    groups: dict[int, list[Reporter]] = {}
    for reporter in stock.reporters:
        groups.setdefault(reporter.output, []).append(reporter)
    return tuple(
        Readout(
            outputs[output],
            {r.name: stock.amounts[r.name] for r in group},
            {strands[r.bright]: stock.amounts[r.name] for r in group},
            group[0].sampled,
        )
        for output, group in groups.items()
    )
