"""What the laboratory orders: each distinct strand once, with name, role, domains, sequence, scale and price.

A strand that is in the freezer already is listed and not ordered again. The fluorophore and quencher of a reporter are
part of its strands, so a strand with and one without are two strands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, final

from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.inventory import Inventory, OrderedStrand, StrandRole
from dsdcompile.errors import SequenceError
from dsdcompile.lab.reporters import Reporter
from dsdcompile.lab.vendor import Label, Vendor
from dsdcompile.sequences.sequenced import SequencedSystem

AUTO: Final = "auto"
"""Each strand is purified as its length needs."""


@final
@dataclass(frozen=True, slots=True)
class OrderLine:
    """One strand to order, or to take out of the freezer."""

    strand: OrderedStrand
    """Which strand of the inventory it is."""
    sequence: str
    """5' to 3'."""
    scale: str
    purification: str
    price: float
    """0 for a strand from the freezer."""
    five: str = ""
    """The vendor's code of the modification at the 5' end."""
    three: str = ""
    delivered: float = 0.0
    """The least that the vendor delivers, nmol; 0 for a strand from the freezer."""
    freezer: str = ""
    """The name under which the freezer has it; empty if it is ordered."""

    @property
    def name(self) -> str:
        """The strand's name."""
        return self.strand.name

    @property
    def role(self) -> StrandRole:
        """What the strand is for."""
        return self.strand.role

    @property
    def length(self) -> int:
        """Length in nt."""
        return len(self.sequence)

    @property
    def modified(self) -> str:
        """The sequence with its modifications, as the vendor reads it."""
        return f"{self.five}{self.sequence}{self.three}"


@final
@dataclass(frozen=True, slots=True)
class OrderSheet:
    """All strands."""

    lines: tuple[OrderLine, ...]
    currency: str = "USD"

    @property
    def ordered(self) -> tuple[OrderLine, ...]:
        """The strands that are not in the freezer."""
        return tuple(line for line in self.lines if not line.freezer)

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


@final
@dataclass(frozen=True, eq=False)
class OrderOptions:
    """What the laboratory wants."""

    vendor: Vendor
    purification: str
    """Of gate strands, or :data:`AUTO` for all; reporters are purified as the vendor does strands with dyes."""
    colours: tuple[str, str]
    """Fluorophores of plus and minus rails."""
    freezer: Mapping[str, str]
    """Sequence with its modifications -> name, of what is in the freezer."""
    full_length: float = 0.5
    """Least full-length share of a strand, with :data:`AUTO`."""

    def __post_init__(self) -> None:
        """Freeze."""
        object.__setattr__(self, "freezer", MappingProxyType(dict(self.freezer)))


def order(sequenced: SequencedSystem, options: OrderOptions, reporters: tuple[Reporter, ...] = ()) -> OrderSheet:
    """Return the order for everything an experimenter adds.

    Raises:
        SequenceError: a strand has a length that no synthesis makes; the message names strands and a remedy.
        DesignError: the vendor lacks a label or a purification.
    """
    check_lengths(sequenced.inventory, options)
    ends = _ends(reporters, options)
    lines = [_line(sequenced, strand, ends.get(strand.domains, ()), options) for strand in sequenced.inventory.strands]
    return OrderSheet(tuple(lines), options.vendor.currency)


def check_lengths(inventory: Inventory, options: OrderOptions) -> None:
    """Refuse strands that no synthesis makes; it needs no sequences, so it can be asked before any are searched.

    Raises:
        SequenceError: a strand is too long or too short; the message names strands and a remedy.
    """
    vendor = options.vendor
    impossible = [
        f"{strand.name} ({inventory.length(strand.domains)} nt)"
        for strand in inventory.strands
        for length in [inventory.length(strand.domains)]
        if vendor.cheapest(length, _purification(strand, length, options)) is None
    ]
    if impossible:
        plain = vendor.plain
        more = (
            "" if options.purification in (plain, AUTO) else f", and --set lab.purification={plain} allows more lengths"
        )
        raise SequenceError(
            f"strands of {vendor.shortest} to {vendor.longest} nt can be ordered ({options.purification} for gates), "
            f"not {', '.join(impossible[:5])}{' and others' if len(impossible) > 5 else ''}; a smaller "
            f"scheme.max_products shortens gates{more}"
        )


def _purification(strand: OrderedStrand, length: int, options: OrderOptions) -> str:
    """Return how a strand is purified: reporters as dyes need, gates as the laboratory wants, others not at all.

    With :data:`AUTO` each as cheaply as its share of full-length strands allows.
    """
    vendor = options.vendor
    if strand.role is StrandRole.REPORTER and vendor.with_dyes:
        return vendor.with_dyes
    if options.purification == AUTO:
        return vendor.pure_enough(length, options.full_length)
    return options.purification if strand.role in (StrandRole.GATE, StrandRole.REPORTER) else vendor.plain


def _ends(reporters: tuple[Reporter, ...], options: OrderOptions) -> dict[Strand, tuple[tuple[Label, bool], ...]]:
    """Return the labels of each reporter strand, each with whether it is at the 5' end."""
    found: dict[Strand, tuple[tuple[Label, bool], ...]] = {}
    for reporter in reporters:
        dye = options.vendor.label(options.colours[reporter.rail])
        quencher = options.vendor.label(dye.quencher)
        found[reporter.bright] = ((dye, reporter.five),)
        found[reporter.dark] = ((quencher, not reporter.five),)
    return found


def _line(
    sequenced: SequencedSystem, strand: OrderedStrand, labels: tuple[tuple[Label, bool], ...], options: OrderOptions
) -> OrderLine:
    sequence, vendor = sequenced.strand(strand.domains), options.vendor
    five = "".join(label.five for label, at_five in labels if at_five)
    three = "".join(label.three for label, at_five in labels if not at_five)
    stored = options.freezer.get(f"{five}{sequence}{three}", "")
    if stored:
        return OrderLine(strand, sequence, "", "", 0.0, five, three, freezer=stored)
    wish = _purification(strand, len(sequence), options)
    chosen = vendor.cheapest(len(sequence), wish)
    assert chosen is not None, "lengths have been checked"
    price = len(sequence) * chosen.per_base + vendor.purification_price(wish) + sum(label.price for label, _ in labels)
    least = dict(chosen.delivered)[wish]
    return OrderLine(strand, sequence, chosen.scale, wish, price, five, three, least)
