"""What published notions of equivalence say of each template of a system, by crnverifier, kept between runs.

Where a scheme claims bisimulation, a refutation refutes the system. crnverifier may give no answer (it is not there,
its time is up, a reaction is too large for it): then nothing is decided, which is said of each template, and a system
is not held back by it: enumeration, composition and net effect have shown what they must without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Template
from dsdcompile.errors import FormatError
from dsdcompile.formats.checks_file import parse_checks, show_checks
from dsdcompile.formats.code import code_digest
from dsdcompile.formats.store import Store, key_of
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.claims import claim
from dsdcompile.schemes.translate import translate
from dsdcompile.verify.equivalence import Notion, equivalent
from dsdcompile.verify.verdict import Check, Outcome

SECONDS = 60.0
"""Time that one answer may take."""
WORKERS = 2
LARGEST = 4
"""Most molecules of a reaction, both sides together, that is judged: crnverifier's time grows fast beyond."""


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a template is equivalent to its reaction under a notion."""

    notion: Notion
    check: Check


def crnverifier() -> str:
    """Return name and version of the tool."""
    try:
        return f"crnverifier {version('crnverifier')}"
    except PackageNotFoundError:
        return "crnverifier (not installed)"


def judge_templates(system: DsdSystem, store: Store) -> tuple[Judgement, ...]:
    """Return, for each template, whether it is equivalent to its reaction under each notion.

    Undecided, and with the reason, where it is not judged: a reaction that changes nothing (A -> A), since the notions
    have nothing to compare, one of more than :data:`LARGEST` molecules, and one on which the scheme knows crnverifier
    to find no answer; which ones are must not depend on how fast a machine is.
    """
    asked = list(product(system.templates, Notion))
    key = key_of([system.scheme, system.lengths, asked, crnverifier(), code_digest(__name__)])
    text = store.get("equivalence", key)
    if text is not None:
        with suppress(FormatError):
            return _judgements(asked, parse_checks(text, [_name(*one) for one in asked]))
    with ThreadPoolExecutor(WORKERS) as pool:
        found = tuple(pool.map(lambda one: _judge(system, *one), asked))
    unanswered = [
        c
        for one, c in zip(asked, found, strict=True)
        if not _left_out(system.scheme, *one) and c.outcome is Outcome.UNDECIDED
    ]
    if not unanswered:
        store.put("equivalence", key, show_checks(found))
    return _judgements(asked, found)


def _judgements(asked: Iterable[tuple[Template, Notion]], checks: tuple[Check, ...]) -> tuple[Judgement, ...]:
    return tuple(Judgement(notion, check) for (_, notion), check in zip(asked, checks, strict=True))


def required(scheme: str, judged: tuple[Judgement, ...]) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return which answers a scheme must stand up to, and the others, which are known but not asked for."""
    claimed = find_scheme(scheme).bisimilar

    def asked_for(one: Judgement) -> bool:
        return claimed and one.notion is Notion.BISIMULATION and one.check.outcome is not Outcome.UNDECIDED

    return (
        tuple(one.check for one in judged if asked_for(one)),
        tuple(one.check for one in judged if not asked_for(one)),
    )


def _left_out(scheme: str, template: Template, notion: Notion) -> str:
    """Return why a template is not judged, empty if it is."""
    shape = template.shape
    if shape.reactants == shape.products:
        return "not judged: the reaction changes nothing"
    size = len(shape.reactants) + len(shape.products)
    if size > LARGEST:
        return f"not judged: {size} molecules, more than the {LARGEST} that crnverifier can do"
    if notion is Notion.PATHWAYS and find_scheme(scheme).unanswered(shape):
        return f"not judged: crnverifier is known to find no answer in {SECONDS:g} s"
    return ""


def _name(template: Template, notion: Notion) -> str:
    """Return what the check of a template under a notion is called."""
    kind = "" if template.kind == "reaction" else f"{template.kind} "
    return f"{kind}{template.shape}: {notion}"


def _judge(system: DsdSystem, template: Template, notion: Notion) -> Check:
    name, reason = _name(template, notion), _left_out(system.scheme, template, notion)
    if reason:
        return Check(name, Outcome.UNDECIDED, reason)
    sides = [tuple(f"S{label}" for label in side) for side in (template.shape.reactants, template.shape.products)]
    alone = translate(Crn.of([Reaction(sides[0], sides[1])]), find_scheme(system.scheme), system.lengths)
    found = equivalent(claim(replace(alone, templates=(template,))), notion, SECONDS)
    return Check(name, found.outcome, found.detail, found.witnesses)
