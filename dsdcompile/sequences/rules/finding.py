"""What a rule says about a set of sequences."""

from __future__ import annotations

import math
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
    """The value nearest to a limit, or furthest beyond one; None if there was nothing to measure."""
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
    """Return the finding for measured values that must be at least, or at most, a limit, or within two."""
    everything = list(measured)
    assert at_least is not None or at_most is not None, "a rule has a limit"
    low = -math.inf if at_least is None else at_least
    high = math.inf if at_most is None else at_most

    def room(offender: Offender) -> float:
        return min(offender.value - low, high - offender.value)

    worst = sorted(everything, key=lambda o: (room(o), o.names))[:MOST_OFFENDERS]
    if at_least is None:
        limit = f"at most {high:g}"
    else:
        limit = f"at least {low:g}" if at_most is None else f"{low:g} to {high:g}"
    return Finding(
        rule,
        quantity,
        limit,
        len(everything),
        sum(room(o) < 0 for o in everything),
        worst[0].value if worst else None,
        tuple(worst),
        remedy,
    )
