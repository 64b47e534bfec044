"""One reaction, for people: two multisets of species names and a rate constant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final


def show_side(species: tuple[str, ...]) -> str:
    """Write a multiset of species as it stands in a reaction.

    >>> show_side(("A", "B", "B"))
    'A + 2B'
    """
    return _show_counts(Counter(species))


def show_reaction(reactants: Mapping[str, int], products: Mapping[str, int], rate: float) -> str:
    """Return a reaction, given by the counts of its species, as text, with its rate constant unless that is 1."""
    arrow = f"{_show_counts(reactants)} -> {_show_counts(products)}".strip()
    return arrow if rate == 1.0 else f"{arrow} [k = {rate!r}]"


def _show_counts(counts: Mapping[str, int]) -> str:
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
        return show_reaction(Counter(self.reactants), Counter(self.products), self.rate)
