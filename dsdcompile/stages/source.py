"""Where everything starts: the network or CRN a design names, and the inputs it declares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

import numpy as np

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.limit import has_limit
from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats, frozen_ints
from dsdcompile.crn.text import parse_crn
from dsdcompile.design.design import Design
from dsdcompile.design.tables import DataTable
from dsdcompile.errors import DesignError, FormatError
from dsdcompile.formats.network_file import load_noted
from dsdcompile.formats.text_file import read_text
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Network
from dsdcompile.train.datasets import available, load_data


@final
@dataclass(frozen=True, eq=False)
class Examples:
    """The inputs a design declares: examples to compare, and the corner of a box that bounds all inputs."""

    inputs: FloatArray
    """Network inputs, scaled (examples, inputs)."""
    labels: IntArray | None
    """The true class of each example, where there is one (examples,)."""
    corner: FloatArray | None
    """Largest concentration on the plus and minus rail of each input (inputs, 2), or None without a declared box."""
    note: str | None = None
    """What a user must know about them."""


@final
@dataclass(frozen=True, eq=False)
class Source:
    """What is to be compiled."""

    network: Network | None
    formal: Crn
    """The formal CRN, in formal units."""
    examples: Examples
    notes: tuple[str, ...] = ()
    """What was done to the weights of a network from elsewhere."""

    @property
    def output_names(self) -> tuple[str, ...]:
        """What the outputs are called: the network's labels, the species of single rails, else y1, y2, ..."""
        rails, labels = self.formal.outputs.tolist(), () if self.network is None else self.network.labels
        if len(labels) == len(rails):
            return tuple(map(str, labels))
        return tuple(
            self.formal.species[plus] if minus == NO_RAIL else f"y{number}"
            for number, (plus, minus) in enumerate(rails, start=1)
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user must know about the network and the inputs."""
        return self.notes if self.examples.note is None else (*self.notes, self.examples.note)


def read_source(design: Design, folder: Path) -> Source:
    """Return what a design compiles; file names in it are relative to ``folder``.

    Raises:
        DesignError: a file is missing, or inputs do not fit the network.
        FormatError: a file cannot be read.
    """
    network: Network | None = None
    notes: tuple[str, ...] = ()
    if design.network is not None:
        network, notes = load_noted(folder / design.network.file)
        formal = compile_network(network)
    else:
        assert design.crn is not None, "a design has one source"
        path = folder / design.crn.file
        formal = _read_crn(path, design)
    return Source(network, formal, _examples(design, folder, network, formal), notes)


def _read_crn(path: Path, design: Design) -> Crn:
    """Return the CRN of a file; where it declares no outputs, every species is one."""
    text = read_text(path, "reaction file")
    try:
        crn = parse_crn(text, unit=design.kinetics.unit, time=design.kinetics.written_time)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
    if not crn.n_reactions:
        raise FormatError(f"{path}: no reactions; expected at least one, such as 'A + B -> C'")
    if len(crn.outputs):
        return crn
    # Without declared outputs, what reactions make and none uses accumulates: that is read. In a cycle, every species;
    # likewise where rates matter.
    used = np.asarray((crn.reactants > 0).sum(axis=0)).ravel()
    unused = np.flatnonzero(used == 0)
    shown = unused if len(unused) and has_limit(crn) and design.kinetics.mode == "fast" else np.arange(crn.n_species)
    return replace(crn, outputs=np.stack([shown, np.full(len(shown), NO_RAIL)], axis=1))


def _examples(design: Design, folder: Path, network: Network | None, formal: Crn) -> Examples:
    count = len(formal.inputs)
    declared = _table(design.inputs.examples, count, "inputs.examples")
    box = _table([design.inputs.low, design.inputs.high], count, "inputs.low") if design.inputs.high else None
    labels, note = None, None
    if design.data is not None:
        if network is None:
            raise DesignError("data: a data set needs a network; give [network] file = ...")
        if available(design.data):
            declared, labels = _data(design.data, folder, network)
        else:
            note = f"without data.directory the {design.data.name} examples are not compared; "
            note += "doses are for the range of inputs"
            box = _range(network, design.data.name) if box is None else box
    corner = None
    if box is not None:
        corner = frozen_floats(np.stack([np.maximum(box[1], 0.0), np.maximum(-box[0], 0.0)], axis=1))
        if not len(declared):
            declared = frozen_floats(np.unique(box, axis=0))
    if not len(declared):
        declared = frozen_floats(np.zeros((1, count)))
    if design.simulate.example > len(declared):
        raise DesignError(f"simulate.example: {design.simulate.example} of {len(declared)} examples")
    return Examples(frozen_floats(declared), labels, corner, note)


def _data(table: DataTable, folder: Path, network: Network) -> tuple[FloatArray, IntArray]:
    """Return network inputs and labels of the examples a design names."""
    data = load_data(table, folder)
    if data.features.shape[1] != network.n_inputs:
        raise DesignError(f"data: {data.features.shape[1]} features for a network with {network.n_inputs} inputs")
    rows = data.part(table.part)[: table.examples]
    return frozen_floats(network.scale(data.features[rows])), frozen_ints(data.labels[rows])


def _range(network: Network, name: str) -> FloatArray:
    if network.input_low is None or network.input_high is None:
        raise DesignError(
            f"data.directory: where are the {name} files? (--data-dir DIR); or give [inputs] low = ..., high = ..."
        )
    return np.stack([network.input_low, network.input_high])


def _table(rows: Iterable[Iterable[float]], columns: int, key: str) -> FloatArray:
    table = [list(row) for row in rows]
    for number, row in enumerate(table, start=1):
        if len(row) != columns:
            raise DesignError(f"{key}: row {number} has {len(row)} values for {columns} inputs")
    return frozen_floats(np.array(table, dtype=np.float64).reshape(len(table), columns))
