"""What one module of a scheme takes at the bench: a yardstick to compare schemes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.schemes.translate import translate

YARDSTICKS = (Reaction(("A",), ("B", "C")), Reaction(("A", "B"), ("C", "D")))
"""The reactions by which schemes are compared."""


@final
@dataclass(frozen=True, slots=True)
class Footprint:
    """The fuels of one module; signals are not counted."""

    fuels: int
    """Complexes and single strands to add."""
    strands: int
    """Distinct strands to order."""
    nucleotides: int
    """Their total length, nt."""
    longest: int
    """The longest of them, nt."""


def footprint(scheme: Scheme, reaction: Reaction, lengths: DomainLengths | None = None) -> Footprint:
    """Return what a scheme needs to build one reaction.

    Raises:
        SchemeError: the scheme cannot build it.
    """
    system = translate(Crn.of((reaction,)), scheme, lengths)
    fuels = sum(1 for _ in system.fuels())
    added = system.inventory
    return Footprint(fuels, len(added.strands), added.nucleotides, added.longest_strand)
