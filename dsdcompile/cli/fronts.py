"""``dsdcompile train --front``: the front of accuracy against strands, and one network of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from dsdcompile.cli.commands import Progress
from dsdcompile.cli.executors import executors
from dsdcompile.design.design import Design
from dsdcompile.errors import DesignError
from dsdcompile.formats.code import code_digest
from dsdcompile.formats.finished_pieces import PieceFolder
from dsdcompile.formats.network_file import show_network
from dsdcompile.formats.writing import write_whole
from dsdcompile.report.front_files import file_name, front_files, front_table
from dsdcompile.simulate.batches import Batches
from dsdcompile.stages.compilation import cost_model
from dsdcompile.stages.scheme_choice import choose_scheme
from dsdcompile.train.chains import Chain
from dsdcompile.train.dataset import DataSet
from dsdcompile.train.front import Front, Point, Recipe, search_front


def search(options: argparse.Namespace, design: Design, data: DataSet, path: Path) -> int:
    """Search the front, write its files, and the network that was asked for.

    Raises:
        DesignError: no network of the front is as asked; the message names the nearest.
    """
    if design.reduction != "cost":
        raise DesignError(
            f"passes.reduce is {design.reduction}: a front is priced by the cheapest plan; --set passes.reduce=cost"
        )
    if options.steps < 1:
        raise DesignError(f"--steps {options.steps}: at least one move is needed")
    if options.accuracy is not None and not 0 <= options.accuracy <= 1:
        raise DesignError(f"--accuracy {options.accuracy}: a share from 0 to 1, such as 0.97")
    folder = options.folder or Path("build") / f"{design.name}-front"
    table = design.training
    recipe = Recipe(
        table.hidden,
        table.largest if table.weights == "integer" else 1,
        "shift" in design.passes.optional,
        table.seed,
        options.seeds,
        options.steps,
    )
    progress = Progress(quiet=options.quiet)
    batches = Batches(
        executors(options.executor), PieceFolder(folder / ".pieces", code_digest(Chain.__module__)), progress
    )
    model = cost_model(design, choose_scheme(design.scheme.name, options.design.parent))
    front = search_front(data, recipe, model, batches, progress)
    for name, content in front_files(front, design.name).items():
        write_whole(folder / name, content)
    print(front_table(front), end="")
    print(f"written to {folder}")
    point = _picked(front, options, folder)
    if point is not None:
        write_whole(path, show_network(point.network))
        print(f"{point.strands} strands, {point.network.title}: written to {path}")
    return 0


def _picked(front: Front, options: argparse.Namespace, folder: Path) -> Point | None:
    """Return the point that was asked for, if one was."""
    if options.strands is None and options.accuracy is None:
        return None
    point = front.points[-1] if options.strands is None else front.within(options.strands)
    if point is None:
        nearest = front.points[0]
        raise DesignError(
            f"--strands {options.strands}: no network found takes so few; the nearest takes {nearest.strands} strands "
            f"({folder / file_name(nearest)})"
        )
    if options.accuracy is None:
        return point
    reached = front.reaching(options.accuracy)
    if reached is None or reached.strands > point.strands:
        nearest = max((one for one in front.points if one.strands <= point.strands), key=lambda one: one.accuracy)
        raise DesignError(
            f"--accuracy {options.accuracy}: no network found is as good within the strands allowed; the nearest has "
            f"{nearest.accuracy:.4f} with {nearest.strands} strands ({folder / file_name(nearest)})"
        )
    return reached
