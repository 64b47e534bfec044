"""The rules there are, as they are shown: to add one, write a file with a ``RULE`` and name it here."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import Rule

_FILES: Final = (
    "self_structure",
    "target_probability",
    "ensemble_defect",
    "unintended_pairs",
    "spurious_gates",
    "crosstalk",
    "toehold_energy",
    "toehold_accessibility",
    "strand_length",
    "runs",
    "gc_content",
    "repeats",
    "quadruplexes",
    "forbidden",
)


def _rule(file: str) -> Rule:
    found = import_module(f"{__package__}.{file}").RULE
    if not isinstance(found, Rule):
        raise SequenceError(f"sequences/rules/{file}.py: its RULE is not a Rule but {type(found).__name__}")
    return found


RULES: Final[tuple[Rule, ...]] = tuple(map(_rule, _FILES))


def thresholds(rules: tuple[Rule, ...] = RULES) -> tuple[Threshold[Any], ...]:
    """Return every threshold that rules judge by: the keys of a design's ``[checks]``."""
    return tuple(dict.fromkeys(threshold for rule in rules for threshold in rule.passing.thresholds))
