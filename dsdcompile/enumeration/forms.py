"""Macrostates up to renaming of domains: one form for all that behave alike, and the names that make it this one.

A macrostate is a set of structures of the same strands. Writing domains as numbers in the order in which they occur,
beginning at one strand of one structure (the *leader*), gives a form without names; the least over all leaders is
canonical. The numbers' names, in order, are what is left: two macrostates are equal if form and names are. Where
several leaders give the same form, it is symmetric, and the least list of names of them is meant::

    x y( + x* )    leaders: x first: 1 2( + 1* )    the nick first: -1( + 1 2 )...    names: (x, y)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.complex import NICK, Complex, rotations

Member = tuple[tuple[int, ...], tuple[str, ...]]
"""A structure: its tokens (domain i is i + 1, its complement -(i + 1), a nick 0), and dots and brackets."""
STOP = 0
"""The token of a nick."""


@final
@dataclass(frozen=True, slots=True)
class Form:
    """What is left of a macrostate, or of a complex, without the names of its domains."""

    members: tuple[Member, ...]
    """Each structure, the first of its rotations, in order; domains are 0, 1, ..."""
    lengths: tuple[int, ...]
    """Of each domain, nt."""


@final
@dataclass(frozen=True, slots=True)
class Kind:
    """A form, known by number, with what is asked of it again and again."""

    number: int
    form: Form
    shows: frozenset[int]
    """Tokens that are unpaired in an exterior loop of some structure, which other complexes can bind."""
    symmetries: tuple[tuple[int, ...], ...]
    """Orders of the domains under which the form stays the same; the first is none of a change."""


@final
@dataclass(frozen=True, slots=True)
class State:
    """A macrostate: equal for equal ones."""

    kind: Kind
    domains: tuple[int, ...]
    """Which domain of the system each domain of the form is."""

    def __hash__(self) -> int:
        """Return a hash that does not look through the form again."""
        return hash((self.kind.number, self.domains))

    def __eq__(self, other: object) -> bool:
        """Return whether the other is the same macrostate; both must come from one :class:`Kinds`."""
        return isinstance(other, State) and self.kind is other.kind and self.domains == other.domains

    def members(self) -> tuple[Member, ...]:
        """Return the structures with the system's domains."""
        return tuple((renumbered(sequence, self.domains), structure) for sequence, structure in self.kind.form.members)

    def shows(self) -> tuple[int, ...]:
        """Return the tokens of the system that others can bind."""
        return renumbered(self.kind.shows, self.domains)


def renumbered(sequence: Iterable[int], domains: Sequence[int]) -> tuple[int, ...]:
    """Return tokens with domain i called ``domains[i]``."""
    return tuple(domains[t - 1] + 1 if t > STOP else -domains[-t - 1] - 1 if t < STOP else STOP for t in sequence)


@final
class Kinds:
    """All forms met so far, by number."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[Form, Kind] = {}

    def __len__(self) -> int:
        """Return how many forms there are."""
        return len(self._known)

    def state(self, members: Sequence[Member], lengths: Sequence[int]) -> State:
        """Return the macrostate of some structures of the same strands, in whatever rotations and order.

        ``lengths`` has the length of each domain that their tokens name, nt.
        """
        form, order, again = _canonical(members, lengths)
        kind = self._known.get(form)
        if kind is None:
            place = {domain: number for number, domain in enumerate(order)}
            symmetries = dict.fromkeys([order, *again])
            kind = Kind(
                len(self._known),
                form,
                frozenset(t for member in form.members for t in shown(*member)),
                tuple(tuple(place[domain] for domain in names) for names in symmetries),
            )
            self._known[form] = kind
        return self.named(kind, order)

    def named(self, kind: Kind, domains: Sequence[int]) -> State:
        """Return the macrostate of a form with these names of its domains."""
        if len(kind.symmetries) == 1:
            return State(kind, tuple(domains))
        return State(kind, min(tuple(domains[i] for i in turn) for turn in kind.symmetries))


def _canonical(
    members: Sequence[Member], lengths: Sequence[int]
) -> tuple[Form, tuple[int, ...], list[tuple[int, ...]]]:
    """Return the form, the domains in its order, and the other orders that give the same form."""
    led = sorted(
        (structure, *_numbered(sequence), number)
        for number, (sequence, structure) in enumerate(t for member in members for t in rotations(*member))
    )
    first = led[0][:2]
    orders = dict.fromkeys(order for structure, numbers, order, _ in led if (structure, numbers) == first)
    forms = sorted((_seen_in(members, order, lengths), order) for order in orders)
    least = forms[0][0]
    chosen = [order for form, order in forms if form == least]
    return Form(*least), chosen[0], chosen[1:]


def _numbered(sequence: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return tokens with domains numbered as they occur, and which domain each number is."""
    place: dict[int, int] = {}
    numbers = []
    for token in sequence:
        if token == STOP:
            numbers.append(STOP)
        else:
            number = place.setdefault(abs(token), len(place) + 1)
            numbers.append(number if token > STOP else -number)
    return tuple(numbers), tuple(domain - 1 for domain in place)


def _seen_in(
    members: Sequence[Member], order: tuple[int, ...], lengths: Sequence[int]
) -> tuple[tuple[Member, ...], tuple[int, ...]]:
    place = {domain: number for number, domain in enumerate(order)}
    seen = (min(rotations(tuple(_placed(t, place) for t in sequence), structure)) for sequence, structure in members)
    return tuple(sorted(seen)), tuple(lengths[domain] for domain in order)


def _placed(token: int, place: dict[int, int]) -> int:
    if token == STOP:
        return STOP
    return place[token - 1] + 1 if token > STOP else -place[-token - 1] - 1


def shown(sequence: tuple[int, ...], structure: tuple[str, ...]) -> set[int]:
    """Return the unpaired tokens in exterior loops, those that a strand's end or a nick opens."""
    loops: list[list[int]] = [[]]
    nicked = [True]
    found: set[int] = set()
    for token, symbol in zip(sequence, structure, strict=True):
        if symbol == ".":
            loops[-1].append(token)
        elif symbol == NICK:
            nicked[-1] = True
        elif symbol == "(":
            loops.append([])
            nicked.append(False)
        else:
            closed = loops.pop()
            if nicked.pop():
                found.update(closed)
    return found.union(loops[0])


@final
class Numbering:
    """The domains of a system by number, in the order of their names."""

    def __init__(self, names: Iterable[str]) -> None:
        """Number some names."""
        self.names = tuple(sorted(set(names)))
        self._token = {NICK: STOP}
        for number, name in enumerate(self.names):
            self._token |= {name: number + 1, f"{name}*": -number - 1}
        self._word = {token: word for word, token in self._token.items()}

    def member(self, complex_: Complex) -> Member:
        """Return a complex with numbers for domains."""
        return tuple(self._token[t] for t in complex_.sequence), complex_.structure

    def complex(self, member: Member) -> Complex:
        """Return a structure with its domains' names, the first of its rotations."""
        words = tuple(self._word[t] for t in member[0])
        return Complex(words, member[1]).canonical()
