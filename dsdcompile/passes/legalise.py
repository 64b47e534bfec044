"""Rewrite a Crn until a scheme can build every reaction: bounded product lists, no refused coincidences.

With at most two products a reaction::

    A + B -> C + 2D + E

becomes a tree through new species, which nothing else uses, so the limit stays::

    A + B -> F1 + F2      F1 -> C + D      F2 -> D + E

A tree of n products with at most p a reaction has the fewest inner nodes there can be, ceil((n - 1) / (p - 1)): its
nodes are numbered as in a heap, node c hangs on node (c - 1) // p, the first are inner nodes and the rest products.

A reactant that is a product again (a catalyst) is given back at once, before the rest branches: A + K -> K + F.

A reaction whose coincidences the scheme refuses, such as A + A -> A, goes through one species: A + A -> F, F -> A.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray, Sparse
from dsdcompile.crn.shape import Accepts, ReactionShape
from dsdcompile.errors import CrnError, LimitExceededError
from dsdcompile.passes.declared import Applies, Keeps, Makes, Pass
from dsdcompile.passes.fresh import fresh_names
from dsdcompile.passes.result import NO_ORIGIN, PassResult
from dsdcompile.passes.shapes import shape_table
from dsdcompile.passes.trees import modules_for

MOST_COPIES = 20_000_000
"""Most product copies that are written out one by one."""


def legalise(crn: Crn, accepts: Accepts, max_products: int) -> PassResult:
    """Return a Crn whose reactions all have at most ``max_products`` products and a shape that ``accepts`` takes.

    Raises:
        CrnError: ``max_products`` is below 2 and a longer product list exists.
        LimitExceededError: the product lists are too long to write out copy by copy.
    """
    copies = crn.products.astype(np.float64).sum(axis=1)
    if max_products < 2 and copies.max(initial=0.0) > max_products:
        raise CrnError(
            f"max_products = {max_products} cannot carry {copies.max():.0f} products: at least 2 are needed to branch"
        )
    if copies.sum() > MOST_COPIES:
        raise LimitExceededError(
            f"the product lists hold {copies.sum():.4g} copies, more than the {MOST_COPIES:,} that are written out one "
            "by one; --set passes.reduce=cost builds what they share once"
        )
    prepared, origin = _apart(crn, max_products)
    branched, hung = _branched(prepared, max_products)
    origin = np.where(hung == NO_ORIGIN, NO_ORIGIN, origin[hung])
    legal, origin = _detoured(branched, origin, accepts)
    return PassResult(legal, sparse.eye_array(crn.n_species, legal.n_species, dtype=np.int64), origin)


LEGALISE = Pass(
    "legalise",
    lambda crn, setting: legalise(crn, setting.model.accepts, setting.model.max_products),
    Keeps.REACTIONS,
    "build long product lists as trees, and send reactions of refused shapes through a species of their own",
    "#! input A\n#! output C\nA -> 2B + 2C + 2D + 2E",
    Makes.IMPLEMENTABLE,
    Applies.ALWAYS,
)


def _branched(crn: Crn, most: int) -> tuple[Crn, IntArray]:
    """Write every product list as a tree; return also what each species is, or was introduced to build."""
    counts = np.asarray(crn.products.sum(axis=1)).ravel()
    inner = modules_for(counts, most)
    root = np.cumsum(inner) - inner
    same = np.arange(crn.n_species, dtype=np.int64)
    if (inner == 1).all():
        return crn, same
    leader = _first_reactant(crn)
    # Species of inner nodes, reaction by reaction; the root has none.
    first = crn.n_species + np.cumsum(inner - 1) - (inner - 1)
    added = int((inner - 1).sum())
    owner = np.repeat(np.arange(crn.n_reactions), inner - 1)
    # All nodes but the roots: which reaction, which number in its heap, which species.
    children = inner - 1 + counts
    reaction = np.repeat(np.arange(crn.n_reactions), children)
    number = 1 + np.arange(len(reaction)) - np.repeat(np.cumsum(children) - children, children)
    is_inner = number < inner[reaction]
    species = np.empty(len(reaction), dtype=np.int64)
    species[is_inner] = (first[reaction] + number - 1)[is_inner]
    species[~is_inner] = np.repeat(crn.products.indices, crn.products.data)
    row = root[reaction] + (number - 1) // max(most, 1)
    size = (int(inner.sum()), crn.n_species + added)
    taken = crn.reactants.tocoo()
    inner_rows = np.setdiff1d(np.arange(size[0]), root)
    new = crn.with_(
        species=(*crn.species, *fresh_names(crn.species, "F", added, crn.n_species + 1)),
        reactants=_counts(
            np.concatenate([root[taken.coords[0]], inner_rows]),
            np.concatenate([taken.coords[1], crn.n_species + np.arange(added)]),
            np.concatenate([taken.data, np.ones(added, dtype=np.int64)]),
            size,
        ),
        products=_counts(row, species, np.ones(len(row), dtype=np.int64), size),
        rates=np.repeat(crn.rates, inner),
        initial=np.concatenate([crn.initial, np.zeros(added)]),
    )
    return new, np.concatenate([same, leader[owner]])


def _apart(crn: Crn, most: int) -> tuple[Crn, IntArray]:
    """Put the products of reactions that return reactants and branch behind a species of their own."""
    same = np.arange(crn.n_species, dtype=np.int64)
    counts = np.asarray(crn.products.sum(axis=1)).ravel()
    returned = crn.reactants.minimum(crn.products).tocsr()
    copies = np.asarray(returned.sum(axis=1)).ravel()
    rows = np.flatnonzero((counts > most) & (copies > 0) & (copies < most) & (counts - copies > 1))
    if not len(rows):
        return crn, same
    return _through(crn, same, rows, returned)


def _detoured(crn: Crn, origin: IntArray, accepts: Accepts) -> tuple[Crn, IntArray]:
    """Send reactions of refused shapes through a species of their own, where that helps."""
    table = shape_table(crn)
    helped = np.array(
        [
            bool(shape.reactants) and not accepts(shape) and accepts(ReactionShape.of(shape.reactants, [shape.slots]))
            for shape in table.shapes
        ],
        dtype=bool,
    )
    rows = np.flatnonzero(helped[table.shape]) if len(helped) else np.zeros(0, dtype=np.int64)
    if not len(rows):
        return crn, origin
    nothing = sparse.csr_array(crn.products.shape, dtype=np.int64)
    return _through(crn, origin, rows, nothing)


def _through(crn: Crn, origin: IntArray, rows: IntArray, at_once: Sparse) -> tuple[Crn, IntArray]:
    """Give the reactions ``rows`` one new product each, which turns into all but what is made ``at_once``."""
    through = crn.n_species + np.arange(len(rows))
    size = (crn.n_reactions + len(rows), crn.n_species + len(rows))
    late = crn.n_reactions + np.arange(len(rows))
    choose = np.zeros(crn.n_reactions, dtype=np.int64)
    choose[rows] = 1
    chosen = sparse.diags_array(choose, dtype=np.int64).tocsr()
    first = chosen @ at_once
    rest = (chosen @ crn.products - first)[rows].tocoo()
    now = (crn.products - chosen @ crn.products + first).tocoo()
    taken = crn.reactants.tocoo()
    ones = np.ones(len(rows), dtype=np.int64)
    leader = _first_reactant(crn)[rows]
    new = crn.with_(
        species=(*crn.species, *fresh_names(crn.species, "F", len(rows), crn.n_species + 1)),
        reactants=_counts(
            np.concatenate([taken.coords[0], late]),
            np.concatenate([taken.coords[1], through]),
            np.concatenate([taken.data, ones]),
            size,
        ),
        products=_counts(
            np.concatenate([now.coords[0], late[rest.coords[0]], rows]),
            np.concatenate([now.coords[1], rest.coords[1], through]),
            np.concatenate([now.data, rest.data, ones]),
            size,
        ),
        rates=np.concatenate([crn.rates, crn.rates[rows]]),
        initial=np.concatenate([crn.initial, np.zeros(len(rows))]),
    )
    return new, np.concatenate([origin, np.where(leader == NO_ORIGIN, NO_ORIGIN, origin[leader])])


def _first_reactant(crn: Crn) -> IntArray:
    """Return the first reactant of each reaction, ``NO_ORIGIN`` where there is none (reactions,)."""
    first = np.full(crn.n_reactions, NO_ORIGIN, dtype=np.int64)
    some = np.diff(crn.reactants.indptr) > 0
    first[some] = crn.reactants.indices[crn.reactants.indptr[:-1][some]]
    return first


def _counts(rows: IntArray, columns: IntArray, counts: IntArray, size: tuple[int, int]) -> Sparse:
    return sparse.coo_array((counts, (rows, columns)), shape=size).tocsr()
