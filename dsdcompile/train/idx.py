"""IDX files of unsigned bytes, the format of MNIST (LeCun, Cortes, Burges), plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsdcompile.errors import FormatError


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Return the array in an IDX file, ``path`` itself or with ``.gz`` behind it.

    Raises:
        FormatError: the file is missing, truncated, or of another type.
    """
    packed = path.with_name(path.name + ".gz")
    if path.is_file():
        data = path.read_bytes()
    elif packed.is_file():
        try:
            data = gzip.decompress(packed.read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            raise FormatError(f"{packed}: not a whole gzip file: {error}") from None
    else:
        raise FormatError(f"{path}: no such file, nor {packed.name}; put the standard MNIST files there")
    if len(data) < 4 or data[:3] != b"\0\0\x08" or len(data) < 4 + 4 * data[3]:
        raise FormatError(f"{path}: not an IDX file of unsigned bytes")
    start = 4 + 4 * data[3]
    shape = tuple(np.frombuffer(data[4:start], dtype=">u4").tolist())
    if len(data) - start != np.prod(shape):
        raise FormatError(f"{path}: {len(data) - start} bytes for an array of shape {shape}")
    return np.frombuffer(data[start:], dtype=np.uint8).reshape(shape)
