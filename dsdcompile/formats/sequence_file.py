"""What the search for sequences and the checks found, as JSON kept between runs.

What is read is checked as if anyone could have written it: names, letters and lengths against the inventory, numbers by
type and range. A reader answers with the value or with one FormatError.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from dsdcompile.dsd.inventory import Inventory
from dsdcompile.errors import FormatError, SequenceError
from dsdcompile.formats.text_file import parse_json
from dsdcompile.formats.writing import show_json
from dsdcompile.sequences.checks import SequenceReport
from dsdcompile.sequences.objective import Objective
from dsdcompile.sequences.rules.catalogue import RULES
from dsdcompile.sequences.rules.finding import Finding, Offender
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.search import Checkpoint, SearchResult
from dsdcompile.sequences.sequenced import SequencedSystem


def show_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the JSON text of a checkpoint."""
    return show_json({"step": checkpoint.step, "taken": checkpoint.taken, "sequences": checkpoint.sequences})


def parse_checkpoint(text: str, inventory: Inventory, steps: int) -> Checkpoint:
    """Return the checkpoint that a text holds, of a search of at most ``steps`` steps for an inventory.

    Raises:
        FormatError: it holds none.
    """
    value = _table(parse_json(text))
    step = _whole(value.get("step"), 0, steps)
    found = _sequenced(value.get("sequences"), inventory)
    return Checkpoint(step, _whole(value.get("taken"), 0, step), dict(found.sequences))


def show_search(found: SearchResult) -> str:
    """Return the JSON text of a finished search."""
    return show_json({"sequences": dict(found.sequenced.sequences), "search": found.to_json()})


def parse_search(text: str, inventory: Inventory) -> SearchResult:
    """Return the finished search for an inventory that a text holds.

    Raises:
        FormatError: it holds none.
    """
    value = _table(parse_json(text))
    search = _table(value.get("search"))
    if search.get("interrupted") is not False:
        raise FormatError("not a finished search")
    return SearchResult(
        _sequenced(value.get("sequences"), inventory),
        _objective(search.get("objective_before")),
        _objective(search.get("objective_after")),
        _whole(search.get("steps"), 0),
        _whole(search.get("k"), 1),
    )


def show_report(report: SequenceReport) -> str:
    """Return the JSON text of what the checks found."""
    return show_json(report.to_json())


def parse_report(text: str) -> SequenceReport:
    """Return the report that a text holds, of the rules there are now.

    Raises:
        FormatError: it holds none.
    """
    value = _table(parse_json(text))
    limits = {key: _limit(number) for key, number in _table(value.get("limits")).items()}
    findings = tuple(map(_finding, _list(value.get("checks"))))
    if [finding.rule for finding in findings] != [rule.name for rule in RULES]:
        raise FormatError("not a report of the checks there are")
    scores = {name: _real(number) for name, number in _table(value.get("scores")).items()}
    return SequenceReport(findings, scores, _table(value.get("thermodynamics")), Limits(**limits))


def _limit(item: object) -> float | tuple[float, float]:
    if not isinstance(item, list):
        return _real(item)
    low, high = item if len(item) == 2 else (None, None)
    return _real(low), _real(high)


def _finding(item: object) -> Finding:
    value = _table(item)
    worst = value.get("worst")
    return Finding(
        _word(value.get("rule")),
        _word(value.get("quantity")),
        _word(value.get("limit")),
        _whole(value.get("checked"), 0),
        _whole(value.get("failed"), 0),
        None if worst is None else _real(worst),
        tuple(map(_offender, _list(value.get("worst_few")))),
        _word(value.get("remedy")),
    )


def _offender(item: object) -> Offender:
    value = _table(item)
    drawing = "\n".join(map(_word, _list(value.get("drawing"))))
    return Offender(tuple(map(_word, _list(value.get("names")))), float(_real(value.get("value"))), drawing)


def _objective(item: object) -> Objective:
    value = {name: _real(number) for name, number in _table(item).items()}
    try:
        return Objective(**{field.name: value[field.name] for field in fields(Objective)})
    except KeyError as error:
        raise FormatError(f"no term {error} of a search's objective") from None


def _sequenced(item: object, inventory: Inventory) -> SequencedSystem:
    words = {name: _word(word) for name, word in _table(item).items()}
    if words.keys() != inventory.domains.keys():
        raise FormatError("sequences of other domains")
    try:
        return SequencedSystem(inventory, words)
    except SequenceError as error:
        raise FormatError(str(error)) from None


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FormatError(f"expected a table, not {str(value)[:60]}")
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise FormatError(f"expected a list, not {str(value)[:60]}")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise FormatError(f"expected text, not {str(value)[:60]}")
    return value


def _real(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise FormatError(f"expected a number, not {str(value)[:60]}")
    return value


def _whole(value: object, least: int, most: float = math.inf) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise FormatError(f"expected a whole number from {least} to {most}, not {str(value)[:60]}")
    return value
