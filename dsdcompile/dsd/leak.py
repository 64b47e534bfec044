"""Leak: every pair of molecules of which one can displace a strand of the other without a toehold.

Where an open stretch of one molecule is the same as a strand of a helix in another, and the helix ends where the
stretch begins (at a blunt end, beside an open domain, at a nick), the two strands exchange at about 1 /M/s (Zhang and
Winfree, JACS 131:17303, 2009), gates against gates as well. What comes free are signals and intermediates that are
known, and complexes that no module has; those are taken to be inert. Waste is not followed either.

Enumeration is domain by domain, over everything that the implementation CRN has as a species.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from scipy import sparse

from dsdcompile.crn.matrices import FloatArray, Sparse, sparse_rows
from dsdcompile.dsd.absent import NO_MODULE
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.displacement import Displacement, displacements
from dsdcompile.dsd.domain import Domain
from dsdcompile.dsd.erasure import erase, identities
from dsdcompile.dsd.implementation import Implementation
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.errors import LimitExceededError

MOST_PAIRS: Final = 200_000
"""Most pairs of molecules that are looked at."""


@final
@dataclass(frozen=True, eq=False)
class Leak:
    """A reaction between two species of an implementation CRN that no toehold drives."""

    invader: int
    target: int
    products: tuple[int, ...]
    """Species that come free or stay, ascending; what is no species is left out."""
    ways: tuple[Displacement, ...]
    """The ends at which it can start; their rates add up."""

    @property
    def frees(self) -> bool:
        """Whether anything that still reacts comes free, and not only fuels get lost."""
        return any(p not in (self.invader, self.target) for p in self.products)


def species_complexes(system: DsdSystem) -> tuple[Complex, ...]:
    """Return the complex of each species of the implementation CRN, in its order."""
    signals = (system.signal(species).complex for species in range(system.crn.n_species))
    counted = system.molecules.of_role(Role.FUEL, Role.INTERMEDIATE).tolist()
    return (*signals, *(system.molecule(number).complex for number in counted))


def all_domains(system: DsdSystem) -> dict[str, Domain]:
    """Return every domain of every species of the implementation CRN by name, ordered or not."""
    domains: dict[str, Domain] = {}
    for species in range(system.crn.n_species):
        for slot in system.form.domains:
            name = system.domain_name(slot, NO_MODULE, species)
            domains[name] = Domain(name, slot.part, system.lengths.of(slot.part))
    for module in range(system.n_modules):
        for name, slot in system.parts(module).items():
            domains[name] = Domain(name, slot.part, system.lengths.of(slot.part))
    return domains


def leaks(system: DsdSystem) -> tuple[Leak, ...]:
    """Return every leak reaction of a system, in order of invader and target.

    Raises:
        LimitExceededError: there are more than :data:`MOST_PAIRS` pairs to look at.
    """
    complexes, domains = species_complexes(system), all_domains(system)
    known = _known(system, complexes)
    signals = identities(system.form, [c.strands[0] for c in complexes[: system.crn.n_species]])
    leaking = []
    for invader, target in _candidates(complexes):
        before = sorted(known[erase(complexes[i], system.form, signals)] for i in (invader, target))
        by_products: dict[tuple[int, ...], list[Displacement]] = defaultdict(list)
        for way in displacements(complexes[invader], complexes[target], domains, leaks=True):
            erased = [erase(product, system.form, signals) for product in way.products]
            species = tuple(sorted(known[c] for c in erased if c in known))
            if len(species) < len(erased) or list(species) != before:
                by_products[species].append(way)
        leaking += [Leak(invader, target, products, tuple(ways)) for products, ways in by_products.items()]
    return tuple(leaking)


def _known(system: DsdSystem, complexes: tuple[Complex, ...]) -> dict[Complex, int]:
    """Return which species each complex is, with histories erased."""
    signals = identities(system.form, [c.strands[0] for c in complexes[: system.crn.n_species]])
    found: dict[Complex, int] = {}
    for number, complex_ in enumerate(complexes):
        found.setdefault(erase(complex_, system.form, signals), number)
    return found


def _candidates(complexes: tuple[Complex, ...]) -> list[tuple[int, int]]:
    """Return the pairs in which one shows a domain that the other has in a helix, in order."""
    showing: dict[str, list[int]] = defaultdict(list)
    paired: dict[str, list[int]] = defaultdict(list)
    for number, complex_ in enumerate(complexes):
        tokens = {".": set[str](), "(": set[str](), ")": set[str](), "+": set[str]()}
        for token, symbol in zip(complex_.sequence, complex_.structure, strict=True):
            tokens[symbol].add(token)
        for token in tokens["."]:
            showing[token].append(number)
        for token in tokens["("] | tokens[")"]:
            paired[token].append(number)
    count = sum(len(here) * len(paired.get(token, ())) for token, here in showing.items())
    if count > MOST_PAIRS:
        raise LimitExceededError(f"leak: {count:,} pairs of molecules; looked at are up to {MOST_PAIRS:,}")
    return sorted({(i, j) for token, here in showing.items() for i in here for j in paired.get(token, ())})


def with_leaks(built: Implementation, found: tuple[Leak, ...], rates: FloatArray) -> Implementation:
    """Return an implementation CRN with leak reactions at some rate constants (leaks,), /M/s."""
    crn = built.crn
    left = sparse_rows([[leak.invader, leak.target] for leak in found], crn.n_species)
    right = sparse_rows([list(leak.products) for leak in found], crn.n_species)
    leaking = crn.with_(
        reactants=_below(crn.reactants, left),
        products=_below(crn.products, right),
        rates=np.concatenate([crn.rates, rates]),
    )
    return Implementation(leaking, built.unit, built.module, built.holds)


def _below(top: Sparse, bottom: Sparse) -> Sparse:
    return sparse.vstack([top, bottom], format="csr") if bottom.shape[0] else top


def bound(found: tuple[Leak, ...], initial: FloatArray) -> float:
    """Return the sum of [A] [B] over all leaking pairs at initial concentrations (species,), M^2, each pair once."""
    pairs = {(leak.invader, leak.target) for leak in found}
    return float(sum(initial[a] * initial[b] for a, b in sorted(pairs)))
