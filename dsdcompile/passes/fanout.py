"""Fan-out with sharing: what long product lists have in common is made once.

With at most two products a reaction::

    X -> A + B + C       Y -> A + B + D       becomes       X -> Z + C     Y -> Z + D     Z -> A + B

A sub-multiset Z of products is a species that turns into it; several reactions may make Z, and only ``Z -> ...``
consumes it, so the CRN stays noncompetitive and feed-forward and its limit the same. Thanks to dual rail every pattern
occurs negated as well, in the lists of the other rails, and its negation is shared in the same way. Multiplicities are
built by doubling: ``X -> 5A`` with ``D -> 2A`` and ``E -> 2D`` is ``X -> A + E``.

Only lists longer than a gate takes are rewritten. The search itself is :func:`dsdcompile.passes.sharing.share`, for
each part of the CRN whose lists have products in common; no list is ever written out copy by copy.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray, Sparse, frozen_sparse
from dsdcompile.passes.declared import Choice, Keeps, Makes, Pass
from dsdcompile.passes.fresh import fresh_names
from dsdcompile.passes.result import NO_ORIGIN, PassResult, unchanged
from dsdcompile.passes.sharing import share


def share_products(crn: Crn, most: int) -> PassResult:
    """Return the CRN in which lists of more than ``most`` products are built from shared parts."""
    # What a reaction gives back of its own reactants stays where it is: it must not be gone in between.
    returned = crn.reactants.minimum(crn.products).tocsr()
    lists = frozen_sparse(crn.products - returned)
    size = np.asarray(crn.products.sum(axis=1)).ravel()
    long = np.flatnonzero((size > most) & (np.diff(lists.indptr) > 0))
    if not len(long):
        return unchanged(crn)
    # Copies become doubling species: column s of bit 0 is s itself, of bit k a species that turns into 2^k of s.
    bits, species, power, doubling = _binary(lists[long], crn.n_species)
    parents = crn.n_species + len(doubling)
    shared, nodes = _shared_lists(bits, _slots(crn, species, power))
    children = np.concatenate([species, parents + np.arange(nodes)])
    width = parents + nodes
    rewritten = _columns(shared[: len(long)], children, width)
    made = _columns(shared[len(long) :], children, width)
    doubled = sparse.csr_array(
        (np.full(len(doubling), 2, dtype=np.int64), (np.arange(len(doubling)), doubling)), shape=(len(doubling), width)
    )
    keep = np.ones(crn.n_reactions, dtype=np.int64)
    keep[long] = 0
    kept = sparse.diags_array(keep, dtype=np.int64).tocsr() @ lists + returned
    old = _columns(kept, np.arange(crn.n_species), width)
    place = sparse.csr_array(
        (np.ones(len(long), dtype=np.int64), (long, np.arange(len(long)))), shape=(crn.n_reactions, len(long))
    )
    products = sparse.vstack([old + place @ rewritten, doubled, made]).tocsr()
    new = width - crn.n_species
    reactants = sparse.block_diag([crn.reactants, sparse.eye_array(new, dtype=np.int64)]).tocsr()
    result = crn.with_(
        species=(*crn.species, *fresh_names(crn.species, "Z", new)),
        reactants=reactants,
        products=products,
        rates=np.concatenate([crn.rates, np.full(new, crn.rates.max(initial=1.0))]),
        initial=np.concatenate([crn.initial, np.zeros(new)]),
    )
    image = sparse.eye_array(crn.n_species, width, dtype=np.int64)
    return PassResult(result, image, _origins(result, crn.n_species))


FANOUT = Pass(
    "fanout",
    lambda crn, setting: share_products(crn, setting.model.max_products),
    Keeps.REACTIONS,
    "build once what product lists have in common",
    "#! input X\n#! input Y\n#! output A\nX -> 2A + B + C + D\nY -> A + B + C + E",
    Makes.IMPLEMENTABLE,
    by_cost=True,
    choice=Choice("with fan-out sharing", "with naive trees"),
)


def _binary(lists: Sparse, species: int) -> tuple[Sparse, IntArray, IntArray, IntArray]:
    """Return lists as sums of powers of two.

    Returns:
        A 0/1 matrix (lists, columns); the species of each column, where species from ``species`` on are new; its power
        of two; and for each new species the one it turns into two of.
    """
    entries = lists.tocoo()
    row, column = entries.coords
    width = int(entries.data.max(initial=1)).bit_length()
    rows, keys = [], []
    for power in range(width):
        there = (entries.data >> power) & 1 == 1
        rows.append(row[there])
        keys.append(column[there].astype(np.int64) * width + power)
    every = np.unique(np.concatenate(keys))
    # A power that occurs needs all lower ones above 0 to be built from.
    needed = [every]
    for power in range(1, width - 1):
        higher = every[every % width > power]
        needed.append(np.unique(higher // width) * width + power)
    needs = np.unique(np.concatenate(needed))
    doubled = needs[needs % width > 0]
    of_key = {key: species + at for at, key in enumerate(doubled.tolist())}
    names = np.array([of_key.get(key, key // width) for key in every.tolist()], dtype=np.int64)
    turns = [of_key.get(key - 1, key // width) for key in doubled.tolist()]
    place = np.searchsorted(every, np.concatenate(keys))
    at = np.concatenate(rows)
    matrix = sparse.csr_array((np.ones(len(at), dtype=np.int64), (at, place)), shape=(lists.shape[0], len(every)))
    return matrix, names, every % width, np.array(turns, dtype=np.int64)


def _slots(crn: Crn, species: IntArray, power: IntArray) -> IntArray:
    """Return a slot for each column: the rails of a pair, at one power of two, share it (columns,)."""
    slot = np.arange(crn.n_species, dtype=np.int64)
    slot[crn.pairs[:, 1]] = slot[crn.pairs[:, 0]]
    known = np.where(species < crn.n_species, slot[np.minimum(species, crn.n_species - 1)], species)
    return np.asarray(known * 64 + power, dtype=np.int64)


def _shared_lists(lists: Sparse, slots: IntArray) -> tuple[Sparse, int]:
    """Share part by part; return the lists of all sources, then of all nodes, and the number of nodes."""
    sources, targets = lists.shape
    joined = sparse.block_array([[None, lists], [lists.T, None]])
    _, part = connected_components(joined, directed=False)
    parents, children, nodes = [], [], 0
    by_row, by_column = part[:sources], part[sources:]
    for number in np.unique(by_row):
        rows, columns = np.flatnonzero(by_row == number), np.flatnonzero(by_column == number)
        found = share(lists[rows][:, columns], slots[columns])
        edges = found.edges.tocoo()
        new = nodes + np.arange(found.nodes)
        parents.append(np.concatenate([rows, sources + new])[edges.coords[0]])
        children.append(np.concatenate([columns, targets + new])[edges.coords[1]])
        nodes += found.nodes
    parent, child = np.concatenate(parents), np.concatenate(children)
    ones = np.ones(len(parent), dtype=np.int64)
    return frozen_sparse(sparse.coo_array((ones, (parent, child)), shape=(sources + nodes, targets + nodes))), nodes


def _columns(matrix: Sparse, to: IntArray, width: int) -> Sparse:
    """Return the matrix with its column c as column ``to[c]``; equal ones add up."""
    entries = matrix.tocoo()
    where = (entries.coords[0], to[entries.coords[1]])
    return sparse.coo_array((entries.data, where), shape=(matrix.shape[0], width)).tocsr()


def _origins(crn: Crn, old: int) -> IntArray:
    """Return for each species what it is, or for a new one the first old species whose products it helps to make."""
    unknown = np.iinfo(np.int64).max
    origin = np.full(crn.n_species, unknown, dtype=np.int64)
    origin[:old] = np.arange(old)
    first = np.full(crn.n_reactions, unknown, dtype=np.int64)
    some = np.diff(crn.reactants.indptr) > 0
    leader = crn.reactants.indices[crn.reactants.indptr[:-1][some]]
    made = crn.products.tocoo()
    row, column = made.coords
    new = column >= old
    row, column = row[new], column[new]
    while True:
        first[some] = origin[leader]
        reached = origin.copy()
        np.minimum.at(reached, column, first[row])
        if (reached == origin).all():
            return np.where(origin == unknown, NO_ORIGIN, origin)
        origin = reached
