"""Domains: the named stretches of sequence that strands are made of.

In sequences of domains a domain is a token: its name, with a trailing ``*`` for its Watson-Crick complement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import final


def complement(token: str) -> str:
    """Return the complementary token.

    >>> complement("a"), complement("a*")
    ('a*', 'a')
    """
    return token[:-1] if token.endswith("*") else token + "*"


def base(token: str) -> str:
    """Return the domain name of a token.

    >>> base("a*")
    'a'
    """
    return token.removesuffix("*")


@final
class Part(StrEnum):
    """What a domain is for; it decides its length and its sequence rules."""

    TOEHOLD = "toehold"
    RECOGNITION = "recognition"
    HISTORY = "history"


@final
class Scope(StrEnum):
    """To whom a domain belongs."""

    SPECIES = "species"
    """To a species: the same in every module that uses it."""
    MODULE = "module"
    """To one module: no other module has it."""
    FOREIGN = "foreign"
    """To whichever module produced the strand: the history a reactant brings along, irrelevant to this module."""
    SYSTEM = "system"
    """To the whole system: a universal toehold."""
    REACTANTS = "reactants"
    """To all modules with the same reactants: they share the gate that takes these up."""


@final
@dataclass(frozen=True, slots=True)
class DomainLengths:
    """Lengths of domains by part, in nt."""

    toehold: int = 6
    recognition: int = 15
    history: int = 15

    def of(self, part: Part) -> int:
        """Return the length of a part, in nt."""
        return {
            Part.TOEHOLD: self.toehold,
            Part.RECOGNITION: self.recognition,
            Part.HISTORY: self.history,
        }[part]


@final
@dataclass(frozen=True, slots=True, order=True)
class Domain:
    """A domain of a system."""

    name: str
    part: Part
    length: int
    """In nt."""


def strand_length(tokens: tuple[str, ...], domains: Mapping[str, Domain]) -> int:
    """Return the length of a strand in nt."""
    return sum(domains[base(token)].length for token in tokens)
