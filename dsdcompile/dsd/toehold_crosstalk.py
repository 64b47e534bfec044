"""Crosstalk budget: what toeholds bind besides what they should, whatever the sequences will be.

A toehold is the same wherever it occurs, so a strand also visits complexes that show its complement but cannot react
with it. Such a visit ends by itself. While it lasts, the strand is missing elsewhere. How long it lasts follows from
the toehold's length, with the constants of Peppercorn's rate model (Badelt et al. 2020; after Zhang and Winfree 2009):
association 3e5 /M/s a nt, dissociation so that dG = 1.9 - 1.7 n kcal/mol at 25 C for n nt.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse, frozen_floats, frozen_ints, sparse_rows
from dsdcompile.dsd.absent import NO_MODULE, NO_SPECIES
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.domain import Part, base, complement
from dsdcompile.dsd.implementation import Implementation
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role

ON_RATE = 3e5
"""Association rate constant a nt, /M/s."""
STACK, ASSOCIATION = -1.7, 1.9
"""Free energy of a base pair, and of two strands becoming one, kcal/mol."""
RT = 0.0019872 * 298.15
"""kcal/mol at 25 C."""
MOST_MODULES = 20_000
"""Largest system whose toeholds are listed one by one."""
MOST_PAIRS = 5_000_000
"""Most pairs of complexes that are listed."""


@final
@dataclass(frozen=True, eq=False)
class Crosstalk:
    """All unintended toehold bindings of an implementation CRN, at the concentrations it starts with, and with waste.

    Where they are too many to list, ``limit`` says so, and there are none.
    """

    pairs: IntArray
    """Species of the implementation CRN that can bind by a toehold and do not react (pairs, 2)."""
    lengths: IntArray
    """Length of the longest toehold that each pair has in common (pairs,), nt."""
    partners: IntArray
    """With how many others each species can do so, waste not counted (species,)."""
    held: FloatArray
    """The fraction of its time that a molecule of each species spends in such bindings (species,)."""
    waste: IntArray
    """Species of the implementation CRN, and molecules of the system that are waste and can bind them (pairs, 2)."""
    held_by_waste: FloatArray
    """The fraction of its time that a molecule of each species is held by waste once all fuel has become waste: more
    than there ever is (species,)."""
    limit: str = ""
    """Why bindings are not listed; empty if they are."""


def binding_constant(length: int) -> float:
    """Return the association constant of a toehold, /M.

    >>> round(binding_constant(6) / 1e6, 1)
    1.2
    """
    return math.exp(-(ASSOCIATION + STACK * length) / RT)


def crosstalk(system: DsdSystem, built: Implementation) -> Crosstalk:
    """Return the crosstalk budget of a dosed system.

    The fraction is that of a molecule among its partners at their initial concentrations, none of them used up: an
    upper bound for what signals suffer from fuels.
    """
    size = built.crn.n_species
    if system.n_modules > MOST_MODULES:
        return _unlisted(size, f"{system.n_modules:,} modules; bindings are listed for up to {MOST_MODULES:,}")
    lengths: dict[str, int] = {}
    showing = _showing(_complexes(system, lengths), lengths)
    wastes = system.molecules.of_role(Role.WASTE)
    waste_showing = _showing(_molecules(system, wastes, lengths), lengths)
    count = sum(len(here) * len(showing.get(complement(token), ())) for token, here in showing.items())
    if count > 2 * MOST_PAIRS:
        return _unlisted(size, f"{count // 2:,} pairs; bindings are listed for up to {MOST_PAIRS:,}")
    pairs, nt = _meeting(showing, showing, lengths)
    pairs = np.sort(pairs, axis=1)
    reacting = np.array(sorted(_reacting(built.crn)), dtype=np.int64).reshape(-1, 2)
    apart = ~np.isin(pairs @ (size, 1), reacting @ (size, 1))
    pairs, nt = _longest(pairs[apart], nt[apart], size)
    load = np.zeros(size)
    constant = _constants(nt)
    for side in (0, 1):
        np.add.at(load, pairs[:, side], constant * built.crn.initial[pairs[:, 1 - side]])
    partners = np.bincount(pairs.ravel(), minlength=size)
    waste, waste_nt = _longest(*_meeting(showing, waste_showing, lengths), max(size, len(wastes)))
    amounts = _waste_amounts(system, built)[wastes]
    by_waste = np.zeros(size)
    np.add.at(by_waste, waste[:, 0], _constants(waste_nt) * amounts[waste[:, 1]])
    return Crosstalk(
        frozen_ints(pairs),
        frozen_ints(nt),
        frozen_ints(partners),
        frozen_floats(load / (1.0 + load)),
        frozen_ints(np.stack([waste[:, 0], wastes[waste[:, 1]]], axis=1)),
        frozen_floats(by_waste / (1.0 + by_waste)),
    )


def _unlisted(size: int, limit: str) -> Crosstalk:
    none, nothing = frozen_ints(np.zeros((0, 2))), frozen_floats(np.zeros(size))
    return Crosstalk(none, frozen_ints([]), frozen_ints(np.zeros(size)), nothing, none, nothing, limit)


def _showing(complexes: Iterable[Complex], lengths: Mapping[str, int]) -> dict[str, list[int]]:
    """Return which of some complexes show each toehold token; ``lengths`` grows as complexes are made."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, complex_ in enumerate(complexes):
        for token in _toeholds(complex_, lengths):
            found[token].append(number)
    return found


