"""Verdicts: proved, tested, refuted with a witness, or undecided with a reason; and what it is that is proved.

Nothing undecided counts as a pass, and what rests on random trials is *tested*, never proved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import final

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.kernel import show_kernel


@final
class Outcome(StrEnum):
    """The ways a check can end."""

    PROVED = "proved"
    TESTED = "tested"
    """Random trials found nothing wrong."""
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
        sides = ("  +  ".join(map(show_kernel, side)) for side in (self.reactants, self.products) if side)
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
    """What a proved check shows about one step of the way from the formal CRN to the strands; None for all others."""
    second: bool = False
    """Whether other checks have proved what this one tests: a second route, by which nothing is less proved."""

    def to_json(self) -> dict[str, object]:
        """Return the check as plain data."""
        return {
            "name": self.name,
            "outcome": str(self.outcome),
            "detail": self.detail,
            **({"trials": self.trials} if self.trials else {}),
            **({} if self.shows is None else {"shows": str(self.shows)}),
            **({"second_route": True} if self.second else {}),
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
    needs: Relation = Relation.BISIMILAR
    """What must be shown: bisimilar where rates or the order of reactions matter, else the same limit."""

    @property
    def outcome(self) -> Outcome:
        """Refuted or undecided if any check is; tested if one is that nothing else proves; else proved.

        No checks prove nothing.
        """
        return together(
            Outcome.PROVED if check.second and check.outcome is Outcome.TESTED else check.outcome
            for check in self.checks
        )

    @property
    def shows(self) -> Relation | None:
        """What is proved or tested, the weakest of all steps on the way; None if nothing is."""
        shown = [check.shows for check in self.checks if check.shows is not None]
        if self.outcome not in (Outcome.PROVED, Outcome.TESTED) or not shown:
            return None
        return Relation.SAME_LIMIT if Relation.SAME_LIMIT in shown else Relation.BISIMILAR

    def count(self, outcome: Outcome) -> int:
        """Return how many checks ended so."""
        return sum(check.outcome is outcome for check in self.checks)

    def verdict(self) -> dict[str, object]:
        """Return the verdict alone as plain data: what was found, what it shows, and what the design needs."""
        return {
            "verdict": str(self.outcome),
            "shows": None if self.shows is None else str(self.shows),
            "needs": str(self.needs),
            "proved": self.count(Outcome.PROVED),
            "tested": self.count(Outcome.TESTED),
        }

    def summary(self) -> dict[str, object]:
        """Return the verification as plain data for ``verification.json``."""
        return {
            **self.verdict(),
            "checks": [check.to_json() for check in self.checks],
            "certificates": [check.to_json() for check in self.certificates],
            "assumptions": list(self.assumptions),
            "tools": list(self.tools),
            "options": dict(self.options),
            "classes": dict(self.classes),
            "patterns": list(self.patterns),
        }


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst outcome of several: refuted, undecided, tested, proved; none prove nothing."""
    found = set(outcomes)
    if not found:
        return Outcome.UNDECIDED
    for worst in (Outcome.REFUTED, Outcome.UNDECIDED, Outcome.TESTED):
        if worst in found:
            return worst
    return Outcome.PROVED
