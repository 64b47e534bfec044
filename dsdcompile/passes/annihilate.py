"""Annihilate what both rails of a pair hold: the paper's ``S+ + S- -> W`` (section 6).

::

    X -> 3Yp + 2Yn        gains        Yp + Yn ->

The value stays and the concentrations, and with them the fuel that later reactions need, become small. W is not
written: nothing reads it. Pairs that nothing consumes, such as outputs, stay noncompetitive, so that the exact limit is
defined; where reactions already consume a rail, annihilation competes with them: the limit is still the same, as the
rails carry nothing but their difference, but only kinetics can find it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.passes.rails import closed_pairs
from dsdcompile.passes.result import PassResult, unchanged

Where = Literal["idle", "all"]


def annihilate(crn: Crn, where: Where = "idle") -> PassResult:
    """Return the CRN with ``S+ + S- ->`` for closed pairs: those nothing consumes, or all but inputs."""
    closed = closed_pairs(crn)
    consumed = np.asarray((crn.reactants > 0).sum(axis=0)).ravel() > 0
    made = (np.asarray((crn.products > 0).sum(axis=0)).ravel() > 0) | (crn.initial > 0)
    chosen = closed & made[crn.pairs].all(axis=1)
    if where == "idle":
        chosen &= ~consumed[crn.pairs].any(axis=1)
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
