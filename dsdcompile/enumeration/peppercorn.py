"""The one place that talks to the Peppercorn enumerator (Badelt et al., J. R. Soc. Interface 2020).

Peppercorn keeps registries of every object it has made, drops what exceeds its limits with no more than a log record,
checks its counts between neighbourhoods only, raises bare assertions, and names complexes differently from run to run.
Here it is called with one enumerator alive at a time and empty registries; limits are kept by :class:`_Enumerator`, not
learnt from logs; whatever it raises becomes a limit of the result, which then proves nothing; and complexes come back
as canonical values. It is not thread-safe; a lock holds threads off, and separate processes are separate.

:func:`enumerate_complexes` has Peppercorn do everything. In a :class:`Session` it is asked one thing at a time: what a
complex settles to, and what comes of one encounter of two resting macrostates.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import peppercornenumerator as peppercorn
import peppercornenumerator.condense
import peppercornenumerator.enumerator
from peppercornenumerator.condense import PepperCondensation
from peppercornenumerator.objects import (
    PepperComplex,
    PepperDomain,
    SingletonError,
    clear_memory,
    show_memory,
)
from scipy import sparse
from scipy.sparse import csgraph

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.enumeration.enumerated import CondensedReaction, Enumerated
from dsdcompile.enumeration.forms import STOP, Form, Member
from dsdcompile.enumeration.options import EnumerationOptions

TOOL = f"peppercornenumerator {peppercorn.__version__.removeprefix('v')}"
DOUBT = "condensed rate constants may be incorrect"
Pairs = dict[Any, list[Any]]
"""Which resting complexes are to meet which; without it all meet all."""
UNBOUNDED = 1 << 30
"""What Peppercorn is told where :class:`_Enumerator` keeps the limit."""
_LOCK = threading.Lock()


def enumerate_complexes(
    complexes: Iterable[Complex], lengths: Mapping[str, int], options: EnumerationOptions | None = None
) -> Enumerated:
    """Return all resting macrostates and condensed reactions that follow from some complexes.

    Args:
        complexes: What is in the tube; duplicates (up to strand rotation) count once.
        lengths: Length of each domain, nt.
        options: Limits and rules.

    Returns:
        What was found; where a limit was hit or Peppercorn failed, nothing but why.
    """
    options = options or EnumerationOptions()
    distinct = sorted({c.canonical() for c in complexes}, key=_order)
    if not distinct:
        return Enumerated((), (), (), options, TOOL)
    sizes = {name: lengths[name] for c in distinct for name in c.domains}
    with _alone() as doubts:
        try:
            return _run(distinct, sizes, options, doubts)
        except LimitHitError as error:
            return Enumerated((), (), (str(error),), options, TOOL)
        except Exception as error:
            return Enumerated((), (), (failure(error),), options, TOOL)


def failure(error: Exception) -> str:
    """Return what is said of a result where Peppercorn has raised something."""
    return f"Peppercorn failed: {type(error).__name__}: {error}"


@contextlib.contextmanager
def _alone() -> Iterator[list[str]]:
    """Keep other threads out and begin with empty registries, which are left empty; collect doubts meanwhile."""
    with _LOCK, _warnings() as doubts, _right_components():
        # What is alive now need not be looked through when Peppercorn's objects, which form cycles, are collected.
        gc.freeze()
        _empty_registries()
        try:
            yield doubts
        finally:
            gc.collect()
            gc.unfreeze()
            _empty_registries()


def components(nodes: Sequence[Any], products: Mapping[Any, Iterable[Any]]) -> list[list[Any]]:
    """Return the strongly connected components of a graph, each in order."""
    place = {node: number for number, node in enumerate(nodes)}
    edges = [(place[node], place[to]) for node in nodes for to in products[node] if to in place]
    if not edges:
        return [[node] for node in nodes]
    rows, columns = np.array(edges, dtype=np.int64).T
    graph = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(place), len(place)))
    count, part = csgraph.connected_components(graph.tocsr(), directed=True, connection="strong")
    found: list[list[Any]] = [[] for _ in range(count)]
    for node, number in zip(nodes, part.tolist(), strict=True):
        found[number].append(node)
    return [sorted(members) for members in found]


@contextlib.contextmanager
def _right_components() -> Iterator[None]:
    """Have Peppercorn use :func:`components`.

    Its own search numbers siblings alike, and for some orders of a set takes a part of a component for a whole one: a
    resting macrostate is lost then, or the condensation recurses until the process dies.
    """
    users = (peppercorn.enumerator, peppercorn.condense)
    theirs = [user.tarjans for user in users]
    try:
        for user in users:
            user.tarjans = lambda complexes, products: components(list(complexes), products)
        yield
    finally:
        for user, function in zip(users, theirs, strict=True):
            user.tarjans = function


def _empty_registries() -> None:
    """Forget objects that others hold, or that an error has left: names would clash with theirs."""
    if any(True for _ in show_memory()):
        clear_memory()


@final
class LimitHitError(Exception):
    """An enumeration has gone as far as its options allow."""


@final
class _Enumerator(peppercorn.Enumerator):  # type: ignore[misc]
    """Peppercorn's enumerator, which counts what it drops and stops at its limits inside neighbourhoods as well."""

    def __init__(
        self,
        complexes: list[Any],
        options: EnumerationOptions,
        largest: int,
        deadline: float,
        pairs: Pairs | None = None,
    ) -> None:
        super().__init__(complexes, named_complexes=complexes)
        self.options = options
        self.most = max(options.max_complexes, len(complexes))
        self.largest = largest
        self.pairs = pairs
        self.dropped = False
        self.seen = 0
        self.deadline = deadline
        self.max_complex_size = self.max_complex_count = self.max_reaction_count = UNBOUNDED
        self.release_cutoff = options.release_cutoff
        self.reject_remote = options.reject_remote

    def get_uni_reactions(self, cplx: Any) -> Iterator[Any]:
        """Yield the unimolecular reactions of a complex that are within the limits."""
        return self._within(super().get_uni_reactions(cplx))

    def get_bi_reactions(self, cplx1: Any, cplx2: Any) -> Iterator[Any]:
        """Yield the bimolecular reactions of two complexes that are within the limits."""
        return self._within(super().get_bi_reactions(cplx1, cplx2))

    def get_slow_reactions(self, cplx: Any) -> Iterator[Any]:
        """Yield the encounters of a resting complex with those before it, or only with those it is to meet."""
        if self.pairs is None:
            yield from super().get_slow_reactions(cplx)
            return
        for other in self.pairs.pop(cplx, ()):
            yield from self.get_bi_reactions(cplx, other)

    def get_new_products(self, reactions: Iterable[Any]) -> list[Any]:
        """Return the new products in order.

        A structure keeps the rotation in which it is made first, and of two ways from one structure to another
        Peppercorn keeps the rate constant of the one that this rotation shows first.
        """
        return sorted(super().get_new_products(reactions))

    @property
    def reactions(self) -> Iterator[Any]:
        """The detailed reactions, in order.

        Of two kinds of step between the same structures Peppercorn keeps the rate constant of the last, which by the
        order of a set would be one or the other from run to run.
        """
        return iter(sorted(self._reactions))

    def _within(self, reactions: Iterator[Any]) -> Iterator[Any]:
        for reaction in reactions:
            if any(product.size > self.largest for product in reaction.products):
                self.dropped = True
                continue
            self.seen += 1
            self._stop_at_limits()
            yield reaction

    def _stop_at_limits(self) -> None:
        lists = (self._E, self._S, self._T, self._N, self._F)
        if sum(map(len, lists)) > self.most:
            raise LimitHitError(f"more complexes than max_complexes = {self.most:,}: a polymer?")
        if self.seen > self.options.max_reactions:
            raise LimitHitError(f"more reactions than max_reactions = {self.options.max_reactions:,}: a polymer?")
        if time.monotonic() > self.deadline:
            raise LimitHitError(f"no end within max_seconds = {self.options.max_seconds:g}")


