"""Enumerations on disk, so that a second run need not repeat them: JSON with complexes in kernel notation."""

from __future__ import annotations

import json
from dataclasses import asdict

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.kernel import parse_kernel, show_kernel
from dsdcompile.enumeration.enumerated import CondensedReaction, Enumerated
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.errors import FormatError


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
        FormatError: the text is not of this form.
    """
    try:
        data = json.loads(text)
        states = tuple(frozenset(_canonical(kernel) for kernel in state) for state in data["macrostates"])
        reactions = tuple(CondensedReaction(tuple(r), tuple(p), float(rate)) for r, p, rate in data["reactions"])
        options = EnumerationOptions(**data["options"])
        return Enumerated(states, reactions, tuple(data["limits"]), options, str(data["tool"]), tuple(data["doubts"]))
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"not an enumeration: {error}") from None


def _canonical(kernel: str) -> Complex:
    return parse_kernel(kernel).canonical()
