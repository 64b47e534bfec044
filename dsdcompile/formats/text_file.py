"""Text files that people hand in: every way in which one cannot be read is one message that names it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from dsdcompile.errors import FormatError

DEEPEST: Final = 100
"""Most lists and tables of a JSON text inside each other."""
_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, which may hold brackets, or a bracket."""


def read_text(path: Path, what: str = "file") -> str:
    """Return the text of a UTF-8 file, without a byte order mark.

    Raises:
        FormatError: it is missing, a folder, unreadable, or not text; ``what`` says what was expected.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FormatError(f"{path}: no such {what}") from None
    except IsADirectoryError:
        raise FormatError(f"{path}: a folder, not a {what}") from None
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not a {what}: byte {error.start + 1} is not UTF-8 text") from None
    except OSError as error:
        raise FormatError(f"{path}: cannot be read: {error.strerror}") from None


def parse_json(text: str) -> Any:
    """Return the value that JSON text holds.

    Its depth is looked at before it is parsed: Python's parser recurses, and what limits its recursion is a setting
    that libraries raise until the process dies instead.

    Raises:
        FormatError: it is not JSON, or tables in tables go deeper than :data:`DEEPEST`.
    """
    depth = 0
    for token in _JSON_TOKEN.finditer(text):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if depth > DEEPEST:
            raise FormatError(f"not JSON that is read here: more than {DEEPEST} lists and tables inside each other")
    try:
        return json.loads(text)
    except ValueError as error:
        raise FormatError(f"not JSON: {error}") from None
