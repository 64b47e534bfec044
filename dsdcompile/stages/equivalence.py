"""What published notions of equivalence say of each template of a system, by crnverifier, kept between runs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from itertools import product

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.system import DsdSystem
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


def crnverifier() -> str:
    """Return name and version of the tool."""
    try:
        return f"crnverifier {version('crnverifier')}"
    except PackageNotFoundError:
        return "crnverifier (not installed)"


def judge_templates(system: DsdSystem, store: Store) -> tuple[Check, ...]:
    """Return, for each template that implements a reaction, whether it is equivalent to it under each notion.

    A reaction that changes nothing (A -> A) is not judged: the notions have nothing to compare. Nor is one of more than
    :data:`LARGEST` molecules; which ones are must not depend on how fast a machine is.
    """
    shapes = [t.shape for t in system.templates if t.kind == "reaction" and _judged(t.shape)]
    asked = list(product(shapes, Notion))
    key = key_of([system.scheme, [(str(shape), str(notion)) for shape, notion in asked], crnverifier()])
    kept = store.get("equivalence", key)
    if kept is not None:
        return tuple(Check(one["name"], Outcome(one["outcome"]), one["detail"]) for one in json.loads(kept))
    with ThreadPoolExecutor(WORKERS) as pool:
        found = tuple(pool.map(lambda one: _judge(system, *one), asked))
    if all(check.outcome is not Outcome.UNDECIDED for check in found):
        plain = [{"name": c.name, "outcome": str(c.outcome), "detail": c.detail} for c in found]
        store.put("equivalence", key, json.dumps(plain))
    return found


def _judged(shape: ReactionShape) -> bool:
    return shape.reactants != shape.products and len(shape.reactants) + len(shape.products) <= LARGEST


def _judge(system: DsdSystem, shape: ReactionShape, notion: Notion) -> Check:
    sides = [tuple(f"S{label}" for label in side) for side in (shape.reactants, shape.products)]
    alone = translate(Crn.of([Reaction(sides[0], sides[1])]), find_scheme(system.scheme), system.lengths)
    found = equivalent(claim(alone), notion, SECONDS)
    return Check(f"{shape}: {notion}", found.outcome, found.detail)
