"""The data sets that designs name: IRIS, MNIST, the virus table, any CSV file. No PyTorch here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.design.tables import DataTable
from dsdcompile.errors import DesignError, FormatError
from dsdcompile.train.dataset import DataSet, grouped
from dsdcompile.train.idx import read_idx
from dsdcompile.train.table import Row, read_table

MNIST_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
MNIST_TRAIN = 50_000
"""Of the 60,000 training images, the paper trains with the first 50,000 and chooses the epoch by the rest."""
IRIS_FILE = Path(__file__).with_name("iris.csv")
VIRUS_FILE = "gse73072_active_10genes.csv"
VIRUS_IGNORE = ("sample", "study", "subject", "hour")
VIRUS_GROUP = ("study", "subject")
PARTS, UNUSED = ("train", "validation", "test"), "unused"
"""Words of a column split: what a row is for, or that it is left out."""


def available(table: DataTable) -> bool:
    """Return whether a design says where its data are: IRIS comes with the program, the rest is the user's."""
    return not LOADERS[table.name].needs_files or table.directory is not None or table.file is not None


def load_data(table: DataTable, folder: Path) -> DataSet:
    """Return the data set a design names; ``directory`` is relative to ``folder``.

    Raises:
        DesignError: a needed key is missing.
        FormatError: a file is missing or not of its form.
    """
    if not available(table):
        raise DesignError(f"data.directory: needed for {table.name}: the folder with its files (--data-dir DIR)")
    data = LOADERS[table.name].load(table, folder / (table.directory or ""))
    return grouped(data, table.split_seed) if table.split == "grouped" else data


def _inside(folder: Path, name: str, pattern: str) -> Path:
    """Return ``folder/name`` if the files are there, so that one data folder can serve several designs."""
    nested = folder / name
    return nested if nested.is_dir() and any(nested.glob(pattern)) else folder


def iris() -> DataSet:
    """Return IRIS: 150 flowers, 50 of each of 3 species, 4 lengths in cm (Fisher, Annals of Eugenics 7, 1936).

    Rows 35 and 38 are as in the paper; the copy in the UCI repository differs there.
    """
    return table_file(IRIS_FILE, "species")


