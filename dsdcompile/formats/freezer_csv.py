"""What is in the freezer: a CSV file with the columns ``name`` and ``sequence``, modifications in vendor codes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from dsdcompile.errors import DesignError, FormatError

_SEQUENCE = re.compile(r"(/[^/]+/)?[ACGT]+(/[^/]+/)?")


def load_freezer(path: Path) -> dict[str, str]:
    """Return sequence -> name of the strands in a freezer's list; the first name stays if a sequence occurs twice.

    Raises:
        DesignError: there is no such file.
        FormatError: a column is missing, or a sequence is not DNA; the message gives the line.
    """
    if not path.is_file():
        raise DesignError(f"lab.freezer: no file {path}")
    found: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
            if not {"name", "sequence"} <= columns.keys():
                raise FormatError(f"{path}: expected the columns name and sequence")
            for row in reader:
                sequence = "".join((row[columns["sequence"]] or "").split())
                if not _SEQUENCE.fullmatch(sequence):
                    raise FormatError(f"{path}, line {reader.line_num}: {sequence!r} is not a DNA sequence")
                found.setdefault(sequence, (row[columns["name"]] or "").strip() or f"line {reader.line_num}")
    except UnicodeDecodeError:
        raise FormatError(f"{path}: not a text file") from None
    return found
