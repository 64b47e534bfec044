"""``robot.csv``: every transfer in order, for a pipetting robot or a patient person."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from dsdcompile.lab.liquids import BUFFER, TICKS, Kind
from dsdcompile.lab.order import OrderSheet
from dsdcompile.lab.plates import Layout
from dsdcompile.lab.protocol import Protocol, transfers

HEADER = ("step", "makes", "source", "source_place", "destination", "destination_place", "volume_ul", "at_s")


def show_robot(steps: Protocol, sheet: OrderSheet, layout: Layout) -> str:
    """Return the CSV text; volumes are in µL with two digits, places are ``plate:well``, tubes have their own.

    Times are in s after the start: 0 for what starts the reactions, later for samples, empty for what is done before,
    with time to read a baseline. What comes off a gel has no row: it is no
    transfer, and ``protocol.md`` gives its volume and concentration.
    """
    places = _places(steps, sheet, layout)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for number, step in enumerate(transfers(steps), start=1):
        made, when = step.destination, "" if step.when is None else f"{step.when:.0f}"
        volume = f"{step.volume / TICKS:.2f}"
        writer.writerow(
            (number, made.kind, step.source, places[step.source], made.name, places[made.name], volume, when)
        )
    return out.getvalue()


def _places(steps: Protocol, sheet: OrderSheet, layout: Layout) -> Mapping[str, str]:
    """Return where every liquid is."""
    places = {BUFFER: "trough:1"}
    for number, supply in enumerate(steps.of_kind(Kind.SUPPLY), start=2):
        places[supply.name] = f"trough:{number}"
    for plate in layout.plates:
        places |= {placed.line.name: f"order{plate.number}:{placed.well}" for placed in plate.wells}
    places |= {line.name: f"freezer:{line.freezer}" for line in sheet.lines if line.freezer}
    tubes = 0
    for liquid in steps.liquids:
        if liquid.place:
            places[liquid.name] = f"reaction:{liquid.place}"
        elif liquid.name not in places:
            tubes += 1
            places[liquid.name] = f"tube:{tubes}"
    return places
