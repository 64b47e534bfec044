"""Which modules of a system touch each other, up to renaming: a handful of patterns for a table of any size.

Two modules touch through the species they share (and through domains of the whole system, which all share). A pattern
says which templates meet and which of their labels are bound to the same species::

    m0: A -> B + C      m7: C + D -> E        Pattern(first=0, second=1, shared=((2, 0),))

Patterns are found group by group: for every set of labels, modules with the same species there belong together, and
any two signatures in a group meet in a pattern. A pattern may be listed although the modules that suggest it share yet
more species (those are listed as well): more is checked than happens, never less. :func:`example` settles which.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import IntArray
from dsdcompile.crn.reaction import show_side
from dsdcompile.dsd.domain import Scope
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Template
from dsdcompile.errors import LimitExceededError

ALONE = -1
"""In place of a second template: the module meets no other."""
MOST_PAIRS = 20_000_000
"""Pairs of modules looked through for an example of one pattern."""


@final
@dataclass(frozen=True, slots=True, order=True)
class Pattern:
    """Two templates that meet; a single module is a pattern without a second."""

    first: int
    """Index of a template of the system."""
    second: int = ALONE
    """Index of the other module's template, at least ``first``; :data:`ALONE` for a module by itself."""
    shared: tuple[tuple[int, int], ...] = ()
    """Labels of the first and of the second that are bound to the same species."""


def patterns(system: DsdSystem) -> tuple[Pattern, ...]:
    """Return the patterns of a system: each template alone, then all in which two modules can touch, in order."""
    found = {Pattern(number) for number in np.unique(system.template).tolist()}
    if any(slot.scope is Scope.SYSTEM for template in system.templates for slot in template.slots):
        found |= set(_strangers(system))
    for size in range(1, system.species.shape[1] + 1):
        found |= _meetings(system, size)
    return tuple(sorted(found))


def _strangers(system: DsdSystem) -> list[Pattern]:
    """Return the patterns of modules without a common species, which touch through domains of the whole system."""
    kinds, counts = np.unique(system.template, return_counts=True)
    return [
        Pattern(int(a), int(b))
        for a, b in itertools.combinations_with_replacement(kinds, 2)
        if a != b or counts[kinds == a][0] > 1
    ]


def _meetings(system: DsdSystem, size: int) -> set[Pattern]:
    """Return the patterns of modules with at least ``size`` species in common."""
    keys, signatures = [], []
    known: list[tuple[int, tuple[int, ...]]] = []
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        for labels in itertools.combinations(range(template.shape.slots), size):
            bound = system.species[modules][:, labels]
            order = np.argsort(bound, axis=1, kind="stable")
            keys.append(np.take_along_axis(bound, order, axis=1))
            # One signature for each order in which a module's labels name the sorted species.
            turns, which = np.unique(order, axis=0, return_inverse=True)
            first = len(known)
            known += [(number, tuple(labels[i] for i in turn)) for turn in turns.tolist()]
            signatures.append(first + which.reshape(-1))
    if not keys:
        return set()
    met = _together(np.concatenate(keys), np.concatenate(signatures))
    found = set()
    for one, other in met:
        (a, left), (b, right) = sorted((known[one], known[other]))
        pairs = tuple(sorted(zip(left, right, strict=True)))
        mirror = tuple(sorted(zip(right, left, strict=True)))
        found.add(Pattern(a, b, min(pairs, mirror) if a == b else pairs))
    return found


def _together(keys: IntArray, signatures: IntArray) -> list[tuple[int, int]]:
    """Return the pairs of signatures, the first at most the second, that two rows with equal keys have."""
    _, group = np.unique(keys, axis=0, return_inverse=True)
    table, counts = np.unique(np.stack([group.reshape(-1), signatures], axis=1), axis=0, return_counts=True)
    twice = {(int(s), int(s)) for s in np.unique(table[counts > 1, 1])}
    # Groups with the same set of signatures give the same pairs: look at each set once.
    ends = np.flatnonzero(np.diff(table[:, 0], prepend=-1, append=-1))
    sets = {tuple(table[a:b, 1].tolist()) for a, b in itertools.pairwise(ends.tolist())}
    return sorted(twice | {pair for members in sets for pair in itertools.combinations(members, 2)})


def describe(system: DsdSystem, pattern: Pattern) -> str:
    """Return a pattern in words: ``A -> B + C with C + A' -> B'``, where equal letters are the same species."""
    first = system.templates[pattern.first]
    if pattern.second == ALONE:
        return f"{_kind(first)}{first.shape} alone"
    second, same = system.templates[pattern.second], {b: a for a, b in pattern.shared}

    def letter(label: int) -> str:
        name = same.get(label, label)
        return (chr(ord("A") + name) if name < 26 else f"S{name}") + ("" if label in same else "'")

    sides = (show_side(tuple(map(letter, side))) for side in (second.shape.reactants, second.shape.products))
    return f"{_kind(first)}{first.shape} with {_kind(second)}{' -> '.join(sides).strip()}"


def _kind(template: Template) -> str:
    return "" if template.kind == "reaction" else f"{template.kind} "


def example(system: DsdSystem, pattern: Pattern) -> tuple[int, int] | None:
    """Return two modules that share exactly the species a pattern says, or None if there are none.

    A module alone is returned twice.

    Raises:
        LimitExceededError: more than :data:`MOST_PAIRS` pairs would have to be looked through.
    """
    left = system.of_template(pattern.first)
    if pattern.second == ALONE:
        return (int(left[0]), int(left[0])) if len(left) else None
    right = system.of_template(pattern.second)
    slots = [range(system.templates[number].shape.slots) for number in (pattern.first, pattern.second)]
    apart = [pair for pair in itertools.product(*slots) if pair not in pattern.shared]
    tried = 0
    for module in left.tolist():
        tried += len(right)
        if tried > MOST_PAIRS:
            raise LimitExceededError(f"more than {MOST_PAIRS:,} pairs of modules to look through for one pattern")
        here, there = system.species[module], system.species[right]
        fits = right != module
        for a, b in pattern.shared:
            fits &= there[:, b] == here[a]
        for a, b in apart:
            fits &= there[:, b] != here[a]
        if fits.any():
            return module, int(right[int(fits.argmax())])
    return None
