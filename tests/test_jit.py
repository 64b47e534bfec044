"""Kernels where numba finds nowhere to write."""

import numpy as np
from numba.core import caching

from dsdcompile.jit import jitted, jitted_as_written


def total(values):
    found = 0.0
    for value in values:
        found += value
    return found


def test_kernels_work_where_nothing_can_be_cached(monkeypatch):
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    for decorate in (jitted, jitted_as_written):
        assert decorate(total)(np.arange(4.0)) == 6.0
