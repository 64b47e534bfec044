"""``protocol.md``: the bench protocol as text. Every volume in it is one of ``robot.csv``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from dsdcompile.lab.liquids import TICKS, Kind, Liquid, used
from dsdcompile.lab.order import OrderSheet
from dsdcompile.lab.protocol import Protocol
from dsdcompile.units import show_concentration, show_duration


@final
@dataclass(frozen=True, slots=True)
class Expected:
    """What a reporter should show."""

    reporter: str
    colour: str
    times: tuple[float, ...]
    """s."""
    open: tuple[float, ...]
    """Fraction of the reporter that is open at each time."""


def show_protocol(name: str, steps: Protocol, sheet: OrderSheet, expected: Sequence[Expected]) -> str:
    """Return the protocol as Markdown.

    Args:
        name: The design's name.
        steps: What to do.
        sheet: The strands.
        expected: What each reporter should show; empty if the example was not simulated.
    """
    options = steps.options
    lines = [
        f"# Protocol: {name}, example {steps.example}",
        "",
        f"Volumes are in µL and are the same as in `robot.csv`. They make every concentration to within "
        f"{steps.deviation:.2%} of the design's; what they make exactly stands in the tables.",
        "",
        "## 1. Strands",
        "",
        f"Order {len(sheet.ordered)} strands: `order.xlsx` (tubes) or `plates.xlsx` ({options.plate}-well plates, ask "
        f"for normalisation to {show_concentration(options.stock)} in TE). Tubes: spin down, dissolve n nmol in "
        f"{1e-3 / options.stock:g} x n µL of TE (10 mM Tris, 1 mM EDTA, pH 8.0), and correct each to "
        f"{show_concentration(options.stock)} by absorbance at 260 nm. Keep at -20 °C.",
        "",
        *_reused(sheet),
        *_need(steps),
        "## 2. Anneal complexes",
        "",
        f"Mix in TE with 12.5 mM Mg2+. The first strand is the backbone at 1x, the others are at {options.excess:g}x. "
        "Heat to 95 °C for 5 min, then cool to 20 °C at 1 °C a minute. Purify on a 12 % native PAGE gel, elute, and "
        "measure the concentration again: strands left in excess would be read as signals. Reporters need no gel.",
        "",
        *_table(
            ("complex", "strands and volumes (µL), backbone first", "buffer", "total", "concentration"),
            [_annealing(steps, gate) for gate in steps.of_kind(Kind.GATE)],
        ),
        "",
        "## 3. Dilutions",
        "",
        f"What would take less than {options.smallest:g} µL goes through a dilution in the reaction buffer.",
        "",
        *_table(
            ("dilution", "of", "volume", "buffer", "total"),
            [
                (liquid.name, source, _volume(volume), _volume(liquid.volume - volume), _volume(liquid.volume))
                for liquid in steps.of_kind(Kind.DILUTION)
                for source, volume in liquid.parts
                if source != "buffer"
            ],
        ),
        "",
        "## 4. Mixes",
        "",
        "Buffer first, then in this order.",
        "",
    ]
    for liquid in steps.of_kind(Kind.MIX):
        rows = [(source, _volume(volume)) for source, volume in liquid.parts]
        lines += [f"### {liquid.name}: {_volume(liquid.volume)} µL", "", *_table(("source", "volume"), rows), ""]
    lines += [
        "## 5. Wells",
        "",
        f"{options.well_volume:g} µL each, at 25 °C. Dispense buffer, reporters, fuels and biases, read a baseline, "
        "then add inputs: the reaction starts with them. An output's two rails have two colours in one well. Controls: "
        "no input, no fuel, and each input rail alone.",
        "",
        *_table(
            ("well", "what", "output", "parts (µL)"),
            [
                (well.place, well.title, well.output or "-", _parts(liquid))
                for well, liquid in zip(steps.wells, steps.of_kind(Kind.WELL), strict=True)
            ],
        ),
        "",
        "Concentrations in the sample wells:",
        "",
        *_samples(steps),
        "",
        *_fluorescence(expected),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _reused(sheet: OrderSheet) -> list[str]:
    rows = [(line.name, line.freezer) for line in sheet.lines if line.freezer]
    return ["From the freezer:", "", *_table(("strand", "as"), rows), ""] if rows else []


def _need(steps: Protocol) -> list[str]:
    """Return how much of its strands the protocol takes at most."""
    taken = used(steps.liquids)
    most = max((taken.get(stock.name, 0) for stock in steps.of_kind(Kind.STOCK)), default=0)
    nmol = most / TICKS * steps.options.stock * 1e3
    return [f"No strand is needed in more than {_volume(most)} µL ({nmol:.2g} nmol).", ""]


def _annealing(steps: Protocol, gate: Liquid) -> tuple[str, ...]:
    found = next(a for a in steps.annealings if a.gate == gate.name)
    buffer = sum(volume for source, volume in gate.parts if source == "buffer")
    parts = ", ".join(f"{source} {_volume(volume)}" for source, volume in gate.parts if source != "buffer")
    return gate.name, parts, _volume(buffer), _volume(gate.volume), show_concentration(float(found.concentration))


def _samples(steps: Protocol) -> list[str]:
    rows: dict[str, tuple[str, ...]] = {}
    for well in steps.wells:
        if well.title == "sample":
            for component, wanted in well.wanted.items():
                made = float(well.made[component])
                rows.setdefault(component, (component, show_concentration(wanted), show_concentration(made)))
    return _table(("component", "wanted", "made"), list(rows.values()))


def _fluorescence(expected: Sequence[Expected]) -> list[str]:
    if not expected:
        return []
    header = ("time", *(f"{one.reporter} ({one.colour})" for one in expected))
    rows = [
        (show_duration(time), *(f"{one.open[row]:.1%}" for one in expected))
        for row, time in enumerate(expected[0].times)
    ]
    return [
        "## 6. Expected fluorescence",
        "",
        "Percentage of each reporter that is open in the sample wells, from the simulated implementation; reporters "
        "open within seconds of a signal, which is left out. 0 % is the no-input control, 100 % a well with the "
        "reporter's dye strand alone.",
        "",
        *_table(header, rows),
    ]


def _parts(liquid: Liquid) -> str:
    return ", ".join(f"{source} {_volume(volume)}" for source, volume in liquid.parts)


def _volume(volume: int) -> str:
    return f"{volume / TICKS:.2f}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    return [line(header), line(["---"] * len(header)), *(line(row) for row in rows)]
