"""The one place that knows numba: kernels are plain functions of int and float arrays, compiled on first call.

Compiled code is cached beside the package (or where NUMBA_CACHE_DIR says), so only the first run on a machine waits;
where nothing can be written, every run does. The cache knows of changes in a kernel's own file only: after editing what
a kernel takes from another file, delete ``__pycache__``. Kernels release the interpreter lock, so threads run them side
by side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.uint32]
"""Indices for kernels: unsigned, so that compiled code need not ask whether to count from the end."""

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def jitted(function: Kernel) -> Kernel:
    """Compile a kernel; products and sums may fuse, but not be reordered (that made gathers slower by three)."""
    return _cached(function, error_model="numpy", fastmath={"contract"})


def jitted_as_written(function: Kernel) -> Kernel:
    """Compile a kernel whose arithmetic is to be that of Python to the last bit."""
    return _cached(function)


def inlined(function: Kernel) -> Kernel:
    """Compile a small kernel into those that call it: passing arrays by a call costs more than most of their loops."""
    made = numba.njit(inline="always", nogil=True, error_model="numpy", fastmath={"contract"})(function)
    return cast(Kernel, made)


def inlined_as_written(function: Kernel) -> Kernel:
    """Compile a small kernel into those that call it, its arithmetic that of Python to the last bit."""
    return cast(Kernel, numba.njit(inline="always", nogil=True)(function))


def _cached(function: Kernel, **options: object) -> Kernel:
    try:
        made = numba.njit(cache=True, nogil=True, **options)(function)
    except RuntimeError:  # numba: "no locator available", neither the package's folder nor a home can be written to
        made = numba.njit(nogil=True, **options)(function)
    return cast(Kernel, made)
