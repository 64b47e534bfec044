"""Kernel notation, the way Peppercorn and its papers write complexes: ``b( c( d + ) ) a*``.

A domain followed by ``(`` is paired with the matching ``)``, which stands for its complement.
"""

from __future__ import annotations

import re

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import complement
from dsdcompile.errors import FormatError

_TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*\*?)(?P<open>\(?)|(?P<close>\))|(?P<nick>\+))")


def parse_kernel(text: str) -> Complex:
    """Return the complex that a line of kernel notation describes.

    >>> parse_kernel("b( c( d + ) ) a*").sequence
    ('b', 'c', 'd', '+', 'c*', 'b*', 'a*')

    Raises:
        FormatError: a symbol is unknown, or the brackets do not match; the message gives the column.
    """
    sequence: list[str] = []
    structure: list[str] = []
    open_: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormatError(f"column {at + 1} of {text!r}: expected a domain, ')' or '+'")
        if match["nick"]:
            sequence.append(NICK)
            structure.append(NICK)
        elif match["close"]:
            if not open_:
                raise FormatError(f"column {match.end()} of {text!r}: this ')' closes nothing")
            sequence.append(complement(open_.pop()))
            structure.append(")")
        else:
            sequence.append(match["name"])
            structure.append("(" if match["open"] else ".")
            if match["open"]:
                open_.append(match["name"])
        at = match.end()
    if open_:
        raise FormatError(f"{text!r}: {open_[-1]}( is never closed")
    return Complex(tuple(sequence), tuple(structure))


def show_kernel(complex_: Complex) -> str:
    """Return a complex in kernel notation.

    >>> show_kernel(parse_kernel("b(c(d+))a*"))
    'b( c( d + ) ) a*'
    """
    words = []
    for token, symbol in zip(complex_.sequence, complex_.structure, strict=True):
        words.append({"+": NICK, ")": ")", "(": token + "(", ".": token}[symbol])
    return " ".join(words)
