"""From sequences to what is ordered and what is done at the bench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from dsdcompile.design import Design
from dsdcompile.errors import DesignError
from dsdcompile.lab.order import OrderSheet, order
from dsdcompile.lab.protocol import Protocol, protocol
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.stages.source import Source
from dsdcompile.stages.translation import Translated


@final
@dataclass(frozen=True, eq=False)
class Ordered:
    """The order, and the protocol for the design's example."""

    sheet: OrderSheet
    protocol: Protocol | None
    """None where the components do not fit one pot."""
    warnings: tuple[str, ...]


def order_system(design: Design, source: Source, translated: Translated, sequenced: SequencedSystem) -> Ordered:
    """Return what is ordered, and how it is mixed for the design's example.

    A system too large for one pot is still ordered; a warning says in numbers what would fit.

    Raises:
        SequenceError: a strand is longer than the vendor makes.
    """
    sheet = order(sequenced)
    number = design.simulate.example
    try:
        steps = protocol(translated.system, translated.dosing, source.examples.inputs[number - 1], number)
    except DesignError as error:
        return Ordered(sheet, None, (f"no protocol: {error}",))
    return Ordered(sheet, steps, ())
