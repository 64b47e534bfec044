"""Annealing chains as pieces of work: any executor runs them; what is finished is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import final

import numpy as np

from dsdcompile.crn.matrices import BoolArray, FloatArray, IntArray
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.small.draws import seeded
from dsdcompile.passes.small.price import Tables
from dsdcompile.train.annealing import anneal, errors_and_loss

HEAT = (0.02, 0.0005)
"""Temperatures: three examples of 150 at the beginning, a tenth of one at the end."""


@final
@dataclass(frozen=True, eq=False)
class Examples:
    """What chains learn from."""

    inputs: FloatArray
    """Scaled (inputs, examples)."""
    labels: IntArray
    lowest: FloatArray
    """Smallest value of each input (inputs,)."""


@final
@dataclass(frozen=True, eq=False)
class Chain:
    """One chain: everything that its result depends on."""

    widths: tuple[int, ...]
    examples: Examples
    shifted: bool
    tables: Tables
    largest: int
    strand_price: float
    """Energy a strand; one is all examples wrong."""
    steps: int
    most_strands: int
    seed: int

    @property
    def digest(self) -> str:
        """A hash of all content."""
        words = (self.widths, self.shifted, self.largest, self.strand_price, self.steps, self.most_strands, self.seed)
        total = hashlib.sha256(repr((words, self.tables.most)).encode())
        arrays = (self.examples.inputs, self.examples.labels, self.examples.lowest, *self.tables[1:])
        for array in arrays:
            total.update(repr(array.shape).encode() + np.ascontiguousarray(array).tobytes())
        return total.hexdigest()

    def run(self) -> FloatArray:
        """Return for each number of strands: errors (-1: none met), loss, weights, biases (strands, 2 + parameters)."""
        examples = self.examples
        errors, loss, weights, biases = anneal(
            np.array(self.widths, dtype=np.int64),
            np.array(examples.inputs),
            np.array(examples.labels),
            np.array(examples.lowest),
            self.shifted,
            self.tables,
            self.largest,
            self.strand_price,
            self.steps,
            HEAT,
            self.most_strands,
            seeded(self.seed),
        )
        return np.concatenate([errors[:, None], loss[:, None], weights, biases], axis=1)


@final
@dataclass(frozen=True, eq=False)
class Candidate:
    """A network that a chain met."""

    strands: int
    errors: int
    """Training examples not labelled right by a margin."""
    loss: float
    layers: tuple[Layer, ...]

    @property
    def key(self) -> tuple[int, float]:
        """What training compares: smaller is better."""
        return self.errors, self.loss

    def judged(self, examples: Examples) -> tuple[int, float]:
        """Return errors and loss over other examples."""
        outputs = Network(self.layers, "integer")(examples.inputs.T).T
        wrong, loss = errors_and_loss(np.ascontiguousarray(outputs), np.array(examples.labels))
        return int(wrong), float(loss)


def candidates(chain: Chain, met: FloatArray) -> list[Candidate]:
    """Return the networks of a chain's result, by ascending strands."""
    found = []
    for strands in np.flatnonzero(met[:, 0] >= 0).tolist():
        row = met[strands]
        found.append(Candidate(strands, int(row[0]), float(row[1]), _layers(chain.widths, row[2:])))
    return found


def _layers(widths: tuple[int, ...], row: FloatArray) -> tuple[Layer, ...]:
    """Return the layers of a row of weights and biases, without hidden units that lead nowhere or never change."""
    shapes = list(pairwise(widths))
    weights, biases, at = [], [], 0
    for before, after in shapes:
        weights.append(row[at : at + before * after].reshape(before, after).astype(np.int64))
        at += before * after
    for _, after in shapes:
        biases.append(row[at : at + after])
        at += after
    for layer in range(len(shapes) - 2, -1, -1):
        used: BoolArray = np.asarray(weights[layer + 1].any(axis=1))
        used[0] |= not used.any()  # a layer keeps a unit
        weights[layer], biases[layer] = weights[layer][:, used], biases[layer][used]
        weights[layer + 1] = weights[layer + 1][used]
    last = len(shapes) - 1
    return tuple(
        Layer(w, b, "linear" if number == last else "relu")
        for number, (w, b) in enumerate(zip(weights, biases, strict=True))
    )
