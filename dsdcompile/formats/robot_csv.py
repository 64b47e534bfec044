"""``robot.csv``: every transfer in order, for a pipetting robot or a patient person; it holds the whole protocol."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from dsdcompile.lab.liquids import BUFFER, TICKS, Kind
from dsdcompile.lab.order import OrderSheet
from dsdcompile.lab.plates import Wells, place
from dsdcompile.lab.protocol import Protocol, transfers

HEADER = ("step", "makes", "source", "source_place", "destination", "destination_place", "volume_ul")


def show_robot(steps: Protocol, sheet: OrderSheet) -> str:
    """Return the CSV text; volumes are in µL with two digits, places are ``plate:well``, tubes have their own."""
    places = _places(steps, sheet, steps.options.plate)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for number, liquid, source, volume in transfers(steps):
        here, there = places[liquid.name], places[source]
        writer.writerow((number, liquid.kind, source, there, liquid.name, here, f"{volume / TICKS:.2f}"))
    return out.getvalue()


def _places(steps: Protocol, sheet: OrderSheet, wells: Wells) -> Mapping[str, str]:
    """Return where every liquid is."""
    found = {BUFFER: "trough:1"}
    for placed in place(sheet.ordered, wells):
        found[placed.line.name] = f"order{placed.plate}:{placed.well}"
    for line in sheet.lines:
        if line.freezer:
            found[line.name] = f"freezer:{line.freezer}"
    tubes = 0
    for liquid in steps.liquids:
        if liquid.kind is Kind.WELL:
            found[liquid.name] = f"reaction:{liquid.name.removeprefix('well ')}"
        elif liquid.name not in found:
            tubes += 1
            found[liquid.name] = f"tube:{tubes}"
    return found
