"""Whether two modules read the molecules that they share alike, so that what each shows holds for both together.

What a reading (:mod:`dsdcompile.verify.reading`) says of a molecule must not depend on the module that is asked: what
it means, whether it keeps a module open, and how often its companions are there. A fuel of one module may be a molecule
that means nothing in the other: it is always there, which helps and never harms.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.erasure import erase
from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.verify.reading import Reading


@final
@dataclass(frozen=True, slots=True)
class _Molecule:
    """What one module says of a molecule."""

    name: str
    fuel: bool
    means: tuple[tuple[int, int], ...]
    """Species and how many of them, ascending."""
    opened: int


@final
@dataclass(frozen=True, eq=False, slots=True)
class _Side:
    """One of two modules, its molecules by canonical complex with histories erased."""

    molecules: Mapping[Complex, _Molecule]
    companions: Mapping[Complex, Mapping[Complex, int]]
    """At least as many of the first as the weighted sum of the others."""


def read_apart(small: DsdSystem, readings: tuple[Reading, Reading], signals: Collection[tuple[str, ...]]) -> str | None:
    """Return how the two modules of a system read a molecule of both differently, or None if they do not.

    ``signals`` holds the identity of every species, ``readings`` one reading for each of the two modules.
    """
    one, other = (_side(small, module, reading, signals) for module, reading in enumerate(readings))
    both = one.molecules.keys() & other.molecules.keys()
    for complex_ in sorted(both, key=show_kernel):
        left, right = one.molecules[complex_], other.molecules[complex_]
        what = f"{left.name} of the one and {right.name} of the other, {show_kernel(complex_)}"
        for fuel, held in ((left, right), (right, left)):
            if fuel.fuel and not held.fuel and (held.means or held.opened):
                return f"{what}, a fuel here, stands for something there"
        if not (left.fuel or right.fuel) and (left.means, left.opened) != (right.means, right.opened):
            return f"{what}, mean different things"
    for here, there in ((one, other), (other, one)):
        odd = _lonely(here, there, both)
        if odd is not None:
            return odd
    return None


def _lonely(here: _Side, there: _Side, both: Collection[Complex]) -> str | None:
    """Return a companion whose count the other module may upset, or None."""
    for companion, others in here.companions.items():
        known = there.molecules.get(companion)
        if here.molecules[companion].fuel or (known is not None and known.fuel):
            continue  # always there
        weights = there.companions.get(companion, {})
        if known is not None and companion not in there.companions:
            return f"{here.molecules[companion].name}, {show_kernel(companion)}, may be used up by the other module"
        for complex_ in both:
            upset = there.molecules[complex_].fuel and others.get(complex_, 0)
            if upset or (not there.molecules[complex_].fuel and others.get(complex_, 0) != weights.get(complex_, 0)):
                return f"{here.molecules[companion].name}, {show_kernel(companion)}, may not suffice for both modules"
    return None


def _side(small: DsdSystem, module: int, reading: Reading, signals: Collection[tuple[str, ...]]) -> _Side:
    bound = small.species[module].tolist()
    parts = small.templates[small.template[module]].complexes
    named = zip(parts, small.module(module), strict=True)
    place = {part.name: erase(one.complex, small.form, signals) for part, one in named}
    molecules = {}
    for part in parts:
        means: dict[int, int] = {}
        for label, count in enumerate(reading.means[part.name]):
            if count:
                means[bound[label]] = means.get(bound[label], 0) + count
        told = _Molecule(part.name, part.role is Role.FUEL, tuple(sorted(means.items())), reading.opened[part.name])
        molecules[place[part.name]] = told
    companions = {
        place[name]: {place[other]: count for other, count in others.items()}
        for name, others in reading.companions.items()
    }
    return _Side(molecules, companions)
