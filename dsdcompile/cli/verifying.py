"""``verify SYSTEM.pil --formal FORMAL.crn`` and ``verify A.crn --against B.crn``: anyone's implementation."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dsdcompile.cli import stages
from dsdcompile.cli.arguments import NOTIONS
from dsdcompile.cli.commands import Progress
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.text import constant_species, parse_crn
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.errors import DesignError, DsdcompileError, FormatError
from dsdcompile.formats.pil_reader import read_pil
from dsdcompile.formats.species_map import read_map
from dsdcompile.formats.text_file import read_text
from dsdcompile.formats.writing import show_json, write_whole
from dsdcompile.report.judged_page import show_judged
from dsdcompile.stages.foreign import Asked, Judged, judge_crn, judge_pil
from dsdcompile.verify.equivalence import Notion
from dsdcompile.verify.verdict import Check, Outcome


def act(options: argparse.Namespace) -> int:
    """Carry out the subcommand, for a design or for what others have made, and return the exit status."""
    return _act(options) if _by_others(options) else stages.act(options)


def _by_others(options: argparse.Namespace) -> bool:
    """Return whether an implementation by others is to be judged.

    Raises:
        DesignError: options of one kind of ``verify`` stand with what is of the other.
    """
    if options.formal is None and options.against is None:
        if options.design.suffix == ".pil":
            raise DesignError(f"{options.design}: a system is verified against a CRN: add --formal FORMAL.crn")
        given = [name for name in ("map", "fuels", "notion", "remote") if getattr(options, name)]
        if given:
            raise DesignError(f"--{given[0]} goes with --formal or --against")
        return False
    if options.formal is not None and options.against is not None:
        raise DesignError("--formal is for a PIL file, --against for a CRN: give one of them")
    for name in ("scheme", "reduce", "thermo", "example", "data_dir", "changes"):
        if getattr(options, name):
            raise DesignError(f"--{name.replace('_', '-')} is for designs; this is someone's implementation")
    return True


def _act(options: argparse.Namespace) -> int:
    progress = Progress(quiet=options.quiet)
    asked = _asked(options)
    source = options.formal or options.against
    text, implementation = read_text(source, "CRN"), read_text(options.design)
    with _about(source):
        formal = parse_crn(text)
    with _about(options.design):
        judged = _judge(options, implementation, formal, asked, progress)
    for line in told(judged, options.design.name, source.name):
        print(line)
    if options.out is not None:
        write_whole(options.out / "verification.json", show_json(judged.verification.summary()))
        write_whole(options.out / "verification.html", show_judged(judged, options.design.name, source.name))
        print(f"results: {options.out}")
    return 0 if judged.verification.outcome is Outcome.PROVED else 1


def told(judged: Judged, implementation: str, formal: str) -> Iterator[str]:
    """Yield what the terminal shows of a verdict."""
    verification = judged.verification
    shown = f": {verification.shows}" if verification.shows is not None else ""
    yield f"{verification.outcome}{shown}: {implementation} as an implementation of {formal}"
    for check in (*verification.checks, *verification.certificates):
        yield f"  {check.name}: {check.outcome}: {check.detail}"
        yield from _witnesses(check)


def _witnesses(check: Check) -> Iterator[str]:
    for witness in check.witnesses:
        yield from (f"    {line}" for line in str(witness).splitlines())


def _judge(options: argparse.Namespace, text: str, formal: Crn, asked: Asked, progress: Progress) -> Judged:
    if options.against is None:
        return judge_pil(read_pil(text), formal, asked, lambda message: progress(message, passing=True))
    return judge_crn(parse_crn(text), formal, constant_species(text), asked)


def _asked(options: argparse.Namespace) -> Asked:
    usual = EnumerationOptions()
    names: dict[str, str] = {}
    if options.map is not None:
        text = read_text(options.map, "map")
        with _about(options.map):
            names = read_map(text)
    return Asked(
        Notion[NOTIONS[options.notion or "bisimulation"]],
        names,
        frozenset(filter(None, (options.fuels or "").split(","))),
        60.0 if options.verifier_seconds is None else options.verifier_seconds,
        EnumerationOptions(
            release_cutoff=usual.release_cutoff if options.release_cutoff is None else options.release_cutoff,
            reject_remote=not options.remote,
            max_complex_size=options.max_complex_size,
            max_seconds=usual.max_seconds if options.max_seconds is None else options.max_seconds,
        ),
    )


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Put a file's name before the text of an error."""
    try:
        yield
    except DsdcompileError as error:
        raise FormatError(f"{path}: {error}") from None
