"""Algorithm 2 of the paper: substitute unimolecular reactions into their producers, then cancel dual-rail pairs.

Before, with X an input::

    X -> A + B        A -> B + C        C + B -> D

after::

    X -> 2B + C       C + B -> D

A species that one unimolecular reaction consumes, and no other reaction uses, stands for that reaction's products
wherever it is made, and its initial concentration becomes theirs. To a fixed point this is one sparse inverse: with
S the substitution (A -> its products), the closure is I + S + S^2 + ..., a finite sum because the CRN is feed-forward.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.matrices import IntArray, Sparse, checked_product, checked_sum, frozen_sparse
from dsdcompile.errors import CrnError
from dsdcompile.passes.cancel import cancel
from dsdcompile.passes.declared import Applies, Choice, Keeps, Pass
from dsdcompile.passes.rails import conversions
from dsdcompile.passes.result import PassResult

WHAT = "a product list of the reduced CRN"
"""What is said to reach too large a number."""


def reduce(crn: Crn) -> PassResult:
    """Apply Algorithm 2 to a fixed point. The limit is preserved; IRIS 4-8-3 goes from 40 to 16 reactions.

    Raises:
        CrnError: substitutable reactions form a cycle.
        LimitExceededError: a product list exceeds 64-bit integers.
    """
    substituted = substitute(crn, substitutable(crn))
    return substituted.then(cancel(substituted.crn))


REDUCE = Pass(
    "reduce",
    lambda crn, setting: reduce(crn),
    Keeps.LIMIT,
    "Algorithm 2: substitute reactions of one reactant everywhere, then cancel",
    "#! input X\n#! output Y\nX -> A + Y\nA -> 2Y",
    applies=Applies.PAPER,
    choice=Choice("with Algorithm 2", "without Algorithm 2"),
)


def substitutable(crn: Crn) -> IntArray:
    """Return the rows of reactions ``R -> P`` whose reactant no other reaction uses and no one needs from outside.

    Inputs stay, so that giving an input remains setting one species, and outputs stay, so that they can be read.
    """
    protected = np.zeros(crn.n_species, dtype=bool)
    for table in (crn.inputs, crn.outputs):
        protected[table[table != NO_RAIL]] = True
    rows, reactant = conversions(crn)
    return rows[~protected[reactant]]


def substitute(crn: Crn, rows: IntArray) -> PassResult:
    """Remove the unimolecular reactions ``rows``, replacing their reactants everywhere by their products.

    Raises:
        CrnError: the substitutions form a cycle.
        LimitExceededError: a product list exceeds 64-bit integers.
    """
    reactant = crn.reactants[rows].indices
    closure = _closure(crn, rows, reactant)
    kept_rows = np.setdiff1d(np.arange(crn.n_reactions), rows)
    kept = np.setdiff1d(np.arange(crn.n_species), reactant)
    image = closure[:, kept]
    new = crn.renamed(kept, image, kept_rows)
    return PassResult(new, image, kept)


def _closure(crn: Crn, rows: IntArray, reactant: IntArray) -> Sparse:
    """Return I + S + S^2 + ... restricted to species that stay: what each species finally stands for."""
    gone = np.zeros(crn.n_species, dtype=bool)
    gone[reactant] = True
    keep = sparse.diags_array((~gone).astype(np.int64), dtype=np.int64).tocsr()
    place = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int64), (reactant, np.arange(len(rows)))), shape=(crn.n_species, len(rows))
    )
    step = place @ crn.products[rows]
    total = frozen_sparse(keep)
    frontier = frozen_sparse(step)
    for _ in range(len(rows) + 1):
        if not frontier.nnz:
            return total
        total = checked_sum(total, frontier @ keep, WHAT)
        frontier = checked_product(frontier, step, WHAT)
    names = ", ".join(crn.species[i] for i in np.unique(frontier.nonzero()[0])[:3])
    raise CrnError(f"unimolecular reactions form a cycle through {names}; they cannot be substituted away")
