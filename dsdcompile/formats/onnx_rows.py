"""How the examples of an ONNX model are laid out on the way through it: what may reshape them, and what may not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

from dsdcompile.errors import NetworkError
from dsdcompile.network.real import Affine


@final
@dataclass(frozen=True)
class Rows:
    """How examples are laid out on the way: one along the first axis each, the rest are its features."""

    shape: tuple[int | None, ...] | None
    """Sizes; None for what the model leaves open, or where it declares no shape at all."""

    @classmethod
    def declared(cls, tensor: Any) -> Rows:
        """Return the layout of the graph's input."""
        if not tensor.HasField("shape"):
            return cls(None)
        return cls(tuple(dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim))

    @property
    def rank(self) -> int:
        """The number of axes; a model that declares no shape is taken to read rows."""
        return 2 if self.shape is None else len(self.shape)

    @property
    def width(self) -> int | None:
        """Features an example, where they are known."""
        known = [size for size in (self.shape or (None, None))[1:] if size is not None]
        return math.prod(known) if len(known) == self.rank - 1 else None

    @property
    def title(self) -> str:
        """The shape as people write it."""
        return "(" + ", ".join("?" if size is None else str(size) for size in self.shape or ()) + ")"

    def through(self, layer: Affine) -> Rows:
        """Return the layout behind a layer.

        Raises:
            NetworkError: the layer reads something else.
        """
        inputs, units = layer.weights.shape
        if self.rank != 2 or self.width not in (None, inputs):
            raise NetworkError(f"{layer.name}: takes rows of {inputs}, but gets an input of shape {self.title}")
        return Rows((None if self.shape is None else self.shape[0], units))

    def flattened(self, axis: int, name: str) -> Rows:
        """Return the layout behind a Flatten.

        Raises:
            NetworkError: it joins examples.
        """
        if axis not in (1, 1 - self.rank) or self.rank < 2:
            raise NetworkError(f"{name}: a Flatten of {self.title} at axis {axis} does not make a row of each example")
        return Rows((None if self.shape is None else self.shape[0], self.width))

    def reshaped(self, shape: list[int], zero: bool, name: str) -> Rows:
        """Return the layout behind a Reshape; ``zero``: a 0 in the shape is a size, not the size before.

        Raises:
            NetworkError: it joins or parts examples.
        """
        count = None if self.shape is None else self.shape[0]
        same = (0,) if not zero else ()
        kept = len(shape) == 2 and (
            (shape[0] in (-1, count, *same) and shape[1] == self.width)
            or (shape[0] in (count, *same) and shape[1] == -1)
        )
        if not kept:
            raise NetworkError(
                f"{name}: a Reshape of {self.title} to {tuple(shape)} does not make a row of each example"
            )
        return Rows((count, self.width))
