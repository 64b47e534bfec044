"""``dsdcompile run`` and each stage alone: the same options, the same files, a part of the way."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dsdcompile import pipeline
from dsdcompile.cli import executors
from dsdcompile.cli.arguments import RUN
from dsdcompile.cli.commands import INTERRUPTED, Progress
from dsdcompile.errors import DsdcompileError, FormatError
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.results_folder import write_results
from dsdcompile.report.headlines import headlines
from dsdcompile.report.outputs import outputs
from dsdcompile.stages.scheme_choice import scheme_reference
from dsdcompile.stages.stage import STAGES, Stage


def act(options: argparse.Namespace) -> int:
    """Carry out the subcommand and return the exit status."""
    changes = list(options.changes)
    if options.scheme is not None:
        changes.append(f"scheme.name={scheme_reference(options.scheme, options.design.parent)!r}")
    if options.reduce is not None:
        changes.append(f"passes.reduce={options.reduce}")
    if options.thermo is not None:
        changes.append(f"sequences.thermo={options.thermo}")
    if options.example is not None:
        changes.append(f"simulate.example={options.example}")
    if options.data_dir is not None:
        changes.append(f"data.directory={str(options.data_dir.resolve())!r}")
    design = load_design(options.design, changes)
    folder = options.out or Path("build") / design.name
    wanted = STAGES if options.command == RUN else (Stage(options.command),)
    progress = Progress(quiet=options.quiet)
    with _about(options.design):
        results = pipeline.run(
            design,
            options.design.parent,
            folder,
            stages=wanted,
            progress=progress,
            executors=executors.executors(options.executor),
        )
        progress(f"writing {folder}")
        write_results(outputs(results), folder)
    for line in headlines(results):
        print(line)
    print(f"results: {folder}")
    if results.sequencing is not None and results.sequencing.interrupted:
        print(f"dsdcompile: {results.sequencing.warnings()[0]}", file=sys.stderr)
        return INTERRUPTED
    return 0 if results.nothing_wrong else 1


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Put the design file before the text of an error, unless it names a file already."""
    try:
        yield
    except FormatError:
        raise
    except DsdcompileError as error:
        raise type(error)(f"{path}: {error}") from None
