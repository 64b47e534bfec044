"""Compare what was enumerated with what is intended: the same complexes, the same condensed reactions, nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.erasure import erase
from dsdcompile.dsd.template import SignalForm
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.verify.verdict import Check, Outcome, Witness

MOST_WITNESSES = 5


@final
@dataclass(frozen=True, slots=True)
class IntendedReaction:
    """A condensed reaction between complexes, irreversible, history erased, each side sorted."""

    reactants: tuple[Complex, ...]
    products: tuple[Complex, ...]

    @classmethod
    def of(cls, reactants: Iterable[Complex], products: Iterable[Complex]) -> IntendedReaction:
        """Return the reaction with its sides in canonical order."""
        return cls(_sorted(reactants), _sorted(products))


def _sorted(side: Iterable[Complex]) -> tuple[Complex, ...]:
    return tuple(sorted(side, key=lambda c: (c.sequence, c.structure)))


def found_reactions(
    enumerated: Enumerated, form: SignalForm, signals: Collection[tuple[str, ...]]
) -> dict[IntendedReaction, set[float]]:
    """Return the condensed reactions with histories erased, each with the rate constants of its variants.

    A macrostate of several complexes is represented by the one that comes first in canonical order.
    """
    erased = [represent(state, form, signals) for state in enumerated.macrostates]
    found: dict[IntendedReaction, set[float]] = {}
    for reaction in enumerated.reactions:
        sides = ([erased[i] for i in side] for side in (reaction.reactants, reaction.products))
        found.setdefault(IntendedReaction.of(*sides), set()).add(reaction.rate)
    return found


def represent(state: frozenset[Complex], form: SignalForm, signals: Collection[tuple[str, ...]]) -> Complex:
    """Return the complex that stands for a macrostate: the first of its members with histories erased."""
    return _sorted(erase(member, form, signals) for member in state)[0]


def reachable(initial: Iterable[Complex], intended: Collection[IntendedReaction]) -> set[IntendedReaction]:
    """Return the intended reactions that can happen from the initial complexes."""
    present = set(initial)
    waiting = set(intended)
    happening: set[IntendedReaction] = set()
    while True:
        ready = {reaction for reaction in waiting if present.issuperset(reaction.reactants)}
        if not ready:
            return happening
        happening |= ready
        waiting -= ready
        for reaction in ready:
            present.update(reaction.products)


def compare(
    name: str,
    enumerated: Enumerated,
    intended: Collection[IntendedReaction],
    inert: Iterable[Complex],
    form: SignalForm,
    signals: Collection[tuple[str, ...]],
) -> Check:
    """Return whether the enumerated condensed reactions are exactly the intended ones.

    Each resting complex must have one structure. One that changes between several shows what the others hide, to
    partners that this enumeration does not have in the tube; and what is compared is one structure of each.

    ``inert`` are complexes with no reaction of their own that must be among the resting complexes all the same.
    """
    if not enumerated.complete:
        return Check(name, Outcome.UNDECIDED, "; ".join(enumerated.limits))
    found = set(found_reactions(enumerated, form, signals))
    wanted = set(intended)
    states = {represent(state, form, signals) for state in enumerated.macrostates}
    needed = {c for reaction in wanted for c in (*reaction.reactants, *reaction.products)} | set(inert)
    problems = [
        *(Witness("resting complex of several structures", _sorted(s)) for s in enumerated.macrostates if len(s) > 1),
        *(Witness("unintended reaction", r.reactants, r.products) for r in sorted(found - wanted, key=str)),
        *(
            Witness("intended reaction does not happen", r.reactants, r.products)
            for r in sorted(wanted - found, key=str)
        ),
        *(Witness("unintended resting complex", (c,)) for c in _sorted(states - needed)),
        *(Witness("intended complex is not a resting complex", (c,)) for c in _sorted(needed - states)),
    ]
    if problems:
        kinds = Counter(witness.problem for witness in problems)
        detail = ", ".join(f"{count} x {problem}" for problem, count in kinds.items())
        return Check(name, Outcome.REFUTED, detail, tuple(problems[:MOST_WITNESSES]))
    return Check(
        name,
        Outcome.PROVED,
        f"{len(wanted)} condensed reactions among {len(states)} resting complexes, exactly the intended ones",
    )
