"""From sequences to what is ordered and what is done at the bench."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from dsdcompile.crn.crn import NO_RAIL
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.design.design import Design
from dsdcompile.errors import DesignError
from dsdcompile.formats.freezer_csv import load_freezer
from dsdcompile.formats.vendor_file import load_vendor
from dsdcompile.lab.order import OrderOptions, OrderSheet, check_lengths, order
from dsdcompile.lab.protocol import BenchOptions, Protocol, Recipe, protocol
from dsdcompile.lab.reporters import Reporter, make_reporters, with_reporters
from dsdcompile.sequences.inventory import Inventory
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.stages.compilation import Compiled
from dsdcompile.stages.source import Source
from dsdcompile.stages.translation import Translated, resources

REPORTER_MARGIN = 0.5
"""Reporter beyond the largest output, as a fraction."""


@final
@dataclass(frozen=True, eq=False)
class Stock:
    """Everything in the tubes, reporters included, and how much of it goes into a reaction."""

    inventory: Inventory
    reporters: tuple[Reporter, ...]
    amounts: dict[str, float]
    """Concentration of every item, M: of inputs the most over the declared examples."""
    options: OrderOptions
    """What the laboratory wants, and has."""


@final
@dataclass(frozen=True, eq=False)
class Ordered:
    """The order, and the protocol for the design's example."""

    sheet: OrderSheet
    stock: Stock
    protocol: Protocol | None
    """None where the components do not fit their volumes."""
    warnings: tuple[str, ...]


def stock_up(design: Design, folder: Path, source: Source, compiled: Compiled, translated: Translated) -> Stock:
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
    inventory = Inventory.of(system)
    options = order_options(design, folder)
    check_lengths(inventory, options)
    state = np.max(system.crn.inlet(source.examples.inputs), axis=0) * unit
    amounts = {system.signal(s).name: float(state[s]) for s in system.initial_signals}
    amounts |= fuel_amounts(translated)
    if not design.lab.reporters or not (system.crn.outputs != NO_RAIL).any():
        return Stock(inventory, (), amounts, options)
    reporters, domains = make_reporters(system)
    peak = resources(design, compiled, source.examples)[0].peak * unit if design.lab.reporter is None else None
    for reporter in reporters:
        most = 0.0 if peak is None else float(peak[system.crn.index[reporter.species]])
        amounts[reporter.name] = design.lab.reporter or max(most * (1 + REPORTER_MARGIN), unit)
    return Stock(with_reporters(inventory, reporters, domains), reporters, amounts, options)


def fuel_amounts(translated: Translated) -> dict[str, float]:
    """Return the concentration of each distinct fuel by name, M."""
    system = translated.system
    amounts = translated.dosing.amounts(system)
    names = {fuel.name for fuel in system.fuels()}
    found = {system.molecule_name(number): float(amounts[number]) for number in range(system.molecules.count)}
    return {name: amount for name, amount in found.items() if name in names}


def order_options(design: Design, folder: Path) -> OrderOptions:
    """Return what the laboratory wants and has; the freezer file is relative to ``folder``.

    Raises:
        DesignError: a scale is unknown, a price negative, or a label, purification or freezer file does not exist.
        FormatError: the freezer file cannot be read.
    """
    lab = design.lab
    vendor = load_vendor(lab.vendor).priced(lab.prices)
    vendor.purify(lab.purification)
    for colour in lab.colours:
        vendor.label(colour)
    freezer = None if lab.freezer is None else load_freezer(folder / lab.freezer)
    return OrderOptions(vendor, lab.purification, lab.colours, freezer)


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
    try:
        recipe = make_recipe(translated, stock, source.examples.inputs[number - 1], source.output_names)
        steps = protocol(stock.inventory, recipe, number, bench_options(design))
    except DesignError as error:
        return Ordered(sheet, stock, None, (f"no protocol: {error}",))
    return Ordered(sheet, stock, steps, ())


def bench_options(design: Design) -> BenchOptions:
    """Return how the laboratory works."""
    lab = design.lab
    return BenchOptions(
        stock=lab.stock,
        gate_stock=lab.gate_stock,
        excess=lab.excess,
        smallest=lab.smallest_volume,
        well_volume=lab.well_volume,
        plate=lab.plate,
    )


def make_recipe(translated: Translated, stock: Stock, inputs: FloatArray, outputs: Sequence[str]) -> Recipe:
    """Return what goes into the wells for one example with inputs (inputs,) in formal units."""
    system, unit = translated.system, translated.dosing.unit
    crn = system.crn
    rails = {int(s) for s in crn.inputs[crn.inputs != NO_RAIL]}
    state = crn.inlet(inputs[None, :])[0] * unit
    names = {s: system.signal(s).name for s in system.initial_signals}
    given = {s: float(state[s] - crn.initial[s] * unit) for s in rails}
    fuels = {item.name for item in stock.inventory.items if item.role == "fuel"}
    reporters: dict[str, dict[str, float]] = {}
    for reporter in stock.reporters:
        reporters.setdefault(outputs[reporter.output], {})[reporter.name] = stock.amounts[reporter.name]
    return Recipe(
        fuels={name: amount for name, amount in stock.amounts.items() if name in fuels},
        biases={names[s]: float(crn.initial[s]) * unit for s in names},
        inputs={names[s]: amount for s, amount in sorted(given.items())},
        rails={names[s]: max(amount, unit) for s, amount in sorted(given.items())},
        reporters=tuple(reporters.items()),
    )
