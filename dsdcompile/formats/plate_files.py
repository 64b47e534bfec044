"""Plate orders: ``plates.xlsx`` with one sheet a plate (Well Position, Name, Sequence), ``plates.csv`` says the same.

The first sheet, ``settings``, holds what the vendor's form asks for each plate: scale, purification, normalisation. The
last one, ``tubes``, holds what does not come in plates, as the vendor's bulk input takes it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from dsdcompile.formats.order_xlsx import HEADER as TUBES
from dsdcompile.formats.order_xlsx import workbook_bytes
from dsdcompile.lab.plates import Layout, Plate

WELLS = ("Well Position", "Name", "Sequence")
SETTINGS = ("Plate", "Strands", "Scale", "Purification", "Concentration (uM)", "Volume (uL)", "Buffer")
SOLVENT = "10 mM Tris, 0.1 mM EDTA, pH 8.0"


def normalisation(plate: Plate, stock: float) -> tuple[float, float]:
    """Return what a plate is normalised to: concentration, µM, and the volume that every strand reaches, µL."""
    return stock * 1e6, plate.delivered / stock / 1e3


def show_plates_xlsx(layout: Layout, stock: float) -> bytes:
    """Return the workbook of everything that is ordered, the same bytes for the same order; ``stock`` in M."""
    book = Workbook()
    first = book.active
    assert first is not None, "a new workbook has a sheet"
    first.title = "settings"
    settings = []
    for plate in layout.plates:
        concentration, volume = normalisation(plate, stock)
        kind = (plate.scale, plate.purification)
        settings.append((plate.number, len(plate.wells), *kind, f"{concentration:g}", f"{volume:g}", SOLVENT))
        wells = [(placed.well, placed.line.name, placed.line.modified) for placed in plate.wells]
        _fill(book.create_sheet(f"plate {plate.number}"), WELLS, wells, (14, 24, 110))
    _fill(first, SETTINGS, settings, (8, 8, 10, 14, 18, 12, 36))
    rows = [(line.name, line.modified, line.scale, line.purification) for line in layout.tubes]
    _fill(book.create_sheet("tubes"), TUBES, rows, (24, 110, 10, 14))
    return workbook_bytes(book)


def _fill(page: Worksheet, header: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[int]) -> None:
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    page.freeze_panes = "A2"
    for number, width in enumerate(widths):
        page.column_dimensions[chr(ord("A") + number)].width = width


def show_plates_csv(layout: Layout, stock: float) -> str:
    """Return the CSV text of everything that is ordered; what comes in tubes has no plate, well or normalisation."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("Plate", *WELLS, "Scale", "Purification", "Concentration (uM)", "Volume (uL)"))
    for plate in layout.plates:
        numbers = [f"{number:g}" for number in normalisation(plate, stock)]
        for placed in plate.wells:
            line = placed.line
            writer.writerow(
                (plate.number, placed.well, line.name, line.modified, line.scale, line.purification, *numbers)
            )
    for line in layout.tubes:
        writer.writerow(("tube", "", line.name, line.modified, line.scale, line.purification, "", ""))
    return out.getvalue()
