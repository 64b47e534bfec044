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
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse, checked_product, frozen_ints, frozen_sparse
from dsdcompile.errors import CrnError
from dsdcompile.passes.result import PassResult, unchanged


def reduce(crn: Crn) -> PassResult:
    """Apply Algorithm 2 to a fixed point. The limit is preserved; IRIS 4-8-3 goes from 40 to 16 reactions.

    Raises:
        CrnError: substitutable reactions form a cycle.
        LimitExceededError: a product count exceeds 64-bit integers.
    """
    return cancel_pairs(substitute(crn, substitutable(crn)))


def substitutable(crn: Crn) -> IntArray:
    """Return the rows of reactions ``R -> P`` whose reactant no other reaction uses and no one needs from outside.

    Inputs stay, so that giving an input remains setting one species, and outputs stay, so that they can be read.
    """
    size = np.asarray(crn.reactants.sum(axis=1)).ravel()
    users = np.asarray((crn.reactants > 0).sum(axis=0)).ravel()
    protected = np.zeros(crn.n_species, dtype=bool)
    for table in (crn.inputs, crn.outputs):
        protected[table[table != NO_RAIL]] = True
    rows = np.flatnonzero(size == 1)
    if not len(rows):
        return frozen_ints([])
    reactant = crn.reactants[rows].indices
    own = np.asarray(crn.products[rows, reactant]).ravel() > 0
    return np.asarray(rows[(users[reactant] == 1) & ~protected[reactant] & ~own], dtype=np.int64)


def substitute(crn: Crn, rows: IntArray) -> PassResult:
    """Remove the unimolecular reactions ``rows``, replacing their reactants everywhere by their products.

    Raises:
        CrnError: the substitutions form a cycle.
        LimitExceededError: a product count exceeds 64-bit integers.
    """
    reactant = crn.reactants[rows].indices
    closure = _closure(crn, rows, reactant)
    kept_rows = np.setdiff1d(np.arange(crn.n_reactions), rows)
    kept = np.setdiff1d(np.arange(crn.n_species), reactant)
    renumber = np.full(crn.n_species, NO_RAIL, dtype=np.int64)
    renumber[kept] = np.arange(len(kept))
    image = closure[:, kept]
    products = checked_product(crn.products[kept_rows], image, "a product count of the reduced CRN")
    tables = {
        name: np.where(table == NO_RAIL, NO_RAIL, renumber[table])
        for name, table in (("inputs", crn.inputs), ("outputs", crn.outputs))
    }
    whole = np.isin(crn.pairs, kept).all(axis=1)
    new = crn.with_(
        species=tuple(crn.species[i] for i in kept),
        reactants=crn.reactants[kept_rows][:, kept],
        products=products,
        rates=crn.rates[kept_rows],
        initial=crn.initial @ image.astype(np.float64),
        pairs=renumber[crn.pairs[whole]],
        **tables,
    )
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
        total = frozen_sparse(total + frontier @ keep)
        frontier = checked_product(frontier, step, "a product count of the reduced CRN")
    names = ", ".join(crn.species[i] for i in np.unique(frontier.nonzero()[0])[:3])
    raise CrnError(f"unimolecular reactions form a cycle through {names}; they cannot be substituted away")


def cancel_pairs(result: PassResult) -> PassResult:
    """Remove min(+, -) of each dual-rail pair from every product list and from the initial concentrations.

    Cancelling keeps every pair's difference, which is all that a CRN closed under dual rail reads (Algorithm 2,
    lines 17 to 27).
    """
    crn = result.crn
    if not len(crn.pairs):
        return result
    plus, minus = crn.pairs[:, 0], crn.pairs[:, 1]
    common = crn.products[:, plus].minimum(crn.products[:, minus])
    scatter = _scatter(crn.pairs, crn.n_species)
    initial: FloatArray = np.array(crn.initial)
    both = np.minimum(initial[plus], initial[minus])
    np.subtract.at(initial, plus, both)
    np.subtract.at(initial, minus, both)
    return PassResult(crn.with_(products=crn.products - common @ scatter, initial=initial), result.image, result.origin)


def _scatter(pairs: IntArray, species: int) -> Sparse:
    rows = np.repeat(np.arange(len(pairs)), 2)
    return sparse.csr_array(
        (np.ones(2 * len(pairs), dtype=np.int64), (rows, pairs.ravel())), shape=(len(pairs), species)
    )


def cancel(crn: Crn) -> PassResult:
    """Apply :func:`cancel_pairs` alone."""
    return cancel_pairs(unchanged(crn))
