"""ONNX models (any framework's export) as steps of a network: Gemm, MatMul, Add, Relu and what folds into them.

The graph must be one chain from one input to one output. Taken: ``Gemm``, ``MatMul``, ``Add``, ``Sub``, ``Mul``,
``Div`` with constants, ``BatchNormalization`` (inference), ``Relu``; ``Identity``, ``Dropout`` and a ``Cast`` to
floating point change nothing, nor do ``Flatten`` and ``Reshape`` where each example becomes, or stays, one row; a
closing ``Softmax`` or ``LogSoftmax`` over each row is left off, as it does not change which output is largest. Only the
file's own data are read: nothing is executed, no external files are opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.errors import FormatError, NetworkError, missing
from dsdcompile.formats.onnx_rows import Rows
from dsdcompile.network.real import Affine, PerUnit, RealNetwork, Relu, Step, plain_layers

PASSED = ("Identity", "Dropout", "Flatten", "Reshape", "Cast")
FLOATS = ("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16")
"""Types that a Cast may make: any other would round its values."""
MONOTONE = ("Softmax", "LogSoftmax")


def read_onnx(path: Path) -> RealNetwork:
    """Return the plain layers of an ONNX model.

    Raises:
        BackendError: the onnx package is not installed.
        FormatError: the file is not an ONNX model.
        NetworkError: the model has an operator or a shape that a chain of layers does not have; the message names the
            node.
    """
    try:
        import onnx
    except ImportError:
        raise missing("ONNX files need the package onnx", "onnx>=1.18") from None
    try:
        model = onnx.load(str(path), load_external_data=False)
        onnx.checker.check_model(model)
    except Exception as error:
        raise FormatError(f"{path}: not an ONNX model: {str(error).splitlines()[0]}") from None
    floats = {getattr(onnx.TensorProto, name) for name in FLOATS}
    reader = _Reader(model.graph, onnx.numpy_helper.to_array, onnx.helper.get_attribute_value, floats, str(path))
    return plain_layers(reader.steps(), reader.precision)


class _Reader:
    """Follows the one chain of a graph."""

    def __init__(self, graph: Any, to_array: Any, attribute_value: Any, floats: set[int], where: str) -> None:
        self.graph, self.where = graph, where
        self.value, self.floats = attribute_value, floats
        self.precision = 2.0**-53
        self.constants: dict[str, FloatArray] = {}
        for tensor in graph.initializer:
            self._keep(tensor.name, tensor, to_array)
        self.nodes = []
        for node in graph.node:
            if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
                self._keep(node.output[0], self.value(node.attribute[0]), to_array)
            else:
                self.nodes.append(node)

    def _keep(self, name: str, tensor: Any, to_array: Any) -> None:
        if tensor.external_data:
            raise FormatError(
                f"{self.where}: {name} is stored outside the file; save the model with its weights inside"
            )
        array = np.asarray(to_array(tensor))
        if array.dtype.kind == "f":
            self.precision = max(self.precision, float(np.finfo(array.dtype).eps) / 2)
        self.constants[name] = array.astype(np.float64)

    def steps(self) -> list[Step]:
        """Return the steps in order."""
        inputs = [value for value in self.graph.input if value.name not in self.constants]
        if len(inputs) != 1 or len(self.graph.output) != 1:
            raise NetworkError(f"{len(inputs)} inputs and {len(self.graph.output)} outputs; a chain has one of each")
        steps: list[Step] = []
        current = inputs[0].name
        rows = Rows.declared(inputs[0].type.tensor_type)
        for node in self.nodes:
            name = node.name or f"{node.op_type} {node.output[0]}"
            if current not in node.input:
                raise NetworkError(f"{name}: does not continue the chain; branches cannot be compiled")
            step = self._step(node, current, name)
            if step is None:
                rows = self._passed(node, name, rows)
            elif isinstance(step, Affine):
                rows = rows.through(step)
            elif rows.rank != 2 and not _is_plain(step):
                raise NetworkError(f"{name}: works on an input of shape {rows.title}; flatten it first")
            if isinstance(step, PerUnit) and self._adds_bias(steps, step):
                last = steps.pop()
                assert isinstance(last, Affine), "a bias follows weights"
                step = Affine(last.name, last.weights, last.biases + step.shift)
            if step is not None:
                steps.append(step)
            current = node.output[0]
        if current != self.graph.output[0].name:
            raise NetworkError(f"the output {self.graph.output[0].name} is not the end of the chain, {current}")
        return steps

    @staticmethod
    def _adds_bias(steps: list[Step], step: PerUnit) -> bool:
        """Whether a step only adds to a layer just made: MatMul + Add."""
        fits = bool(steps) and isinstance(steps[-1], Affine)
        return fits and bool((step.scale == 1).all()) and step.shift.shape in ((1,), steps[-1].biases.shape)  # type: ignore[union-attr]

    def _step(self, node: Any, current: str, name: str) -> Step | None:
        kind = node.op_type
        attributes = {item.name: self.value(item) for item in node.attribute}
        if kind == "Relu":
            return Relu(name)
        if kind in (*PASSED, *MONOTONE) and node.input[0] == current:
            return None
        others = [self._constant(item, name) for item in node.input if item and item != current]
        if kind == "Gemm" and node.input[0] == current:
            return _gemm(others, attributes, name)
        if kind == "MatMul" and node.input[0] == current:
            return Affine(name, _matrix(others[0], name), np.zeros(others[0].shape[1]))
        if kind == "BatchNormalization" and node.input[0] == current:
            return _batch_norm(others, attributes, name)
        if kind in ("Add", "Mul", "Sub", "Div") and len(others) == 1:
            return _elementwise(kind, _row(others[0], name), node.input[0] == current, name)
        raise NetworkError(f"{name}: {kind} is not something a CRN of ReLUs can do")

    def _passed(self, node: Any, name: str, rows: Rows) -> Rows:
        """Return the rows after a node that must change nothing but how they are laid out."""
        kind, attributes = node.op_type, {item.name: self.value(item) for item in node.attribute}
        if kind in MONOTONE:
            closing = node.output[0] == self.graph.output[0].name
            if rows.rank != 2 or attributes.get("axis", -1) not in (-1, 1) or not closing:
                raise NetworkError(f"{name}: {kind} is not something a CRN of ReLUs can do, unless it closes each row")
        elif kind == "Cast" and attributes["to"] not in self.floats:
            raise NetworkError(f"{name}: a Cast to another type than {', '.join(FLOATS)} rounds its values")
        elif kind == "Dropout" and len(node.input) > 2 and node.input[2] and self._constant(node.input[2], name).any():
            raise NetworkError(f"{name}: dropout in training mode; export the model for inference")
        elif kind == "Flatten":
            return rows.flattened(attributes.get("axis", 1), name)
        elif kind == "Reshape":
            shape = self._constant(node.input[1], name).astype(int).ravel().tolist()
            return rows.reshaped(shape, bool(attributes.get("allowzero", 0)), name)
        return rows

    def _constant(self, name: str, node: str) -> FloatArray:
        if name not in self.constants:
            raise NetworkError(f"{node}: {name} is not a constant; branches cannot be compiled")
        return self.constants[name]


def _is_plain(step: Step) -> bool:
    """Whether a step scales and shifts all numbers alike, however they are laid out."""
    return isinstance(step, PerUnit) and step.scale.shape == step.shift.shape == (1,)


def _matrix(array: FloatArray, name: str) -> FloatArray:
    if array.ndim != 2:
        raise NetworkError(f"{name}: weights of shape {array.shape}; a matrix is needed")
    return array


def _row(array: FloatArray, name: str) -> FloatArray:
    if array.size != (array.shape[-1] if array.ndim else 1):
        raise NetworkError(f"{name}: constants of shape {array.shape}; one number a unit is needed")
    return array.reshape(-1)


def _gemm(others: list[FloatArray], attributes: dict[str, Any], name: str) -> Affine:
    if attributes.get("transA", 0):
        raise NetworkError(f"{name}: a Gemm with transA is not a layer")
    weights = _matrix(others[0], name)
    weights = (weights.T if attributes.get("transB", 0) else weights) * attributes.get("alpha", 1.0)
    biases = np.zeros(weights.shape[1])
    if len(others) > 1:
        biases = biases + _row(others[1], name) * attributes.get("beta", 1.0)
    return Affine(name, weights, biases)


def _batch_norm(others: list[FloatArray], attributes: dict[str, Any], name: str) -> PerUnit:
    """Return y = (x - mean) / sqrt(variance + epsilon) * gamma + beta as a scale and a shift."""
    if attributes.get("training_mode", 0):
        raise NetworkError(f"{name}: batch normalisation in training mode; export the model for inference")
    gamma, beta, mean, variance = others
    scale = gamma / np.sqrt(variance + attributes.get("epsilon", 1e-5))
    return PerUnit(name, scale, beta - mean * scale)


def _elementwise(kind: str, constant: FloatArray, first: bool, name: str) -> PerUnit:
    one, zero = np.ones(1), np.zeros(1)
    if kind == "Add":
        return PerUnit(name, one, constant)
    if kind == "Mul":
        return PerUnit(name, constant, zero)
    if kind == "Sub":
        return PerUnit(name, one, -constant) if first else PerUnit(name, -one, constant)
    if not first or not constant.all():
        raise NetworkError(f"{name}: a division by the network's values, or by zero")
    return PerUnit(name, 1.0 / constant, zero)
