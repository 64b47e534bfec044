"""Enumerations on disk, so that a second run need not repeat them: JSON with complexes in kernel notation."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.kernel import parse_kernel, show_kernel
from dsdcompile.enumeration.enumerated import CondensedReaction, Enumerated
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.errors import FormatError
from dsdcompile.formats.text_file import parse_json


def show_enumeration(enumerated: Enumerated) -> str:
    """Return an enumeration as JSON text."""
    return json.dumps(
        {
            "tool": enumerated.tool,
            "options": asdict(enumerated.options),
            "limits": list(enumerated.limits),
            "doubts": list(enumerated.doubts),
            "macrostates": [sorted(show_kernel(member) for member in state) for state in enumerated.macrostates],
            "reactions": [[list(r.reactants), list(r.products), r.rate] for r in enumerated.reactions],
        }
    )


def parse_enumeration(text: str) -> Enumerated:
    """Return the enumeration that :func:`show_enumeration` wrote.

    Raises:
        FormatError: the text is not of this form, or its reactions are between macrostates that it does not have.
    """
    data = parse_json(text)
    try:
        states = tuple(frozenset(_canonical(kernel) for kernel in state) for state in data["macrostates"])
        reactions = tuple(CondensedReaction(tuple(r), tuple(p), float(rate)) for r, p, rate in data["reactions"])
        options = EnumerationOptions(**data["options"])
        enumerated = Enumerated(
            states, reactions, tuple(data["limits"]), options, str(data["tool"]), tuple(data["doubts"])
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"not an enumeration: {error}") from None
    places = [place for r in reactions for side in (r.reactants, r.products) for place in side]
    if not all(type(place) is int and 0 <= place < len(states) for place in places):
        raise FormatError("not an enumeration: a reaction is between macrostates that are not listed")
    if not all(r.reactants and math.isfinite(r.rate) and r.rate >= 0 for r in reactions) or not all(states):
        raise FormatError("not an enumeration: a reaction of nothing, a macrostate of nothing or no rate constant")
    if not all(isinstance(said, str) for said in (*enumerated.limits, *enumerated.doubts)):
        raise FormatError("not an enumeration: limits and doubts are sentences")
    return enumerated


def _canonical(kernel: str) -> Complex:
    return parse_kernel(kernel).canonical()
