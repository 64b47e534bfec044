"""What an enumeration finds: resting macrostates and the condensed reactions between them, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.complex import Complex
from dsdcompile.enumeration.options import EnumerationOptions


@final
@dataclass(frozen=True, slots=True)
class CondensedReaction:
    """A reaction between resting macrostates, under Peppercorn's separation of time scales."""

    reactants: tuple[int, ...]
    """Indices of macrostates, ascending."""
    products: tuple[int, ...]
    """Indices of macrostates, ascending."""
    rate: float
    """In /s for one reactant, /M/s for two."""


@final
@dataclass(frozen=True, slots=True)
class Enumerated:
    """The result of one enumeration. It proves nothing unless ``limits`` is empty."""

    macrostates: tuple[frozenset[Complex], ...]
    """Each resting macrostate as the canonical complexes it consists of, in a stable order."""
    reactions: tuple[CondensedReaction, ...]
    """Condensed reactions in a stable order."""
    limits: tuple[str, ...]
    """Which limits cut the enumeration short; empty if it is complete."""
    options: EnumerationOptions
    tool: str
    """Name and version of the enumerator."""
    doubts: tuple[str, ...] = ()
    """What makes rate constants, though not the set of reactions, doubtful."""

    @property
    def complete(self) -> bool:
        """Whether nothing was cut short."""
        return not self.limits
