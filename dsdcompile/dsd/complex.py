"""Strands bound to each other: a complex at domain level, as a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, final

from dsdcompile.dsd.domain import base, complement
from dsdcompile.errors import FormatError

T = TypeVar("T")
Strand = tuple[str, ...]
"""A strand as its domain tokens, 5' to 3'."""
NICK = "+"
"""Between two strands of a complex."""


@final
@dataclass(frozen=True, slots=True)
class Complex:
    """One or more strands with a nested (pseudoknot-free) secondary structure of whole domains.

    Two complexes that differ in the order of strands around the circle are different values and the same molecule:
    compare :meth:`canonical` forms.
    """

    sequence: tuple[str, ...]
    """Domain tokens 5' to 3', with ``+`` between strands."""
    structure: tuple[str, ...]
    """``.`` unpaired, ``(`` and ``)`` paired, ``+`` where the sequence has it."""

    def __post_init__(self) -> None:
        """Check that brackets match, that paired domains are complementary, and that all strands hang together."""
        if len(self.sequence) != len(self.structure):
            raise FormatError(f"{len(self.sequence)} domains with a structure of {len(self.structure)} symbols")
        partner = self.partners()
        for here, there in enumerate(partner):
            if there is not None and self.sequence[here] != complement(self.sequence[there]):
                raise FormatError(f"{self.sequence[here]} is paired with {self.sequence[there]}, not its complement")
        if not _connected(self, partner):
            raise FormatError(f"the strands of {' '.join(self.sequence)} do not hang together")

    def partners(self) -> tuple[int | None, ...]:
        """Return for each position the position it is paired with, or None.

        Raises:
            FormatError: the brackets do not match, or a nick stands in one row only.
        """
        partner: list[int | None] = [None] * len(self.structure)
        open_: list[int] = []
        for here, (token, symbol) in enumerate(zip(self.sequence, self.structure, strict=True)):
            if (token == NICK) != (symbol == NICK) or symbol not in ".()+":
                raise FormatError(f"symbol {symbol!r} stands under {token!r}")
            if symbol == "(":
                open_.append(here)
            elif symbol == ")":
                if not open_:
                    raise FormatError(f"a closing bracket too many in {' '.join(self.structure)}")
                partner[here] = open_.pop()
                partner[partner[here] or 0] = here
        if open_:
            raise FormatError(f"{self.sequence[open_[-1]]}( is never closed")
        return tuple(partner)

    @property
    def strands(self) -> tuple[Strand, ...]:
        """The strands, in the order of the sequence."""
        split: list[list[str]] = [[]]
        for token in self.sequence:
            if token == NICK:
                split.append([])
            else:
                split[-1].append(token)
        return tuple(tuple(strand) for strand in split)

    @property
    def domains(self) -> frozenset[str]:
        """Names of the domains that occur, complemented or not."""
        return frozenset(base(token) for token in self.sequence if token != NICK)

    def renamed(self, name: Callable[[str], str]) -> Complex:
        """Return the complex with every domain name replaced by ``name(name)``."""
        return Complex(
            tuple(
                token if token == NICK else name(base(token)) + ("*" if token.endswith("*") else "")
                for token in self.sequence
            ),
            self.structure,
        )

    def rotated(self) -> Complex:
        """Return the same molecule with its first strand moved to the end."""
        return self if NICK not in self.sequence else _valid(*rotate(self.sequence, self.structure))

    def canonical(self) -> Complex:
        """Return the rotation that comes first in order: equal for equal molecules."""
        best = min(rotations(self.sequence, self.structure))
        return self if best == (self.sequence, self.structure) else _valid(*best)


def rotate(sequence: tuple[T, ...], structure: tuple[str, ...]) -> tuple[tuple[T, ...], tuple[str, ...]]:
    """Return a sequence and its structure with the first strand moved to the end; there must be a nick.

    Tokens may be anything. A helix between that strand and the rest opens in the rest and closes in it afterwards.
    """
    cut = structure.index(NICK)
    turned = list(structure)
    open_: list[int] = []
    for place in range(cut):
        if turned[place] == "(":
            open_.append(place)
        elif turned[place] == ")":
            open_.pop()
    depth = 0
    for place in range(cut + 1, len(turned)) if open_ else ():
        if turned[place] == "(":
            depth += 1
        elif turned[place] == ")":
            if depth:
                depth -= 1
            else:
                turned[place] = "("
    for place in open_:
        turned[place] = ")"
    return (*sequence[cut + 1 :], sequence[cut], *sequence[:cut]), (*turned[cut + 1 :], NICK, *turned[:cut])


def rotations(sequence: tuple[T, ...], structure: tuple[str, ...]) -> list[tuple[tuple[T, ...], tuple[str, ...]]]:
    """Return a sequence and its structure with each of the strands first, in turn, beginning as they are."""
    turns = [(sequence, structure)]
    for _ in range(structure.count(NICK)):
        turns.append(rotate(*turns[-1]))
    return turns


def _valid(sequence: tuple[str, ...], structure: tuple[str, ...]) -> Complex:
    """Return a complex that need not be checked, for it is another view of one that was."""
    made = object.__new__(Complex)
    object.__setattr__(made, "sequence", sequence)
    object.__setattr__(made, "structure", structure)
    return made


def can_bind(left: Complex, right: Complex) -> bool:
    """Return whether two complexes have unpaired domains that are complementary: without them nothing can happen."""
    return not _open(left).isdisjoint(complement(token) for token in _open(right))


def _open(complex_: Complex) -> set[str]:
    return {t for t, symbol in zip(complex_.sequence, complex_.structure, strict=True) if symbol == "."}


def _connected(whole: Complex, partner: tuple[int | None, ...]) -> bool:
    number, strand_of = 0, []
    for token in whole.sequence:
        number += token == NICK
        strand_of.append(number)
    group = list(range(number + 1))

    def find(i: int) -> int:
        while group[i] != i:
            i = group[i]
        return i

    for here, there in enumerate(partner):
        if there is not None:
            group[find(strand_of[here])] = find(strand_of[there])
    return len({find(i) for i in range(number + 1)}) == 1
