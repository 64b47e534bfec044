"""``dsdcompile import``: a network from elsewhere becomes a network file with integer weights."""

from __future__ import annotations

import argparse
from dataclasses import replace

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import DesignError, FormatError, NetworkError
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.network_file import imported, read_real, show_network
from dsdcompile.formats.writing import write_whole
from dsdcompile.network.fold import fold
from dsdcompile.network.network import Network
from dsdcompile.network.quantise import quantise
from dsdcompile.network.real import RealNetwork
from dsdcompile.train.dataset import DataSet
from dsdcompile.train.datasets import load_data


def act(options: argparse.Namespace) -> int:
    """Carry out the subcommand and return the exit status."""
    largest = options.largest
    if largest < 1:
        raise DesignError(f"--largest {largest}: at least 1 is needed")
    real = read_real(options.file)
    data = _data(options)
    if data is not None and data.features.shape[1] != len(real.input_scale):
        raise DesignError(
            f"{options.design}: {data.features.shape[1]} features for a network with {len(real.input_scale)} inputs"
        )
    try:
        folded = fold(real, largest) if options.quantise is None else quantise(real, options.quantise, largest)
    except NetworkError as error:
        raise FormatError(f"{options.file}: {error}") from None
    network = imported(options.file, folded)
    lines = list(folded.notes)
    if data is not None:
        network = _named(network, data, standardised=options.standardised)
        lines += _accuracies(real, network, data, options.standardised)
    elif options.quantise is not None:
        lines.append("accuracy: not measured before and after; --design DESIGN names the data to measure it with")
    write_whole(options.out, show_network(network))
    for line in lines:
        print(line)
    print(f"{network.title}, {network.weight_set} weights: written to {options.out}")
    return 0


def _data(options: argparse.Namespace) -> DataSet | None:
    if options.design is None:
        if options.standardised or options.data_dir is not None:
            raise DesignError("--standardised and --data-dir need --design, whose [data] they are about")
        return None
    changes = [] if options.data_dir is None else [f"data.directory={str(options.data_dir.resolve())!r}"]
    design = load_design(options.design, changes)
    if design.data is None:
        raise DesignError(f"{options.design}: no [data] to measure the accuracy with")
    return load_data(design.data, options.design.parent)


def _named(network: Network, data: DataSet, *, standardised: bool) -> Network:
    """Return the network with the data's names; ``standardised`` puts the data's scaling before its own."""
    names = {"features": data.feature_names}
    if len(data.class_names) == network.n_outputs:
        names["labels"] = data.class_names
    if not standardised:
        return replace(network, **names)  # type: ignore[arg-type]
    mean, deviation = data.scale()
    if network.scale_mean is not None and network.scale_deviation is not None:
        mean, deviation = mean + deviation * network.scale_mean, deviation * network.scale_deviation
    return replace(network, scale_mean=mean, scale_deviation=deviation, **names)  # type: ignore[arg-type]


def _accuracies(real: RealNetwork, network: Network, data: DataSet, standardised: bool) -> list[str]:
    rows = data.test
    mean, deviation = data.scale() if standardised else (0.0, 1.0)
    before = real((data.features[rows] - mean) / deviation)
    after = network(network.scale(data.features[rows]))
    right = [_right(outputs, data, rows) for outputs in (before, after)]
    same = int((before.argmax(axis=1) == after.argmax(axis=1)).sum())
    return [f"accuracy: {right[0]} of {len(rows)} before, {right[1]} after; {same} labels are the same"]


def _right(outputs: FloatArray, data: DataSet, rows: IntArray) -> int:
    return int((outputs.argmax(axis=1) == data.labels[rows]).sum())