def _run(
    distinct: list[Complex], lengths: Mapping[str, int], options: EnumerationOptions, doubts: list[str]
) -> Enumerated:
    plain = {name: PepperDomain(name, length=lengths[name]) for name in sorted(lengths)}
    tokens = {**plain, **{f"{name}*": ~domain for name, domain in plain.items()}, NICK: NICK}
    made = [
        PepperComplex([tokens[t] for t in c.sequence], list(c.structure), name=f"c{number}")
        for number, c in enumerate(distinct)
    ]
    largest = options.max_complex_size or default_size(distinct)
    enumerator = _Enumerator(made, options, largest, time.monotonic() + options.max_seconds)
    try:
        enumerator.enumerate()
        enumerator.condense()
        macrostates, reactions = _plain(enumerator)
        limits = (too_large(largest),) * enumerator.dropped
        return Enumerated(macrostates, reactions, limits, options, TOOL, tuple(dict.fromkeys(doubts)))
    finally:
        enumerator.clear()
        enumerator.condensation = None
        made.clear()


def default_size(complexes: Iterable[Complex]) -> int:
    """Return the most strands that a complex may have where the options do not say."""
    return 2 * max(len(c.strands) for c in complexes) + 2


def too_large(largest: int) -> str:
    """Return what is said of a result from which products are missing."""
    return f"products were dropped: above max_complex_size = {largest}"


