"""A DSD system: a table of template instances bound to species. Complexes and strands are derived when asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray, frozen_ints
from dsdcompile.dsd.absent import NO_MODULE, NO_SPECIES
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.domain import Domain, DomainLengths, Part, Scope
from dsdcompile.dsd.inventory import Inventory, NamedComplex
from dsdcompile.dsd.molecules import Molecules, Owner, molecules
from dsdcompile.dsd.template import DomainSlot, Role, SignalForm, Template, TemplateComplex
from dsdcompile.errors import SchemeError


@final
@dataclass(frozen=True, eq=False)
class DsdSystem:
    """The implementation of a CRN by a scheme: modules as rows of a table.

    A module is a template whose species labels are bound to species of the CRN.
    """

    scheme: str
    crn: Crn
    """The implementable CRN: every reaction of it is one module."""
    form: SignalForm
    lengths: DomainLengths
    templates: tuple[Template, ...]
    template: IntArray
    """Index of each module's template (modules,)."""
    species: IntArray
    """Species of each module by label, padded with :data:`NO_SPECIES` (modules, labels)."""
    reaction: IntArray
    """The reaction of the CRN that each module implements, :data:`NO_REACTION` for helper modules (modules,)."""
    toeholds: int = 0
    """Size of the pool of toehold domains that species share; 0: each species has its own."""

    def __post_init__(self) -> None:
        """Freeze the table and check its shape."""
        modules = len(np.asarray(self.template))
        object.__setattr__(self, "template", frozen_ints(self.template))
        object.__setattr__(self, "species", frozen_ints(self.species, (modules, -1) if modules else (0, 0)))
        object.__setattr__(self, "reaction", frozen_ints(self.reaction))
        if self.reaction.shape != (modules,):
            raise SchemeError(f"{modules} modules with {self.reaction.shape} reactions")

    @property
    def n_modules(self) -> int:
        """The number of modules."""
        return len(self.template)

    def of_template(self, index: int) -> IntArray:
        """Return the modules that are instances of one template, ascending."""
        return np.flatnonzero(self.template == index).astype(np.int64)

    # -- domains -----------------------------------------------------------------------------------------------

    def domain_name(self, slot: DomainSlot, module: int, species: int) -> str:
        """Return the name of the domain that fills a slot in a module, for the species bound to the slot's label."""
        if slot.scope is Scope.SYSTEM:
            return slot.name
        if slot.scope is Scope.MODULE:
            return f"m{module}_{slot.name}"
        if slot.scope is Scope.REACTANTS:
            return f"m{self.leader[module]}_{slot.name}"
        if self._pooled(slot):
            place, count = self._place(slot)
            return f"t{(species * count + place) % self.toeholds}"
        return f"{slot.position}_{self.crn.species[species]}"

    def _pooled(self, slot: DomainSlot) -> bool:
        """Return whether a domain comes from the shared pool of toeholds."""
        return self.toeholds > 0 and slot.scope is Scope.SPECIES and slot.part is Part.TOEHOLD

    def _place(self, slot: DomainSlot) -> tuple[int, int]:
        """Return which of a signal's own toeholds a slot is, and how many there are."""
        own = [s.name for s in self.form.domains if s.scope is Scope.SPECIES and s.part is Part.TOEHOLD]
        return own.index(slot.position), len(own)

    @cached_property
    def leader(self) -> IntArray:
        """For each module the first module with the same reactants, copies counted, in the same order (modules,)."""
        most = max((len(template.shape.reactants) for template in self.templates), default=0)
        keys = np.full((self.n_modules, most), NO_SPECIES, dtype=np.int64)
        for number, template in enumerate(self.templates):
            modules, labels = self.of_template(number), template.shape.reactants
            keys[modules, : len(labels)] = self.species[modules][:, list(labels)]
        _, first, same = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        return frozen_ints(first[same.reshape(-1)])

    def names(self, module: int) -> Mapping[str, str]:
        """Return slot name -> domain name for one module."""
        bound = self.species[module]
        template = self.templates[self.template[module]]
        return {slot.name: self.domain_name(slot, module, int(bound[slot.species])) for slot in template.slots}

    def parts(self, module: int) -> Mapping[str, DomainSlot]:
        """Return domain name -> slot for one module."""
        names = self.names(module)
        return {names[slot.name]: slot for slot in self.templates[self.template[module]].slots}

    # -- complexes ---------------------------------------------------------------------------------------------

    @cached_property
    def prefix(self) -> str:
        """What names of modules' complexes begin with: ``m``, more of them if species have such names themselves."""
        prefix = "m"
        while any(re.match(rf"{prefix}\d", name) for name in self.crn.species):
            prefix += "m"
        return prefix

    def signal(self, species: int) -> NamedComplex:
        """Return the strand of a species as an experimenter adds it (its history domain, if any, is its own)."""
        tokens = tuple(self.domain_name(slot, NO_MODULE, species) for slot in self.form.domains)
        complex_ = Complex(tokens, (".",) * len(tokens))
        return NamedComplex(self.crn.species[species], Role.SIGNAL, complex_, species)

    def instance(self, module: int, part: TemplateComplex) -> NamedComplex:
        """Return one complex of a module."""
        names = self.names(module)
        species = int(self.species[module, part.species]) if part.role is Role.SIGNAL else -1
        return NamedComplex(
            f"{self.prefix}{module}_{part.name}", part.role, part.complex.renamed(names.__getitem__), species, module
        )

    def module(self, module: int, *roles: Role) -> tuple[NamedComplex, ...]:
        """Return the complexes of a module, of all roles unless some are named."""
        parts = self.templates[self.template[module]].complexes
        return tuple(self.instance(module, part) for part in parts if not roles or part.role in roles)

    @cached_property
    def molecules(self) -> Molecules:
        """Which complexes of different modules are the same molecule."""
        modules_of = [self.of_template(number) for number in range(len(self.templates))]

        def owner(number: int, slot: DomainSlot) -> Owner | None:
            modules = modules_of[number]
            if slot.scope is Scope.SYSTEM:
                return None
            if slot.scope is Scope.MODULE:
                return Owner(f"module {slot.name}", "module", modules)
            if slot.scope is Scope.REACTANTS:
                return Owner(f"reactants {slot.name}", "reactants", self.leader[modules])
            species = self.species[modules, slot.species]
            if self._pooled(slot):
                place, count = self._place(slot)
                return Owner("pool", (slot.species, place), (species * count + place) % self.toeholds)
            return Owner(slot.position, slot.species, species)

        return molecules(self.templates, modules_of, owner)

    def molecule_name(self, number: int) -> str:
        """Return the name of one of :attr:`molecules`."""
        module = self.molecules.module[number]
        part = self.templates[self.template[module]].complexes[self.molecules.part[number]]
        return f"{self.prefix}{module}_{part.name}"

    def molecule(self, number: int) -> NamedComplex:
        """Return one of :attr:`molecules`, named after the first module that has it."""
        module = int(self.molecules.module[number])
        template = self.templates[self.template[module]]
        return self.instance(module, template.complexes[self.molecules.part[number]])

    def fuels(self) -> Iterator[NamedComplex]:
        """Yield every distinct fuel once, in the order of :attr:`molecules`."""
        for number in self.molecules.of_role(Role.FUEL):
            yield self.molecule(int(number))

    @cached_property
    def initial_signals(self) -> tuple[int, ...]:
        """Species an experimenter adds: rails of inputs, and species with an initial concentration, ascending."""
        rails = self.crn.inputs[self.crn.inputs >= 0]
        return tuple(sorted({*rails.tolist(), *np.flatnonzero(self.crn.initial > 0).tolist()}))

    @cached_property
    def inventory(self) -> Inventory:
        """Everything an experimenter adds: initial signals, then fuels, and the domains that occur in these."""
        return Inventory(self._domains(), (*(self.signal(s) for s in self.initial_signals), *self.fuels()))

    def _domains(self) -> dict[str, Domain]:
        domains: dict[str, Domain] = {}
        for species in self.initial_signals:
            for slot in self.form.domains:
                self._add_domain(domains, slot, self.domain_name(slot, NO_MODULE, species))
        for module in range(self.n_modules):
            used = {d for part in self.module(module, Role.FUEL) for d in part.complex.domains}
            for name, slot in self.parts(module).items():
                if name in used:
                    self._add_domain(domains, slot, name)
        return domains

    def _add_domain(self, found: dict[str, Domain], slot: DomainSlot, name: str) -> None:
        found.setdefault(name, Domain(name, slot.part, self.lengths.of(slot.part)))

    def __repr__(self) -> str:
        """Say how large the system is."""
        return f"<DsdSystem: {self.scheme}, {self.n_modules} modules of {len(self.templates)} templates>"
