"""The one place that talks to the Peppercorn enumerator (Badelt et al., J. R. Soc. Interface 2020).

Peppercorn keeps registries of every object it has made, drops what exceeds its limits with no more than a log record,
checks its counts between neighbourhoods only, raises bare assertions, and names complexes differently from run to run.
Here it is called with one enumerator alive at a time and empty registries; limits are kept by :class:`_Enumerator`, not
learnt from logs; whatever it raises becomes a limit of the result, which then proves nothing; and complexes come back
as canonical values. It is not thread-safe; a lock holds threads off, and separate processes are separate.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, final

import peppercornenumerator as peppercorn
from peppercornenumerator.objects import PepperComplex, PepperDomain, clear_memory, show_memory

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.enumeration.enumerated import CondensedReaction, Enumerated
from dsdcompile.enumeration.options import EnumerationOptions

TOOL = f"peppercornenumerator {peppercorn.__version__.removeprefix('v')}"
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
    with _LOCK, _warnings() as doubts:
        # What is alive now need not be looked through when Peppercorn's objects, which form cycles, are collected.
        gc.freeze()
        _empty_registries()
        try:
            return _run(distinct, sizes, options, doubts)
        except _LimitHitError as error:
            return Enumerated((), (), (str(error),), options, TOOL)
        except Exception as error:
            return Enumerated((), (), (f"Peppercorn failed: {type(error).__name__}: {error}",), options, TOOL)
        finally:
            gc.collect()
            gc.unfreeze()
            _empty_registries()


def _empty_registries() -> None:
    """Forget objects that others hold, or that an error has left: names would clash with theirs."""
    if any(True for _ in show_memory()):
        clear_memory()


@final
class _LimitHitError(Exception):
    """An enumeration has gone as far as its options allow."""


@final
class _Enumerator(peppercorn.Enumerator):  # type: ignore[misc]
    """Peppercorn's enumerator, which counts what it drops and stops at its limits inside neighbourhoods as well."""

    def __init__(self, complexes: list[Any], options: EnumerationOptions) -> None:
        super().__init__(complexes, named_complexes=complexes)
        self.options = options
        self.most = max(options.max_complexes, len(complexes))
        self.largest = options.max_complex_size or 2 * max(c.size for c in complexes) + 2
        self.dropped = False
        self.seen = 0
        self.deadline = time.monotonic() + options.max_seconds
        self.max_complex_size = self.max_complex_count = self.max_reaction_count = UNBOUNDED
        self.release_cutoff = options.release_cutoff
        self.reject_remote = options.reject_remote

    def get_uni_reactions(self, cplx: Any) -> Iterator[Any]:
        """Yield the unimolecular reactions of a complex that are within the limits."""
        return self._within(super().get_uni_reactions(cplx))

    def get_bi_reactions(self, cplx1: Any, cplx2: Any) -> Iterator[Any]:
        """Yield the bimolecular reactions of two complexes that are within the limits."""
        return self._within(super().get_bi_reactions(cplx1, cplx2))

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
            raise _LimitHitError(f"more complexes than max_complexes = {self.most:,}: a polymer?")
        if self.seen > self.options.max_reactions:
            raise _LimitHitError(f"more reactions than max_reactions = {self.options.max_reactions:,}: a polymer?")
        if time.monotonic() > self.deadline:
            raise _LimitHitError(f"no end within max_seconds = {self.options.max_seconds:g}")


def _run(
    distinct: list[Complex], lengths: Mapping[str, int], options: EnumerationOptions, doubts: list[str]
) -> Enumerated:
    plain = {name: PepperDomain(name, length=lengths[name]) for name in sorted(lengths)}
    tokens = {**plain, **{f"{name}*": ~domain for name, domain in plain.items()}, NICK: NICK}
    made = [
        PepperComplex([tokens[t] for t in c.sequence], list(c.structure), name=f"c{number}")
        for number, c in enumerate(distinct)
    ]
    enumerator = _Enumerator(made, options)
    try:
        enumerator.enumerate()
        enumerator.condense()
        macrostates, reactions = _plain(enumerator)
        limits = (f"products were dropped: above max_complex_size = {enumerator.largest}",) * enumerator.dropped
        return Enumerated(macrostates, reactions, limits, options, TOOL, tuple(dict.fromkeys(doubts)))
    finally:
        enumerator.clear()
        enumerator.condensation = None
        made.clear()


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
            self.doubts.append("condensed rate constants may be incorrect")


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
