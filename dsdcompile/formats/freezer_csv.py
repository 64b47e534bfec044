"""What is in the freezer: a CSV file with the columns ``name`` and ``sequence``, modifications in vendor codes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from dsdcompile.errors import DesignError, FormatError
from dsdcompile.units import plural

_SEQUENCE = re.compile(r"(?P<five>/[^/]+/)?(?P<bases>[ACGTacgt]+)(?P<three>/[^/]+/)?")


def load_freezer(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return sequence -> name of the strands in a freezer's list, and warnings.

    The first name stays if a sequence occurs twice. What no design could use (RNA, modifications inside a strand, empty
    rows) is left out with a warning.

    Raises:
        DesignError: there is no such file.
        FormatError: a column is missing.
    """
    if not path.is_file():
        raise DesignError(f"lab.freezer: no file {path}")
    freezer: dict[str, str] = {}
    foreign: list[str] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
            if not {"name", "sequence"} <= columns.keys():
                raise FormatError(f"{path}: expected the columns name and sequence")
            for row in reader:
                text = "".join((row[columns["sequence"]] or "").split())
                match = _SEQUENCE.fullmatch(text)
                if match is None:
                    foreign.append(f"line {reader.line_num} ({text[:40]!r})")
                    continue
                sequence = f"{match['five'] or ''}{match['bases'].upper()}{match['three'] or ''}"
                freezer.setdefault(sequence, (row[columns["name"]] or "").strip() or f"line {reader.line_num}")
    except UnicodeDecodeError:
        raise FormatError(f"{path}: not a text file") from None
    if not foreign:
        return freezer, ()
    more = " and others" if len(foreign) > 3 else ""
    return freezer, (
        f"{path.name}: {plural(len(foreign), 'row')} left out, because a strand here is A, C, G and T with "
        f"modifications at its ends: {', '.join(foreign[:3])}{more}",
    )
