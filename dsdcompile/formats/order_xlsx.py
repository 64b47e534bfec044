"""``order.xlsx`` as IDT's bulk input takes it: Name, Sequence, Scale, Purification, one strand a row."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

from openpyxl import Workbook

from dsdcompile.lab.order import OrderSheet

HEADER = ("Name", "Sequence", "Scale", "Purification")
_FIXED = datetime(2000, 1, 1)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def show_order(sheet: OrderSheet) -> bytes:
    """Return the spreadsheet's bytes, the same for the same order."""
    book = Workbook()
    page = book.active
    assert page is not None, "a new workbook has a sheet"
    page.title = "IDT bulk input"
    page.append(list(HEADER))
    for line in sheet.ordered:
        page.append([line.name, line.modified, line.scale, line.purification])
    page.freeze_panes = "A2"
    for column, width in zip("ABCD", (24, 110, 10, 14), strict=True):
        page.column_dimensions[column].width = width
    return workbook_bytes(book)


def workbook_bytes(book: Workbook) -> bytes:
    """Return a workbook's bytes without the time of day in them."""
    book.properties.created = book.properties.modified = _FIXED
    book.properties.creator = "dsdcompile"
    written = io.BytesIO()
    book.save(written)
    fixed = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _without_time(content)
            new.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _without_time(content: bytes) -> bytes:
    """Put the fixed time back: openpyxl stamps the moment of saving."""
    stamp = _FIXED.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
