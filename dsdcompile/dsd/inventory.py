"""What is in the test tubes: complexes, their distinct strands, and the domains these are made of.

A plain value that a translated system gives, that reporters extend, and that ``system.pil`` gives back: sequences,
checks, orders and protocols need nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import final

from dsdcompile.dsd.absent import NO_MODULE, NO_SPECIES
from dsdcompile.dsd.complex import NICK, Complex, Strand
from dsdcompile.dsd.domain import Domain, Part, base, strand_length
from dsdcompile.dsd.template import Role
from dsdcompile.errors import SequenceError


@final
@dataclass(frozen=True, slots=True)
class NamedComplex:
    """A complex of a system, or of what an experimenter has, with its name and what it is for."""

    name: str
    role: Role
    complex: Complex
    species: int = field(default=NO_SPECIES, compare=False)
    """For a signal: the index of its species in the system's CRN; where it came from, no part of what it is."""
    module: int = field(default=NO_MODULE, compare=False)
    """The module it belongs to; :data:`NO_MODULE` for a signal as it is first added, and for a reporter."""

    @property
    def is_gate(self) -> bool:
        """Whether it is several strands, annealed before use."""
        return NICK in self.complex.sequence


@final
class StrandRole(StrEnum):
    """What a strand is ordered for."""

    SIGNAL = "signal"
    """An input or a bias."""
    FUEL = "fuel"
    """A fuel that is one strand."""
    GATE = "gate"
    """A part of a fuel of several strands."""
    REPORTER = "reporter"
    """A part of a reporter."""

    @classmethod
    def in_(cls, item: NamedComplex) -> StrandRole:
        """Return what the strands of a complex are ordered for."""
        return cls.GATE if item.is_gate and item.role is not Role.REPORTER else cls(item.role)


@final
@dataclass(frozen=True, slots=True)
class OrderedStrand:
    """A distinct strand an experimenter must have, and what it is for."""

    name: str
    domains: Strand
    role: StrandRole
    member_of: tuple[str, ...]
    """Names of the complexes it is part of."""


@final
@dataclass(frozen=True, eq=False)
class Inventory:
    """Everything an experimenter adds."""

    domains: Mapping[str, Domain]
    """Every domain of every item, by name."""
    items: tuple[NamedComplex, ...]

    def __post_init__(self) -> None:
        """Freeze, and check that every domain is declared and every name given once."""
        object.__setattr__(self, "domains", MappingProxyType(dict(self.domains)))
        names = [item.name for item in self.items]
        if len(set(names)) != len(names):
            raise SequenceError("two complexes have the same name")
        for item in self.items:
            if not self.domains.keys() >= item.complex.domains:  # a difference would look at all domains each time
                unknown = min(name for name in item.complex.domains if name not in self.domains)
                raise SequenceError(f"complex {item.name}: no length is given for domain {unknown}")

    def extended(self, domains: Mapping[str, Domain], items: Iterable[NamedComplex]) -> Inventory:
        """Return the inventory with more domains and items."""
        return Inventory({**self.domains, **domains}, (*self.items, *items))

    @cached_property
    def strands(self) -> tuple[OrderedStrand, ...]:
        """Every distinct strand once, in order of first need, named after the first item it is part of."""
        found: dict[Strand, tuple[str, StrandRole, list[str]]] = {}
        for item in self.items:
            role = StrandRole.in_(item)
            for number, strand in enumerate(item.complex.strands, start=1):
                name = f"{item.name}_s{number}" if item.is_gate else item.name
                found.setdefault(strand, (name, role, []))[2].append(item.name)
        return tuple(
            OrderedStrand(name, strand, role, tuple(dict.fromkeys(members)))
            for strand, (name, role, members) in found.items()
        )

    @cached_property
    def nucleotides(self) -> int:
        """Total length of all distinct strands, nt."""
        return sum(self.length(strand.domains) for strand in self.strands)

    @cached_property
    def longest_strand(self) -> int:
        """Length of the longest strand, nt."""
        return max((self.length(strand.domains) for strand in self.strands), default=0)

    @cached_property
    def backbones(self) -> frozenset[Strand]:
        """The strands that hold gates together: of each gate the one with most paired domains."""
        return frozenset(item.complex.strands[backbone(item.complex)] for item in self.items if item.is_gate)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each domain begins when all are laid end to end, from 1."""
        found, at = {}, 1
        for name, domain in self.domains.items():
            found[name] = at
            at += domain.length
        return MappingProxyType(found)

    def length(self, strand: Strand) -> int:
        """Return the length of a strand, nt."""
        return strand_length(strand, self.domains)

    def structure(self, complex_: Complex) -> str:
        """Return a complex's structure nucleotide by nucleotide, with ``+`` between strands."""
        return "".join(
            symbol if token == NICK else symbol * self.domains[base(token)].length
            for token, symbol in zip(complex_.sequence, complex_.structure, strict=True)
        )

    def of_part(self, *parts: Part) -> list[str]:
        """Return the names of domains of these parts, in order."""
        return [name for name, domain in self.domains.items() if domain.part in parts]


def backbone(gate: Complex) -> int:
    """Return the place of the strand with the most paired domains; among equals the one of complements."""
    bound, place = [(0, 0)], 0
    for token, symbol in zip(gate.sequence, gate.structure, strict=True):
        if token == NICK:
            bound.append((0, 0))
            place += 1
        elif symbol in "()":
            bound[place] = (bound[place][0] + 1, bound[place][1] + token.endswith("*"))
    return bound.index(max(bound))
