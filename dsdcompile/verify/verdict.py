"""Verdicts: proved, refuted with a witness, or undecided with a reason. Nothing undecided counts as a pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import final

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.kernel import show_kernel


@final
class Outcome(StrEnum):
    """The three ways a check can end."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@final
class Relation(StrEnum):
    """What a proof shows about a DNA system and its CRN."""

    BISIMILAR = "bisimilar"
    """All that the CRN can do, and nothing else, from any state on; so also the same limit, where there is one."""
    SAME_LIMIT = "same limit for every input (rate independent)"
    """Whatever happens on the way, the answer can still be reached, and then stays."""

    def covers(self, other: Relation) -> bool:
        """Return whether what is shown is at least the other relation."""
        return self is Relation.BISIMILAR or other is Relation.SAME_LIMIT


@final
@dataclass(frozen=True, slots=True)
class Witness:
    """A reaction that should not be there, or should be and is not."""

    problem: str
    """What is wrong, in words."""
    reactants: tuple[Complex, ...] = ()
    products: tuple[Complex, ...] = ()

    def __str__(self) -> str:
        """Return the witness with its complexes in kernel notation."""
        sides = ("  +  ".join(map(show_kernel, side)) for side in (self.reactants, self.products))
        return f"{self.problem}\n    {'  ->  '.join(sides)}" if self.reactants or self.products else self.problem


@final
@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked."""

    name: str
    """What was checked, such as ``template A + B -> C``."""
    outcome: Outcome
    detail: str
    """What was found, or which limit was hit."""
    witnesses: tuple[Witness, ...] = ()
    trials: int = 0
    """How many random trials a check that is only tested rests on."""
    shows: Relation | None = None
    """What a proved check shows about a system and its CRN, for a check of that."""

    def to_json(self) -> dict[str, object]:
        """Return the check as plain data."""
        return {
            "name": self.name,
            "outcome": str(self.outcome),
            "detail": self.detail,
            **({"trials": self.trials} if self.trials else {}),
            **({} if self.shows is None else {"shows": str(self.shows)}),
            "witnesses": [
                {
                    "problem": witness.problem,
                    "reactants": [show_kernel(c) for c in witness.reactants],
                    "products": [show_kernel(c) for c in witness.products],
                }
                for witness in self.witnesses
            ],
        }


@final
@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of a system, with what they rest on."""

    checks: tuple[Check, ...]
    assumptions: tuple[str, ...]
    tools: tuple[str, ...]
    """Programs and versions."""
    options: tuple[tuple[str, float | None], ...]
    """Settings of the enumeration by name."""
    classes: tuple[tuple[str, int], ...] = ()
    """What was enumerated for the composition of modules, counted by name."""
    patterns: tuple[str, ...] = ()
    """The classes of touching modules that were enumerated, in words."""
    certificates: tuple[Check, ...] = ()
    """Properties that are known but not asked for: a rate-dependent CRN, or a published scheme, may lack them."""

    @property
    def outcome(self) -> Outcome:
        """Proved if every check is; refuted if any is; else undecided. No checks prove nothing."""
        return together(check.outcome for check in self.checks)

    def summary(self) -> dict[str, object]:
        """Return the verification as plain data for ``verification.json``."""
        return {
            "verdict": str(self.outcome),
            "checks": [check.to_json() for check in self.checks],
            "certificates": [check.to_json() for check in self.certificates],
            "assumptions": list(self.assumptions),
            "tools": list(self.tools),
            "options": dict(self.options),
            "classes": dict(self.classes),
            "patterns": list(self.patterns),
        }


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome of several: refuted wins over undecided, undecided over proved; none prove nothing."""
    found = set(outcomes)
    if not found:
        return Outcome.UNDECIDED
    for worst in (Outcome.REFUTED, Outcome.UNDECIDED):
        if worst in found:
            return worst
    return Outcome.PROVED
