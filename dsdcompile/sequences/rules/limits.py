"""What sequences must keep: thresholds, each declared by the rule that judges by it, and the values of a design."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, final

Value = TypeVar("Value", float, int, tuple[float, float])


@final
@dataclass(frozen=True)
class Threshold(Generic[Value]):
    """A threshold: a key of a design's ``[checks]``, and what may be said there."""

    key: str
    default: Value
    """Its type says what is expected: a number, a whole number, or a window of two fractions."""
    meaning: str
    """With its unit."""
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None


@final
@dataclass(frozen=True, init=False)
class Limits:
    """Values of thresholds by key; what is not given stands at its default.

    >>> run = Threshold("run", 3, "longest run of one base, nt")
    >>> Limits()[run], Limits(run=4)[run]
    (3, 4)
    """

    given: tuple[tuple[str, Any], ...]

    def __init__(self, **given: float | tuple[float, float]) -> None:
        """Take values by key."""
        object.__setattr__(self, "given", tuple(sorted(given.items())))

    def __getitem__(self, threshold: Threshold[Value]) -> Value:
        """Return the value of a threshold."""
        value: Value = self._by_key.get(threshold.key, threshold.default)
        return value

    @cached_property
    def _by_key(self) -> dict[str, Any]:
        return dict(self.given)
