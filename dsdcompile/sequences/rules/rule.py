"""A rule as a value: what it measures, what passes, what would help, and sequences that fail it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, final

from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Finding, Offender, judge
from dsdcompile.sequences.rules.limits import Threshold

Bounds = tuple[float, float]
"""The least and the largest value that pass; infinite where there is no such bound."""


class Passing(Protocol):
    """What passes a rule."""

    @property
    def thresholds(self) -> tuple[Threshold[Any], ...]:
        """The thresholds of a design that it depends on."""

    def bounds(self, evidence: Evidence) -> Bounds:
        """Return the least and the largest value that pass."""


@final
@dataclass(frozen=True)
class NotBelow:
    """Values of at least a threshold."""

    threshold: Threshold[float]

    @property
    def thresholds(self) -> tuple[Threshold[Any], ...]:
        """The threshold."""
        return (self.threshold,)

    def bounds(self, evidence: Evidence) -> Bounds:
        """Return the threshold as the least."""
        return evidence.limits[self.threshold], math.inf


@final
@dataclass(frozen=True)
class NotAbove:
    """Values of at most a threshold."""

    threshold: Threshold[Any]
    """A number, whole or not."""

    @property
    def thresholds(self) -> tuple[Threshold[Any], ...]:
        """The threshold."""
        return (self.threshold,)

    def bounds(self, evidence: Evidence) -> Bounds:
        """Return the threshold as the largest."""
        return -math.inf, float(evidence.limits[self.threshold])


@final
@dataclass(frozen=True)
class Within:
    """Values within a window that one threshold gives."""

    threshold: Threshold[tuple[float, float]]

    @property
    def thresholds(self) -> tuple[Threshold[Any], ...]:
        """The threshold."""
        return (self.threshold,)

    def bounds(self, evidence: Evidence) -> Bounds:
        """Return the edges of the window."""
        return evidence.limits[self.threshold]


@final
@dataclass(frozen=True)
class Nothing:
    """No occurrence at all."""

    @property
    def thresholds(self) -> tuple[Threshold[Any], ...]:
        """None: there is nothing to choose."""
        return ()

    def bounds(self, evidence: Evidence) -> Bounds:
        """Return 0 as the largest."""
        return -math.inf, 0.0


@final
@dataclass(frozen=True)
class Planted:
    """What fails a rule, by which tests see that it bites.

    The example tube is what ``soloveichik2010`` makes of ``A -> C + D`` and ``B + C -> E`` from orthogonal words.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    """Domain -> word, in place of an orthogonal one."""
    forbid: tuple[str, ...] = ()
    """Subsequences that the design forbids."""
    lengths: tuple[int, int] = (10, 200)
    """Shortest and longest strand that can be ordered, nt."""

    def __post_init__(self) -> None:
        """Freeze."""
        object.__setattr__(self, "words", MappingProxyType(dict(self.words)))


@final
@dataclass(frozen=True)
class Rule:
    """A check of sequences. A new one is a file with a ``RULE`` and its name in ``catalogue.py``."""

    name: str
    quantity: str
    """What is measured, with its unit."""
    passing: Passing
    remedy: str
    """What would help."""
    measure: Callable[[Evidence], Sequence[Offender]]
    """Returns each strand, complex, pair or domain with its value."""
    planted: Planted
    said: Callable[[Evidence], str] | None = None
    """What is measured in more words, where these depend on the sequences."""

    def judge(self, evidence: Evidence) -> Finding:
        """Return the verdict."""
        low, high = self.passing.bounds(evidence)
        return judge(
            self.name,
            self.quantity if self.said is None else self.said(evidence),
            self.measure(evidence),
            at_least=None if math.isinf(low) else low,
            at_most=None if math.isinf(high) else high,
            remedy=self.remedy,
        )
