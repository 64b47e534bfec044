"""Enumerate any system from encounters of two macrostates, each made once up to renaming (MEMOISED.md).

Under Peppercorn's rules a bimolecular step is between two resting macrostates. So the macrostates found are kept by
what they show unpaired; every two that can bind meet; what comes of it is looked up by their forms and the domains that
they share, and only what is not known yet is given to Peppercorn. New macrostates meet all others in turn, until none
is new. Macrostates, condensed reactions and rate constants are those of Peppercorn's own run of the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.complex import Complex
from dsdcompile.enumeration.enumerated import CondensedReaction, Enumerated
from dsdcompile.enumeration.forms import Form, Kind, Kinds, Numbering, State, renumbered
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import (
    TOOL,
    LimitHitError,
    Session,
    default_size,
    failure,
    session,
    too_large,
)

Progress = Callable[[str], None]
Named = tuple[Kind, tuple[int, ...]]
"""A macrostate by its form, and which domains of an encounter, or of a complex, its domains are."""
SUMMED = (
    "rate constants of {} condensed reactions count steps of other reactants with the same products, as Peppercorn does"
)


@final
@dataclass(frozen=True, slots=True)
class _Ending:
    """One way in which an encounter of two forms ends."""

    products: tuple[Named, ...]
    rate: float


def enumerate_memoised(
    complexes: Iterable[Complex],
    lengths: Mapping[str, int],
    options: EnumerationOptions | None = None,
    progress: Progress | None = None,
) -> Enumerated:
    """Return all resting macrostates and condensed reactions that follow from some complexes.

    The result is that of :func:`dsdcompile.enumeration.peppercorn.enumerate_complexes`, in the same order, at the cost
    of the encounters that differ by more than names.

    Args:
        complexes: What is in the tube; duplicates (up to strand rotation) count once.
        lengths: Length of each domain, nt.
        options: Limits and rules.
        progress: Is told now and then how far it is.

    Returns:
        What was found; where a limit was hit or Peppercorn failed, nothing but why.
    """
    options = options or EnumerationOptions()
    distinct = sorted({c.canonical() for c in complexes}, key=lambda c: (c.sequence, c.structure))
    if not distinct:
        return Enumerated((), (), (), options, TOOL)
    largest = options.max_complex_size or default_size(distinct)
    numbering = Numbering(name for c in distinct for name in c.domains)
    sizes = [lengths[name] for name in numbering.names]
    with session(options, largest) as peppercorn:
        search = _Search(peppercorn, sizes, progress or (lambda message: None))
        try:
            search.run(numbering.member(c) for c in distinct)
        except LimitHitError as error:
            return Enumerated((), (), (str(error),), options, TOOL)
        except Exception as error:
            return Enumerated((), (), (failure(error),), options, TOOL)
        limits = (too_large(largest),) * peppercorn.dropped
        states, reactions, summed = search.result(numbering)
        doubts = dict.fromkeys([*peppercorn.doubts, *([SUMMED.format(summed)] if summed else [])])
        return Enumerated(states, reactions, limits, options, TOOL, tuple(doubts))


@final
class _Search:
    """One enumeration: what is known of forms, and the macrostates found so far."""

    def __init__(self, peppercorn: Session, lengths: Sequence[int], progress: Progress) -> None:
        self.peppercorn, self.options = peppercorn, peppercorn.options
        self.lengths, self.progress = lengths, progress
        self.kinds = Kinds()
        self.settled: dict[int, list[Named]] = {}
        self.met: dict[tuple[int, int, tuple[tuple[int, int], ...]], list[_Ending]] = {}
        self.places: dict[State, int] = {}
        self.waiting: list[State] = []
        self.showing: dict[int, list[State]] = defaultdict(list)
        self.known = self.structures = self.steps = 0
        self.found: dict[tuple[int, int], dict[tuple[int, ...], float]] = {}
        """What comes of each encounter: products, and rate constants in /M/s."""

    def run(self, members: Iterable[tuple[tuple[int, ...], tuple[str, ...]]]) -> None:
        """Go on from some complexes until nothing is new."""
        for member in members:
            alone = self.kinds.state([member], self.lengths)
            for kind, domains in self.settle(alone.kind):
                self.place(self.kinds.named(kind, [alone.domains[i] for i in domains]))
        while self.waiting:
            self.progress(
                f"{len(self.places):,} resting macrostates, {len(self.waiting):,} of them yet to meet the others; "
                f"{self.steps:,} condensed steps from {self.peppercorn.runs:,} small enumerations"
            )
            self.meet_others(self.waiting.pop())

    def settle(self, kind: Kind) -> list[Named]:
        """Return the macrostates that a complex ends in by itself."""
        if kind.number not in self.settled:
            states = self.peppercorn.settle(kind.form)
            self.settled[kind.number] = [self.named(state, kind.form.lengths) for state in states]
        return self.settled[kind.number]

    def named(self, members: Sequence[tuple[tuple[int, ...], tuple[str, ...]]], lengths: Sequence[int]) -> Named:
        """Return a macrostate that Peppercorn has found as a form, and which domains it has."""
        state = self.kinds.state(members, lengths)
        return state.kind, state.domains

    def place(self, state: State) -> int:
        """Return the number of a macrostate; a new one waits to meet the others.

        Raises:
            LimitHitError: there are too many.
        """
        number = self.places.setdefault(state, len(self.places))
        if number == self.known:
            self.known += 1
            self.waiting.append(state)
            self.structures += len(state.kind.form.members)
            if self.structures > self.options.max_complexes:
                raise LimitHitError(f"more complexes than max_complexes = {self.options.max_complexes:,}: a polymer?")
        return number

    def meet_others(self, state: State) -> None:
        """Let a macrostate meet its like, and all before it that show a complement of what it shows."""
        shows = state.shows()
        for token in shows:
            self.showing[token].append(state)
        others = dict.fromkeys(other for token in shows for other in self.showing.get(-token, ()))
        for other in others:
            self.meet(state, other)

    def meet(self, one: State, other: State) -> None:
        """Note what comes of an encounter."""
        domains, endings = self.encounter(one, other)
        outcome: dict[tuple[int, ...], float] = {}
        for ending in endings:
            products = (self.kinds.named(kind, [domains[i] for i in order]) for kind, order in ending.products)
            outcome[tuple(sorted(map(self.place, products)))] = ending.rate
        pair = (self.places[one], self.places[other])
        self.found[min(pair), max(pair)] = outcome
        self.steps += len(outcome)
        if self.steps > self.options.max_reactions:
            raise LimitHitError(f"more reactions than max_reactions = {self.options.max_reactions:,}: a polymer?")

    def encounter(self, one: State, other: State) -> tuple[tuple[int, ...], list[_Ending]]:
        """Return the domains of an encounter, and how it can end in terms of those."""
        one, other, links = _oriented(one, other)
        shared = {there for _, there in links}
        own = [place for place in range(len(other.domains)) if place not in shared]
        key = (one.kind.number, other.kind.number, links)
        if key not in self.met:
            form, split = _together(one.kind.form, None if one == other else other.kind.form, dict(links), own)
            self.met[key] = [
                _Ending(tuple(self.named(state, form.lengths) for state in fate.products), fate.rate)
                for fate in self.peppercorn.meet(form, split)
            ]
        return (*one.domains, *(other.domains[place] for place in own)), self.met[key]

    def result(self, numbering: Numbering) -> tuple[tuple[frozenset[Complex], ...], tuple[CondensedReaction, ...], int]:
        """Return macrostates and condensed reactions in a stable order, and how many rate constants are doubtful."""
        states = [frozenset(map(numbering.complex, state.members())) for state in self.places]
        order = sorted(range(len(states)), key=lambda n: sorted((c.sequence, c.structure) for c in states[n]))
        rank = {number: place for place, number in enumerate(order)}
        leading: dict[tuple[int, ...], list[tuple[int, int]]] = defaultdict(list)
        for pair, outcome in self.found.items():
            for products in outcome:
                leading[products].append(pair)
        reactions, summed = [], 0
        for pair, outcome in self.found.items():
            for products, rate in outcome.items():
                if products == pair:
                    continue
                # Peppercorn adds up all steps that consume one of the reactants and end in these products.
                others = [p for p in leading[products] if p != pair and not set(p).isdisjoint(pair)]
                total = rate + sum(self.found[p][products] for p in others)
                summed += total != rate
                left, right = (tuple(sorted(rank[n] for n in side)) for side in (pair, products))
                reactions.append(CondensedReaction(left, right, total))
        reactions.sort(key=lambda r: (r.reactants, r.products, r.rate))
        return tuple(states[n] for n in order), tuple(reactions), summed


def _oriented(one: State, other: State) -> tuple[State, State, tuple[tuple[int, int], ...]]:
    """Return two macrostates in the order that their encounter is known by, and which domains are the same."""
    place = {domain: number for number, domain in enumerate(other.domains)}
    links = tuple((number, place[domain]) for number, domain in enumerate(one.domains) if domain in place)
    turned = tuple(sorted((there, here) for here, there in links))
    if (other.kind.number, turned) < (one.kind.number, links):
        return other, one, turned
    return one, other, links


def _together(one: Form, other: Form | None, links: Mapping[int, int], own: Sequence[int]) -> tuple[Form, int]:
    """Return the structures of two forms with common numbers for domains, and how many are the first's.

    Args:
        one: The first.
        other: The second; None: the first meets its like.
        links: Domain of the first to the domain of the second that is the same.
        own: The second's further domains.
    """
    if other is None:
        return one, len(one.members)
    numbers = {there: here for here, there in links.items()}
    numbers |= {there: len(one.lengths) + place for place, there in enumerate(own)}
    names = [numbers[there] for there in range(len(other.lengths))]
    second = tuple((renumbered(sequence, names), structure) for sequence, structure in other.members)
    return Form((*one.members, *second), (*one.lengths, *(other.lengths[there] for there in own))), len(one.members)
