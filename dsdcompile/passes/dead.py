"""Remove what can never matter: species that never appear, and reactions whose products nobody reads.

With Y the output, B neither given nor made, and W read by nobody::

    A -> Y + W      A + B -> Y      W -> V          becomes      A -> Y

A reaction is alive when all its reactants can appear, and it changes the amount of a species that an output, or
another living reaction, depends on.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import NO_RAIL, Crn, image_of, renumbering
from dsdcompile.crn.matrices import BoolArray, IntArray
from dsdcompile.passes.declared import Keeps, Pass
from dsdcompile.passes.rails import read_species
from dsdcompile.passes.result import PassResult


def remove_dead(crn: Crn) -> PassResult:
    """Return the CRN without dead reactions and species; inputs and outputs stay. What outputs do is unchanged."""
    rows = possible(crn)
    rows &= needed(crn, rows)
    kept = np.zeros(crn.n_species, dtype=bool)
    for table in (crn.inputs, crn.outputs):
        kept[table[table != NO_RAIL]] = True
    alive = np.flatnonzero(rows)
    kept[np.unique(crn.reactants[alive].indices)] = True
    useful = _useful(crn, rows)
    return _restrict(crn, alive, np.flatnonzero(kept | useful))


DEAD = Pass(
    "dead",
    lambda crn, setting: remove_dead(crn),
    Keeps.LIMIT,
    "remove species that never appear and reactions whose products nobody reads",
    "#! input X\n#! output Y\nX -> Y + W\nW -> V",
    by_cost=True,
)


def possible(crn: Crn) -> BoolArray:
    """Return which reactions can ever fire: all their reactants are given, there initially, or made (reactions,)."""
    there = crn.initial > 0
    there[crn.inputs[crn.inputs != NO_RAIL]] = True
    used, made = (crn.reactants > 0).astype(np.int64), (crn.products > 0).astype(np.int64)
    slots = np.asarray(used.sum(axis=1)).ravel()
    while True:
        rows = (used @ there.astype(np.int64)) == slots
        reached = there | ((made.T @ rows.astype(np.int64)) > 0)
        if (reached == there).all():
            return np.asarray(rows)
        there = reached


def needed(crn: Crn, among: BoolArray) -> BoolArray:
    """Return which reactions change a species that outputs or other needed reactions depend on (reactions,)."""
    changes = (crn.net != 0).astype(np.int64)
    return np.asarray((changes @ _useful(crn, among).astype(np.int64)) > 0)


def _useful(crn: Crn, among: BoolArray) -> BoolArray:
    """Return the species that outputs depend on through the reactions ``among`` (species,)."""
    useful = read_species(crn)
    changes, used = (crn.net != 0).astype(np.int64), (crn.reactants > 0).astype(np.int64)
    while True:
        rows = ((changes @ useful.astype(np.int64)) > 0) & among
        more = useful | ((used.T @ rows.astype(np.int64)) > 0)
        if (more == useful).all():
            return useful
        useful = more


def _restrict(crn: Crn, rows: IntArray, kept: IntArray) -> PassResult:
    """Keep these reactions and species."""
    image = image_of(renumbering(crn.n_species, kept), len(kept))
    return PassResult(crn.renamed(kept, image, rows), image, kept)
