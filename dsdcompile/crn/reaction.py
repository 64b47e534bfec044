"""One reaction, for people: two multisets of species names and a rate constant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import final


def show_side(species: tuple[str, ...]) -> str:
    """Write a multiset of species as it stands in a reaction.

    >>> show_side(("A", "B", "B"))
    'A + 2B'
    """
    counts = Counter(species)
    return " + ".join(name if count == 1 else f"{count}{name}" for name, count in counts.items())


@final
@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction ``reactants -> products`` with mass-action rate constant ``rate``.

    >>> print(Reaction(("A", "B"), ("C",)))
    A + B -> C
    """

    reactants: tuple[str, ...]
    """Reactant species, each as often as it is used."""
    products: tuple[str, ...]
    """Product species, each as often as it is produced."""
    rate: float = 1.0
    """Rate constant; its unit is that of the Crn (formal units and time, or M and s)."""

    def __str__(self) -> str:
        """Return the reaction as text, with its rate constant unless that is 1."""
        arrow = f"{show_side(self.reactants)} -> {show_side(self.products)}".strip()
        return arrow if self.rate == 1.0 else f"{arrow} [k = {self.rate!r}]"
