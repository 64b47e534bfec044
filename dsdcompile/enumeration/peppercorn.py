"""The one place that talks to the Peppercorn enumerator (Badelt et al., J. R. Soc. Interface 2020).

Peppercorn keeps registries of every object it has made, drops what exceeds its limits with no more than a log record
nobody reads, and names complexes differently from run to run. Here it is called with one enumerator alive at a time,
its warnings become limits of the result, its exceptions become errors, and complexes come back as canonical values.
It is not thread-safe; a lock holds threads off, and separate processes are separate.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, final

import peppercornenumerator as peppercorn
from peppercornenumerator.objects import PepperComplex, PepperDomain, clear_memory, show_memory

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.enumeration.enumerated import CondensedReaction, Enumerated
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.errors import LimitExceededError

TOOL = f"peppercornenumerator {peppercorn.__version__.removeprefix('v')}"
_LOCK = threading.Lock()


def enumerate_complexes(
    complexes: Iterable[Complex], lengths: Mapping[str, int], options: EnumerationOptions | None = None
) -> Enumerated:
    """Return all resting macrostates and condensed reactions that follow from some complexes.

    Args:
        complexes: What is in the tube; duplicates (up to strand rotation) count once.
        lengths: Length of each domain, nt.
        options: Limits and rules.

    Raises:
        LimitExceededError: Peppercorn refuses the input because of a limit of its own.
    """
    options = options or EnumerationOptions()
    distinct = sorted({c.canonical() for c in complexes}, key=_order)
    if not distinct:
        return Enumerated((), (), (), options, TOOL)
    with _LOCK, _warnings() as seen:
        # What is alive now need not be looked through when Peppercorn's objects, which form cycles, are collected.
        gc.freeze()
        try:
            macrostates, reactions = _run(distinct, lengths, options)
        except peppercorn.PolymerizationError as error:
            return Enumerated((), (), (f"polymerisation: {error}",), options, TOOL)
        except (peppercorn.PeppercornUsageError, peppercorn.CondensationError) as error:
            raise LimitExceededError(f"Peppercorn cannot enumerate this system: {error}") from None
        finally:
            gc.collect()
            gc.unfreeze()
            if any(True for _ in show_memory()):
                clear_memory()
        limits, doubts = tuple(dict.fromkeys(seen.limits)), tuple(dict.fromkeys(seen.doubts))
    return Enumerated(macrostates, reactions, limits, options, TOOL, doubts)


def _run(
    distinct: list[Complex], lengths: Mapping[str, int], options: EnumerationOptions
) -> tuple[tuple[frozenset[Complex], ...], tuple[CondensedReaction, ...]]:
    names = sorted({name for c in distinct for name in c.domains})
    plain = {name: PepperDomain(name, length=lengths[name]) for name in names}
    tokens = {**plain, **{f"{name}*": ~domain for name, domain in plain.items()}, NICK: NICK}
    made = [
        PepperComplex([tokens[t] for t in c.sequence], list(c.structure), name=f"c{number}")
        for number, c in enumerate(distinct)
    ]
    largest = max(len(c.strands) for c in distinct)
    enumerator = peppercorn.Enumerator(made, named_complexes=made)
    enumerator.max_complex_size = options.max_complex_size or 2 * largest + 2
    enumerator.max_complex_count = max(options.max_complexes, len(made))
    enumerator.max_reaction_count = options.max_reactions
    enumerator.release_cutoff = options.release_cutoff
    enumerator.reject_remote = options.reject_remote
    try:
        enumerator.enumerate()
        enumerator.condense()
        return _plain(enumerator)
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
    """Collects what Peppercorn only logs: each dropped reaction is a limit that was hit."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.limits: list[str] = []
        self.doubts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text.startswith("Ignoring"):
            self.limits.append("a reaction was dropped because its product exceeds max_complex_size")
        elif "rates may be incorrect" in text or "complex rate" in text or "stationary" in text:
            self.doubts.append("condensed rate constants may be incorrect")


@contextlib.contextmanager
def _warnings() -> Iterator[_Watch]:
    logger = logging.getLogger("peppercornenumerator")
    watch, propagate = _Watch(), logger.propagate
    logger.addHandler(watch)
    logger.propagate = False
    try:
        yield watch
    finally:
        logger.removeHandler(watch)
        logger.propagate = propagate
