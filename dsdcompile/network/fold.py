"""Real weights become integers without changing the network, because ReLU is positively homogeneous.

If a layer's weights are c Z with c > 0 and integers Z, then relu(x c Z + b) = c relu(x Z + b / c): the factor moves on
to the next layer, and at the end out of the network, where it scales all outputs alike and leaves every label as it
is. Rational weights clear to integers the same way: {0.5, -1.5} is 0.5 times {1, -3}. Where the units of a ReLU layer
have different factors, each moves into its row of the next layer's weights, which must then be integers up to a factor
in their turn; the factors of the outputs must be equal. A unit without incoming weights is a constant: where its
outgoing weights are in the way, it moves into the biases of the next layer.

Stored weights are rounded. c Z counts as exact if it agrees with every stored number to within that rounding. So the
integers must be small enough for rounding to tell them from other numbers: any real number is within 1/2 of an integer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import NetworkError
from dsdcompile.network.network import Layer, Network, WeightSet
from dsdcompile.network.real import RealNetwork

LARGEST = 16
"""Largest integer weight made unless another is asked for: a weight w is w product strands of one reaction."""
CLEAR = 1 / 16
"""Largest deviation from an integer, of the largest weight, that may be laid to rounding."""


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
            Or the numbers are stored too roughly for integers up to ``largest``.
    """
    if largest * real.tolerance > CLEAR:
        raise NetworkError(
            f"its numbers are stored to 1 in {1 / real.precision:.0f}, too roughly to tell integers up to {largest} "
            f"from other weights; integers up to {int(CLEAR / real.tolerance)} can be told"
        )
    layers: list[Layer] = []
    notes: list[str] = []
    carried = np.ones(len(real.layers[0].weights))
    for number, layer in enumerate(real.layers, start=1):
        last = number == len(real.layers)
        weights, biases, moved = carried[:, None] * layer.weights, layer.biases, ""
        found = _fit(weights, largest, real.tolerance, last)
        if found is None and layers:
            weights, biases, moved = _without_constants(layers[-1], weights, biases)
            found = _fit(weights, largest, real.tolerance, last) if moved else None
        if found is None:
            raise NetworkError(_refusal(real, number, weights, largest))
        factor, integers = found
        layers.append(Layer(integers, biases / factor, layer.activation))
        deviation = _deviation(factor * integers, weights)
        rounding = f" (to {deviation:.2g} of each weight: rounding)" if deviation else ""
        notes.append(
            f"layer {number} ({layer.title}): {_describe(factor, integers)}; folded away exactly{rounding}{moved}"
        )
        carried = np.broadcast_to(factor, (weights.shape[1],))
    scale = float(carried[0])
    notes.append(f"outputs: those of the original are {scale:.9g} times these; labels are the same")
    return finished(real, layers, notes, scale)


def finished(real: RealNetwork, layers: list[Layer], notes: list[str], scale: float) -> Folded:
    """Return a folded network with the input scaling of the real one and a note on it."""
    if real.scaled_by:
        notes = [f"inputs: {', '.join(real.scaled_by)} became the scaling of raw inputs", *notes]
    plain = bool((real.input_scale == 1).all() and (real.input_shift == 0).all())
    network = Network(
        tuple(layers),
        weight_set_of(layers),
        scale_mean=None if plain else -real.input_shift / real.input_scale,
        scale_deviation=None if plain else 1.0 / real.input_scale,
    )
    return Folded(network, tuple(notes), scale)


def _without_constants(before: Layer, weights: FloatArray, biases: FloatArray) -> tuple[FloatArray, FloatArray, str]:
    """Return weights and biases that do without the units of the layer before that have no incoming weights.

    ``weights`` are for the integer layer's outputs. The note is empty if there are no such units.
    """
    dead = np.asarray(~before.weights.any(axis=0))
    if not dead.any():
        return weights, biases, ""
    constant = np.maximum(before.biases, 0.0) if before.activation == "relu" else before.biases
    note = f"; constants of units without incoming weights ({dead.sum()}) moved into its biases"
    return np.where(dead[:, None], 0.0, weights), biases + constant[dead] @ weights[dead], note


def _fit(weights: FloatArray, largest: int, tolerance: float, last: bool) -> tuple[FloatArray, IntArray] | None:
    """Return one factor, or where the layer is not the last one a unit, and the integers; or None."""
    found = common_factor(weights, largest, tolerance)
    return _factors(weights, largest, tolerance) if found is None and not last else found


def _deviation(found: FloatArray, weights: FloatArray) -> float:
    """Return the largest relative deviation of weights that are not zero."""
    sizes = np.abs(weights)
    return float((np.abs(found - weights) / np.where(sizes > 0, sizes, 1.0)).max())


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


def _refusal(real: RealNetwork, number: int, weights: FloatArray, largest: int) -> str:
    layer = real.layers[number - 1]
    different = len(np.unique(np.abs(weights[weights != 0])))
    last = number == len(real.layers)
    units = "; each output has a factor of its own" if last and _factors(weights, largest, real.tolerance) else ""
    # Its own weights fit; what the layer before hands on to them does not.
    handed = number > 1 and _fit(layer.weights, largest, real.tolerance, last) is not None
    before = real.layers[number - 2]
    blame = f" once multiplied by the factors of the units of layer {number - 1} ({before.title})" if handed else ""
    return (
        f"layer {number} ({layer.title}): its weights have {different} different magnitudes{blame} that are not "
        f"integers up to {largest} times one factor{units}; allow larger integers, or quantise it"
    )
