"""A network as other programs store it: real weights, batch normalisation, separate ReLUs; brought to plain layers.

Everything here keeps the function that the network computes. A step that scales and shifts each unit (batch
normalisation at inference, a multiplication by constants) is absorbed by the weights next to it::

    x W + b, then s z + t    =    x (W diag(s)) + (b s + t)
    s z + t, then x W + b    =    x (diag(s) W) + (t W + b)

and one before the first weights becomes the network's input scaling; the sign of a negative one moves into the weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.errors import NetworkError
from dsdcompile.network.network import Activation

ROUNDINGS = 8
"""Rounded operations that may lie behind a stored weight: its own rounding, batch normalisation, a division."""


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
    absorbed: tuple[str, ...] = ()
    """Names of the steps that scale and shift each unit and are part of the weights now."""

    @property
    def title(self) -> str:
        """The name, and what it has absorbed."""
        return self.name + (f", with {', '.join(self.absorbed)} folded in" if self.absorbed else "")

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
    scaled_by: tuple[str, ...] = ()
    """Names of the steps that are the input scaling now."""

    @property
    def tolerance(self) -> float:
        """Relative deviation of a stored weight that rounding explains."""
        return ROUNDINGS * self.precision

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
    scale, shift, sign = _input_scaling(steps[:first], steps[first])
    layers: list[RealLayer] = []
    waiting: tuple[FloatArray, FloatArray, tuple[str, ...]] | None = None
    for step in steps[first:]:
        if isinstance(step, Affine):
            weights, biases, absorbed = step.weights, step.biases, waiting[2] if waiting else ()
            if not layers:
                weights = sign[:, None] * weights
            if layers and layers[-1].weights.shape[1] != len(weights):
                raise NetworkError(
                    f"{layers[-1].name} has {layers[-1].weights.shape[1]} units, but {step.name} takes {len(weights)}"
                )
            if waiting is not None:
                factor, added = (np.broadcast_to(part, (len(weights),)) for part in waiting[:2])
                weights, biases = factor[:, None] * weights, added @ weights + biases
                waiting = None
            layers.append(RealLayer(step.name, weights, biases, "linear", absorbed))
        elif isinstance(step, Relu):
            if waiting is not None or layers[-1].activation == "relu":
                raise NetworkError(f"{step.name}: a ReLU must follow a layer with weights")
            layers[-1] = replace(layers[-1], activation="relu")
        else:
            units = layers[-1].weights.shape[1]
            if {step.scale.shape, step.shift.shape} - {(1,), (units,)}:
                raise NetworkError(f"{step.name}: {step.scale.shape} and {step.shift.shape} numbers for {units} units")
            if layers[-1].activation == "relu":
                before = waiting or (np.ones(1), np.zeros(1), ())
                waiting = (before[0] * step.scale, before[1] * step.scale + step.shift, (*before[2], step.name))
            else:
                last = layers[-1]
                layers[-1] = replace(
                    last,
                    weights=last.weights * step.scale,
                    biases=last.biases * step.scale + step.shift,
                    absorbed=(*last.absorbed, step.name),
                )
    if waiting is not None:
        raise NetworkError(f"{waiting[2][-1]}: scales the outputs of a ReLU, and no weights follow to absorb it")
    return RealNetwork(tuple(layers), precision, scale, shift, tuple(step.name for step in steps[:first]))


def _input_scaling(steps: list[Step], first: Step) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return a positive factor, a shift, and the sign that moves on into the first weights, each (inputs,)."""
    assert isinstance(first, Affine), "the first step with weights"
    inputs = len(first.weights)
    scale, shift = np.ones(inputs), np.zeros(inputs)
    for step in steps:
        if not isinstance(step, PerUnit):
            raise NetworkError(f"{step.name}: a ReLU before the first layer with weights")
        if {step.scale.shape, step.shift.shape} - {(1,), (inputs,)}:
            raise NetworkError(f"{step.name}: {step.scale.shape} and {step.shift.shape} numbers for {inputs} inputs")
        scale, shift = scale * step.scale, shift * step.scale + step.shift
    if not scale.all():
        raise NetworkError(f"{steps[-1].name}: an input is scaled by zero")
    sign = np.sign(scale)
    return frozen_floats(scale * sign), frozen_floats(shift * sign), sign
