"""Kernel notation, the way Peppercorn and its papers write complexes: ``b( c( d + ) ) a*``.

A domain followed by ``(`` is paired with the matching ``)``, which stands for its complement. Other programs mark
toeholds with ``^`` (``t^*``), which says nothing here, and name several domains together (a *composite*). ``?`` is a
domain like others here: who writes it means any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import complement
from dsdcompile.errors import FormatError

_TOKEN = re.compile(
    r"\s*(?:(?P<name>\?|\w+(?:-\w+)*)(?P<toehold>\^?)(?P<star>\*?)"
    r"(?P<open>\(?)|(?P<close>\))|(?P<nick>\+))"
)


def parse_kernel(text: str, composites: Mapping[str, tuple[str, ...]] | None = None, first: int = 1) -> Complex:
    """Return the complex that a line of kernel notation describes.

    >>> parse_kernel("b( c( d + ) ) a*").sequence
    ('b', 'c', 'd', '+', 'c*', 'b*', 'a*')

    Args:
        text: The line.
        composites: What composite names stand for.
        first: Column of the text in its line, for messages.

    Raises:
        FormatError: a symbol is unknown, or the brackets do not match; the message gives the column.
    """
    sequence: list[str] = []
    structure: list[str] = []
    open_: list[tuple[str, tuple[str, ...]]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormatError(f"column {first + at} of {text!r}: expected a domain, ')' or '+'")
        if match["nick"]:
            sequence.append(NICK)
            structure.append(NICK)
        elif match["close"]:
            if not open_:
                raise FormatError(f"column {first + match.end() - 1} of {text!r}: this ')' closes nothing")
            tokens = _complements(open_.pop()[1])
            sequence += tokens
            structure += ")" * len(tokens)
        else:
            tokens = (composites or {}).get(match["name"], (match["name"],))
            tokens = _complements(tokens) if match["star"] else tokens
            sequence += tokens
            structure += ("(" if match["open"] else ".") * len(tokens)
            if match["open"]:
                open_.append((match["name"] + match["star"], tokens))
        at = match.end()
    if open_:
        raise FormatError(f"column {first} of {text!r}: {open_[-1][0]}( is never closed")
    try:
        return Complex(tuple(sequence), tuple(structure))
    except FormatError as error:
        raise FormatError(f"column {first} of {text!r}: {error}") from None


def _complements(tokens: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(complement(token) for token in reversed(tokens))


def show_kernel(complex_: Complex) -> str:
    """Return a complex in kernel notation.

    >>> show_kernel(parse_kernel("b(c(d+))a*"))
    'b( c( d + ) ) a*'
    """
    words = []
    for token, symbol in zip(complex_.sequence, complex_.structure, strict=True):
        words.append({"+": NICK, ")": ")", "(": token + "(", ".": token}[symbol])
    return " ".join(words)
