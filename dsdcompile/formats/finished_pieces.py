"""Finished pieces of a large batch, kept as one ``.npy`` file each so that an interrupted run can be resumed."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.formats.kept import keep, kept

MOST_PIECES = 5_000
"""Files kept; beyond, the oldest are dropped."""


@final
class PieceFolder:
    """A folder of finished pieces; a missing, damaged or foreign file counts as not finished, never as an error.

    Other tools read the files as they are: numpy ignores the digest that follows an array.
    """

    def __init__(self, folder: Path, depends: str = "") -> None:
        """Keep pieces in ``folder``, which is made when the first one is put.

        Args:
            folder: Where.
            depends: What results depend on besides their pieces, such as a digest of the code that runs these.
        """
        self._folder, self._depends = folder, depends

    def get(self, key: str) -> FloatArray | None:
        """Return a kept array of finite floats, or None.

        Nothing of a file is interpreted before its digest has been checked, and nothing is ever unpickled.
        """
        content = kept(self._path(key), self._depends)
        if content is None:
            return None
        try:
            value = np.load(io.BytesIO(content), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        if not isinstance(value, np.ndarray) or value.dtype != np.float64 or not np.isfinite(value).all():
            return None
        return value

    def put(self, key: str, value: FloatArray) -> None:
        """Keep an array, and drop the oldest beyond :data:`MOST_PIECES`."""
        stream = io.BytesIO()
        np.save(stream, np.asarray(value, dtype=np.float64), allow_pickle=False)
        keep(self._path(key), stream.getvalue(), self._depends)
        files = list(self._folder.glob("*.npy"))
        if len(files) <= MOST_PIECES:
            return
        for path in sorted(files, key=_age)[: len(files) - MOST_PIECES]:
            with suppress(OSError):  # a folder, or gone already
                path.unlink()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.npy"


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
