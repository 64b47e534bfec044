"""Results of long computations kept between runs, by a key that names everything they depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import final

from dsdcompile.formats.writing import write_whole

VERSION = 1
"""Raised when a stored form changes; results of other versions are computed again."""


@final
class Store:
    """A folder of stored texts; a missing or unreadable entry is computed again, never an error."""

    def __init__(self, folder: Path) -> None:
        """Keep entries in ``folder``, which is made when the first one is put."""
        self._folder = folder

    def get(self, kind: str, key: str) -> str | None:
        """Return a stored text, or None."""
        try:
            return self._path(kind, key).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def put(self, kind: str, key: str, text: str) -> None:
        """Store a text and drop older entries of the same kind."""
        path = self._path(kind, key)
        write_whole(path, text)
        for other in self._folder.glob(f"{kind}-*"):
            if other != path:
                other.unlink(missing_ok=True)

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / f"{kind}-{key}"


def key_of(parts: Iterable[object]) -> str:
    """Return a key for values whose ``repr`` says all that matters."""
    total = hashlib.sha256(str(VERSION).encode())
    for part in parts:
        total.update(repr(part).encode() + b"\0")
    return total.hexdigest()[:24]
