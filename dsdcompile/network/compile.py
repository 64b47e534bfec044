"""Algorithm 1 of the paper: a ReLU network becomes a rate-independent CRN.

Species of layer l (the first layer that computes is 1), unit j, rails p (plus) and n (minus)::

    X3p X3n         input 3
    I1_5p I1_5n     weighted sum into unit 5 of a ReLU layer
    M1_5            the one intermediate of its ReLU module
    H1_5p H1_5n     output of the unit; of the last layer: the network's outputs

Each unit of the previous layer gives one reaction a rail, ``Hp -> products`` with the weights as signed counts; each
ReLU adds ``Ip -> M + Hp`` and ``M + In -> Hn`` (paper, reactions 1 and 2). Biases are initial concentrations.
The slips of the printed algorithm are corrected as the package README says.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse, frozen_ints
from dsdcompile.network.network import Layer, Network


class _Species:
    """Names handed out in blocks; a block of pairs is an index table (values, 2)."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pairs(self, stem: str, count: int) -> IntArray:
        first = len(self.names)
        self.names += [f"{stem}{unit}{rail}" for unit in range(1, count + 1) for rail in "pn"]
        return np.arange(first, first + 2 * count, dtype=np.int64).reshape(count, 2)

    def single(self, stem: str, count: int) -> IntArray:
        first = len(self.names)
        self.names += [f"{stem}{unit}" for unit in range(1, count + 1)]
        return np.arange(first, first + count, dtype=np.int64)


class _Triplets:
    """Counts (row, column, count) collected in blocks and summed into one sparse matrix."""

    def __init__(self) -> None:
        self.rows: list[IntArray] = []
        self.columns: list[IntArray] = []
        self.counts: list[IntArray] = []

    def add(self, rows: IntArray, columns: IntArray, counts: IntArray | None = None) -> None:
        rows, columns = np.broadcast_arrays(rows, columns)
        self.rows.append(rows.ravel())
        self.columns.append(columns.ravel())
        self.counts.append(np.ones(rows.size, dtype=np.int64) if counts is None else counts.ravel())

    def matrix(self, shape: tuple[int, int]) -> Sparse:
        triplet = (np.concatenate(self.counts), (np.concatenate(self.rows), np.concatenate(self.columns)))
        return sparse.coo_array(triplet, shape=shape).tocsr()


def compile_network(network: Network) -> Crn:
    """Compile a network into a CRN whose limit equals the network's output for every input (paper, Algorithm 1).

    A weight w becomes |w| copies of the product, on the rail of its sign; a zero weight none. All rate constants
    are 1. IRIS 4-8-3 gives 40 reactions, 196-512-512-10 gives 4,488.
    """
    species, reactants, products = _Species(), _Triplets(), _Triplets()
    biases: list[tuple[IntArray, FloatArray]] = []
    inputs = before = species.pairs("X", network.n_inputs)
    pairs = [inputs]
    rows = 0
    for number, layer in enumerate(network.layers, start=1):
        units = layer.weights.shape[1]
        relu = layer.activation == "relu"
        sums = species.pairs(f"I{number}_" if relu else f"H{number}_", units)
        rows = _weigh(layer, before, sums, rows, reactants, products)
        biases.append((sums, layer.biases))
        pairs.append(sums)
        before = sums
        if relu:
            middle = species.single(f"M{number}_", units)
            before = species.pairs(f"H{number}_", units)
            pairs.append(before)
            first = rows + 2 * np.arange(units, dtype=np.int64)
            reactants.add(first, sums[:, 0])
            products.add(first, middle)
            products.add(first, before[:, 0])
            reactants.add(first + 1, middle)
            reactants.add(first + 1, sums[:, 1])
            products.add(first + 1, before[:, 1])
            rows += 2 * units
    shape = (rows, len(species.names))
    return Crn(
        species=tuple(species.names),
        reactants=reactants.matrix(shape),
        products=products.matrix(shape),
        rates=np.ones(rows),
        initial=_start(biases, len(species.names)),
        inputs=inputs,
        outputs=before,
        pairs=frozen_ints(np.concatenate(pairs)),
        offsets=np.zeros(len(inputs)),
    )


def _weigh(
    layer: Layer, before: IntArray, after: IntArray, rows: int, reactants: _Triplets, products: _Triplets
) -> int:
    """Add the two reactions of each unit of the previous layer; return the next free row."""
    source, target = np.nonzero(layer.weights)
    weight = layer.weights[source, target]
    crossed = (weight < 0).astype(np.int64)
    for rail in (0, 1):
        each = rows + 2 * np.arange(len(before), dtype=np.int64) + rail
        reactants.add(each, before[:, rail])
        products.add(rows + 2 * source + rail, after[target, crossed ^ rail], np.abs(weight))
    return rows + 2 * len(before)


def _start(biases: list[tuple[IntArray, FloatArray]], count: int) -> FloatArray:
    initial = np.zeros(count)
    for rails, bias in biases:
        initial[rails[:, 0]] = np.maximum(bias, 0.0)
        initial[rails[:, 1]] = np.maximum(-bias, 0.0)
    return initial
