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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse, frozen_floats, frozen_ints, sparse_rows
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.domain import Part, base, complement
from dsdcompile.dsd.implementation import Implementation
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.errors import LimitExceededError

ON_RATE = 3e5
"""Association rate constant a nt, /M/s."""
STACK, ASSOCIATION = -1.7, 1.9
"""Free energy of a base pair, and of two strands becoming one, kcal/mol."""
RT = 0.0019872 * 298.15
"""kcal/mol at 25 C."""
MOST_MODULES = 2000
"""Largest system whose toeholds are listed one by one."""


@final
@dataclass(frozen=True, eq=False)
class Crosstalk:
    """All unintended toehold bindings of an implementation CRN, at the concentrations it starts with."""

    pairs: IntArray
    """Species of the implementation CRN that can bind by a toehold and do not react (pairs, 2)."""
    lengths: IntArray
    """Length of the longest toehold that each pair has in common (pairs,), nt."""
    partners: IntArray
    """With how many others each species can do so (species,)."""
    held: FloatArray
    """The fraction of its time that a molecule of each species spends in such bindings (species,)."""

    def worst(self, species: IntArray) -> int:
        """Return which of some species is held most."""
        return int(species[int(np.argmax(self.held[species]))])


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

    Raises:
        LimitExceededError: the system is too large to list its bindings.
    """
    if system.n_modules > MOST_MODULES:
        raise LimitExceededError(f"{system.n_modules} modules; toehold bindings are listed for up to {MOST_MODULES}")
    lengths: dict[str, int] = {}
    showing: dict[str, list[int]] = defaultdict(list)
    for species, complex_ in enumerate(_complexes(system, lengths)):
        for token in _toeholds(complex_, lengths):
            showing[token].append(species)
    found: dict[tuple[int, int], int] = {}
    for token, here in showing.items():
        if token.endswith("*"):
            continue
        for one in here:
            for other in showing.get(complement(token), ()):
                pair = (min(one, other), max(one, other))
                found[pair] = max(found.get(pair, 0), lengths[base(token)])
    wanted = _reacting(built.crn)
    kept = sorted(pair for pair in found if pair not in wanted)
    pairs = np.array(kept, dtype=np.int64).reshape(-1, 2)
    nt = np.array([found[pair] for pair in kept], dtype=np.int64)
    load = np.zeros(built.crn.n_species)
    constant = np.array([binding_constant(int(n)) for n in nt])
    for side in (0, 1):
        np.add.at(load, pairs[:, side], constant * built.crn.initial[pairs[:, 1 - side]])
    partners = np.bincount(pairs.ravel(), minlength=built.crn.n_species)
    return Crosstalk(frozen_ints(pairs), frozen_ints(nt), frozen_ints(partners), frozen_floats(load / (1.0 + load)))


def with_crosstalk(built: Implementation, talk: Crosstalk) -> Crn:
    """Return the implementation CRN with its unintended bindings on, each a species that forms and falls apart.

    Bound pairs are named ``b1``, ``b2``, ...
    """
    crn, count = built.crn, len(talk.pairs)
    bound = [[crn.n_species + i] for i in range(count)]
    apart = talk.pairs.tolist()
    on = ON_RATE * talk.lengths
    off = on / np.array([binding_constant(int(n)) for n in talk.lengths])
    width = crn.n_species + count
    return crn.with_(
        species=(*crn.species, *(f"b{i + 1}" for i in range(count))),
        reactants=sparse_rows([*_rows(crn.reactants), *apart, *bound], width),
        products=sparse_rows([*_rows(crn.products), *bound, *apart], width),
        rates=np.concatenate([crn.rates, on, off]),
        initial=np.concatenate([crn.initial, np.zeros(count)]),
    )


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
                lengths[system.domain_name(slot, -1, species)] = system.lengths.of(slot.part)
        yield system.signal(species).complex
    for number in system.molecules.of_role(Role.FUEL, Role.INTERMEDIATE).tolist():
        found = system.molecule(number)
        for name, slot in system.parts(found.module).items():
            if slot.part is Part.TOEHOLD:
                lengths[name] = system.lengths.of(slot.part)
        yield found.complex


def _toeholds(complex_: Complex, lengths: Mapping[str, int]) -> set[str]:
    """Return the toehold tokens that a complex shows."""
    shown = zip(complex_.sequence, complex_.structure, strict=True)
    return {token for token, symbol in shown if symbol == "." and base(token) in lengths}
