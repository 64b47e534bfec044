"""The shape of a reaction: what remains when species names are forgotten. Schemes say which shapes they accept.

>>> print(ReactionShape.of((7, 3), (3, 9)))
A + B -> A + C
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from dsdcompile.crn.reaction import show_side


@final
@dataclass(frozen=True, slots=True, order=True)
class ReactionShape:
    """Reactants and products as labels 0, 1, 2, ... in order of first occurrence, each side sorted."""

    reactants: tuple[int, ...]
    """Labels of the reactants, ascending."""
    products: tuple[int, ...]
    """Labels of the products, ascending: those shared with reactants come first."""

    @classmethod
    def of(cls, reactants: Sequence[int], products: Sequence[int]) -> ReactionShape:
        """Return the shape of a reaction given as two multisets of species indices (see :func:`bind`)."""
        return bind(reactants, products)[0]

    @property
    def slots(self) -> int:
        """The number of distinct species."""
        return len({*self.reactants, *self.products})

    def __str__(self) -> str:
        """Write the shape with letters for species."""
        letters = [chr(ord("A") + i) if i < 26 else f"S{i}" for i in range(self.slots)]
        left, right = (tuple(letters[i] for i in side) for side in (self.reactants, self.products))
        return f"{show_side(left)} -> {show_side(right)}".strip()


Accepts = Callable[[ReactionShape], bool]
"""Which shapes a scheme builds."""


def bind(reactants: Sequence[int], products: Sequence[int]) -> tuple[ReactionShape, tuple[int, ...]]:
    """Return a reaction's shape and the species index that each of its labels stands for.

    Labels are given to reactants by ascending species index, then to the other products likewise, so a reaction has
    one shape whatever the order it is written in.
    """
    order = dict.fromkeys([*sorted(reactants), *sorted(products)])
    label = {species: i for i, species in enumerate(order)}
    shape = ReactionShape(
        tuple(sorted(label[s] for s in reactants)),
        tuple(sorted(label[s] for s in products)),
    )
    return shape, tuple(order)


def exchange(shape: ReactionShape, species: tuple[int, ...]) -> tuple[ReactionShape, tuple[int, ...]]:
    """Return the same reaction with its two distinct reactants in the other order.

    Schemes treat the first reactant differently from the second, so which is which can matter.

    >>> print(exchange(*bind((3, 7), (3, 9)))[0])
    A + B -> B + C
    """
    other = {0: 1, 1: 0}
    products = tuple(sorted(other.get(label, label) for label in shape.products))
    return ReactionShape(shape.reactants, products), (species[1], species[0], *species[2:])
