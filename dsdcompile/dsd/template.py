"""A template: the module that implements one shape of reaction, up to renaming of species."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import final

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.absent import NO_SPECIES
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.errors import SchemeError


@final
class Role(StrEnum):
    """What a complex is: in its module, or, a reporter, beside all modules."""

    SIGNAL = "signal"
    FUEL = "fuel"
    INTERMEDIATE = "intermediate"
    WASTE = "waste"
    REPORTER = "reporter"


@final
@dataclass(frozen=True, slots=True)
class DomainSlot:
    """A domain variable of a template or of a signal."""

    name: str
    part: Part
    scope: Scope
    species: int = NO_SPECIES
    """For scope SPECIES and FOREIGN: the label of the species in the template's shape."""
    position: str = ""
    """For scope SPECIES and FOREIGN: which domain of the signal it is, such as ``b``."""


@final
@dataclass(frozen=True, slots=True)
class SignalForm:
    """How a scheme writes a species as one strand: its domains 5' to 3'.

    Domains of scope SPECIES identify the species; FOREIGN marks the history domain, which depends on the producer;
    SYSTEM a universal domain.
    """

    domains: tuple[DomainSlot, ...]

    def slots(self, label: int, prefix: str, foreign: str = "") -> tuple[DomainSlot, ...]:
        """Return the domain slots of one signal of a template: the species ``label``, named with ``prefix``.

        A FOREIGN domain gets the name ``foreign`` if given: the module's own history domain for a product.
        """
        made = []
        for slot in self.domains:
            if slot.scope is Scope.SYSTEM:
                made.append(slot)
            elif slot.scope is Scope.FOREIGN and foreign:
                made.append(DomainSlot(foreign, slot.part, Scope.MODULE))
            else:
                made.append(DomainSlot(f"{prefix}_{slot.name}", slot.part, slot.scope, label, slot.name))
        return tuple(made)


@final
@dataclass(frozen=True, slots=True)
class TemplateComplex:
    """A complex of a template, over its domain slots."""

    name: str
    role: Role
    complex: Complex
    species: int = NO_SPECIES
    """For a signal: the label of its species in the template's shape. For an intermediate that holds a signal's strand
    and gives it back: that signal's label."""
    dose: float = 1.0
    """For a fuel: how many are needed each time the reaction fires."""
    left: int = 0
    """For an intermediate: how many are left over each time the reaction has fired, and may still react."""


@final
@dataclass(frozen=True, slots=True)
class TemplateReaction:
    """One intended, irreversible, condensed reaction among a template's complexes, by name."""

    reactants: tuple[str, ...]
    products: tuple[str, ...]
    step: str
    """Which rate constant it has, such as ``forward``, ``reverse``, ``second``, ``release``."""


@final
@dataclass(frozen=True)
class Template:
    """All complexes of a module and the condensed reactions its designer intends."""

    shape: ReactionShape
    slots: tuple[DomainSlot, ...]
    complexes: tuple[TemplateComplex, ...]
    reactions: tuple[TemplateReaction, ...]
    kind: str = "reaction"
    """``reaction`` for a module that implements a formal reaction; a scheme may have others, such as ``buffer``."""

    def __post_init__(self) -> None:
        """Check that every name is declared once."""
        names = [c.name for c in self.complexes]
        slots = {slot.name for slot in self.slots}
        used = {domain for c in self.complexes for domain in c.complex.domains}
        mentioned = {name for r in self.reactions for name in (*r.reactants, *r.products)}
        if len(set(names)) != len(names) or len(slots) != len(self.slots) or used != slots:
            raise SchemeError(
                f"template {self.shape}: names do not match: {sorted(used ^ slots)} or a repeated complex"
            )
        if mentioned - set(names):
            raise SchemeError(f"template {self.shape}: reactions mention {sorted(mentioned - set(names))}")

    def __getitem__(self, name: str) -> TemplateComplex:
        """Return the complex of that name."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, TemplateComplex]:
        return {c.name: c for c in self.complexes}

    def of_role(self, *roles: Role) -> tuple[TemplateComplex, ...]:
        """Return the complexes of these roles, in order."""
        return tuple(c for c in self.complexes if c.role in roles)

    @property
    def fuels(self) -> tuple[TemplateComplex, ...]:
        """The complexes an experimenter adds."""
        return self.of_role(Role.FUEL)


def gather(
    shape: ReactionShape,
    groups: tuple[tuple[DomainSlot, ...], ...],
    complexes: tuple[TemplateComplex, ...],
    reactions: tuple[TemplateReaction, ...],
    kind: str = "reaction",
) -> Template:
    """Return a template from groups of slots, keeping each used slot once."""
    used = {domain for c in complexes for domain in c.complex.domains}
    slots = dict.fromkeys(slot for group in groups for slot in group if slot.name in used)
    return Template(shape, tuple(slots), complexes, reactions, kind)
