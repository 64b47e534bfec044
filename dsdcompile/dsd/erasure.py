"""Forget which module made a signal strand.

A signal's history domain names its producer and takes no part in what the signal does: gates bind toehold and
recognition domains only. So complexes are compared with the history domain of each signal strand replaced by one
name, wherever it is unpaired; while it is paired, in the translator that will release it, it stays.
"""

from __future__ import annotations

from collections.abc import Collection

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import Scope
from dsdcompile.dsd.template import SignalForm

ERASED = "history"
"""The name every erased history domain gets."""


def erase(complex_: Complex, form: SignalForm, signals: Collection[tuple[str, ...]]) -> Complex:
    """Return the canonical form of a complex with the unpaired history domains of its signal strands erased.

    ``signals`` holds the identity of every species: the tokens of its strand that are not history.
    """
    history = [slot.scope is Scope.FOREIGN for slot in form.domains]
    if not any(history):
        return complex_.canonical()
    sequence = list(complex_.sequence)
    start = 0
    for end in (*(i for i, token in enumerate(sequence) if token == NICK), len(sequence)):
        strand = sequence[start:end]
        if len(strand) == len(history):
            identity = tuple(token for token, erased in zip(strand, history, strict=True) if not erased)
            if identity in signals:
                for offset, erased in enumerate(history):
                    if erased and complex_.structure[start + offset] == ".":
                        sequence[start + offset] = ERASED
        start = end + 1
    return Complex(tuple(sequence), complex_.structure).canonical()


def identities(form: SignalForm, strands: Collection[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    """Return the tokens of signal strands that are not history."""
    keep = [slot.scope is not Scope.FOREIGN for slot in form.domains]
    return frozenset(tuple(t for t, kept in zip(strand, keep, strict=True) if kept) for strand in strands)
