"""Verdicts kept between runs, as JSON. What is read is checked as if anyone could have written it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dsdcompile.errors import FormatError
from dsdcompile.formats.text_file import parse_json
from dsdcompile.verify.verdict import Check, Outcome, Witness


def show_checks(checks: Sequence[Check]) -> str:
    """Return the JSON text of checks whose witnesses are words."""
    return json.dumps(
        [
            {"name": c.name, "outcome": c.outcome, "detail": c.detail, "witnesses": [w.problem for w in c.witnesses]}
            for c in checks
        ]
    )


def parse_checks(text: str, names: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks that :func:`show_checks` wrote.

    Args:
        text: What was kept.
        names: What the checks must be called, in order.

    Raises:
        FormatError: the text is not of this form, or of other checks.
    """
    rows = parse_json(text)
    checks = tuple(map(_check, rows)) if isinstance(rows, list) else ()
    if [check.name for check in checks] != list(names):
        raise FormatError(f"not verdicts on these {len(names)} checks")
    return checks


def _check(row: object) -> Check:
    match row:
        case {"name": str(name), "outcome": str(outcome), "detail": str(detail), "witnesses": [*problems]}:
            if outcome in tuple(Outcome) and all(isinstance(problem, str) for problem in problems):
                return Check(name, Outcome(outcome), detail, tuple(map(Witness, problems)))
    raise FormatError("not a verdict: name, outcome, detail and witnesses are needed")
