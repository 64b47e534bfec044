"""``dsdcompile schemes DESIGN``: one design in every scheme."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from dsdcompile import pipeline
from dsdcompile.cli.commands import Progress
from dsdcompile.errors import DesignError, LimitExceededError, SchemeError, SimulationError
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.scheme_file import offered
from dsdcompile.formats.schemes_csv import SchemeRow, scheme_csv
from dsdcompile.formats.writing import write_whole
from dsdcompile.report.scheme_table import scheme_row, show_scheme_rows
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.stages.scheme_choice import scheme_reference
from dsdcompile.stages.stage import Stage

QUICK = ("verify.whole=never", "verify.equivalence=false")
"""Composition says what the whole would show, and modules are read without crnverifier; ``--set`` has the last word."""
FILE = "schemes.csv"


def act(options: argparse.Namespace) -> int:
    """Write the table of a design in every scheme, print it, and return 0 if any scheme's verdict is good, else 1."""
    names = options.scheme or [*(scheme.name for scheme in SCHEMES), *offered()]
    design, progress = load_design(options.design, options.changes), Progress(quiet=options.quiet)
    folder = options.out or Path("build") / design.name
    rows = [_row(options.design, name, options.changes, folder, progress) for name in names]
    write_whole(folder / FILE, scheme_csv(rows))
    print(show_scheme_rows(rows))
    print(f"results: {folder / FILE}")
    return 0 if any(row.holds for row in rows) else 1


def _row(path: Path, name: str, changes: Sequence[str], folder: Path, progress: Progress) -> SchemeRow:
    """Return the row of one scheme; what it cannot build or what does not come to rest is a note in it."""
    reference = scheme_reference(name, path.parent)
    design = load_design(path, [*QUICK, *changes, f"scheme.name={reference!r}"])
    stages = [Stage.VERIFY, Stage.SIMULATE]
    try:
        return scheme_row(pipeline.run(design, path.parent, folder, stages=stages, progress=progress))
    except (SchemeError, DesignError) as error:
        return SchemeRow(name, note=str(error))
    except (SimulationError, LimitExceededError) as error:
        try:
            made = pipeline.run(design, path.parent, folder, stages=[Stage.VERIFY], progress=progress)
        except (SimulationError, LimitExceededError):  # of the formal CRN, whose turnover doses the fuels
            return SchemeRow(name, note=str(error))
        return scheme_row(made, str(error))
