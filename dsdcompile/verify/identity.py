"""A proof, for all inputs at once, that a CRN computes a network: both as expressions in the same unknowns.

In a noncompetitive feed-forward CRN every reaction fires until the scarcest reactant is gone, so in topological order

* a reaction with one reactant fires as often as that is supplied: a sum of inputs and earlier firings,
* a reaction with two fires min(P, N) = P - relu(P - N) = N - relu(N - P) times, with P and N such sums: it is a sum
  once relu(P - N) has a name.

The network gives the names: its hidden unit relu(z) is named by the integer coefficients of z in inputs and earlier
units, the first of them positive (relu(z) = z + relu(-z) otherwise). The CRN computes the network if every P - N is the
z of some unit or its negative, depends on inputs through x = x+ - x- only, and every output's plus minus minus rail is
the network's. Coefficients are integers, compared for
equality; constants are biases, whose sums may round.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy import sparse

from dsdcompile.crn.analysis import levels
from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.limit import has_limit, limit
from dsdcompile.crn.matrices import BoolArray, FloatArray, IntArray, Sparse, frozen_sparse
from dsdcompile.verify.verdict import Check, Outcome, Relation, Witness

LARGEST = 2**53
"""Coefficients beyond this are not exact."""
ROUNDING = 1e-12
"""How far constants may be apart, relative to the sum of all biases and 1."""
TRIED = 64
"""Random inputs tried for a counterexample where no proof is found."""


@final
@dataclass(frozen=True, eq=False)
class Affine:
    """A layer as plain data: ``relu(x @ weights + biases)``, or without relu."""

    weights: IntArray
    """(units before, units)."""
    biases: FloatArray
    """(units,)."""
    relu: bool


def identity_check(name: str, crn: Crn, layers: Sequence[Affine]) -> Check:
    """Check that a CRN's limit is the network's output for every input.

    Proved by comparing expressions; refuted only by an input for which the outputs differ; else undecided.
    """
    if not has_limit(crn):
        return Check(name, Outcome.UNDECIDED, "the CRN has no limit that is independent of rates")
    proof = _Expressions(crn, layers)
    reason = proof.run()
    if reason is None:
        return Check(
            name,
            Outcome.PROVED,
            f"for all inputs: {proof.units} ReLU units and {len(crn.outputs)} outputs are the same expressions, "
            f"coefficients equal, constants within {proof.apart:.1e}",
            shows=Relation.SAME_LIMIT,
        )
    return _counterexample(name, crn, layers) or Check(name, Outcome.UNDECIDED, reason)


class _Expressions:
    """The network's and the CRN's values as integer rows over unknowns, and constants.

    Unknowns are the rails x1+, x1-, x2+, ... and then the relu of each hidden unit.
    """

    def __init__(self, crn: Crn, layers: Sequence[Affine]) -> None:
        self.crn, self.layers = crn, layers
        self.inputs = len(crn.inputs)
        self.hidden = sum(len(layer.biases) for layer in layers if layer.relu)
        self.width = 2 * self.inputs + self.hidden
        self.slack = ROUNDING * (1.0 + float(np.abs(crn.initial).sum()))
        self.named: dict[bytes, list[tuple[float, int]]] = {}
        self.units = 0
        self.apart = 0.0

    def run(self) -> str | None:
        """Return why the two cannot be shown to be equal, or None if they are."""
        if self.layers[0].weights.shape[0] != self.inputs or len(self.layers[-1].biases) != len(self.crn.outputs):
            return "the CRN has another number of inputs or outputs"
        wanted, constants = self.network()
        fired = self.firings()
        if isinstance(fired, str):
            return fired
        rows, fixed = fired
        sides = [self.state(rows, fixed, self.crn.outputs[:, rail]) for rail in (0, 1)]
        found = (sides[0][0] - sides[1][0]).tocsr()
        if abs(found).max() > LARGEST:
            return "a coefficient is too large to be exact"
        values, odd = self.by_value(found)
        if odd is not None:
            return f"an output depends on both rails of input {odd + 1} separately"
        different = np.flatnonzero(np.asarray(abs(values - wanted).sum(axis=1)).ravel())
        if len(different):
            return f"output {int(different[0]) + 1} is another expression of inputs and units than the network's"
        apart = np.abs(sides[0][1] - sides[1][1] - constants)
        self.apart = max(self.apart, float(apart.max(initial=0.0)))
        if self.apart > self.slack:
            return f"output {int(apart.argmax()) + 1} has another constant than the network's, by {apart.max():.3g}"
        return None

    def network(self) -> tuple[Sparse, FloatArray]:
        """Name every hidden unit; return the outputs as rows (outputs, unknowns) and constants."""
        pick = np.arange(self.inputs)
        value = sparse.csr_array((np.ones(self.inputs, np.int64), (pick, 2 * pick)), shape=(self.inputs, self.width))
        constant = np.zeros(self.inputs)
        free = 2 * self.inputs
        for layer in self.layers:
            weights = sparse.csr_array(layer.weights.T)
            value, constant = (weights @ value).tocsr(), weights @ constant + layer.biases
            if layer.relu:
                value, constant, free = self.rectified(value, constant, free)
        return value, constant

    def rectified(self, value: Sparse, constant: FloatArray, free: int) -> tuple[Sparse, FloatArray, int]:
        """Name relu of each expression z, unknowns from ``free`` on; one that leads with minus is z + relu(-z)."""
        sign = _leading(value)
        known = np.full(len(sign), -1, dtype=np.int64)
        # Units with the same expression are the same unknown.
        for unit, key in enumerate(row_keys(_diagonal(sign) @ value)):
            if sign[unit]:
                level = float(sign[unit] * constant[unit])
                same = self.unit(key, level)
                known[unit] = free + unit if same is None else same
                if same is None:
                    self.named.setdefault(key, []).append((level, free + unit))
        units = _ones(np.flatnonzero(sign), known[sign != 0], (len(sign), self.width))
        fixed = np.where(sign == 0, np.maximum(constant, 0.0), np.where(sign < 0, constant, 0.0))
        return (_diagonal(sign < 0) @ value + units).tocsr(), fixed, free + len(sign)

    def firings(self) -> tuple[Sparse, FloatArray] | str:
        """Return how often each reaction fires (reactions, unknowns) and constants, or why that cannot be said."""
        crn = self.crn
        if abs(crn.net.minimum(0) + crn.reactants).nnz or (crn.reactants.data > 1).any():
            return "a reaction has a catalyst, or uses two of a species: no expression for how often it fires"
        self.start, self.fixed = self.initial()
        rows = sparse.csr_array((crn.n_reactions, self.width), dtype=np.int64)
        fixed = np.zeros(crn.n_reactions)
        size = np.diff(crn.reactants.indptr)
        if (size > 2).any():
            return "a reaction has three reactants"
        for level in levels(crn):
            single, double = level[size[level] == 1], level[size[level] == 2]
            places, blocks = [single], [self.supply(rows, fixed, crn.reactants[single].indices)]
            if len(double):
                pair = crn.reactants[double].indices.reshape(-1, 2)
                block = self.both(double, *(self.supply(rows, fixed, pair[:, side]) for side in (0, 1)))
                if isinstance(block, str):
                    return block
                places.append(double)
                blocks.append(block)
            for place, (block_rows, block_fixed) in zip(places, blocks, strict=True):
                put = sparse.csr_array(
                    (np.ones(len(place), np.int64), (place, np.arange(len(place)))), shape=(crn.n_reactions, len(place))
                )
                rows = (rows + put @ block_rows).tocsr()
                fixed[place] = block_fixed
        return rows, fixed

    def initial(self) -> tuple[Sparse, FloatArray]:
        """Return what is there at the start: inputs (species, unknowns), and biases and offsets (species,)."""
        plus, minus = self.crn.inputs[:, 0], self.crn.inputs[:, 1]
        there = minus != NO_RAIL
        species = np.concatenate([plus, minus[there]])
        unknown = np.concatenate([2 * np.arange(self.inputs), 2 * np.flatnonzero(there) + 1])
        shape = (self.crn.n_species, self.width)
        fixed = np.array(self.crn.initial)
        np.add.at(fixed, plus, self.crn.offsets)
        return sparse.csr_array((np.ones(len(species), np.int64), (species, unknown)), shape=shape), fixed

    def supply(self, rows: Sparse, fixed: FloatArray, species: IntArray) -> tuple[Sparse, FloatArray]:
        """Return all that there ever is of some species, once their makers have fired."""
        made = self.crn.products.tocsc()[:, species].T.tocsr() if len(species) else self.crn.products[:0, :0]
        if not len(species):
            return sparse.csr_array((0, self.width), dtype=np.int64), np.zeros(0)
        return (self.start[species] + made @ rows).tocsr(), self.fixed[species] + made @ fixed

    def state(self, rows: Sparse, fixed: FloatArray, species: IntArray) -> tuple[Sparse, FloatArray]:
        """Return the final amounts of some species (species, unknowns), nothing for a rail that is not there."""
        there = sparse.diags_array((species != NO_RAIL).astype(np.int64), dtype=np.int64).tocsr()
        change = self.crn.net.tocsc()[:, species].T.tocsr()
        value = there @ (self.start[species] + change @ rows)
        return value.tocsr(), there @ (self.fixed[species] + change @ fixed)

    def both(
        self, reactions: IntArray, first: tuple[Sparse, FloatArray], second: tuple[Sparse, FloatArray]
    ) -> tuple[Sparse, FloatArray] | str:
        """Return min(first, second) row by row, as one side minus a unit that the network has."""
        apart, fixed = (first[0] - second[0]).tocsr(), first[1] - second[1]
        values, odd = self.by_value(apart)
        if odd is not None:
            return f"how often {self.name(reactions)} fires depends on both rails of input {odd + 1} separately"
        sign = _leading(values)
        found = np.full(len(reactions), -1, dtype=np.int64)
        for row, key in enumerate(row_keys(_diagonal(sign) @ values)):
            if sign[row]:
                unit = self.unit(key, float(sign[row] * fixed[row]))
                if unit is None:
                    return f"{self.name(reactions[row:])} does not compute a unit of the network"
                found[row] = unit
        self.units += len(reactions)
        units = _ones(np.flatnonzero(sign), found[sign != 0], (len(sign), self.width))
        chosen = _diagonal(sign >= 0) @ first[0] + _diagonal(sign < 0) @ second[0] - units
        constant = np.where(sign > 0, first[1], np.where(sign < 0, second[1], np.minimum(first[1], second[1])))
        return chosen.tocsr(), constant

    def name(self, reactions: IntArray) -> str:
        """Return the first of some reactions as text."""
        return str(self.crn.reaction(int(reactions[0])))

    def unit(self, key: bytes, constant: float) -> int | None:
        """Return the unknown that stands for relu of an expression, if the network has such a unit."""
        for known, unknown in self.named.get(key, ()):
            if abs(known - constant) <= self.slack:
                self.apart = max(self.apart, abs(known - constant))
                return unknown
        return None

    def by_value(self, rows: Sparse) -> tuple[Sparse, int | None]:
        """Return rows in input values, x+ - x- under the name of x+, and an input whose rails do not pair up."""
        minus = self.crn.inputs[:, 1] != NO_RAIL
        plus, other = (rows.tocsc()[:, rail : 2 * self.inputs : 2] for rail in (0, 1))
        kept = sparse.diags_array(minus.astype(np.int64), dtype=np.int64).tocsr()
        left = np.asarray(abs((plus + other) @ kept).sum(axis=0)).ravel()
        if left.any():
            return rows, int(np.flatnonzero(left)[0])
        keep = np.ones(self.width, dtype=np.int64)
        keep[1 : 2 * self.inputs : 2] = 0
        return (rows @ sparse.diags_array(keep, dtype=np.int64)).tocsr(), None


def _diagonal(values: IntArray | BoolArray) -> Sparse:
    return sparse.diags_array(values.astype(np.int64), dtype=np.int64).tocsr()


def _ones(rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> Sparse:
    return sparse.csr_array((np.ones(len(rows), np.int64), (rows, columns)), shape=shape)


def _leading(rows: Sparse) -> IntArray:
    """Return the sign of each row's first nonzero coefficient (rows,), 0 for a row without."""
    rows = frozen_sparse(rows)
    sign = np.zeros(rows.shape[0], dtype=np.int64)
    there = np.flatnonzero(np.diff(rows.indptr))
    sign[there] = np.sign(rows.data[rows.indptr[there]])
    return sign


