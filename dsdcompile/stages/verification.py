"""Verification of the translated system: every template, and the whole where it is small enough."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.design.design import Design
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.enumeration.check import enumerate_system, system_check, template_check
from dsdcompile.enumeration.composition import Composition, compose
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import TOOL
from dsdcompile.errors import FormatError
from dsdcompile.formats.enumeration_file import parse_enumeration, show_enumeration
from dsdcompile.formats.store import Store, key_of
from dsdcompile.passes.annihilate import annihilated, unannihilated
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.result import unchanged
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.stages.compilation import Compiled
from dsdcompile.stages.equivalence import crnverifier, judge_templates
from dsdcompile.stages.source import Source
from dsdcompile.stages.stopwatch import Stopwatch
from dsdcompile.stages.translation import Translated
from dsdcompile.verify.certificates import conservation, dual_rail, rate_independence
from dsdcompile.verify.identity import Affine, identity_check
from dsdcompile.verify.modules import dose_check, net_check, signals_check, table_check, waste_check
from dsdcompile.verify.rational import rational_check
from dsdcompile.verify.verdict import Check, Outcome, Verification, Witness

MOST_EXPRESSIONS = 20_000
"""Reactions of an implementable CRN whose expressions are compared directly; larger ones are expanded first."""
MOST_RATIONAL = 100_000
"""Stoichiometric entries up to which random inputs are tried in fractions."""
ANNIHILATED = "what both rails hold may react to nothing: one more of each changes no output, so one less does neither"
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
    design: Design, source: Source, compiled: Compiled, translated: Translated, store: Store, watch: Stopwatch
) -> Verified:
    """Check CRNs, modules, templates, doses and composition; enumerate the whole system if the design asks for it."""
    system, options = translated.system, EnumerationOptions()
    enumerated = None
    size = system.n_modules * find_scheme(system.scheme).whole_weight
    if design.verify.whole == "always" or (design.verify.whole == "auto" and size <= design.verify.whole_modules):
        with watch.measure("verify: whole system"):
            enumerated = _stored_enumeration(system, options, store)
    with watch.measure("verify: composition"):
        composition = compose(system, options)
    with watch.measure("verify: CRNs"):
        asked, properties = _crns(source, compiled)
    with watch.measure("verify: modules and templates"):
        doses = dose_check(system, translated.dosing, translated.turnover)
        verification = _verification(system, composition, enumerated, options, *asked, doses)
    if design.verify.equivalence:
        with watch.measure("verify: equivalence of templates"):
            properties += judge_templates(system, store)
        verification = replace(verification, tools=(*verification.tools, crnverifier()))
    return Verified(replace(verification, certificates=properties), composition, enumerated)


def _crns(source: Source, compiled: Compiled) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return what a network's CRNs must fulfil, and the certificates of any.

    The certificates are asked for where a network is compiled: without them its limit would not be its answer.
    """
    formal, (built, removed) = compiled.formal, _plain(compiled)
    certificates = [dual_rail(formal, "formal CRN"), *removed]
    what = "implementable CRN, annihilation apart" if removed else "implementable CRN"
    for name, crn in (("formal CRN", formal), (what, built)):
        certificates += rate_independence(crn, name)
    if source.network is None:
        return (), tuple(certificates)
    layers = [Affine(layer.weights, layer.biases, layer.activation == "relu") for layer in source.network.layers]
    expanded = built.n_reactions > MOST_EXPRESSIONS
    checks = [
        identity_check("formal CRN = network", formal, layers),
        identity_check("reduced CRN = network", compiled.reduced, layers),
        identity_check(
            f"{what}{', expanded,' if expanded else ''} = network",
            reduce(built).crn if expanded else built,
            layers,
        ),
    ]
    if formal.products.nnz + built.products.nnz <= MOST_RATIONAL:
        plain = unchanged(formal).image
        for name, crn, image in (("formal", formal, plain), ("implementable", built, compiled.meaning.image)):
            checks.append(rational_check(f"{name} CRN = network, in fractions", crn, formal, image, layers))
    return (*certificates, *checks), ()


def _plain(compiled: Compiled) -> tuple[Crn, tuple[Check, ...]]:
    """Return the implementable CRN without what the annihilate passes added, and the certificate that it is the same.

    Without such a pass nothing is taken away: a reaction ``S+ + S- ->`` is then the user's own.
    """
    crn = compiled.implementable
    if not compiled.annihilates:
        return crn, ()
    plain, closed = unannihilated(crn)
    names = ["".join(f"({crn.species[p]}, {crn.species[n]})") for p, n in crn.pairs[annihilated(crn)].tolist()]
    name = "implementable CRN: annihilated pairs carry nothing but their difference"
    if closed.all():
        return plain, (Check(name, Outcome.PROVED, f"{ANNIHILATED}: {', '.join(names[:3])}; {len(names)} in all"),)
    problem = f"both rails of {names[int(np.argmin(closed))]} matter by themselves"
    return crn, (Check(name, Outcome.REFUTED, problem, (Witness(problem),)),)


def verify_modules(system: DsdSystem, *, whole: bool, options: EnumerationOptions | None = None) -> Verification:
    """Check a system's modules, templates and composition and, if ``whole``, the enumeration of everything at once."""
    options = options or EnumerationOptions()
    enumerated = enumerate_system(system, options) if whole else None
    return _verification(system, compose(system, options), enumerated, options)


def _verification(
    system: DsdSystem,
    composition: Composition,
    enumerated: Enumerated | None,
    options: EnumerationOptions,
    *further: Check,
) -> Verification:
    checks = [table_check(system), signals_check(system)]
    for template in system.templates:
        checks += [net_check(template), waste_check(template), conservation(template)]
        checks.append(template_check(template, system.form, system.lengths, options))
    checks.append(composition.check)
    if enumerated is not None:
        checks.append(system_check(system, enumerated))
    caveat = find_scheme(system.scheme).caveat
    assumptions = (*ASSUMPTIONS, caveat) if caveat else ASSUMPTIONS
    settings = tuple((name, str(value)) for name, value in asdict(options).items())
    classes = (("patterns of touching modules", composition.patterns), ("enumerations", composition.enumerations))
    return Verification((*checks, *further), assumptions, (TOOL,), settings, classes)


def _stored_enumeration(system: DsdSystem, options: EnumerationOptions, store: Store) -> Enumerated:
    complexes = sorted((c.name, c.complex.sequence, c.complex.structure) for c in system.initial_complexes)
    key = key_of([complexes, system.lengths, options, TOOL])
    text = store.get("enumeration", key)
    if text is not None:
        try:
            return parse_enumeration(text)
        except FormatError:
            pass
    enumerated = enumerate_system(system, options)
    store.put("enumeration", key, show_enumeration(enumerated))
    return enumerated
