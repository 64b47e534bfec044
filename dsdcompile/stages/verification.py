"""Verification of the translated system: every template, and the whole where it is small enough."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.design.design import Design
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.enumeration.behaviour import behaviour_check
from dsdcompile.enumeration.check import enumerate_system, system_check, template_check
from dsdcompile.enumeration.composition import Composition, compose
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import TOOL
from dsdcompile.errors import FormatError
from dsdcompile.formats.code import code_digest
from dsdcompile.formats.enumeration_file import parse_enumeration, show_enumeration
from dsdcompile.formats.store import Store, key_of
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.crn_checks import crn_checks
from dsdcompile.stages.notions import crnverifier, judge_templates, required
from dsdcompile.stages.source import Source
from dsdcompile.stages.stopwatch import Stopwatch
from dsdcompile.stages.translation import Translated
from dsdcompile.verify.certificates import conservation
from dsdcompile.verify.independence import rate_dependence
from dsdcompile.verify.modules import dose_check, net_check, signals_check, table_check, waste_check
from dsdcompile.verify.names import names_check
from dsdcompile.verify.verdict import Check, Outcome, Relation, Verification

ASSUMPTIONS = (
    "domains with different names do not bind each other (sequences are checked separately)",
    "secondary structures are free of pseudoknots; domains bind and unbind as a whole",
    "unimolecular steps settle before the next encounter (Peppercorn's separation of time scales)",
)


@final
@dataclass(frozen=True, eq=False)
class Verified:
    """The verdict, and what the enumerations behind it found."""

    verification: Verification
    composition: Composition
    enumerated: Enumerated | None
    """The whole system's enumeration, if it was made."""


def verify_system(
    design: Design, source: Source, compiled: DesignCrns, translated: Translated, store: Store, watch: Stopwatch
) -> Verified:
    """Check CRNs, modules, templates, doses and composition; enumerate the whole system if the design asks for it."""
    system, options = translated.system, EnumerationOptions()
    with watch.measure("verify: modules and templates"):
        names = names_check(system)
    enumerated = None
    size = system.n_modules * find_scheme(system.scheme).whole_weight
    asked_for = design.verify.whole == "always" or (
        design.verify.whole == "auto" and size <= design.verify.whole_modules
    )
    if asked_for and names.outcome is Outcome.PROVED:  # strands under wrong names are not the system's
        with watch.measure("verify: whole system"):
            enumerated = _stored_enumeration(system, options, store)
    with watch.measure("verify: composition"):
        composition = compose(system, options)
    with watch.measure("verify: CRNs"):
        asked, properties = crn_checks(source, compiled)
    with watch.measure("verify: modules and templates"):
        doses = dose_check(system, translated.dosing, translated.turnover)
        needs = needed(compiled.formal, matched=design.kinetics.mode == "matched")
        verification = _verification(system, names, composition, enumerated, options, needs, *asked, doses)
    if design.verify.equivalence:
        with watch.measure("verify: equivalence of templates"):
            claimed, known = required(system.scheme, judge_templates(system, store))
        properties += known
        verification = replace(
            verification, checks=(*verification.checks, *claimed), tools=(*verification.tools, crnverifier())
        )
    certificates = (*verification.certificates, *properties)
    return Verified(replace(verification, certificates=certificates), composition, enumerated)


def verify_modules(system: DsdSystem, *, whole: bool, options: EnumerationOptions | None = None) -> Verification:
    """Check a system's modules, templates and composition and, if ``whole``, the enumeration of everything at once."""
    options, names = options or EnumerationOptions(), names_check(system)
    enumerated = enumerate_system(system, options) if whole and names.outcome is Outcome.PROVED else None
    return _verification(system, names, compose(system, options), enumerated, options, needed(system.crn))


def needed(formal: Crn, *, matched: bool = False) -> Relation:
    """Return what must be shown of an implementation: where rates matter all that may happen, else the limit."""
    return Relation.BISIMILAR if matched or rate_dependence(formal) else Relation.SAME_LIMIT


def _verification(
    system: DsdSystem,
    names: Check,
    composition: Composition,
    enumerated: Enumerated | None,
    options: EnumerationOptions,
    needs: Relation,
    *further: Check,
) -> Verification:
    checks = [table_check(system), signals_check(system), names]
    for template in system.templates:
        checks += [net_check(template), waste_check(template), conservation(template)]
        checks.append(template_check(template, system.form, system.lengths, options))
    checks += [composition.check, behaviour_check(system, composition, needs)]
    if enumerated is not None:
        checks.append(system_check(system, enumerated))
    caveat = find_scheme(system.scheme).caveat
    assumptions = (*ASSUMPTIONS, caveat) if caveat else ASSUMPTIONS
    settings = tuple(asdict(options).items())
    classes = (("patterns of touching modules", composition.touching), ("enumerations", composition.enumerations))
    found = (*checks, *further)
    known = (composition.waste,)
    return Verification(found, assumptions, (TOOL,), settings, classes, composition.patterns, known, needs)


def _stored_enumeration(system: DsdSystem, options: EnumerationOptions, store: Store) -> Enumerated:
    complexes = sorted((c.name, c.complex.sequence, c.complex.structure) for c in system.inventory.items)
    key = key_of([complexes, system.lengths, options, TOOL, code_digest(enumerate_system.__module__)])
    text = store.get("enumeration", key)
    if text is not None:
        try:
            return parse_enumeration(text)
        except FormatError:
            pass
    enumerated = enumerate_system(system, options)
    if enumerated.complete:
        store.put("enumeration", key, show_enumeration(enumerated))
    return enumerated