def _plain(enumerator: Any) -> tuple[tuple[frozenset[Complex], ...], tuple[CondensedReaction, ...]]:
    states = {
        state: frozenset(_complex(member) for member in state.complexes) for state in enumerator.resting_macrostates
    }
    order = sorted(states.values(), key=lambda members: sorted(map(_order, members)))
    place = {members: number for number, members in enumerate(order)}
    reactions = {
        CondensedReaction(
            tuple(sorted(place[states[r]] for r in reaction.reactants)),
            tuple(sorted(place[states[p]] for p in reaction.products)),
            float(reaction.rate_constant[0]),
        )
        for reaction in enumerator.condensed_reactions
    }
    return tuple(order), tuple(sorted(reactions, key=lambda r: (r.reactants, r.products, r.rate)))


def _complex(found: Any) -> Complex:
    return Complex(tuple(map(str, found.sequence)), tuple(found.structure)).canonical()


def _order(complex_: Complex) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return complex_.sequence, complex_.structure


@final
class _Watch(logging.Handler):
    """Collects what Peppercorn only logs of its rate constants."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.doubts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "rates may be incorrect" in text or "complex rate" in text or "stationary" in text:
            self.doubts.append(DOUBT)


@contextlib.contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect doubts about rate constants; where the application mutes logs, that itself is one."""
    logger = logging.getLogger("peppercornenumerator")
    watch, propagate = _Watch(), logger.propagate
    if not logging.getLogger("peppercornenumerator.condense").isEnabledFor(logging.WARNING):
        watch.doubts.append("Peppercorn's warnings about rate constants are muted")
    logger.addHandler(watch)
    logger.propagate = False
    try:
        yield watch.doubts
    finally:
        logger.removeHandler(watch)
        logger.propagate = propagate


# -- one encounter at a time -----------------------------------------------------------------------------------------


@final
@dataclass(frozen=True, slots=True)
class Fate:
    """One way in which an encounter can end."""

    products: tuple[tuple[Member, ...], ...]
    """Resting macrostates, each as its structures; they may be the ones that have met."""
    rate: float
    """/M/s, as Peppercorn weighs structures, steps and fates."""