def _meeting(
    left: Mapping[str, list[int]], right: Mapping[str, list[int]], lengths: Mapping[str, int]
) -> tuple[IntArray, IntArray]:
    """Return all pairs of a left and a right one with complementary toeholds (pairs, 2), and their lengths (pairs,)."""
    pairs, nt = [np.zeros((0, 2), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for token, here in left.items():
        there = right.get(complement(token), [])
        if there:
            pairs.append(np.stack([np.repeat(here, len(there)), np.tile(there, len(here))], axis=1))
            nt.append(np.full(len(here) * len(there), lengths[base(token)]))
    return np.concatenate(pairs), np.concatenate(nt)


def _longest(pairs: IntArray, nt: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """Return each pair once, in order, with the length of its longest toehold."""
    order = np.lexsort((-nt, pairs @ (size, 1)))
    pairs, nt = pairs[order], nt[order]
    first = np.diff(pairs @ (size, 1), prepend=-1) != 0
    return pairs[first], nt[first]


def _constants(nt: IntArray) -> FloatArray:
    return np.array([binding_constant(n) for n in nt.tolist()])


def _waste_amounts(system: DsdSystem, built: Implementation) -> FloatArray:
    """Return how much waste of each kind there is once the scarcest fuel of each module is spent (molecules,), M."""
    there = np.zeros(system.molecules.count)
    there[system.molecules.of_role(Role.FUEL, Role.INTERMEDIATE)] = built.crn.initial[system.crn.n_species :]
    amounts = np.zeros(system.molecules.count)
    for number, template in enumerate(system.templates):
        table = system.molecules.numbers[number]
        fuels = [(place, c.dose) for place, c in enumerate(template.complexes) if c.role is Role.FUEL and c.dose > 0]
        if fuels:
            most = np.min([there[table[:, place]] / dose for place, dose in fuels], axis=0)
            for place, part in enumerate(template.complexes):
                if part.role is Role.WASTE:
                    np.add.at(amounts, table[:, place], most)
    return amounts


def with_crosstalk(built: Implementation, talk: Crosstalk) -> Implementation:
    """Return the implementation CRN with its unintended bindings on, each a species that forms and falls apart.

    Bound pairs are named ``b1``, ``b2``, ...; what they hold of a signal is not counted in its total. Waste is no
    species of an implementation CRN, so bindings to it are left out.
    """
    crn, count = built.crn, len(talk.pairs)
    bound = [[crn.n_species + i] for i in range(count)]
    apart = talk.pairs.tolist()
    on = ON_RATE * talk.lengths
    off = on / _constants(talk.lengths)
    width = crn.n_species + count
    on_crn = crn.with_(
        species=(*crn.species, *(f"b{i + 1}" for i in range(count))),
        reactants=sparse_rows([*_rows(crn.reactants), *apart, *bound], width),
        products=sparse_rows([*_rows(crn.products), *bound, *apart], width),
        rates=np.concatenate([crn.rates, on, off]),
        initial=np.concatenate([crn.initial, np.zeros(count)]),
    )
    no_module, no_species = (np.full(count, none, dtype=np.int64) for none in (NO_MODULE, NO_SPECIES))
    return Implementation(on_crn, built.unit, np.append(built.module, no_module), np.append(built.holds, no_species))


def _rows(matrix: Sparse) -> list[list[int]]:
    """Return each row's column indices, repeated by their counts."""
    ends = matrix.indptr.tolist()
    return [np.repeat(matrix.indices[a:b], matrix.data[a:b]).tolist() for a, b in itertools.pairwise(ends)]


def _reacting(crn: Crn) -> set[tuple[int, int]]:
    """Return the pairs of species that react with each other."""
    return {(min(row), max(row)) for row in _rows(crn.reactants) if len(row) == 2}


def _complexes(system: DsdSystem, lengths: dict[str, int]) -> Iterator[Complex]:
    """Yield the complex of each species of the implementation CRN, in order; toeholds' lengths go into ``lengths``."""
    for species in range(system.crn.n_species):
        for slot in system.form.domains:
            if slot.part is Part.TOEHOLD:
                lengths[system.domain_name(slot, NO_MODULE, species)] = system.lengths.of(slot.part)
        yield system.signal(species).complex
    yield from _molecules(system, system.molecules.of_role(Role.FUEL, Role.INTERMEDIATE), lengths)


def _molecules(system: DsdSystem, numbers: IntArray, lengths: dict[str, int]) -> Iterator[Complex]:
    """Yield the complexes of some molecules; toeholds' lengths go into ``lengths``."""
    for number in numbers.tolist():
        found = system.molecule(number)
        for name, slot in system.parts(found.module).items():
            if slot.part is Part.TOEHOLD:
                lengths[name] = system.lengths.of(slot.part)
        yield found.complex


def _toeholds(complex_: Complex, lengths: Mapping[str, int]) -> set[str]:
    """Return the toehold tokens that a complex shows."""
    shown = zip(complex_.sequence, complex_.structure, strict=True)
    return {token for token, symbol in shown if symbol == "." and base(token) in lengths}
