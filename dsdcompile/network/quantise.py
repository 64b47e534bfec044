"""Real weights become the nearest integers, layer by layer: for networks that cannot be folded exactly.

Each layer's weights W are replaced by c Z with Z in the weight set and c > 0 least-squares optimal: c = mean |W| and
Z = sign(W) for binary weights; a threshold of 0.7 mean |W| for ternary ones (Li, Zhang, Liu 2016, equations 4 to 6);
for integers the best of a grid of factors. The factors then fold away as in :mod:`dsdcompile.network.fold`. Labels can
change: the caller must compare accuracies.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.network.fold import Folded, common_factor, finished
from dsdcompile.network.network import Layer, WeightSet
from dsdcompile.network.real import RealNetwork

GRID = 64
"""Factors tried for integer weights."""


def quantise(real: RealNetwork, weight_set: WeightSet, largest: int) -> Folded:
    """Return the integer network nearest to ``real``; layers that are in the weight set already stay exact.

    Args:
        real: The network.
        weight_set: Which integers are allowed.
        largest: For ``integer``, the largest magnitude.
    """
    layers, notes = [], []
    carried = 1.0
    for number, layer in enumerate(real.layers, start=1):
        factor, integers = nearest(layer.weights, weight_set, largest, real.tolerance)
        carried *= factor
        error = np.abs(factor * integers - layer.weights)
        share = float(np.sqrt((error**2).sum() / max((layer.weights**2).sum(), 1e-300)))
        layers.append(Layer(integers, layer.biases / carried, layer.activation))
        notes.append(
            f"layer {number} ({layer.title}): quantised to {factor:.6g} times integers up to {np.abs(integers).max()}, "
            f"relative error {share:.3g}"
        )
    notes.append(f"outputs: those of the original are about {carried:.6g} times these; labels can differ")
    return finished(real, layers, notes, carried)


def nearest(weights: FloatArray, weight_set: WeightSet, largest: int, tolerance: float) -> tuple[float, IntArray]:
    """Return the factor and the integers of a weight set nearest to ``weights`` in the least-squares sense.

    Weights that are in the set already, to a relative ``tolerance``, are found exactly.
    """
    most = largest if weight_set == "integer" else 1
    exact = common_factor(weights, most, tolerance)
    if exact is not None and (weight_set != "binary" or exact[1].all()):
        return float(exact[0][0]), exact[1]
    size = np.abs(weights)
    if weight_set == "binary":
        return _fitted(weights, np.where(weights >= 0, 1, -1))
    if weight_set == "ternary":
        return _fitted(weights, np.where(size > 0.7 * size.mean(), np.sign(weights), 0).astype(np.int64))
    tried = []
    for factor in size.max() / largest * np.linspace(0.3, 1.0, GRID):
        rounded = np.clip(np.round(weights / factor), -largest, largest).astype(np.int64)
        fit = _fitted(weights, rounded)
        tried.append((float(((fit[0] * rounded - weights) ** 2).sum()), fit))
    return min(tried, key=lambda entry: entry[0])[1]


def _fitted(weights: FloatArray, integers: IntArray) -> tuple[float, IntArray]:
    """Return the least-squares factor of given integers."""
    return float((weights * integers).sum() / (integers**2).sum()), integers
