"""Real weights become integers without changing the network, because ReLU is positively homogeneous.

If a layer's weights are c Z with c > 0 and integers Z, then relu(x c Z + b) = c relu(x Z + b / c): the factor moves on
to the next layer, and at the end out of the network, where it scales all outputs alike and leaves every label as it
is. Rational weights clear to integers the same way: {0.5, -1.5} is 0.5 times {1, -3}. Where the units of a ReLU layer
have different factors, each moves into its row of the next layer's weights, which must then be integers up to a factor
in their turn; the factors of the outputs must be equal.

Stored weights are rounded. c Z counts as exact if it agrees with every stored number to within that rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import NetworkError
from dsdcompile.network.network import Layer, Network, WeightSet
from dsdcompile.network.real import RealLayer, RealNetwork

LARGEST = 16
"""Largest integer weight made unless another is asked for: a weight w is w product strands of one reaction."""
ROUNDINGS = 8
"""Rounded operations that may lie behind a stored weight: its own rounding, batch normalisation, a division."""


@final
@dataclass(frozen=True, eq=False)
class Folded:
    """An integer network with the same labels as a real one, and what was done to each layer."""

    network: Network
    notes: tuple[str, ...]
    """One line a layer, and one for the outputs."""
    output_scale: float
    """Outputs of the real network = this times the outputs of the integer network (exactly, unless quantised)."""


def fold(real: RealNetwork, largest: int = LARGEST) -> Folded:
    """Return the integer network that computes what ``real`` does, up to a positive factor of all outputs.

    Raises:
        NetworkError: a layer's weights are not integers up to ``largest`` times a factor; the message names the layer.
    """
    layers, notes = [], []
    carried = np.ones(len(real.layers[0].weights))
    for number, layer in enumerate(real.layers, start=1):
        last = number == len(real.layers)
        weights = carried[:, None] * layer.weights
        tolerance = ROUNDINGS * real.precision
        found = common_factor(weights, largest, tolerance)
        if found is None and not last:
            found = _factors(weights, largest, tolerance)
        if found is None:
            raise NetworkError(_refusal(number, layer, weights, largest, last))
        factor, integers = found
        layers.append(Layer(integers, layer.biases / factor, layer.activation))
        notes.append(f"layer {number} ({layer.name}): {_describe(factor, integers)}; folded away exactly")
        carried = np.broadcast_to(factor, (weights.shape[1],))
    return finished(real, layers, notes, float(carried[0]))


def finished(real: RealNetwork, layers: list[Layer], notes: list[str], scale: float) -> Folded:
    """Return a folded network with the input scaling of the real one and a note on its outputs."""
    plain = bool((real.input_scale == 1).all() and (real.input_shift == 0).all())
    network = Network(
        tuple(layers),
        weight_set_of(layers),
        scale_mean=None if plain else -real.input_shift / real.input_scale,
        scale_deviation=None if plain else 1.0 / real.input_scale,
    )
    notes = [*notes, f"outputs: those of the original are {scale:.9g} times these; labels are the same"]
    return Folded(network, tuple(notes), scale)


def common_factor(weights: FloatArray, largest: int, tolerance: float) -> tuple[FloatArray, IntArray] | None:
    """Return c > 0 (1,) and integers Z up to ``largest`` with weights = c Z within a relative tolerance, or None.

    The smallest integers are found: the smallest weight is tried as 1 c, 2 c, ...

    >>> common_factor(np.array([[0.5, -1.5], [0.0, 1.0]]), 16, 1e-7)[1].tolist()
    [[1, -3], [0, 2]]
    """
    sizes = np.unique(np.abs(weights[weights != 0]))
    if not len(sizes):
        return np.ones(1), np.zeros(weights.shape, dtype=np.int64)
    for count in range(1, largest + 1):
        factor = sizes[0] / count
        if sizes[-1] > (largest + 0.5) * factor:
            return None
        if (np.abs(np.round(sizes / factor) * factor - sizes) <= tolerance * sizes).all():
            return np.array([factor]), np.round(weights / factor).astype(np.int64)
    return None


def _factors(weights: FloatArray, largest: int, tolerance: float) -> tuple[FloatArray, IntArray] | None:
    """Return a factor a unit (units,) and the integers, or None."""
    columns = [common_factor(column, largest, tolerance) for column in weights.T]
    found = [column for column in columns if column is not None]
    if len(found) < len(columns):
        return None
    return np.array([factor[0] for factor, _ in found]), np.stack([integers for _, integers in found], axis=1)


def weight_set_of(layers: list[Layer]) -> WeightSet:
    """Return the smallest weight set that has all weights of some layers."""
    values = np.unique(np.concatenate([layer.weights.ravel() for layer in layers]))
    if np.abs(values).max() > 1:
        return "integer"
    return "ternary" if (values == 0).any() else "binary"


def _describe(factor: FloatArray, integers: IntArray) -> str:
    values = np.unique(integers)
    listed = (
        "{" + ", ".join(f"{v:+d}" if v else "0" for v in values[:7].tolist()) + (", ...}" if len(values) > 7 else "}")
    )
    if len(factor) == 1:
        return f"weights are {factor[0]:.9g} times {listed}"
    return f"weights are {listed} times a factor a unit, from {factor.min():.6g} to {factor.max():.6g}"


def _refusal(number: int, layer: RealLayer, weights: FloatArray, largest: int, last: bool) -> str:
    different = len(np.unique(np.abs(weights[weights != 0])))
    units = "" if not last or _factors(weights, largest, 1e-6) is None else "; each output has a factor of its own"
    return (
        f"layer {number} ({layer.name}): its weights have {different} different magnitudes that are not integers up to "
        f"{largest} times one factor{units}; allow larger integers, or quantise it"
    )
