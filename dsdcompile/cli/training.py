"""``dsdcompile train``: train the network that a design names, by its ``[training]`` table."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dsdcompile.cli.commands import Progress
from dsdcompile.cli.fronts import search
from dsdcompile.design.tables import TrainingTable
from dsdcompile.errors import DesignError
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.network_file import show_network
from dsdcompile.formats.writing import write_whole
from dsdcompile.train.binaryconnect import Trained, accuracy, train
from dsdcompile.train.dataset import DataSet
from dsdcompile.train.datasets import load_data


def act(options: argparse.Namespace) -> int:
    """Carry out the subcommand and return the exit status."""
    changes = list(options.changes)
    if options.data_dir is not None:
        changes.append(f"data.directory={str(options.data_dir.resolve())!r}")
    design = load_design(options.design, changes)
    if design.network is None or design.data is None:
        raise DesignError(f"{options.design}: training needs [network] file = ... and [data] name = ...")
    if options.seeds < 1:
        raise DesignError(f"--seeds {options.seeds}: at least one seed is needed")
    data = load_data(design.data, options.design.parent)
    print(data.parts)
    path = options.out or options.design.parent / design.network.file
    if options.front:
        return search(options, design, data, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoints = [path.with_name(f".{path.name}.{number}.checkpoint") for number in range(options.seeds)]
    progress = Progress(quiet=options.quiet)
    runs = [_train(design.training, number, data, file, progress) for number, file in enumerate(checkpoints)]
    best = max(runs, key=lambda run: run.rank(design.training.prefer))
    scores = [round(accuracy(run.network, data, "test") * len(data.test)) for run in runs]
    network = replace(best.network, training={**best.network.training, **_record(runs, scores, len(data.test))})
    write_whole(path, show_network(network))
    for file in checkpoints:
        file.unlink(missing_ok=True)
    _tell(runs, scores, len(data.test))
    right = scores[runs.index(best)]
    print(f"{network.title}, seed {best.seed} chosen by validation: {right} of {len(data.test)} test examples right")
    print(f"written to {path}")
    return 0


def _train(recipe: TrainingTable, number: int, data: DataSet, checkpoint: Path, progress: Progress) -> Trained:
    recipe = recipe.model_copy(update={"seed": recipe.seed + number})

    def report(epoch: int, loss: float, accuracy: float) -> None:
        last = epoch == recipe.epochs or epoch % max(1, recipe.epochs // 10) == 0
        text = f"seed {recipe.seed}, epoch {epoch}/{recipe.epochs}: loss {loss:.4f}, validation {accuracy:.2%}"
        progress(text, passing=not last)

    return train(recipe, data, report, checkpoint)


def _record(runs: Sequence[Trained], scores: Sequence[int], count: int) -> dict[str, object]:
    """Return what the network file says of all seeds; test scores were read once, after validation had chosen."""
    seeds = [
        {
            "seed": run.seed,
            "epoch": run.epoch,
            "train_accuracy": run.train_accuracy,
            "validation_accuracy": run.validation_accuracy,
            "loss": run.loss,
            "test_correct": score,
        }
        for run, score in zip(runs, scores, strict=True)
    ]
    return {"test_examples": count, "seeds": seeds}


def _tell(runs: Sequence[Trained], scores: Sequence[int], count: int) -> None:
    for run, score in zip(runs, scores, strict=True):
        print(
            f"seed {run.seed}: epoch {run.epoch}, training {run.train_accuracy:.2%}, validation "
            f"{run.validation_accuracy:.2%} (loss {run.loss:.4f}), test {score} of {count}"
        )
    if len(runs) > 1:
        print(
            f"test over {len(runs)} seeds: mean {statistics.fmean(scores) / count:.2%}, standard deviation "
            f"{statistics.stdev(scores) / count:.2%}, from {min(scores)} to {max(scores)} of {count}"
        )
