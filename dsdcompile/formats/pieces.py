"""Finished pieces of a large batch, kept as one ``.npy`` file each so that an interrupted run can be resumed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.formats.writing import write_whole

MOST_PIECES = 5_000
"""Files kept; beyond, the oldest are dropped."""


@final
class PieceFolder:
    """A folder of finished pieces; a missing, damaged or foreign file counts as not finished, never as an error."""

    def __init__(self, folder: Path) -> None:
        """Keep pieces in ``folder``, which is made when the first one is put."""
        self._folder = folder

    def get(self, key: str) -> FloatArray | None:
        """Return a kept array of finite floats, or None; nothing is ever unpickled."""
        try:
            value = np.load(self._path(key), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        if not isinstance(value, np.ndarray) or value.dtype != np.float64 or not np.isfinite(value).all():
            return None
        return value

    def put(self, key: str, value: FloatArray) -> None:
        """Keep an array."""
        stream = io.BytesIO()
        np.save(stream, np.asarray(value, dtype=np.float64), allow_pickle=False)
        write_whole(self._path(key), stream.getvalue())
        files = sorted(self._folder.glob("*.npy"), key=lambda path: path.stat().st_mtime)
        for path in files[: max(0, len(files) - MOST_PIECES)]:
            path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.npy"
