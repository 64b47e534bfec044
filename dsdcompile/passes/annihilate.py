"""Annihilate what both rails of a pair hold: the paper's ``S+ + S- -> W`` (section 6).

::

    X -> 3Yp + 2Yn        gains        Yp + Yn ->

The value stays and the concentrations, and with them the fuel that later reactions need, become small. W is not
written: nothing reads it. There are two kinds of pairs:

- ``outputs``: pairs that nothing consumes. They stay noncompetitive, so the exact limit is defined. In DNA a gate for
  two reactants holds some of its first one while it waits for the second, so what is left of an output is partly held:
  simulation then reads totals, free and held, and a reporter that takes free strands only sees less.
- ``inner``: pairs that reactions consume. Annihilation competes with them; the limit is still the same, as the rails
  carry nothing but their difference, but only kinetics can find it, and fuels are dosed from a simulation over the
  design's horizon. After Algorithm 2 there are no such pairs: ``M + I- -> ...`` is what is left of them.

What such a reaction removes from a closed pair changes no output, so a limit is proved without them
(:func:`unannihilated`), and that the pairs are closed beside it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import BoolArray, IntArray
from dsdcompile.passes.declared import Keeps, Makes, Pass
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


ANNIHILATE = Pass(
    "annihilate",
    lambda crn, setting: annihilate(crn, "inner"),
    Keeps.DIFFERENCES,
    "let both rails of pairs that reactions consume react to nothing",
    "#! input X\n#! output Yp Yn\n#! pair Pp Pn\nX -> 3Pp + Pn\nPp -> Yp\nPn -> Yn",
    Makes.IMPLEMENTABLE,
)
ANNIHILATE_OUTPUTS = Pass(
    "annihilate_outputs",
    lambda crn, setting: annihilate(crn, "outputs"),
    Keeps.DIFFERENCES,
    "the same for pairs that nothing consumes",
    "#! input X\n#! output Yp Yn\nX -> 3Yp + Yn",
    Makes.IMPLEMENTABLE,
)


def annihilated(crn: Crn) -> IntArray:
    """Return the declared pairs both rails of which react to nothing, as rows of ``crn.pairs``, ascending."""
    known = {frozenset(pair): row for row, pair in enumerate(crn.pairs.tolist())}
    return np.unique([known[frozenset(crn.reactants[[row]].indices.tolist())] for row in _rows(crn)]).astype(np.int64)


def unannihilated(crn: Crn) -> tuple[Crn, BoolArray]:
    """Return the CRN without reactions ``S+ + S- ->`` of declared pairs, and which of these pairs are then closed.

    Where all are, both CRNs have the same limit: the difference of rails is all that matters, and it stays.
    """
    kept = np.setdiff1d(np.arange(crn.n_reactions), _rows(crn))
    plain = crn.with_(reactants=crn.reactants[kept], products=crn.products[kept], rates=crn.rates[kept])
    return plain, closed_pairs(plain)[annihilated(crn)]


def _rows(crn: Crn) -> IntArray:
    """Return the reactions that use one of each rail of a declared pair and make nothing."""
    twice = (np.diff(crn.reactants.indptr) == 2) & (np.asarray(crn.reactants.sum(axis=1)).ravel() == 2)
    known = {frozenset(pair) for pair in crn.pairs.tolist()}
    found = np.flatnonzero(twice & (np.diff(crn.products.indptr) == 0))
    return np.array([row for row in found if frozenset(crn.reactants[[row]].indices.tolist()) in known], dtype=np.int64)
