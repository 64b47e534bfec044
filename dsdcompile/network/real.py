"""A network as other programs store it: real weights, batch normalisation, separate ReLUs; brought to plain layers.

Everything here keeps the function that the network computes. A step that scales and shifts each unit (batch
normalisation at inference, a multiplication by constants) is absorbed by the weights next to it::

    x W + b, then s z + t    =    x (W diag(s)) + (b s + t)
    s z + t, then x W + b    =    x (diag(s) W) + (t W + b)

and one before the first weights becomes the network's input scaling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.errors import NetworkError
from dsdcompile.network.network import Activation


@final
@dataclass(frozen=True, eq=False)
class Affine:
    """``x @ weights + biases``."""

    name: str
    weights: FloatArray
    """Real weights (units before, units)."""
    biases: FloatArray
    """Biases (units,)."""


@final
@dataclass(frozen=True, eq=False)
class PerUnit:
    """``x * scale + shift`` for each unit."""

    name: str
    scale: FloatArray
    """Factor of each unit (units,) or of all (1,)."""
    shift: FloatArray
    """What is added to each unit (units,) or to all (1,)."""


@final
@dataclass(frozen=True)
class Relu:
    """``max(x, 0)``."""

    name: str


Step = Affine | PerUnit | Relu


@final
@dataclass(frozen=True, eq=False)
class RealLayer:
    """``activation(x @ weights + biases)`` with real weights."""

    name: str
    weights: FloatArray
    """Real weights (units before, units)."""
    biases: FloatArray
    """Biases (units,)."""
    activation: Activation

    def __post_init__(self) -> None:
        """Freeze the arrays and check them."""
        for field in ("weights", "biases"):
            array = frozen_floats(getattr(self, field))
            if not np.isfinite(array).all():
                raise NetworkError(f"layer {self.name}: {field}: not all finite numbers")
            object.__setattr__(self, field, array)
        if self.weights.ndim != 2 or self.biases.shape != self.weights.shape[1:]:
            raise NetworkError(
                f"layer {self.name}: weights of shape {self.weights.shape}, biases of {self.biases.shape}"
            )


@final
@dataclass(frozen=True, eq=False)
class RealNetwork:
    """Plain layers with real weights, after an input scaling."""

    layers: tuple[RealLayer, ...]
    precision: float
    """Relative rounding error of the stored numbers: 2^-24 for float32."""
    input_scale: FloatArray
    """Factor of each raw input (inputs,)."""
    input_shift: FloatArray
    """Added after the factor (inputs,)."""

    def __call__(self, inputs: ArrayLike) -> FloatArray:
        """Return outputs (examples, outputs) for raw inputs (examples, inputs)."""
        values = np.atleast_2d(np.asarray(inputs, dtype=np.float64)) * self.input_scale + self.input_shift
        for layer in self.layers:
            values = values @ layer.weights + layer.biases
            if layer.activation == "relu":
                values = np.maximum(values, 0.0)
        return values


def plain_layers(steps: list[Step], precision: float) -> RealNetwork:
    """Return the plain layers that compute what ``steps`` do, in order.

    Raises:
        NetworkError: shapes do not chain, a step has no weights to be absorbed by, or a number is not finite; the
            message names the step.
    """
    first = next((i for i, step in enumerate(steps) if isinstance(step, Affine)), None)
    if first is None:
        raise NetworkError("no layer with weights")
    scale, shift = _input_scaling(steps[:first], steps[first])
    layers: list[RealLayer] = []
    waiting: tuple[FloatArray, FloatArray, str] | None = None
    for step in steps[first:]:
        if isinstance(step, Affine):
            weights, biases = step.weights, step.biases
            if layers and layers[-1].weights.shape[1] != len(weights):
                raise NetworkError(
                    f"{layers[-1].name} has {layers[-1].weights.shape[1]} units, but {step.name} takes {len(weights)}"
                )
            if waiting is not None:
                factor, added = (np.broadcast_to(part, (len(weights),)) for part in waiting[:2])
                weights, biases = factor[:, None] * weights, added @ weights + biases
                waiting = None
            layers.append(RealLayer(step.name, weights, biases, "linear"))
        elif isinstance(step, Relu):
            if waiting is not None or layers[-1].activation == "relu":
                raise NetworkError(f"{step.name}: a ReLU must follow a layer with weights")
            layers[-1] = RealLayer(layers[-1].name, layers[-1].weights, layers[-1].biases, "relu")
        else:
            units = layers[-1].weights.shape[1]
            if {step.scale.shape, step.shift.shape} - {(1,), (units,)}:
                raise NetworkError(f"{step.name}: {step.scale.shape} and {step.shift.shape} numbers for {units} units")
            if layers[-1].activation == "relu":
                before = waiting or (np.ones(1), np.zeros(1), step.name)
                waiting = (before[0] * step.scale, before[1] * step.scale + step.shift, step.name)
            else:
                last = layers[-1]
                layers[-1] = RealLayer(
                    last.name, last.weights * step.scale, last.biases * step.scale + step.shift, "linear"
                )
    if waiting is not None:
        raise NetworkError(f"{waiting[2]}: scales the outputs of a ReLU, and no weights follow to absorb it")
    return RealNetwork(tuple(layers), precision, scale, shift)


def _input_scaling(steps: list[Step], first: Step) -> tuple[FloatArray, FloatArray]:
    assert isinstance(first, Affine), "the first step with weights"
    inputs = len(first.weights)
    scale, shift = np.ones(inputs), np.zeros(inputs)
    for step in steps:
        if not isinstance(step, PerUnit):
            raise NetworkError(f"{step.name}: a ReLU before the first layer with weights")
        if {step.scale.shape, step.shift.shape} - {(1,), (inputs,)}:
            raise NetworkError(f"{step.name}: {step.scale.shape} and {step.shift.shape} numbers for {inputs} inputs")
        scale, shift = scale * step.scale, shift * step.scale + step.shift
    if not (scale > 0).all():
        raise NetworkError(f"{steps[-1].name}: an input is scaled by a number that is not positive")
    return frozen_floats(scale), frozen_floats(shift)
