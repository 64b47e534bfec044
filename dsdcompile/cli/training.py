"""``dsdcompile train``: train the network that a design names, by its ``[training]`` table."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from dsdcompile.cli.commands import Commands, Progress
from dsdcompile.errors import DesignError
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.network_file import show_network
from dsdcompile.formats.writing import write_whole
from dsdcompile.train.binaryconnect import train
from dsdcompile.train.datasets import load_data


def add_commands(commands: Commands) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("train", help="train the network of a design (needs the extra 'train')")
    parser.add_argument("design", type=Path, metavar="DESIGN", help="design file with [network], [data] and [training]")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the network goes (default: network.file)")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the data set's files")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", dest="changes", action="append", default=[], help="change a key of the design"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    design = load_design(options.design, options.changes)
    if design.network is None or design.data is None:
        raise DesignError(f"{options.design}: training needs [network] file = ... and [data] name = ...")
    table = design.data
    if options.data_dir is not None:
        table = table.model_copy(update={"directory": str(options.data_dir.resolve())})
    data = load_data(table, options.design.parent)
    progress = Progress(quiet=options.quiet)
    path = options.out or options.design.parent / design.network.file
    epochs = design.training.epochs

    def report(epoch: int, loss: float, accuracy: float) -> None:
        last = epoch == epochs or epoch % max(1, epochs // 10) == 0
        progress(f"epoch {epoch}/{epochs}: loss {loss:.4f}, validation {accuracy:.2%}", passing=not last)

    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = path.with_name(f".{path.name}.checkpoint")
    network = train(design.training, data, report, checkpoint)
    write_whole(path, show_network(network))
    checkpoint.unlink(missing_ok=True)
    outputs = network(network.scale(data.features[data.test]))
    correct = int((np.argmax(outputs, axis=1) == data.labels[data.test]).sum())
    print(f"{network.title}: {correct} of {len(data.test)} test examples right; written to {path}")
    return 0