@final
class Session:
    """Small enumerations by one set of rules, one after another; Peppercorn's objects are kept for the next.

    Domains are numbers with a length (:mod:`dsdcompile.enumeration.forms`). All rules are the same throughout, so what
    an earlier enumeration has left in Peppercorn's registries is right in a later one.
    """

    def __init__(self, options: EnumerationOptions, largest: int, doubts: list[str]) -> None:
        """Begin; :func:`session` does so with the registries to itself."""
        self.options, self.largest, self.doubts = options, largest, doubts
        self.deadline = time.monotonic() + options.max_seconds
        self.dropped = False
        self.runs = 0
        self._domains: dict[tuple[int, int], Any] = {}
        self._numbers: dict[str, int] = {"+": STOP}

    def settle(self, form: Form) -> list[tuple[Member, ...]]:
        """Return the resting macrostates that complexes end in by themselves.

        Raises:
            LimitHitError: they do not come to an end within the limits.
        """
        with self._enumerator(form, lambda made: {}, []) as enumerator:
            self._fates(enumerator)  # macrostates are weighed where they are found first, for doubts
            return self._states(enumerator.resting_macrostates)

    def meet(self, form: Form, split: int) -> list[Fate]:
        """Return how an encounter of two macrostates can end, what leaves both as they were included.

        Args:
            form: The structures of the one and then of the other, numbered together.
            split: How many belong to the first; all: it meets its like.

        Raises:
            LimitHitError: their products do not settle within the limits.
        """

        def pairs(made: list[Any]) -> Pairs:
            first, second = made[:split], made[split:]
            if not second:  # each structure with itself and with those before it
                return {one: made[: place + 1] for place, one in enumerate(made)}
            return dict.fromkeys(first, second)

        # A macrostate of one structure is known to rest, and to be always that structure.
        resting = [*range(split)] * (split == 1) + [*range(split, len(form.members))] * (len(form.members) == split + 1)
        with self._enumerator(form, pairs, resting) as enumerator:
            condensation = self._fates(enumerator)
            found: dict[Any, float] = defaultdict(float)
            for reaction in sorted(r for r in enumerator.reactions if r.rtype == "bind21"):
                weight = self._weight(condensation, reaction)
                (product,) = reaction.products
                for fate in condensation.complex_fates(product):
                    share = self._real(condensation.cplx_decay_prob[(product, fate)])
                    found[fate] += weight * reaction.rate_constant[0] * share
            return [Fate(tuple(self._states(fate)), rate) for fate, rate in found.items()]

    def _fates(self, enumerator: _Enumerator) -> Any:
        """Return what every complex ends in."""
        condensation = PepperCondensation(enumerator)
        for component in condensation.SCCs:
            condensation.compute_fates(component)
        return condensation

    def _weight(self, condensation: Any, reaction: Any) -> float:
        """Return how often the reactants' macrostates have the structures that a step begins with."""
        weight = 1.0
        for reactant in reaction.reactants:
            state = condensation.set_to_fate[frozenset(condensation.scc_containing[reactant])]
            weight *= self._real(condensation.stationary_dist[state][reactant])
        return weight

    def _real(self, share: Any) -> float:
        """Return a probability as a number; what is none is a doubt."""
        if getattr(share, "imag", 0.0) or not -1e-9 <= share.real <= 1.000001:
            self.doubts.append(DOUBT)
        return float(share.real)

    @contextlib.contextmanager
    def _enumerator(self, form: Form, pairs: Callable[[list[Any]], Pairs], resting: list[int]) -> Iterator[_Enumerator]:
        made = [self._complex(member, form.lengths) for member in form.members]
        self.runs += 1
        enumerator = _Enumerator(list(made), self.options, self.largest, self.deadline, pairs(made))
        known = [made[number] for number in resting]
        enumerator._B = [c for c in made if c not in known]
        enumerator._S = known
        try:
            enumerator.enumerate()
            self.dropped |= enumerator.dropped
            yield enumerator
        finally:
            enumerator.clear()

    def _complex(self, member: Member, lengths: tuple[int, ...]) -> Any:
        sequence = [NICK if t == STOP else self._domain(t, lengths[abs(t) - 1]) for t in member[0]]
        try:
            return PepperComplex(sequence, list(member[1]))
        except SingletonError as error:
            return error.existing

    def _domain(self, token: int, length: int) -> Any:
        found = self._domains.get((token, length))
        if found is None:
            # A name for each number and length: one number may have another length in the next enumeration.
            name = f"d{abs(token)}n{length}"
            plain = PepperDomain(name, length=length)
            self._domains |= {(abs(token), length): plain, (-abs(token), length): ~plain}
            self._numbers |= {name: abs(token), f"{name}*": -abs(token)}
            found = self._domains[(token, length)]
        return found

    def close(self) -> None:
        """Let go of Peppercorn's objects."""
        self._domains.clear()

    def _states(self, states: Iterable[Any]) -> list[tuple[Member, ...]]:
        return [tuple(self._member(c) for c in state.complexes) for state in sorted(states)]

    def _member(self, found: Any) -> Member:
        return tuple(self._numbers[str(t)] for t in found.sequence), tuple(found.structure)


@contextlib.contextmanager
def session(options: EnumerationOptions, largest: int) -> Iterator[Session]:
    """Open a session of small enumerations, with Peppercorn's registries to itself.

    Args:
        options: Limits and rules; time counts from here.
        largest: Most strands of a complex; larger products are dropped, and the session says so.
    """
    with _alone() as doubts:
        made = Session(options, largest, doubts)
        try:
            yield made
        finally:
            made.close()
