"""A trained ReLU network with integer weights, evaluated exactly as its CRN will compute it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, final

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats, frozen_ints
from dsdcompile.errors import NetworkError

Activation = Literal["relu", "linear"]
WeightSet = Literal["binary", "ternary", "integer"]
_BOUND: Mapping[str, tuple[int, ...] | None] = {"binary": (-1, 1), "ternary": (-1, 0, 1), "integer": None}


@final
@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: ``activation(x @ weights + biases)``."""

    weights: IntArray
    """Integer weights (units of the previous layer, units of this one)."""
    biases: FloatArray
    """Biases (units,)."""
    activation: Activation

    def __post_init__(self) -> None:
        """Freeze the arrays and check their shapes."""
        given = np.asarray(self.weights)
        if given.ndim != 2 or 0 in given.shape:
            raise NetworkError(f"weights have shape {given.shape}; a matrix (inputs, units) is needed")
        if not np.isfinite(given).all() or not np.equal(np.round(given), given).all():
            raise NetworkError("a weight is not an integer")
        object.__setattr__(self, "weights", frozen_ints(given))
        object.__setattr__(self, "biases", frozen_floats(self.biases))
        if self.biases.shape != (given.shape[1],):
            raise NetworkError(
                f"biases have shape {self.biases.shape}; {given.shape[1]} units need ({given.shape[1]},)"
            )
        if not np.isfinite(self.biases).all():
            raise NetworkError("a bias is not a finite number")
        if self.activation not in ("relu", "linear"):
            raise NetworkError(f"unknown activation {self.activation!r}; use 'relu' or 'linear'")


@final
@dataclass(frozen=True, eq=False)
class Network:
    """A feed-forward network of integer-weight layers.

    >>> layer = Layer(np.array([[1], [-1]]), np.array([0.0]), "relu")
    >>> Network((layer,))([[3.0, 1.0], [1.0, 3.0]]).tolist()
    [[2.0], [0.0]]
    """

    layers: tuple[Layer, ...]
    weight_set: WeightSet = "binary"
    """Which weights the network declares: binary {-1, +1}, ternary {-1, 0, +1}, or any integers."""
    scale_mean: FloatArray | None = None
    """Per-feature mean subtracted from raw data (inputs,); None where the network takes its inputs as they are."""
    scale_deviation: FloatArray | None = None
    """Per-feature deviation raw data are then divided by (inputs,); None with ``scale_mean``."""
    input_low: FloatArray | None = None
    """Smallest value of each scaled input that the network was made for (inputs,), or None where it is not known."""
    input_high: FloatArray | None = None
    """Largest value of each scaled input (inputs,); None with ``input_low``."""
    features: tuple[str, ...] = ()
    """Names of the inputs, or none."""
    labels: tuple[str, ...] = ()
    """Names of the outputs, or none."""
    training: Mapping[str, object] = field(default_factory=dict)
    """How the network was trained: recipe, seed, accuracies. For people; nothing computes with it."""

    def __post_init__(self) -> None:
        """Freeze what it holds and check that the layers chain and the weights are in the declared set."""
        object.__setattr__(self, "training", MappingProxyType(dict(self.training)))
        if not self.layers:
            raise NetworkError("a network needs at least one layer")
        if self.weight_set not in _BOUND:
            raise NetworkError(f"unknown weight set {self.weight_set!r}; use one of {', '.join(_BOUND)}")
        allowed = _BOUND[self.weight_set]
        for number, layer in enumerate(self.layers, start=1):
            if allowed is not None and not np.isin(layer.weights, allowed).all():
                wrong = layer.weights[~np.isin(layer.weights, allowed)][0]
                raise NetworkError(
                    f"layer {number} has a weight {wrong}; a {self.weight_set} network has {allowed} only"
                )
        for number, (before, after) in enumerate(zip(self.layers, self.layers[1:], strict=False), start=1):
            if before.weights.shape[1] != after.weights.shape[0]:
                raise NetworkError(
                    f"layer {number} has {before.weights.shape[1]} units, "
                    f"but the weights of layer {number + 1} take {after.weights.shape[0]}"
                )
        if (self.scale_mean is None) != (self.scale_deviation is None):
            raise NetworkError("input scaling needs both a mean and a deviation")
        if (self.input_low is None) != (self.input_high is None):
            raise NetworkError("an input range needs both a low and a high")
        for name in ("scale_mean", "scale_deviation", "input_low", "input_high"):
            value = getattr(self, name)
            if value is not None:
                array = frozen_floats(value)
                if array.shape != (self.n_inputs,) or not np.isfinite(array).all():
                    raise NetworkError(f"{name} must be {self.n_inputs} finite numbers")
                object.__setattr__(self, name, array)
        if self.scale_deviation is not None and not (self.scale_deviation > 0).all():
            raise NetworkError("scale_deviation must be positive")
        if self.input_low is not None and self.input_high is not None and (self.input_low > self.input_high).any():
            raise NetworkError("input_low is above input_high")
        for what, names, count in (("features", self.features, self.n_inputs), ("labels", self.labels, self.n_outputs)):
            if names and len(names) != count:
                raise NetworkError(f"{len(names)} {what} are named, the network has {count}")

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return int(self.layers[0].weights.shape[0])

    @property
    def n_outputs(self) -> int:
        """The number of outputs."""
        return int(self.layers[-1].weights.shape[1])

    @property
    def widths(self) -> tuple[int, ...]:
        """Units a layer, inputs first: (4, 8, 3) for the paper's IRIS network."""
        return (self.n_inputs, *(int(layer.weights.shape[1]) for layer in self.layers))

    @property
    def title(self) -> str:
        """The widths as people write them, such as ``4-8-3``."""
        return "-".join(map(str, self.widths))

    def scale(self, raw: ArrayLike) -> FloatArray:
        """Return network inputs for raw data, both (examples, inputs)."""
        values = np.atleast_2d(np.asarray(raw, dtype=np.float64))
        if self.scale_mean is None or self.scale_deviation is None:
            return values
        return np.asarray((values - self.scale_mean) / self.scale_deviation)

    def __call__(self, inputs: ArrayLike) -> FloatArray:
        """Return outputs (examples, outputs) for scaled inputs (examples, inputs).

        Raises:
            NetworkError: the inputs have another width.
        """
        values = np.atleast_2d(np.asarray(inputs, dtype=np.float64))
        if values.ndim != 2 or values.shape[1] != self.n_inputs:
            raise NetworkError(f"inputs of shape {values.shape} for a network with {self.n_inputs} inputs")
        for layer in self.layers:
            values = values @ layer.weights.astype(np.float64) + layer.biases
            if layer.activation == "relu":
                values = np.maximum(values, 0.0)
        return values
