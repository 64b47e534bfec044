"""Where strands sit: 96- or 384-well plates, filled down columns, as vendors do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

from dsdcompile.lab.order import OrderLine

Wells = Literal[96, 384]
ROWS = {96: 8, 384: 16}


@final
@dataclass(frozen=True, slots=True)
class Placed:
    """A strand in its well."""

    plate: int
    """From 1."""
    well: str
    """Such as ``A1``."""
    line: OrderLine


def well_name(number: int, wells: Wells) -> str:
    """Return the name of a well by its number from 0, down columns.

    >>> well_name(0, 96), well_name(7, 96), well_name(8, 96), well_name(383, 384)
    ('A1', 'H1', 'A2', 'P24')
    """
    column, row = divmod(number, ROWS[wells])
    return f"{chr(ord('A') + row)}{column + 1}"


def place(lines: Sequence[OrderLine], wells: Wells) -> tuple[Placed, ...]:
    """Return strands in wells, in order, plate after plate."""
    return tuple(
        Placed(number // wells + 1, well_name(number % wells, wells), line) for number, line in enumerate(lines)
    )
