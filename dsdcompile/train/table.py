"""Text files with a table: lines of a file, gzipped or not, and CSV or TSV with a header."""

from __future__ import annotations

import csv
import gzip
import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import final

from dsdcompile.errors import FormatError


@final
@dataclass(frozen=True)
class Row:
    """One row of a table."""

    line: int
    """The line of the file it ends on, from 1."""
    cells: dict[str, str]
    """Column -> cell, without white space around it."""


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file, plain or gzipped, with their ends.

    Raises:
        FormatError: the file is missing, damaged, or not UTF-8.
    """
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    opened = gzip.open if packed else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
            yield from stream
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not UTF-8 text ({error.reason}); save it as UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:
        raise FormatError(f"{path}: cannot be read: {error}") from None


def read_table(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Return the header and the rows of a CSV file, or of a TSV file, whose header has tabs; blank lines are skipped.

    Raises:
        FormatError: the file cannot be read, a column is named twice or not at all, or a row is not as long as the
            header; the message names the line.
    """
    text = lines(path)
    first = next(text, "")
    reader = csv.reader(itertools.chain((first,), text), delimiter="\t" if "\t" in first else ",")
    try:
        header = tuple(name.strip() for name in next(reader))
        strange = [name for name in header if not name or header.count(name) > 1]
        if strange or not header:
            raise FormatError(f"{path}, line 1: every column needs a name of its own; {strange[:1]} is none")
        rows = []
        for cells in reader:
            if cells and len(cells) != len(header):
                raise FormatError(f"{path}, line {reader.line_num}: {len(cells)} cells; the header has {len(header)}")
            if cells:
                rows.append(Row(reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))))
    except csv.Error as error:
        raise FormatError(f"{path}, line {reader.line_num}: {error}") from None
    return header, rows
