"""What the laboratory orders: each distinct strand once, with name, role, domains, sequence, scale and price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.sequenced import SequencedSystem


@final
@dataclass(frozen=True, slots=True)
class Synthesis:
    """One way a vendor makes strands."""

    scale: str
    """The vendor's code."""
    shortest: int
    """nt."""
    longest: int
    """nt."""
    per_base: float
    """Price a nt, in the currency of the price table."""


IDT: tuple[Synthesis, ...] = (
    Synthesis("25nm", 15, 60, 0.20),
    Synthesis("100nm", 10, 90, 0.36),
    Synthesis("4nmU", 45, 200, 0.50),
)
"""IDT's DNA oligo scales by length, cheapest first; prices are examples in US dollars to be replaced by one's own."""


@final
@dataclass(frozen=True, slots=True)
class OrderLine:
    """One strand to order."""

    name: str
    role: str
    domains: tuple[str, ...]
    sequence: str
    """5' to 3'."""
    scale: str
    purification: str
    price: float

    @property
    def length(self) -> int:
        """Length in nt."""
        return len(self.sequence)


@final
@dataclass(frozen=True, slots=True)
class OrderSheet:
    """All strands to order."""

    lines: tuple[OrderLine, ...]

    @property
    def nucleotides(self) -> int:
        """Total length in nt."""
        return sum(line.length for line in self.lines)

    @property
    def longest(self) -> int:
        """Longest strand in nt."""
        return max((line.length for line in self.lines), default=0)

    @property
    def cost(self) -> float:
        """Estimated price of all strands."""
        return sum(line.price for line in self.lines)


def order(sequenced: SequencedSystem, syntheses: tuple[Synthesis, ...] = IDT) -> OrderSheet:
    """Return the order for everything an experimenter adds.

    Raises:
        SequenceError: a strand has a length that no synthesis makes; the message names strands and a remedy.
    """
    inventory = sequenced.inventory
    lines, impossible = [], []
    for strand in inventory.strands:
        length = inventory.length(strand.domains)
        fitting = [s for s in syntheses if s.shortest <= length <= s.longest]
        if not fitting:
            impossible.append(f"{strand.name} ({length} nt)")
            continue
        chosen = min(fitting, key=lambda s: s.per_base)
        lines.append(
            OrderLine(
                strand.name,
                strand.role,
                strand.domains,
                sequenced.strand(strand.domains),
                chosen.scale,
                "STD",
                length * chosen.per_base,
            )
        )
    if impossible:
        shortest, longest = min(s.shortest for s in syntheses), max(s.longest for s in syntheses)
        raise SequenceError(
            f"strands of {shortest} to {longest} nt can be ordered, not {', '.join(impossible[:5])}"
            f"{' and others' if len(impossible) > 5 else ''}; a smaller scheme.max_products shortens gates"
        )
    return OrderSheet(tuple(lines))
