"""How many reactions a product list takes when each reaction carries only so many products."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import IntArray


def modules_for(products: IntArray, most: int) -> IntArray:
    """Return how many reactions a tree of that many products takes, ceil((n - 1) / (most - 1)) and at least one.

    >>> modules_for(np.array([0, 1, 2, 3, 4, 8]), 2).tolist(), modules_for(np.array([4, 5, 7, 8]), 4).tolist()
    ([1, 1, 1, 2, 3, 7], [1, 2, 2, 3])
    """
    counts = np.asarray(products, dtype=np.int64)
    if most < 2:
        return np.ones_like(counts)
    return np.maximum(1, -((1 - counts) // (most - 1)))
