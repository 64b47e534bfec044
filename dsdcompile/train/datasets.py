"""Data sets: features, labels, and which examples train, choose the epoch, and test. No PyTorch here."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats, frozen_ints
from dsdcompile.design import DataTable
from dsdcompile.errors import DesignError, FormatError


@final
@dataclass(frozen=True, eq=False)
class DataSet:
    """Examples with labels."""

    features: FloatArray
    """Raw features (examples, features)."""
    labels: IntArray
    """Class of each example (examples,)."""
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    train: IntArray
    """Rows that train."""
    validation: IntArray
    """Rows that choose the epoch; for IRIS, as in the paper, all rows."""
    test: IntArray
    """Rows whose accuracy is read once, at the end; for IRIS all rows."""
    centred: bool = False
    """Whether features are centred already, so that training leaves them as they are."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        object.__setattr__(self, "features", frozen_floats(self.features))
        for name in ("labels", "train", "validation", "test"):
            object.__setattr__(self, name, frozen_ints(getattr(self, name)))


def load_data(table: DataTable, folder: Path) -> DataSet:
    """Return the data set a design names; files are relative to ``folder``.

    Raises:
        DesignError: a needed key is missing.
        FormatError: a file is missing or not of its form.
    """
    if table.name == "iris":
        return iris()
    if table.name == "mnist":
        if table.directory is None:
            raise DesignError("data.directory: needed for mnist: the folder with the IDX files")
        return mnist(folder / table.directory)
    if table.file is None:
        raise DesignError(f"data.file: needed for {table.name}")
    return virus(folder / table.file) if table.name == "virus" else table_file(folder / table.file, table.label)


def iris() -> DataSet:
    """Return Fisher's IRIS data (150 examples, 4 features, 3 classes) as scikit-learn ships them."""
    from sklearn.datasets import load_iris

    data = load_iris()
    every = np.arange(len(data.target))
    names = tuple(name.removesuffix(" (cm)").replace(" ", "_") for name in data.feature_names)
    return DataSet(data.data, data.target, names, tuple(map(str, data.target_names)), every, every, every)


def read_idx(path: Path) -> IntArray:
    """Return the array in an IDX file of unsigned bytes (LeCun's MNIST format), plain or gzipped.

    Raises:
        FormatError: the file is missing, truncated, or of another type.
    """
    packed = path.with_name(path.name + ".gz")
    if path.is_file():
        data = path.read_bytes()
    elif packed.is_file():
        try:
            data = gzip.decompress(packed.read_bytes())
        except (OSError, EOFError) as error:
            raise FormatError(f"{packed}: not a gzip file: {error}") from None
    else:
        raise FormatError(f"{path}: no such file, nor {packed.name}; put the standard MNIST files there")
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise FormatError(f"{path}: not an IDX file of unsigned bytes")
    start = 4 + 4 * data[3]
    shape = np.frombuffer(data[4:start], dtype=">u4").astype(np.int64)
    if len(data) - start != np.prod(shape):
        raise FormatError(f"{path}: {len(data) - start} bytes for an array of shape {tuple(shape)}")
    return np.frombuffer(data[start:], dtype=np.uint8).reshape(shape).astype(np.int64)


def shrink(images: FloatArray) -> FloatArray:
    """Return images (n, 28, 28) at half the size (n, 14, 14): bilinear sampling between four pixels is their mean."""
    n, height, width = images.shape
    return np.asarray(images.reshape(n, height // 2, 2, width // 2, 2).mean(axis=(2, 4)))


def mnist(folder: Path) -> DataSet:
    """Return MNIST from its four standard files: 50,000 to train, 10,000 to choose the epoch, 10,000 to test.

    Pixels are divided by 255, centred by the training part's mean of each pixel, and shrunk to 14 x 14 (paper,
    section 4.1).
    """
    stems = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    images, labels, test_images, test_labels = (read_idx(folder / stem) for stem in stems)
    pixels = np.concatenate([images, test_images]) / 255.0
    centred = pixels - pixels[:50_000].mean(axis=0)
    features = shrink(centred).reshape(len(pixels), -1)
    names = tuple(f"pixel_{row}_{column}" for row in range(1, 15) for column in range(1, 15))
    train, validation, test = np.split(np.arange(len(pixels)), [50_000, len(images)])
    every = np.concatenate([labels, test_labels])
    return DataSet(features, every, names, tuple("0123456789"), train, validation, test, centred=True)


def virus(path: Path) -> DataSet:
    """Return the virus table (GSE73072): 10 genes, labels, and the paper's split into 558, 34 and 104 samples."""
    return table_file(path, "label", split="split", ignore=("sample", "study", "subject", "hour"))


def table_file(path: Path, label: str, split: str | None = None, ignore: tuple[str, ...] = ()) -> DataSet:
    """Return the data of a CSV file with a header and a label column; all other columns are numbers.

    With a ``split`` column its words train, validation and test assign rows; other words leave them out.

    Raises:
        FormatError: a column is missing or a value is not a number; the message names line and column.
    """
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    header = list(rows[0]) if rows else []
    for column in (label, *([split] if split else [])):
        if column not in header:
            raise FormatError(f"{path}: no column {column!r}; the header has {', '.join(header)}")
    names = tuple(name for name in header if name not in (label, split, *ignore))
    features = np.array([[_number(row[name], path, line, name) for name in names] for line, row in enumerate(rows, 2)])
    classes = tuple(sorted({row[label] for row in rows}))
    labels = np.array([classes.index(row[label]) for row in rows])
    if split is None:
        every = np.arange(len(rows))
        return DataSet(features, labels, names, classes, every, every, every)
    words = np.array([row[split] for row in rows])
    train, validation, test = (np.flatnonzero(words == word) for word in ("train", "validation", "test"))
    return DataSet(features, labels, names, classes, train, validation, test)


def _number(text: str | None, path: Path, line: int, column: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise FormatError(f"{path}, line {line}, column {column}: {text!r} is not a number")
    return value
