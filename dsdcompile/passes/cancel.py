"""Dual-rail cancellation: what both rails of a pair get is nothing.

::

    X -> 3Yp + Yn        becomes        X -> 2Yp

for every pair that carries nothing but its difference (see :mod:`dsdcompile.passes.rails`).
Algorithm 2, lines 17 to 27.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse
from dsdcompile.passes.declared import Keeps, Pass
from dsdcompile.passes.rails import closed_pairs
from dsdcompile.passes.result import PassResult, unchanged


def cancel(crn: Crn) -> PassResult:
    """Remove min(+, -) of each closed pair from every product list and from the initial concentrations."""
    pairs = crn.pairs[closed_pairs(crn)]
    if not len(pairs):
        return unchanged(crn)
    plus, minus = pairs[:, 0], pairs[:, 1]
    common = crn.products[:, plus].minimum(crn.products[:, minus])
    initial: FloatArray = np.array(crn.initial)
    both = np.minimum(initial[plus], initial[minus])
    np.subtract.at(initial, plus, both)
    np.subtract.at(initial, minus, both)
    same = unchanged(crn)
    less = crn.with_(products=crn.products - common @ _scatter(pairs, crn.n_species), initial=initial)
    return PassResult(less, same.image, same.origin)


CANCEL = Pass(
    "cancel",
    lambda crn, setting: cancel(crn),
    Keeps.LIMIT,
    "take from product lists what both rails of a pair get",
    "#! input X\n#! output Yp Yn\nX -> 3Yp + Yn",
    by_cost=True,
)


def _scatter(pairs: IntArray, species: int) -> Sparse:
    rows = np.repeat(np.arange(len(pairs)), 2)
    return sparse.csr_array(
        (np.ones(2 * len(pairs), dtype=np.int64), (rows, pairs.ravel())), shape=(len(pairs), species)
    )
