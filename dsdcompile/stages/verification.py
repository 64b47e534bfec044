"""Verification of the translated system: every template, and the whole where it is small enough."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import final

from dsdcompile.design import Design
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
    checks = [template_check(template, system.form, system.lengths, options) for template in system.templates]
    enumerated = None
    if design.verify.whole == "always" or (
        design.verify.whole == "auto" and system.n_modules <= design.verify.whole_modules
    ):
        enumerated = _stored_enumeration(translated, options, store)
        checks.append(system_check(system, enumerated))
    settings = tuple((name, str(value)) for name, value in asdict(options).items())
    return Verified(Verification(tuple(checks), ASSUMPTIONS, (TOOL,), settings), enumerated)


def _stored_enumeration(translated: Translated, options: EnumerationOptions, store: Store) -> Enumerated:
    system = translated.system
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
