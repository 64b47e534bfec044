"""A map file: which complexes of a system, or species of a CRN, stand for which formal species.

One line is ``NAME = SPECIES``; ``#`` begins a comment. Several names may stand for one species.
"""

from __future__ import annotations

import re

from dsdcompile.errors import FormatError

_LINE = re.compile(r"(?P<name>[\w-]+)\s*=\s*(?P<species>\w+)")


def read_map(text: str) -> dict[str, str]:
    """Return the formal species of each name.

    Raises:
        FormatError: a line is not of this form, or a name stands there twice; the message gives the line.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.split("#")[0].strip()
        if not code:
            continue
        match = _LINE.fullmatch(code)
        if match is None:
            raise FormatError(f"line {number}: expected 'NAME = SPECIES', not {code!r}")
        if match["name"] in found:
            raise FormatError(f"line {number}: {match['name']} stands for {found[match['name']]} already")
        found[match["name"]] = match["species"]
    return found
