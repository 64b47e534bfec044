"""The order in which a feed-forward CRN can be solved: blocks of reactions that depend on each other, upstream first.

A reaction depends on another that changes one of its reactants. The strongly connected parts of that graph are the
blocks; between blocks the Jacobian is triangular. In a noncompetitive feed-forward CRN every block is one reaction.
Two reactions that reverse each other exactly count as one with a net rate: it needs less work, and nothing cancels
where both are fast. In a DNA implementation a linker and the step that follows make a block of two::

    X + L <-> H + B        Y + H -> O        (one block)        O + T -> P + Q        (another)

Nothing is assumed: the structure is found, and ``largest`` says how far a sweep is worth it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse
from dsdcompile.jit import Indices
from dsdcompile.simulate.components_kernel import components

ONE_WAY = -1
"""In place of the row that reverses a reaction: none does."""


@final
@dataclass(frozen=True, eq=False)
class Blocks:
    """A Crn renumbered so that one pass over blocks solves any lower block triangular system of its Jacobian.

    All indices below are in the new numbering, except the two permutations.
    """

    reactions: IntArray
    """Old row of each reaction in sweep order (reactions,); those that only reverse one of them are not here."""
    species: IntArray
    """Old index of each species in sweep order (species,): those a block opens together, then the never used."""
    reaction_start: IntArray
    """Block b has reactions reaction_start[b] to reaction_start[b + 1] (blocks + 1,)."""
    species_start: IntArray
    """Block b is the first to use species species_start[b] to species_start[b + 1] (blocks + 1,)."""
    rates: FloatArray
    """Rate constants (reactions,)."""
    slot_start: IntArray
    """Reaction r has slots slot_start[r] to slot_start[r + 1], one per copy of a reactant (reactions + 1,)."""
    slot_species: Indices
    """Species of each slot, uint32 (slots,)."""
    reversible: IntArray
    """Reactions with a reverse, ascending, and the number of reactions as an end mark (pairs + 1,)."""
    back_start: IntArray
    """From here on the slots of each are of its reverse (pairs,)."""
    back_rates: FloatArray
    """Rate constant of the reverse of each (pairs,)."""
    upstream_start: IntArray
    """Species s is changed by upstream reactions upstream_start[s] to upstream_start[s + 1] (species + 1,)."""
    upstream: Indices
    """Reactions of earlier blocks, uint32 (upstream entries,)."""
    upstream_net: FloatArray
    """How many each makes or takes (upstream entries,)."""
    inside_start: IntArray
    """Like upstream_start, for the reactions of the block that first uses the species (species + 1,)."""
    inside: Indices
    """Reactions of the species' own block, uint32 (inside entries,)."""
    inside_net: FloatArray
    """How many each makes or takes (inside entries,)."""

    @property
    def largest(self) -> int:
        """The number of reactions in the largest block."""
        return int(np.diff(self.reaction_start).max(initial=0))


