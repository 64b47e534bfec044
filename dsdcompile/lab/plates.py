"""How strands arrive: in 96- or 384-well plates, filled down columns as vendors do, or in tubes.

A plate is one scale and one purification, which is how vendors sell them. Strands with dyes, and too few of a kind for
the vendor's smallest plate, come in tubes.
"""

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

    well: str
    """Such as ``A1``."""
    line: OrderLine


@final
@dataclass(frozen=True, slots=True)
class Plate:
    """A plate of one scale and purification."""

    number: int
    """From 1."""
    scale: str
    purification: str
    wells: tuple[Placed, ...]

    @property
    def delivered(self) -> float:
        """What every well holds at least, nmol: the plate is normalised to it."""
        return min(placed.line.delivered for placed in self.wells)


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that is ordered, by how it arrives."""

    plates: tuple[Plate, ...]
    tubes: tuple[OrderLine, ...]


def well_name(number: int, wells: Wells) -> str:
    """Return the name of a well by its number from 0, down columns.

    >>> well_name(0, 96), well_name(7, 96), well_name(8, 96), well_name(383, 384)
    ('A1', 'H1', 'A2', 'P24')
    """
    column, row = divmod(number, ROWS[wells])
    return f"{chr(ord('A') + row)}{column + 1}"


def lay_out(lines: Sequence[OrderLine], wells: Wells, least: int) -> Layout:
    """Return strands in plates of one kind each, in order, as long as at least ``least`` of a kind are left."""
    kinds: dict[tuple[str, str], list[OrderLine]] = {}
    for line in lines:
        if not (line.five or line.three):
            kinds.setdefault((line.scale, line.purification), []).append(line)
    plates: list[Plate] = []
    for (scale, purification), of_kind in kinds.items():
        for first in range(0, len(of_kind), wells):
            here = of_kind[first : first + wells]
            if len(here) >= least:
                placed = tuple(Placed(well_name(number, wells), line) for number, line in enumerate(here))
                plates.append(Plate(len(plates) + 1, scale, purification, placed))
    inside = {placed.line.name for plate in plates for placed in plate.wells}
    return Layout(tuple(plates), tuple(line for line in lines if line.name not in inside))
