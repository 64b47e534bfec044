"""Plate orders: ``plates.xlsx`` with one sheet a plate, Well Position, Name, Sequence; ``plates.csv`` says the same."""

from __future__ import annotations

import csv
import io

from openpyxl import Workbook

from dsdcompile.formats.order_xlsx import workbook_bytes
from dsdcompile.lab.order import OrderSheet
from dsdcompile.lab.plates import Wells, place

HEADER = ("Well Position", "Name", "Sequence")


def show_plates_xlsx(sheet: OrderSheet, wells: Wells) -> bytes:
    """Return the workbook of everything that is ordered, the same bytes for the same order."""
    book = Workbook()
    first = book.active
    assert first is not None, "a new workbook has a sheet"
    first.title = "plate 1"
    first.append(list(HEADER))
    pages = {1: first}
    for placed in place(sheet.ordered, wells):
        if placed.plate not in pages:
            pages[placed.plate] = book.create_sheet(f"plate {placed.plate}")
            pages[placed.plate].append(list(HEADER))
        pages[placed.plate].append([placed.well, placed.line.name, placed.line.modified])
    for page in pages.values():
        page.freeze_panes = "A2"
        for column, width in zip("ABC", (14, 24, 110), strict=True):
            page.column_dimensions[column].width = width
    return workbook_bytes(book)


def show_plates_csv(sheet: OrderSheet, wells: Wells) -> str:
    """Return the CSV text of everything that is ordered: plate, well, name, sequence with modifications, and more."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("Plate", *HEADER, "Scale", "Purification"))
    for placed in place(sheet.ordered, wells):
        line = placed.line
        writer.writerow((placed.plate, placed.well, line.name, line.modified, line.scale, line.purification))
    return out.getvalue()