def row_keys(rows: Sparse) -> list[bytes]:
    """Return each row's nonzero columns and coefficients as a hashable value."""
    rows = frozen_sparse(rows)
    indices, data = rows.indices, rows.data
    ends = rows.indptr.tolist()
    return [indices[a:b].tobytes() + b"|" + data[a:b].tobytes() for a, b in itertools.pairwise(ends)]


def evaluate(layers: Sequence[Affine], inputs: FloatArray) -> FloatArray:
    """Return the outputs (examples, outputs) of layers given as plain data, for inputs (examples, inputs)."""
    values = inputs
    for layer in layers:
        values = values @ layer.weights + layer.biases
        values = np.maximum(values, 0.0) if layer.relu else values
    return values


def _counterexample(name: str, crn: Crn, layers: Sequence[Affine]) -> Check | None:
    """Return a refutation by an input for which CRN and network differ, if random ones show it."""
    if layers[0].weights.shape[0] != len(crn.inputs) or len(layers[-1].biases) != len(crn.outputs):
        return Check(name, Outcome.REFUTED, "the CRN has another number of inputs or outputs than the network")
    inputs = np.random.default_rng(0).normal(scale=2.0, size=(TRIED, len(crn.inputs)))
    single = crn.inputs[:, 1] == NO_RAIL
    inputs[:, single] = np.maximum(inputs[:, single], -crn.offsets[single])
    wanted, found = evaluate(layers, inputs), limit(crn, inputs)
    apart = np.abs(wanted - found).max(axis=1)
    worst = int(apart.argmax())
    if apart[worst] <= 1e-9 * (1.0 + np.abs(wanted).max()):
        return None
    text = ", ".join(f"{x:.4g}" for x in inputs[worst])
    problem = f"input ({text}): network {wanted[worst].round(6).tolist()}, CRN {found[worst].round(6).tolist()}"
    return Check(name, Outcome.REFUTED, problem, (Witness(problem),))
