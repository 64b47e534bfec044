"""Mass action: how fast every concentration changes, and how that depends on every concentration.

Convention: a reaction with rate constant k and reactants A (n times), B (m times) has rate k * [A]^n * [B]^m. There
are no factorials: 2A -> B with k = 1 consumes A at 2 [A]^2. (Stochastic simulation takes A (A - 1) for [A]^2, so that
its mean tends to this; see :mod:`dsdcompile.simulate.ssa`.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse


@final
@dataclass(frozen=True, eq=False)
class MassAction:
    """The ordinary differential equation of a Crn, arranged for vectorised evaluation."""

    rates: FloatArray
    """Rate constants (reactions,)."""
    slots: IntArray
    """Reactant species, each as often as it is used, padded with ``species`` (reactions, slots)."""
    change: Any
    """Net stoichiometry transposed, float64 csr (species, reactions)."""
    pattern: Sparse
    """The Jacobian's sparsity pattern: csc (species, species), entries all 1."""
    spread: Any
    """Float64 csr (entries of the pattern, reactions * slots): from slot derivatives to Jacobian entries."""

    @classmethod
    def of(cls, crn: Crn) -> MassAction:
        """Arrange the equations of ``crn``; memory is linear in net entries times reactants a reaction."""
        slots = _slots(crn)
        pattern, spread = _jacobian_map(crn, slots)
        change = crn.net.T.tocsr().astype(np.float64)
        return cls(np.asarray(crn.rates), slots, change, pattern, spread)

    def velocities(self, states: FloatArray) -> FloatArray:
        """Return reaction rates (..., reactions) at states (..., species)."""
        return np.asarray(self.rates * self._gather(states).prod(axis=-1))

    def derivative(self, states: FloatArray) -> FloatArray:
        """Return time derivatives (..., species) at states (..., species)."""
        flow = self.velocities(states)
        if flow.ndim == 1:
            return np.asarray(self.change @ flow)
        rows = flow.reshape(int(np.prod(flow.shape[:-1])), flow.shape[-1])
        return np.asarray((self.change @ rows.T).T.reshape(states.shape))

    def slot_derivatives(self, state: FloatArray) -> FloatArray:
        """Return the derivative of each reaction's rate by each of its reactant slots (reactions, slots)."""
        values = self._gather(state)
        found = np.empty_like(values)
        for slot in range(values.shape[1]):
            found[:, slot] = self.rates * np.delete(values, slot, axis=1).prod(axis=1)
        found[self.slots == self.change.shape[0]] = 0.0
        return found

    def entries(self, state: FloatArray) -> FloatArray:
        """Return the Jacobian's entries in the order of ``pattern`` (entries,) at one state (species,)."""
        return np.asarray(self.spread @ self.slot_derivatives(state).ravel())

    def jacobian(self, state: FloatArray) -> Any:
        """Return the analytic Jacobian at one state (species,), float64 csc (species, species)."""
        shape = self.pattern.shape
        return sparse.csc_array((self.entries(state), self.pattern.indices, self.pattern.indptr), shape=shape)

    def _gather(self, states: FloatArray) -> FloatArray:
        ones = np.ones((*states.shape[:-1], 1))
        return np.asarray(np.concatenate([states, ones], axis=-1)[..., self.slots])


def _slots(crn: Crn) -> IntArray:
    """Return the reactant species of each reaction, repeated by multiplicity, padded with n_species."""
    counts = crn.reactants
    size = np.asarray(counts.sum(axis=1)).ravel()
    slots = np.full((crn.n_reactions, max(1, int(size.max(initial=0)))), crn.n_species, dtype=np.int64)
    rows = np.repeat(np.repeat(np.arange(crn.n_reactions), np.diff(counts.indptr)), counts.data)
    first = np.concatenate([[0], np.cumsum(size)])
    slots[rows, np.arange(len(rows)) - first[rows]] = np.repeat(counts.indices, counts.data)
    return slots


def _jacobian_map(crn: Crn, slots: IntArray) -> tuple[Sparse, Any]:
    """Return the Jacobian's pattern, and the matrix from slot derivatives to its entries."""
    net, width = crn.net, slots.shape[1]
    each = np.diff(net.indptr)
    entry_row = np.repeat(np.arange(crn.n_reactions), each)
    rows = np.tile(net.indices, width)
    columns = np.concatenate([slots[entry_row, slot] for slot in range(width)])
    sources = np.concatenate([entry_row * width + slot for slot in range(width)])
    weights = np.tile(net.data, width).astype(np.float64)
    real = columns < crn.n_species
    rows, columns, sources, weights = rows[real], columns[real], sources[real], weights[real]
    keys, place = np.unique(columns * crn.n_species + rows, return_inverse=True)
    shape = (crn.n_species, crn.n_species)
    pointer = np.searchsorted(keys // max(1, crn.n_species), np.arange(crn.n_species + 1))
    pattern = sparse.csc_array((np.ones(len(keys)), keys % max(1, crn.n_species), pointer), shape=shape)
    spread = sparse.coo_array((weights, (place, sources)), shape=(len(keys), crn.n_reactions * width)).tocsr()
    return pattern, spread
