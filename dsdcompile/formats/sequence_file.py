"""Sequences, how they were found, and their checks, as JSON kept between runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dsdcompile.errors import FormatError
from dsdcompile.formats.writing import show_json
from dsdcompile.sequences.checks import SequenceReport
from dsdcompile.sequences.objective import Objective
from dsdcompile.sequences.rules.evidence import Limits
from dsdcompile.sequences.rules.finding import Finding, Offender
from dsdcompile.sequences.search import Checkpoint


def show_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the JSON text of a checkpoint."""
    return show_json({"step": checkpoint.step, "taken": checkpoint.taken, "sequences": checkpoint.sequences})


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a text holds.

    Raises:
        FormatError: it holds none.
    """
    value = _parsed(text)
    try:
        sequences = {str(name): str(word) for name, word in value["sequences"].items()}
        return Checkpoint(int(value["step"]), int(value["taken"]), sequences)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FormatError("not a checkpoint of a sequence search") from None


def parse_report(value: Mapping[str, Any]) -> SequenceReport:
    """Return the report whose :meth:`SequenceReport.to_json` is ``value``.

    Raises:
        FormatError: a field is missing or has the wrong form.
    """
    try:
        limits: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in value["limits"].items()}
        return SequenceReport(
            tuple(_finding(item) for item in value["checks"]),
            {str(name): float(number) for name, number in value["scores"].items()},
            dict(value["thermodynamics"]),
            Limits(**limits),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FormatError("not a report of sequence checks") from None


def _finding(item: Mapping[str, Any]) -> Finding:
    few = tuple(Offender(tuple(o["names"]), float(o["value"]), "\n".join(o["drawing"])) for o in item["worst_few"])
    return Finding(
        item["rule"],
        item["quantity"],
        item["limit"],
        item["checked"],
        item["failed"],
        item["worst"],
        few,
        item["remedy"],
    )


def parse_objective(value: Mapping[str, float]) -> Objective:
    """Return the objective with these terms.

    Raises:
        FormatError: a term is missing.
    """
    try:
        return Objective(**{name: float(number) for name, number in value.items() if name != "total"})
    except (TypeError, ValueError, AttributeError):
        raise FormatError("not the terms of a search's objective") from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise FormatError("not JSON") from None


def parse_found(text: str) -> tuple[dict[str, str], dict[str, Any], SequenceReport]:
    """Return the sequences, the search's numbers and the checks that a text holds.

    Raises:
        FormatError: something is missing.
    """
    value = _parsed(text)
    try:
        sequences = {str(name): str(word) for name, word in value["sequences"].items()}
        return sequences, dict(value["search"]), parse_report(value["report"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FormatError("not a stored set of sequences") from None