def shrink(images: FloatArray) -> FloatArray:
    """Return images (n, height, width) at half the size: bilinear sampling between four pixels is their mean."""
    n, height, width = images.shape
    return np.asarray(images.reshape(n, height // 2, 2, width // 2, 2).mean(axis=(2, 4)))


def mnist(folder: Path) -> DataSet:
    """Return MNIST from its four standard files: 50,000 to train, 10,000 to choose the epoch, 10,000 to test.

    Pixels are divided by 255 and shrunk to 14 x 14; the network subtracts the training part's mean of each (paper,
    section 4.1; centring before shrinking gives the same, as both are linear).

    Raises:
        FormatError: a file is missing, damaged, or does not hold 28 x 28 images with a digit for each.
    """
    images, labels, test_images, test_labels = (read_idx(folder / stem) for stem in MNIST_FILES)
    for picture, digit in ((images, labels), (test_images, test_labels)):
        if picture.shape[1:] != (28, 28) or digit.shape != picture.shape[:1]:
            raise FormatError(f"{folder}: images of shape {picture.shape} with labels of shape {digit.shape}")
        if digit.max(initial=0) > 9:
            raise FormatError(f"{folder}: a label is {digit.max()}; images of MNIST are of the digits 0 to 9")
    if len(images) <= MNIST_TRAIN:
        raise FormatError(f"{folder}: {len(images)} training images; more than {MNIST_TRAIN} are needed")
    pixels = np.concatenate([images, test_images])
    features = np.concatenate([shrink(part / 255.0) for part in np.array_split(pixels, 8)]).reshape(len(pixels), -1)
    names = tuple(f"pixel_{row}_{column}" for row in range(1, 15) for column in range(1, 15))
    train, validation, test = np.split(np.arange(len(pixels)), [MNIST_TRAIN, len(images)])
    every = np.concatenate([labels, test_labels]).astype(np.int64)
    return DataSet(features, every, names, tuple("0123456789"), train, validation, test, "centre")


def table_file(
    path: Path, label: str, *, split: str = "split", ignore: tuple[str, ...] = (), group: tuple[str, ...] = ()
) -> DataSet:
    """Return the data of a CSV or TSV file with a header and a label column; all other columns are numbers.

    A column named ``split`` assigns rows by its words train, validation and test; unused leaves them out. Without that
    column every row trains, chooses the epoch and tests.

    Raises:
        FormatError: a column is missing, a part is empty, or a value is not a number; the message names line and
            column.
    """
    header, rows = read_table(path)
    for column in (label, *group, *ignore):
        if column not in header:
            raise FormatError(f"{path}: no column {column!r}; the header has {', '.join(header)}")
    if not rows:
        raise FormatError(f"{path}: a header and no rows")
    names = tuple(name for name in header if name not in (label, split, *ignore, *group))
    if not names:
        raise FormatError(f"{path}: no column is left for features")
    unlabelled = [row.line for row in rows if not row.cells[label]]
    if unlabelled:
        raise FormatError(f"{path}, line {unlabelled[0]}, column {label}: a row without a label")
    features = np.array([[_number(row, name, path) for name in names] for row in rows])
    classes = tuple(sorted({row.cells[label] for row in rows}))
    labels = np.array([classes.index(row.cells[label]) for row in rows])
    groups = tuple(" ".join(row.cells[name] for name in group) for row in rows) if group else None
    train, validation, test = _parts(path, rows, split) if split in header else (np.arange(len(rows)),) * 3
    return DataSet(features, labels, names, classes, train, validation, test, groups=groups)


def _virus(table: DataTable, folder: Path) -> DataSet:
    name = table.file or VIRUS_FILE
    path = _inside(folder, "virus", name) / name
    return table_file(path, table.label, ignore=(*VIRUS_IGNORE, *table.ignore), group=table.group or VIRUS_GROUP)


def _csv(table: DataTable, folder: Path) -> DataSet:
    if table.file is None:
        raise DesignError("data.file: needed for csv: the file with the table")
    return table_file(folder / table.file, table.label, ignore=table.ignore, group=table.group)


@final
@dataclass(frozen=True, slots=True)
class Loader:
    """How a data set is read."""

    load: Callable[[DataTable, Path], DataSet]
    """From what the design says and the folder with the data."""
    needs_files: bool = True
    """Whether the user must say where its files are."""


LOADERS: Mapping[str, Loader] = MappingProxyType(
    {
        "iris": Loader(lambda table, folder: iris(), needs_files=False),
        "mnist": Loader(lambda table, folder: mnist(_inside(folder, "mnist", MNIST_FILES[0] + "*"))),
        "virus": Loader(_virus),
        "csv": Loader(_csv),
    }
)
"""Every data set that a design can name."""


def _parts(path: Path, rows: list[Row], split: str) -> tuple[IntArray, IntArray, IntArray]:
    for row in rows:
        if row.cells[split] not in (*PARTS, UNUSED):
            expected = f"expected {', '.join(PARTS)} or {UNUSED}"
            raise FormatError(f"{path}, line {row.line}, column {split}: {row.cells[split]!r}; {expected}")
    words = np.array([row.cells[split] for row in rows])
    train, validation, test = (np.flatnonzero(words == part) for part in PARTS)
    for part, chosen in zip(PARTS, (train, validation, test), strict=True):
        if not len(chosen):
            raise FormatError(f"{path}: no row has {part!r} in its column {split}")
    return train, validation, test


def _number(row: Row, column: str, path: Path) -> float:
    text = row.cells[column]
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise FormatError(f"{path}, line {row.line}, column {column}: {text!r} is not a number")
    return value