@lru_cache(maxsize=8)
def blocks(crn: Crn) -> Blocks:
    """Return the sweep order of any Crn; time and memory are linear in its stoichiometric entries."""
    n_species = crn.n_species
    rows, reverse = _net_reactions(crn)
    there = reverse != ONE_WAY
    net, ahead = crn.net[rows], crn.reactants[rows]
    back = sparse.diags_array(there.astype(np.int64), dtype=np.int64) @ crn.products[rows]
    used = (ahead + back).tocsr()
    reaction_block, n_blocks = _reaction_blocks(net, used)
    row_order = np.argsort(reaction_block, kind="stable")
    species_block = _first_use(used, reaction_block, n_blocks)
    column_order = np.argsort(species_block, kind="stable")
    place = np.empty(n_species, dtype=np.int64)
    place[column_order] = np.arange(n_species)
    edges = np.arange(n_blocks + 1)
    sides = sparse.hstack([ahead[row_order], back[row_order]], format="csr")
    sides.sort_indices()
    slot_species = np.repeat(place[sides.indices % n_species], sides.data)
    slot_start = np.concatenate([[0], np.cumsum(np.asarray(sides.sum(axis=1)).ravel())])
    reversible = np.flatnonzero(there[row_order])
    change = net[row_order].T.tocsr()[column_order]
    owner = np.repeat(species_block[column_order], np.diff(change.indptr))
    inside = reaction_block[row_order][change.indices] == owner
    up, own = _part(change, ~inside), _part(change, inside)
    return Blocks(
        reactions=rows[row_order],
        species=column_order,
        reaction_start=np.searchsorted(reaction_block[row_order], edges),
        species_start=np.searchsorted(species_block[column_order], edges),
        rates=np.asarray(crn.rates[rows][row_order]),
        slot_start=slot_start.astype(np.int64),
        slot_species=slot_species.astype(np.uint32),
        reversible=np.append(reversible, len(rows)),
        back_start=(slot_start[:-1] + np.asarray(ahead[row_order].sum(axis=1)).ravel())[reversible],
        back_rates=np.asarray(crn.rates[reverse[row_order][reversible]]),
        upstream_start=up[0],
        upstream=up[1],
        upstream_net=up[2],
        inside_start=own[0],
        inside=own[1],
        inside_net=own[2],
    )


def _net_reactions(crn: Crn) -> tuple[IntArray, IntArray]:
    """Return the rows to keep, and for each the row that exactly reverses it, or :data:`ONE_WAY`; both (reactions,)."""
    reverse = np.full(crn.n_reactions, ONE_WAY, dtype=np.int64)
    marks = np.random.default_rng(0).integers(-(2**62), 2**62, crn.n_species)  # sums of marks tell sides apart
    left, right = crn.reactants @ marks, crn.products @ marks  # wrapping around does no harm
    ahead, back = np.flatnonzero(left < right), np.flatnonzero(left > right)
    key, first = np.unique(3 * left[ahead] + right[ahead], return_index=True)
    back_key, back_first = np.unique(3 * right[back] + left[back], return_index=True)
    _, place, back_place = np.intersect1d(key, back_key, assume_unique=True, return_indices=True)
    one, other = ahead[first[place]], back[back_first[back_place]]
    differs = abs(crn.reactants[one] - crn.products[other]) + abs(crn.products[one] - crn.reactants[other])
    same = np.asarray(differs.sum(axis=1)).ravel() == 0
    reverse[one[same]] = other[same]
    rows = np.setdiff1d(np.arange(crn.n_reactions), other[same])
    return rows, reverse[rows]


def _reaction_blocks(net: Sparse, used: Sparse) -> tuple[IntArray, int]:
    """Return the block of each reaction, upstream first, and how many blocks there are."""
    graph = sparse.block_array([[None, net.astype(bool)], [used.T.astype(bool), None]], format="csr")
    found = components(graph.indptr.astype(np.int64), graph.indices.astype(np.int64))[: net.shape[0]]
    parts, block = np.unique(-found, return_inverse=True)
    return block.astype(np.int64).ravel(), len(parts)


def _first_use(used: Sparse, reaction_block: IntArray, n_blocks: int) -> IntArray:
    """Return the first block with each species as a reactant; the number of blocks where there is none."""
    users = used.T.tocsr()
    first = np.full(used.shape[1], n_blocks, dtype=np.int64)
    taken = np.flatnonzero(np.diff(users.indptr))
    if len(taken):
        first[taken] = np.minimum.reduceat(reaction_block[users.indices], users.indptr[taken])
    return first


def _part(matrix: Sparse, keep: NDArray[np.bool_]) -> tuple[IntArray, Indices, FloatArray]:
    """Return some entries of a csr matrix as pointer, uint32 indices and float64 values."""
    pointer = np.concatenate([[0], np.cumsum(keep)])[matrix.indptr].astype(np.int64)
    return pointer, matrix.indices[keep].astype(np.uint32), matrix.data[keep].astype(np.float64)
