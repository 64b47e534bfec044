"""Quantities as people write them, and as the program holds them: molar, seconds, nucleotides.

Inside the package a concentration is a float in M, a time a float in s, a rate constant a float in /M/s or /s.
A *formal unit* is the concentration that one unit of a formal CRN stands for; a *formal time unit* follows from it
and from the rate constant that a formal rate of 1 stands for.

>>> concentration("10 nM")
1e-08
>>> duration("1.5 h")
5400.0
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from dsdcompile.errors import DesignError

MOLAR = {"M": 0, "mM": 3, "uM": 6, "µM": 6, "μM": 6, "nM": 9, "pM": 12, "fM": 15}
SECONDS = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S*)\s*")
_RATE = re.compile(r"/([a-zA-Zµμ]*M)/(s|min|h)|/(s|min|h)")


def _split(text: str, what: str, example: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text)
    if match is None or not math.isfinite(float(match[1])):
        raise DesignError(f"{text!r} is not a {what}: write a number and a unit, such as {example!r}")
    return float(match[1]), match[2]


def concentration(text: str) -> float:
    """Return a concentration in M, written with M, mM, uM, nM, pM or fM.

    Raises:
        DesignError: the text is not a non-negative number followed by a known unit.
    """
    number, unit = _split(text, "concentration", "10 nM")
    if unit not in MOLAR:
        raise DesignError(f"{text!r}: unknown concentration unit {unit!r}; use one of {', '.join(sorted(set(MOLAR)))}")
    if number < 0:
        raise DesignError(f"{text!r}: a concentration cannot be negative")
    return number / 10.0 ** MOLAR[unit]


def in_units(amount: float, unit: float) -> float:
    """Return how many units an amount is, by the decimal numbers that people write rather than their binary neighbours.

    >>> 30e-9 / 10e-9, in_units(30e-9, 10e-9)
    (2.9999999999999996, 3.0)
    """
    return float(Fraction(repr(amount)) / Fraction(repr(unit)))


def duration(text: str) -> float:
    """Return a time in s, written with s, min, h or d.

    Raises:
        DesignError: the text is not a non-negative number followed by a known unit.
    """
    number, unit = _split(text, "time", "24 h")
    if unit not in SECONDS:
        raise DesignError(f"{text!r}: unknown time unit {unit!r}; use one of {', '.join(sorted(SECONDS))}")
    if number < 0:
        raise DesignError(f"{text!r}: a time cannot be negative")
    return number * SECONDS[unit]


def rate_constant(text: str) -> tuple[float, int]:
    """Return a rate constant and its molecularity: 1 for /s, 2 for /M/s (any molar and time unit).

    >>> rate_constant("1e6 /M/s")
    (1000000.0, 2)
    >>> rate_constant("0.6 /min")
    (0.01, 1)

    Raises:
        DesignError: the text is not a positive number followed by /s or /M/s (or other such units).
    """
    number, unit = _split(text, "rate constant", "1e6 /M/s")
    match = _RATE.fullmatch(unit)
    if match is None or (match[3] is None and match[1] not in MOLAR):
        raise DesignError(f"{text!r}: unknown rate unit {unit!r}; use /s, or /M/s, /nM/s and so on")
    if number <= 0:
        raise DesignError(f"{text!r}: a rate constant must be positive")
    if match[3] is not None:
        return number / SECONDS[match[3]], 1
    return number * 10.0 ** MOLAR[str(match[1])] / SECONDS[match[2]], 2


def show_concentration(molar: float) -> str:
    """Write a concentration in the unit that keeps its number between 1 and 1000.

    >>> show_concentration(1.2e-8)
    '12 nM'
    """
    for unit in ("M", "mM", "uM", "nM"):
        if molar * 10.0 ** MOLAR[unit] >= 1:
            return f"{molar * 10.0 ** MOLAR[unit]:.4g} {unit}"
    return f"{molar * 1e12:.4g} pM"


def show_duration(seconds: float) -> str:
    """Write a time in the largest unit that keeps its number at least 1.

    >>> show_duration(5400.0)
    '1.5 h'
    >>> show_duration(math.inf)
    'not reached'
    """
    if math.isinf(seconds):
        return "not reached"
    for unit in ("d", "h", "min"):
        if seconds >= SECONDS[unit]:
            return f"{seconds / SECONDS[unit]:.3g} {unit}"
    return f"{seconds:.3g} s"


def plural(count: int, noun: str) -> str:
    """Write how many there are of something.

    >>> plural(1, "module"), plural(12, "module")
    ('1 module', '12 modules')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"
