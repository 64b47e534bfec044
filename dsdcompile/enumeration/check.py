"""Check templates one by one, and whole systems, against what their scheme intends."""

from __future__ import annotations

from collections.abc import Iterable

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.erasure import ERASED, erase, identities
from dsdcompile.dsd.inventory import NamedComplex
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role, SignalForm, Template
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.enumeration.intended import IntendedReaction, compare, reachable
from dsdcompile.enumeration.memoised import enumerate_memoised
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import enumerate_complexes
from dsdcompile.verify.verdict import Check

Identities = frozenset[tuple[str, ...]]


def template_check(
    template: Template, form: SignalForm, lengths: DomainLengths, options: EnumerationOptions | None = None
) -> Check:
    """Enumerate one module with distinct species; its condensed reactions must be exactly the intended ones.

    The tube holds the fuels and one strand of each reactant.
    """
    sizes = {slot.name: lengths.of(slot.part) for slot in template.slots} | {ERASED: lengths.history}
    used = {name for reaction in template.reactions for name in reaction.reactants}
    tube = [c.complex for c in template.complexes if c.role is Role.FUEL or (c.role is Role.SIGNAL and c.name in used)]
    signals = identities(form, {c.complex.strands[0] for c in template.of_role(Role.SIGNAL)})
    enumerated = enumerate_complexes(tube, sizes, options)
    erased = {c.name: erase(c.complex, form, signals) for c in template.complexes}
    intended = {
        IntendedReaction.of((erased[n] for n in r.reactants), (erased[n] for n in r.products))
        for r in template.reactions
    }
    inert = [erase(c, form, signals) for c in tube]
    return compare(f"template {template.kind} {template.shape}", enumerated, intended, inert, form, signals)


def enumerate_system(system: DsdSystem, options: EnumerationOptions | None = None) -> Enumerated:
    """Enumerate everything an experimenter adds, encounter by encounter (MEMOISED.md)."""
    return enumerate_memoised(*_tube(system), options)


def peppercorn_system(system: DsdSystem, options: EnumerationOptions | None = None) -> Enumerated:
    """Have Peppercorn enumerate everything at once, quadratic in modules: what the other ways are checked against."""
    return enumerate_complexes(*_tube(system), options)


def _tube(system: DsdSystem) -> tuple[list[Complex], dict[str, int]]:
    sizes = {name: domain.length for name, domain in system.inventory.domains.items()}
    return [named.complex for named in system.inventory.items], sizes


def system_signals(system: DsdSystem) -> Identities:
    """Return the identity of every species: the tokens of its strand that are not history."""
    return identities(system.form, {system.signal(s).complex.strands[0] for s in range(system.crn.n_species)})


def intended_reactions(system: DsdSystem) -> set[IntendedReaction]:
    """Return the union of all modules' intended condensed reactions, histories erased."""
    signals = system_signals(system)
    intended: set[IntendedReaction] = set()
    for module in range(system.n_modules):
        template = system.templates[system.template[module]]
        erased = dict(
            zip(
                (part.name for part in template.complexes),
                _erased(system.module(module), system.form, signals),
                strict=True,
            )
        )
        intended |= {
            IntendedReaction.of((erased[n] for n in r.reactants), (erased[n] for n in r.products))
            for r in template.reactions
        }
    return intended


def _erased(complexes: Iterable[NamedComplex], form: SignalForm, signals: Identities) -> list[Complex]:
    return [erase(named.complex, form, signals) for named in complexes]


def system_check(system: DsdSystem, enumerated: Enumerated) -> Check:
    """Compare a whole system's enumeration with the union of its modules' intended reactions that can happen."""
    signals = system_signals(system)
    initial = _erased(system.inventory.items, system.form, signals)
    intended = reachable(initial, intended_reactions(system))
    name = f"whole system of {system.n_modules} modules"
    return compare(name, enumerated, intended, initial, system.form, signals)
