"""Probabilities that toeholds are open, as JSON kept between runs; what is read is checked as if it were anyone's."""

from __future__ import annotations

from collections.abc import Sequence

from dsdcompile.errors import FormatError
from dsdcompile.formats.text_file import parse_json
from dsdcompile.formats.writing import show_json

DIGITS = 6
"""Significant digits that are kept."""


def show_shares(shares: Sequence[float]) -> str:
    """Return the JSON text of some probabilities."""
    return show_json({"shares": [float(f"{share:.{DIGITS}g}") for share in shares]})


def parse_shares(text: str, count: int) -> tuple[float, ...]:
    """Return the probabilities that a text holds.

    Raises:
        FormatError: they are not ``count`` numbers from 0 to 1.
    """
    table = parse_json(text)
    value = table.get("shares") if isinstance(table, dict) else None
    if not isinstance(value, list) or len(value) != count:
        raise FormatError(f"not {count} probabilities")
    if any(isinstance(v, bool) or not isinstance(v, int | float) or not 0.0 <= v <= 1.0 for v in value):
        raise FormatError("a number that is no probability")
    return tuple(map(float, value))
