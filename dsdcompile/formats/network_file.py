"""Networks on disk: JSON for people, with large weight matrices packed; NPZ for arrays from elsewhere.

A JSON network is ``{"weight_set": ..., "layers": [{"weights": ..., "biases": [...], "activation": "relu"}, ...]}`` with
optional ``scale``, ``range`` (of scaled inputs), ``features``, ``labels`` and ``training``. ``weights`` is a list of
rows (one a unit of the previous layer) or, packed, ``{"shape": [rows, columns], "digits": base64}`` with four base-3
digits (-1, 0, +1) to the byte.

An NPZ network has arrays ``weights0, biases0, weights1, ...``; every layer but the last is a ReLU. NPZ and ONNX
networks may have real weights: what :mod:`dsdcompile.network.fold` cannot make integers exactly is refused, and what it
did is in the network's ``training`` as ``notes``. Nothing is ever unpickled.
"""

from __future__ import annotations

import base64
import binascii
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dsdcompile.crn.matrices import IntArray
from dsdcompile.errors import FormatError, NetworkError
from dsdcompile.formats.onnx_file import read_onnx
from dsdcompile.network.fold import Folded, fold
from dsdcompile.network.network import Layer, Network
from dsdcompile.network.real import Affine, RealNetwork, Relu, Step, plain_layers

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


class _Range(_Strict):
    low: list[float]
    high: list[float]


class _File(_Strict):
    weight_set: Literal["binary", "ternary", "integer"]
    layers: Annotated[list[_Layer], Field(min_length=1)]
    scale: _Scale | None = None
    range: _Range | None = None
    features: list[str] = []
    labels: list[str] = []
    training: dict[str, Any] = {}


def load_network(path: Path | str) -> Network:
    """Return the network in a ``.json``, ``.npz`` or ``.onnx`` file, with integer weights.

    Raises:
        BackendError: the file is ONNX, and the onnx package is not installed.
        FormatError: the file is missing, of another kind, or not of its form; the message names file and key, or the
            layer that is not exactly an integer layer.
    """
    return load_noted(Path(path))[0]


def load_noted(path: Path) -> tuple[Network, tuple[str, ...]]:
    """Return the network that :func:`load_network` does, and what was done to real weights to make them integers."""
    try:
        if path.suffix == ".json":
            return _read_json(_file(path)), ()
        folded = fold(read_real(path))
    except NetworkError as error:
        raise FormatError(f"{path}: {error}") from None
    return imported(path, folded), folded.notes


def imported(path: Path, folded: Folded) -> Network:
    """Return a folded network that says which file it is from and what was done to it."""
    return replace(folded.network, training={"imported_from": path.name, "notes": list(folded.notes)})


def read_real(path: Path) -> RealNetwork:
    """Return the network in a ``.npz`` or ``.onnx`` file as it is stored, with real weights.

    Raises:
        BackendError: the file is ONNX, and the onnx package is not installed.
        FormatError: the file is missing, of another kind, or not of its form.
    """
    readers = {".npz": _read_npz, ".onnx": read_onnx}
    if path.suffix == ".json":
        raise FormatError(f"{path}: a network file with integer weights already; nothing is left to import")
    if path.suffix not in readers:
        raise FormatError(f"{path}: unknown kind of network file; use .json, {', '.join(readers)}")
    try:
        return readers[path.suffix](_file(path))
    except NetworkError as error:
        raise FormatError(f"{path}: {error}") from None


def _file(path: Path) -> Path:
    if not path.is_file():
        raise FormatError(f"{path}: no such network file")
    return path


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
        input_low=None if file.range is None else np.array(file.range.low),
        input_high=None if file.range is None else np.array(file.range.high),
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
    if network.input_low is not None and network.input_high is not None:
        span = {"low": network.input_low.tolist(), "high": network.input_high.tolist()}
        lines.append(f'  "range": {json.dumps(span)}')
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


def _read_npz(path: Path) -> RealNetwork:
    if not zipfile.is_zipfile(path):
        raise FormatError(f"{path}: not an NPZ file, an archive of arrays as numpy.savez writes it")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in file.files}
    except ValueError:  # numpy's text proposes to unpickle
        raise FormatError(
            f"{path}: not an NPZ file of plain arrays: one is damaged or holds more than numbers"
        ) from None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise FormatError(f"{path}: a damaged NPZ file: {error}") from None
    depth = sum(name.startswith("weights") for name in arrays)
    expected = {f"{part}{number}" for part in ("weights", "biases") for number in range(depth)}
    if not depth or set(arrays) != expected:
        raise FormatError(f"{path}: arrays {sorted(arrays)}; expected weights0, biases0, weights1, biases1, ...")
    strange = [name for name, array in arrays.items() if array.dtype.kind not in "fiu"]
    if strange:
        raise FormatError(f"{path}: {', '.join(strange)}: not numbers")
    steps: list[Step] = []
    for number in range(depth):
        weights, biases = (arrays[f"{part}{number}"].astype(np.float64) for part in ("weights", "biases"))
        if weights.ndim != 2:
            raise FormatError(f"{path}: weights{number} has shape {weights.shape}; a matrix (inputs, units) is needed")
        steps += [Affine(f"weights{number}", weights, biases), *([Relu(f"relu{number}")] if number < depth - 1 else [])]
    kept = [np.finfo(array.dtype).eps for array in arrays.values() if array.dtype.kind == "f"]
    return plain_layers(steps, float(max(kept, default=2.0**-52)) / 2)
