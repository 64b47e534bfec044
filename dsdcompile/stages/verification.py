"""Verification of the translated system: every template, and the whole where it is small enough."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import final

from dsdcompile.design import Design
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.enumeration.check import enumerate_system, system_check, template_check
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import TOOL
from dsdcompile.errors import FormatError
from dsdcompile.formats.enumeration_file import parse_enumeration, show_enumeration
from dsdcompile.formats.store import Store, key_of
from dsdcompile.stages.translation import Translated
from dsdcompile.verify.verdict import Verification

ASSUMPTIONS = (
    "domains with different names do not bind each other (sequences are checked separately)",
    "secondary structures are free of pseudoknots; domains bind and unbind as a whole",
    "unimolecular steps settle before the next encounter (Peppercorn's separation of time scales)",
)


@final
@dataclass(frozen=True, eq=False)
class Verified:
    """The verdict, and the whole system's enumeration if it was made."""

    verification: Verification
    enumerated: Enumerated | None


def verify_system(design: Design, translated: Translated, store: Store) -> Verified:
    """Check each template alone, and the whole system if the design asks for it."""
    system, options = translated.system, EnumerationOptions()
    enumerated = None
    if design.verify.whole == "always" or (
        design.verify.whole == "auto" and system.n_modules <= design.verify.whole_modules
    ):
        enumerated = _stored_enumeration(system, options, store)
    return Verified(_verification(system, enumerated, options), enumerated)


def verify_modules(system: DsdSystem, *, whole: bool, options: EnumerationOptions | None = None) -> Verification:
    """Check each template of a system and, if ``whole``, the enumeration of everything at once."""
    options = options or EnumerationOptions()
    return _verification(system, enumerate_system(system, options) if whole else None, options)


def _verification(system: DsdSystem, enumerated: Enumerated | None, options: EnumerationOptions) -> Verification:
    checks = [template_check(template, system.form, system.lengths, options) for template in system.templates]
    if enumerated is not None:
        checks.append(system_check(system, enumerated))
    settings = tuple((name, str(value)) for name, value in asdict(options).items())
    return Verification(tuple(checks), ASSUMPTIONS, (TOOL,), settings)


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
