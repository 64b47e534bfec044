"""``dsdcompile run`` and each stage alone: the same options, the same files, a part of the way."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dsdcompile import pipeline
from dsdcompile.cli import executors
from dsdcompile.cli.commands import INTERRUPTED, Commands, Progress
from dsdcompile.errors import DsdcompileError, FormatError
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.results_folder import write_results
from dsdcompile.pipeline import STAGES, Stage
from dsdcompile.report.headlines import headlines
from dsdcompile.report.outputs import outputs

RUN = "run"
HELP = {
    Stage.COMPILE: "network or CRN to formal, reduced and implementable CRN",
    Stage.TRANSLATE: "implementable CRN to domain-level DNA system",
    Stage.VERIFY: "enumerate the system and prove that it does what its CRN says",
    Stage.SIMULATE: "formal, reduced, implementation and enumerated CRN side by side",
    Stage.SEQUENCES: "sequences for all domains, checked",
    Stage.ORDER: "strand order and protocol",
    Stage.REPORT: "the report of everything above",
}
"""What each stage alone does, in the order of the way."""


def add_commands(commands: Commands) -> None:
    """Add the subcommands."""
    texts: dict[str, str] = {RUN: f"the whole way: {', '.join(STAGES)}", **{stage: HELP[stage] for stage in STAGES}}
    for name, text in texts.items():
        parser = commands.add_parser(name, help=text, epilog="`dsdcompile keys` lists what --set can change")
        parser.add_argument("design", type=Path, metavar="DESIGN|FILE.crn", help="design file, or reactions")
        parser.add_argument("--out", type=Path, metavar="DIR", help="folder of results (default: build/NAME)")
        parser.add_argument("--scheme", metavar="NAME", help="translation scheme (see `dsdcompile schemes`)")
        parser.add_argument("--reduce", metavar="HOW", help="cheapest, paper, cost or none: the same as --set passes.reduce=HOW")
        parser.add_argument("--thermo", metavar="NAME", help="vienna or nupack: the same as sequences.thermo")
        parser.add_argument("--example", metavar="N", help="the example whose curves are drawn, from 1")
        parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the data set's files")
        parser.add_argument(
            "--set", metavar="KEY=VALUE", dest="changes", action="append", default=[], help="change a key of the design"
        )
        parser.add_argument("--executor", metavar="WHERE", default="auto", help=executors.HELP)
        parser.add_argument("--quiet", action="store_true", help="no progress")
        parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    changes = list(options.changes)
    if options.scheme is not None:
        changes.append(f"scheme.name={options.scheme}")
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
