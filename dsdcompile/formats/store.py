"""Results of long computations kept between runs, by a key that names everything they depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import final

from dsdcompile.formats.kept import keep, kept


@final
class Store:
    """A folder of stored texts; what is missing or damaged is computed again, never an error."""

    def __init__(self, folder: Path) -> None:
        """Keep entries in ``folder``, which is made when the first one is put."""
        self._folder = folder

    def get(self, kind: str, key: str) -> str | None:
        """Return a text exactly as it was put under this kind and key, or None."""
        content = kept(self._path(kind, key))
        return None if content is None else content.decode("utf-8")

    def put(self, kind: str, key: str, text: str) -> None:
        """Store a text and drop older entries of the same kind."""
        path = self._path(kind, key)
        keep(path, text.encode("utf-8"))
        for other in self._folder.glob(f"{kind}-*"):
            if other != path:
                with suppress(OSError):  # a folder, or gone already
                    other.unlink()

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / f"{kind}-{key}"


def key_of(parts: Iterable[object]) -> str:
    """Return a key for values whose ``repr`` says all that matters."""
    total = hashlib.sha256()
    for part in parts:
        total.update(repr(part).encode() + b"\0")
    return total.hexdigest()[:24]
