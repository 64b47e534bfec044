"""Networks on disk: JSON for people, with large weight matrices packed; NPZ for arrays from elsewhere.

A JSON network is ``{"weight_set": ..., "layers": [{"weights": ..., "biases": [...], "activation": "relu"}, ...]}`` with
optional ``scale``, ``features``, ``labels`` and ``training``. ``weights`` is a list of rows (one a unit of the previous
layer) or, packed, ``{"shape": [rows, columns], "digits": base64}`` with four base-3 digits (-1, 0, +1) to the byte.

An NPZ network has arrays ``weights0, biases0, weights1, ...``; every layer but the last is a ReLU. Nothing is ever
unpickled.
"""

from __future__ import annotations

import base64
import binascii
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dsdcompile.crn.matrices import IntArray
from dsdcompile.errors import FormatError, NetworkError
from dsdcompile.network.network import Layer, Network

LARGE = 4096
"""Matrices with more entries than this are packed when their entries are -1, 0 and +1."""
_POWERS = 3 ** np.arange(4)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Packed(_Strict):
    shape: Annotated[list[Annotated[int, Field(gt=0)]], Field(min_length=2, max_length=2)]
    digits: str


class _Layer(_Strict):
    weights: list[list[int]] | _Packed
    biases: list[float]
    activation: Literal["relu", "linear"]


class _Scale(_Strict):
    mean: list[float]
    deviation: list[float]


class _File(_Strict):
    weight_set: Literal["binary", "ternary", "integer"]
    layers: Annotated[list[_Layer], Field(min_length=1)]
    scale: _Scale | None = None
    features: list[str] = []
    labels: list[str] = []
    training: dict[str, Any] = {}


def load_network(path: Path | str) -> Network:
    """Return the network in a ``.json`` or ``.npz`` file.

    Raises:
        FormatError: the file is missing, of another kind, or not of its form; the message names file and key.
    """
    path = Path(path)
    readers = {".json": _read_json, ".npz": _read_npz}
    if path.suffix not in readers:
        raise FormatError(f"{path}: unknown kind of network file; use {', '.join(readers)}")
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    try:
        return readers[path.suffix](path)
    except NetworkError as error:
        raise FormatError(f"{path}: {error}") from None


def _read_json(path: Path) -> Network:
    try:
        text = path.read_text(encoding="utf-8")
        file = _File.model_validate(json.loads(text))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"{path}: not a JSON file: {error}") from None
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise FormatError("\n".join(lines[:5])) from None
    return Network(
        layers=tuple(
            Layer(_matrix(layer.weights, f"{path}: layer {number}"), np.array(layer.biases), layer.activation)
            for number, layer in enumerate(file.layers, start=1)
        ),
        weight_set=file.weight_set,
        scale_mean=None if file.scale is None else np.array(file.scale.mean),
        scale_deviation=None if file.scale is None else np.array(file.scale.deviation),
        features=tuple(file.features),
        labels=tuple(file.labels),
        training=file.training,
    )


def _matrix(weights: list[list[int]] | _Packed, where: str) -> IntArray:
    if isinstance(weights, _Packed):
        return _unpack(weights, where)
    if len({len(row) for row in weights}) > 1:
        raise FormatError(f"{where}: weights: rows have different lengths")
    try:
        return np.array(weights, dtype=np.int64).reshape(len(weights), -1)
    except OverflowError:
        raise FormatError(f"{where}: weights: a weight exceeds 64-bit integers") from None


def _unpack(packed: _Packed, where: str) -> IntArray:
    rows, columns = packed.shape
    try:
        data = np.frombuffer(base64.b64decode(packed.digits, validate=True), dtype=np.uint8)
    except (binascii.Error, ValueError):
        raise FormatError(f"{where}: weights.digits is not base64") from None
    if len(data) != -(-rows * columns // 4) or (data >= 3**4).any():
        raise FormatError(f"{where}: weights.digits does not hold {rows} x {columns} base-3 digits")
    digits = (data[:, None] // _POWERS % 3).ravel()[: rows * columns]
    return digits.reshape(rows, columns).astype(np.int64) - 1


def _pack(weights: IntArray) -> dict[str, Any]:
    digits = (weights + 1).ravel()
    padded = np.concatenate([digits, np.zeros(-len(digits) % 4, dtype=np.int64)]).reshape(-1, 4)
    data = (padded @ _POWERS).astype(np.uint8).tobytes()
    return {"shape": list(weights.shape), "digits": base64.b64encode(data).decode("ascii")}


def show_network(network: Network) -> str:
    """Return the JSON text of a network; :func:`load_network` reads it back unchanged."""
    lines = [f'  "weight_set": {json.dumps(network.weight_set)}']
    layers = ",\n".join(_show_layer(layer) for layer in network.layers)
    lines.append(f'  "layers": [\n{layers}\n  ]')
    if network.scale_mean is not None and network.scale_deviation is not None:
        scale = {"mean": network.scale_mean.tolist(), "deviation": network.scale_deviation.tolist()}
        lines.append(f'  "scale": {json.dumps(scale)}')
    rest: Mapping[str, Any] = {
        "features": list(network.features),
        "labels": list(network.labels),
        "training": dict(network.training),
    }
    lines += [
        f'  "{key}": {json.dumps(value, indent=4 if key == "training" else None)}'
        for key, value in rest.items()
        if value
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _show_layer(layer: Layer) -> str:
    small = layer.weights.size <= LARGE or np.abs(layer.weights).max() > 1
    weights = (
        "[\n" + ",\n".join(f"        {json.dumps(row)}" for row in layer.weights.tolist()) + "\n      ]"
        if small
        else json.dumps(_pack(layer.weights))
    )
    return (
        f'    {{\n      "weights": {weights},\n      "biases": {json.dumps(layer.biases.tolist())},\n'
        f'      "activation": {json.dumps(layer.activation)}\n    }}'
    )


def _read_npz(path: Path) -> Network:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise FormatError(f"{path}: not an NPZ file of plain arrays: {error}") from None
    depth = sum(name.startswith("weights") for name in arrays)
    expected = {f"{part}{number}" for part in ("weights", "biases") for number in range(depth)}
    if not depth or set(arrays) != expected:
        raise FormatError(f"{path}: arrays {sorted(arrays)}; expected weights0, biases0, weights1, biases1, ...")
    layers = tuple(
        Layer(arrays[f"weights{n}"], arrays[f"biases{n}"], "linear" if n == depth - 1 else "relu") for n in range(depth)
    )
    values = np.concatenate([layer.weights.ravel() for layer in layers])
    kind: Literal["binary", "ternary", "integer"] = "integer"
    if np.abs(values).max() <= 1:
        kind = "ternary" if (values == 0).any() else "binary"
    return Network(layers, kind)
