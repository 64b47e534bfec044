"""Merge species that do the same.

Two species that one unimolecular reaction each consumes, with equal products, are one species (hidden units with equal
outgoing weights; the plus rail of one and the minus rail of another with opposite weights; intermediate patterns)::

    A -> C + D      B -> C + D      M + B' -> B        becomes      A -> C + D      M + B' -> A

and a species that only becomes another one is that species::

    A -> B      B -> C + D          becomes      A -> C + D

Merging makes further product lists equal, so it goes on to a fixed point. Equal lists are found by hashing and then
compared. An input keeps its name; two inputs stay two, and an output is never confused with what it turns into.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dsdcompile.crn.crn import NO_RAIL, Crn, image_of, renumbering
from dsdcompile.crn.matrices import BoolArray, IntArray, Sparse
from dsdcompile.passes.declared import Keeps, Makes, Pass
from dsdcompile.passes.fanout import FANOUT
from dsdcompile.passes.rails import conversions, read_species
from dsdcompile.passes.result import PassResult, unchanged

SEED = 1


def merge(crn: Crn) -> PassResult:
    """Return the CRN in which species that do the same are one. The limit is preserved."""
    result = unchanged(crn)
    while True:
        for find in (_becomes, _same_products):
            target, dropped = find(result.crn)
            if len(dropped):
                result = result.then(_identify(result.crn, target, dropped))
                break
        else:
            return result


MERGE = Pass(
    "merge",
    lambda crn, setting: merge(crn),
    Keeps.LIMIT,
    "let species that do the same be one",
    "#! input X\n#! output Y\nX -> A + B\nA -> 2Y\nB -> 2Y",
    by_cost=True,
)
MERGE_AGAIN = replace(MERGE, makes=Makes.IMPLEMENTABLE, follows=FANOUT)
"""Sharing may build what a species stands for already."""


def _becomes(crn: Crn) -> tuple[IntArray, IntArray]:
    """Return what each species is (species,), and the reactions ``A -> B`` that make it so."""
    target = np.arange(crn.n_species, dtype=np.int64)
    rows, source = conversions(crn)
    size = np.asarray(crn.products[rows].sum(axis=1)).ravel() if len(rows) else np.zeros(0)
    rows, source = rows[size == 1], source[size == 1]
    product = crn.products[rows].indices if len(rows) else np.zeros(0, dtype=np.int64)
    given, read = _given(crn), read_species(crn)
    down = ~given[source] & ~read[source]
    if down.any():
        # A becomes B: follow the chain to its end; a cycle has none and is left alone.
        target[source[down]] = product[down]
        for _ in range(int(down.sum()).bit_length() + 1):
            target = target[target]
        in_cycle = target[target] != target
        target[in_cycle] = np.flatnonzero(in_cycle)
        return target, rows[down][target[source[down]] != source[down]]
    # An input A that becomes B: B is called A, unless two inputs become B.
    up = given[source] & ~read[source] & ~given[product] & ~read[product]
    first = np.zeros(len(source), dtype=bool)
    first[np.unique(product, return_index=True)[1]] = True
    alone = up & first
    target[product[alone]] = source[alone]
    return target, rows[alone]


def _same_products(crn: Crn) -> tuple[IntArray, IntArray]:
    """Return what each species is (species,), and the reactions whose reactant another species stands for."""
    target = np.arange(crn.n_species, dtype=np.int64)
    rows, source = conversions(crn)
    usable = ~read_species(crn)[source]
    rows, source = rows[usable], source[usable]
    if not len(rows):
        return target, rows
    group = _equal_rows(crn.products[rows])
    given = _given(crn)[source]
    # The first input of a group leads it, else its first species.
    order = np.lexsort((source, ~given, group))
    leader = order[np.searchsorted(group[order], group)]
    other = (leader != np.arange(len(rows))) & ~given
    target[source[other]] = source[leader[other]]
    return target, rows[other]


def _equal_rows(matrix: Sparse) -> IntArray:
    """Return a number for each row of a count matrix, the same for equal rows only (rows,)."""
    rng = np.random.default_rng(SEED)
    weights = rng.integers(0, 1 << 62, (matrix.shape[1], 2), dtype=np.int64).astype(np.uint64)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    hashes = np.zeros((matrix.shape[0], 2), dtype=np.uint64)
    for column in (0, 1):
        terms = matrix.data.astype(np.uint64) * weights[matrix.indices, column]
        np.add.at(hashes[:, column], row, terms)
    _, first, group = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    group = group.ravel().astype(np.int64)
    unequal = abs(matrix - matrix[first[group]]).sum(axis=1)
    odd = np.flatnonzero(np.asarray(unequal).ravel())
    group[odd] = len(first) + np.arange(len(odd))
    return group


def _identify(crn: Crn, target: IntArray, dropped: IntArray) -> PassResult:
    """Replace every species by its target, without the reactions ``dropped``."""
    kept = np.flatnonzero(target == np.arange(crn.n_species))
    place = renumbering(crn.n_species, kept)[target]
    image = image_of(place, len(kept))
    rows = np.setdiff1d(np.arange(crn.n_reactions), dropped)
    new = crn.renamed(kept, image, rows, place).with_(pairs=_pairs(crn, place))
    return PassResult(new, image, kept)


def _pairs(crn: Crn, place: IntArray) -> IntArray:
    """Return the pairs that remain: each once, without species that have become rails of different pairs."""
    mapped = place[crn.pairs]
    fixed = {frozenset(pair) for table in (crn.inputs, crn.outputs) for pair in place[table].tolist()}
    _, first = np.unique(np.sort(mapped, axis=1), axis=0, return_index=True)
    pairs = mapped[np.sort(first)]
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    once = np.bincount(pairs.ravel(), minlength=crn.n_species) == 1
    clear = once[pairs].all(axis=1) | np.array([frozenset(pair) in fixed for pair in pairs.tolist()], dtype=bool)
    return np.asarray(pairs[clear], dtype=np.int64)


def _given(crn: Crn) -> BoolArray:
    """Return which species are rails of inputs (species,)."""
    given = np.zeros(crn.n_species, dtype=bool)
    given[crn.inputs[crn.inputs != NO_RAIL]] = True
    return given
