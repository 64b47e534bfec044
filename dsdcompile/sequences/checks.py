"""All checks of a sequenced system, whatever made its sequences: a table of what passes and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, final

import numpy as np

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.rules import crosstalk, toehold_energy
from dsdcompile.sequences.rules.catalogue import RULES, thresholds
from dsdcompile.sequences.rules.evidence import Evidence, gather
from dsdcompile.sequences.rules.finding import Finding
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.model import ThermoModel


@final
@dataclass(frozen=True, eq=False)
class SequenceReport:
    """What the checks say, and what they were computed with."""

    findings: tuple[Finding, ...]
    scores: Mapping[str, float]
    """The field's scores (Piperine's set, as far as it applies), for comparison between designs."""
    provenance: Mapping[str, Any]
    """Backend, version, parameters and conditions."""
    limits: Limits

    def __post_init__(self) -> None:
        """Freeze the tables."""
        for name in ("scores", "provenance"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def passed(self) -> bool:
        """Whether every rule passes."""
        return all(finding.passed for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for ``sequence_checks.json``."""
        return {
            "passed": self.passed,
            "thermodynamics": dict(self.provenance),
            "limits": {threshold.key: _plain(self.limits[threshold]) for threshold in thresholds()},
            "scores": {name: round(value, 6) for name, value in self.scores.items()},
            "checks": [finding.to_json() for finding in self.findings],
        }


def _plain(value: float | tuple[float, float]) -> float | list[float]:
    return list(value) if isinstance(value, tuple) else value


def check_sequences(
    sequenced: SequencedSystem,
    model: ThermoModel,
    limits: Limits | None = None,
    *,
    concentrations: Mapping[str, float] | None = None,
    forbid: tuple[str, ...] = (),
    lengths: tuple[int, int] = (10, 200),
) -> SequenceReport:
    """Judge a sequenced system by every rule.

    Args:
        sequenced: The strands and complexes with their sequences.
        model: Where partition functions come from.
        limits: What passes.
        concentrations: Of items in the reaction, M.
        forbid: Subsequences that no strand may have.
        lengths: Shortest and longest strand that can be ordered, nt.

    Raises:
        BackendError: the backend cannot answer.
        SequenceError: a limit is given that no rule has.
    """
    limits = limits or Limits()
    unknown = {key for key, _ in limits.given} - {threshold.key for threshold in thresholds()}
    if unknown:
        raise SequenceError(f"no check has a threshold {min(unknown)!r}")
    evidence = gather(sequenced, model, limits, concentrations=concentrations, forbidden=forbid, lengths=lengths)
    findings = tuple(rule.judge(evidence) for rule in RULES)
    return SequenceReport(findings, _scores(evidence, findings), model.provenance, limits)


def _scores(evidence: Evidence, findings: tuple[Finding, ...]) -> dict[str, float]:
    """Return averages beside the worst values that the findings hold."""
    free = ~evidence.backbone
    unpaired = [e.unpaired.mean() for e, is_free in zip(evidence.alone, free, strict=True) if is_free]
    defects = [e.defect for e in evidence.gates.values() if e.defect is not None]
    sizes = [len(e.unpaired) for e in evidence.gates.values()]
    worst = {finding.rule: finding.worst for finding in findings}
    scores = {
        "unpaired_probability_mean": float(np.mean(unpaired)) if unpaired else 1.0,
        "unpaired_probability_min": float(np.min(unpaired)) if unpaired else 1.0,
        "bad_nucleotides_mean": float(np.mean(np.multiply(defects, sizes))) if defects else 0.0,
        "bad_nucleotides_max": float(np.max(np.multiply(defects, sizes))) if defects else 0.0,
        "crosstalk_max": worst[crosstalk.RULE.name] or 0.0,
        "toehold_energy_deviation_max": worst[toehold_energy.RULE.name] or 0.0,
        "shared_substrings": _shared_substrings(evidence),
    }
    return scores


def _shared_substrings(evidence: Evidence, least: int = 5) -> float:
    """Return the sum of 2^(m - 5) over subsequences of ``least`` or more that two domains share.

    A shared stretch of m letters counts once for every length up to m that fits in it, as in Piperine's score.
    """
    total = 0.0
    words = list(evidence.sequenced.sequences.values())
    for m in range(least, max((len(word) for word in words), default=0) + 1):
        counts: dict[str, int] = {}
        for word in words:
            for kmer in {word[i : i + m] for i in range(len(word) - m + 1)}:
                counts[kmer] = counts.get(kmer, 0) + 1
        shared = sum(count - 1 for count in counts.values())
        if not shared:
            break
        total += shared * 2.0 ** (m - 5)
    return total
