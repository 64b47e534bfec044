"""The rows of the table: which design, which changes, what the paper reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.design.design import Design
from dsdcompile.formats.design_file import load_design
from dsdcompile.stages.source import Source, read_source
from dsdcompile.train.dataset import DataSet
from dsdcompile.train.datasets import load_data

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Row:
    """One experiment."""

    design: str
    paper: str
    """What the paper (or, for ternary IRIS, its authors' later work) reports: accuracy, then reactions."""
    changes: tuple[str, ...] = ()
    simulated: int = 100
    """Random test examples whose kinetics are run; the paper's number (for IRIS, all 150)."""


ROWS = {
    "iris": Row("iris", "141 of 150; 40 and 16 reactions", simulated=150),
    "iris_ternary": Row("iris_ternary", "147 of 150; 18 reactions", simulated=150),
    "virus": Row("virus", "95.20 %; 148 and 32 (52 with inputs)", ("data.part=test",)),
    "virus_grouped": Row(
        "virus", "-", ("data.part=test", "data.split=grouped", "network.file=networks/virus_grouped.json")
    ),
    "mnist": Row("mnist", "97.76 %; 4,488 and 1,024 (1,416 with inputs)"),
    "mnist_small": Row("mnist_small", "-"),
}


@dataclass(frozen=True, eq=False)
class Case:
    """A row with its design and data."""

    name: str
    row: Row
    design: Design
    source: Source
    data: DataSet
    inputs: FloatArray
    """Network inputs of the test part (examples, inputs)."""
    labels: IntArray
    """Their true classes (examples,)."""

    @property
    def chosen(self) -> IntArray:
        """The random examples that are simulated: the same each time."""
        count = min(self.row.simulated, len(self.inputs))
        return np.sort(np.random.default_rng(0).choice(len(self.inputs), count, replace=False))


def read_row(name: str, folder: Path) -> Case:
    """Return a row with its data from ``folder``.

    Raises:
        DsdcompileError: the data are not there.
    """
    row = ROWS[name]
    path = ROOT / f"designs/{row.design}.toml"
    design = load_design(path, [*row.changes, f"data.directory={str(folder)!r}"])
    source = read_source(design, path.parent)
    assert design.data is not None
    assert source.network is not None
    data = load_data(design.data, path.parent)
    rows = data.test
    return Case(name, row, design, source, data, source.network.scale(data.features[rows]), data.labels[rows])
