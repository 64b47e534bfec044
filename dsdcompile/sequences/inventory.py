"""What is in the test tubes: complexes, their distinct strands, and the domains these are made of.

A plain value that a translated system gives, that reporters extend, and that ``system.pil`` gives back: sequences,
checks, orders and protocols need nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import final

from dsdcompile.dsd.complex import NICK, Complex, Strand
from dsdcompile.dsd.domain import Domain, Part, base, strand_length
from dsdcompile.dsd.system import DsdSystem, OrderedStrand
from dsdcompile.errors import SequenceError


@final
@dataclass(frozen=True, slots=True)
class Item:
    """A complex an experimenter has."""

    name: str
    role: str
    """``signal``, ``fuel`` or ``reporter``."""
    complex: Complex

    @property
    def is_gate(self) -> bool:
        """Whether it is several strands, annealed before use."""
        return NICK in self.complex.sequence


@final
@dataclass(frozen=True, eq=False)
class Inventory:
    """Everything an experimenter adds."""

    domains: Mapping[str, Domain]
    """Every domain of every item, by name."""
    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        """Freeze, and check that every domain is declared and every name given once."""
        object.__setattr__(self, "domains", MappingProxyType(dict(self.domains)))
        names = [item.name for item in self.items]
        if len(set(names)) != len(names):
            raise SequenceError("two complexes have the same name")
        for item in self.items:
            unknown = item.complex.domains - self.domains.keys()
            if unknown:
                raise SequenceError(f"complex {item.name}: no length is given for domain {min(unknown)}")

    @classmethod
    def of(cls, system: DsdSystem) -> Inventory:
        """Return what an experimenter adds of a system."""
        items = tuple(Item(c.name, str(c.role), c.complex) for c in system.initial_complexes)
        return cls(system.domains, items)

    def extended(self, domains: Mapping[str, Domain], items: Iterable[Item]) -> Inventory:
        """Return the inventory with more domains and items."""
        return Inventory({**self.domains, **domains}, (*self.items, *items))

    @cached_property
    def strands(self) -> tuple[OrderedStrand, ...]:
        """Every distinct strand once, in order of first need, named after the first item it is part of."""
        found: dict[Strand, tuple[str, str, list[str]]] = {}
        for item in self.items:
            for number, strand in enumerate(item.complex.strands, start=1):
                role = ("reporter" if item.role == "reporter" else "gate") if item.is_gate else item.role
                name = f"{item.name}_s{number}" if item.is_gate else item.name
                found.setdefault(strand, (name, role, []))[2].append(item.name)
        return tuple(
            OrderedStrand(name, strand, role, tuple(dict.fromkeys(members)))
            for strand, (name, role, members) in found.items()
        )

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
