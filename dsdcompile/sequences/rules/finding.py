"""What a rule says about a set of sequences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

MOST_OFFENDERS = 5
"""How many of the worst are shown."""


@final
@dataclass(frozen=True, slots=True)
class Offender:
    """A strand, complex, pair or domain, and how it does."""

    names: tuple[str, ...]
    value: float
    drawing: str = ""
    """Lines of text that show it."""


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's verdict."""

    rule: str
    quantity: str
    """What is measured, with its unit."""
    limit: str
    """What passes, in words."""
    checked: int
    """How many strands, complexes, pairs or domains were measured."""
    failed: int
    """How many are beyond the limit."""
    worst: float | None
    """The worst value; None if there was nothing to measure."""
    worst_few: tuple[Offender, ...]
    """The worst, failing or not."""
    remedy: str
    """What would help."""

    @property
    def passed(self) -> bool:
        """Whether nothing is beyond the limit."""
        return self.failed == 0

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "rule": self.rule,
            "passed": self.passed,
            "quantity": self.quantity,
            "limit": self.limit,
            "worst": None if self.worst is None else round(self.worst, 6),
            "checked": self.checked,
            "failed": self.failed,
            "worst_few": [
                {"names": list(o.names), "value": round(o.value, 6), "drawing": o.drawing.splitlines()}
                for o in self.worst_few
            ],
            "remedy": self.remedy,
        }


def judge(
    rule: str,
    quantity: str,
    measured: Iterable[Offender],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    remedy: str,
) -> Finding:
    """Return the finding for measured values that must be at least, or at most, a limit (one of the two)."""
    everything = list(measured)
    sign = 1.0 if at_most is None else -1.0
    limit = at_least if at_most is None else at_most
    assert limit is not None, "a rule has a limit"
    worst = sorted(everything, key=lambda o: (sign * o.value, o.names))[:MOST_OFFENDERS]
    return Finding(
        rule,
        quantity,
        f"at {'least' if at_most is None else 'most'} {limit:g}",
        len(everything),
        sum(sign * o.value < sign * limit for o in everything),
        worst[0].value if worst else None,
        tuple(worst),
        remedy,
    )
