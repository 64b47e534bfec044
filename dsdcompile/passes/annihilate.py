"""Annihilate what both rails of a pair hold: the paper's ``S+ + S- -> W`` (section 6).

::

    X -> 3Yp + 2Yn        gains        Yp + Yn ->

The value stays and the concentrations, and with them the fuel that later reactions need, become small. W is not
written: nothing reads it. There are two kinds of pairs:

- ``outputs``: pairs that nothing consumes. They stay noncompetitive, so the exact limit is defined. In DNA a gate for
  two reactants holds some of its first one while it waits for the second, so what is left of an output is partly hidden
  from a reporter that takes free strands only.
- ``inner``: pairs that reactions consume. Annihilation competes with them; the limit is still the same, as the rails
  carry nothing but their difference, but only kinetics can find it, and fuels are dosed from a simulation over the
  design's horizon. After Algorithm 2 there are no such pairs: ``M + I- -> ...`` is what is left of them.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.passes.rails import closed_pairs
from dsdcompile.passes.result import PassResult, unchanged

Where = Literal["outputs", "inner"]


def annihilate(crn: Crn, where: Where = "outputs") -> PassResult:
    """Return the CRN with ``S+ + S- ->`` for closed pairs that nothing consumes, or that something does; inputs not."""
    closed = closed_pairs(crn)
    consumed = np.asarray((crn.reactants > 0).sum(axis=0)).ravel() > 0
    made = (np.asarray((crn.products > 0).sum(axis=0)).ravel() > 0) | (crn.initial > 0)
    chosen = closed & made[crn.pairs].all(axis=1)
    idle = ~consumed[crn.pairs].any(axis=1)
    chosen &= idle if where == "outputs" else ~idle
    chosen &= ~np.isin(crn.pairs, crn.inputs).any(axis=1)
    pairs = crn.pairs[chosen]
    same = unchanged(crn)
    if not len(pairs):
        return same
    rows = np.repeat(np.arange(len(pairs)), 2)
    ones = np.ones(len(rows), dtype=np.int64)
    used = sparse.csr_array((ones, (rows, pairs.ravel())), shape=(len(pairs), crn.n_species))
    nothing = sparse.csr_array((len(pairs), crn.n_species), dtype=np.int64)
    new = crn.with_(
        reactants=sparse.vstack([crn.reactants, used]).tocsr(),
        products=sparse.vstack([crn.products, nothing]).tocsr(),
        rates=np.concatenate([crn.rates, np.full(len(pairs), crn.rates.max(initial=1.0))]),
    )
    return PassResult(new, same.image, same.origin)
