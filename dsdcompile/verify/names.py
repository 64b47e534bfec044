"""Whether domain names say whose a domain is: one owner a name, one name an owner, in the whole table of modules.

Templates are enumerated, and composed, with names of their own making; that what is found holds for a system rests on
its real names doing the same (``enumeration/COMPOSITION.md``, assumption 4). A domain belongs to a species, to a
module, to all modules with the same reactants, or to the system, as its slot says. A name that two owners share makes
strands interact that no template shows; an owner with two names has strands that do not find each other. Toeholds of
a shared pool are the exception: several species share one on purpose.

Every name of every module is looked at, by its hash first, so that a million modules take seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import IntArray
from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import DomainSlot
from dsdcompile.verify.verdict import Check, Outcome, Witness

NAME = "every domain name has one owner"
KIND = 1 << 40
"""An owner as one number: its kind times this, plus its number among those of its kind."""
POOL = -1
"""The owner of all names of a pool of toeholds."""


@final
@dataclass(frozen=True, eq=False, slots=True)
class _Uses:
    """One slot in all modules of a template, or one domain of the signal form for all species."""

    slot: DomainSlot
    modules: IntArray
    """-1 for the signal form (uses,)."""
    species: IntArray
    """The species bound to the slot's label; any for domains that belong to no species (uses,)."""
    owner: IntArray
    """The owner as one number (uses,)."""
    pooled: bool
    """Whether the names come from a pool."""

    def names(self, system: DsdSystem) -> list[str]:
        """Return the domain's name in each use."""
        uses = zip(self.modules.tolist(), self.species.tolist(), strict=True)
        return [system.domain_name(self.slot, module, species) for module, species in uses]


@final
@dataclass(frozen=True, slots=True)
class _Use:
    """One domain in one place."""

    system: DsdSystem
    slot: DomainSlot
    module: int
    species: int

    @property
    def name(self) -> str:
        """What it is called."""
        return self.system.domain_name(self.slot, self.module, self.species)

    def __str__(self) -> str:
        """Say whose it is."""
        what, scope = self.slot.position or self.slot.name, self.slot.scope
        if scope is Scope.SYSTEM:
            return f"{what} of the whole system"
        if scope in (Scope.MODULE, Scope.REACTANTS):
            return f"{what} of module {self.module}"
        return f"{what} of {self.system.crn.species[self.species]}"

    def complex(self) -> Complex:
        """Return a complex that has it."""
        if self.module < 0:
            return self.system.signal(self.species).complex
        name = self.name
        return next(c.complex for c in self.system.module(self.module) if name in c.complex.domains)


def names_check(system: DsdSystem) -> Check:
    """Check that equal names mean equal owners and the other way round, and that no name reads as a complement."""
    everything = list(_uses(system))
    ends = np.cumsum([0, *(len(uses.owner) for uses in everything)])
    hashes, owner = np.empty(ends[-1], dtype=np.int64), np.empty(ends[-1], dtype=np.int64)
    for uses, start, end in zip(everything, ends[:-1], ends[1:], strict=True):
        names = uses.names(system)
        odd = next((at for at, name in enumerate(names) if name.endswith("*") or name == NICK), None)
        if odd is not None:
            problem = f"{names[odd]!r} is no name of a domain: it reads as a complement or a nick"
            # Of gates nothing can be drawn with such a name, of single strands it can.
            shown = (system.signal(int(uses.species[odd])).complex,) if uses.modules[odd] < 0 else ()
            return Check(NAME, Outcome.REFUTED, problem, (Witness(problem, shown),))
        hashes[start:end] = np.fromiter(map(hash, names), np.int64, len(names))
        owner[start:end] = uses.owner

    def use(at: int) -> _Use:
        which = int(np.searchsorted(ends, at, side="right")) - 1
        uses, place = everything[which], at - int(ends[which])
        return _Use(system, uses.slot, int(uses.modules[place]), int(uses.species[place]))

    for one, other in _conflicts(owner, hashes):
        return _refuted(use(one), use(other), f"{use(one)} is called {use(one).name} and {use(other).name}")
    for uses, start, end in zip(everything, ends[:-1], ends[1:], strict=True):
        if uses.pooled:
            owner[start:end] = POOL
    for one, other in _conflicts(hashes, owner):
        if use(one).name == use(other).name:
            return _refuted(use(one), use(other), f"{use(one).name} is both {use(one)} and {use(other)}")
    return Check(NAME, Outcome.PROVED, f"{len(np.unique(hashes))} names in {len(hashes)} places")


def _conflicts(same: IntArray, apart: IntArray) -> Iterator[tuple[int, int]]:
    """Yield two places with the same value of the one and different values of the other, for every such value."""
    order = np.argsort(same, kind="stable")
    left, right = order[:-1], order[1:]
    for at in np.flatnonzero((same[left] == same[right]) & (apart[left] != apart[right])).tolist():
        yield int(left[at]), int(right[at])


def _refuted(one: _Use, other: _Use, problem: str) -> Check:
    return Check(NAME, Outcome.REFUTED, problem, (Witness(problem, (one.complex(), other.complex())),))


def _uses(system: DsdSystem) -> Iterator[_Uses]:
    """Yield every slot with all its uses: of the signal form, then of each template."""
    kinds: dict[tuple[Scope, str], int] = {}
    met = _reactants(system)

    def made(slot: DomainSlot, modules: IntArray, species: IntArray) -> _Uses:
        scope = slot.scope
        kind = kinds.setdefault((scope, slot.position or slot.name), len(kinds))
        number = {
            Scope.SYSTEM: np.zeros_like(modules),
            Scope.MODULE: modules,
            Scope.REACTANTS: met[modules],
        }.get(scope, species)
        pooled = system.toeholds > 0 and scope is Scope.SPECIES and slot.part is Part.TOEHOLD
        return _Uses(slot, modules, species, kind * KIND + number, pooled)

    every = np.arange(system.crn.n_species, dtype=np.int64)
    for slot in system.form.domains:
        yield made(slot, np.full_like(every, -1), every)
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        for slot in template.slots:
            yield made(slot, modules, system.species[modules, slot.species])


def _reactants(system: DsdSystem) -> IntArray:
    """Return a number for each module (modules,), equal for those with the same reactants in the same order.

    Counted here and not asked of the system, whose own numbering is what names are made with.
    """
    known: dict[tuple[int, ...], int] = {}
    labels = [template.shape.reactants for template in system.templates]
    rows = zip(system.template.tolist(), system.species.tolist(), strict=True)
    reactants = (tuple(bound[label] for label in labels[template]) for template, bound in rows)
    return np.fromiter((known.setdefault(key, len(known)) for key in reactants), np.int64, system.n_modules)
