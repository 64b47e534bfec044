"""``dsdcompile enumerate``: what any strands do, by Peppercorn's rules, each encounter once up to renaming."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dsdcompile.cli.commands import Commands, Progress
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.enumeration.memoised import enumerate_memoised
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.errors import FormatError
from dsdcompile.formats.enumerated_pil import name_all, remarks, show_enumerated, show_reactions
from dsdcompile.formats.pil_reader import PilFile, read_pil
from dsdcompile.formats.text_file import read_text
from dsdcompile.formats.writing import write_whole

EVERY = 0.2
"""How often progress is shown, s."""


def add_commands(commands: Commands) -> None:
    """Add the subcommand."""
    usual = EnumerationOptions()
    parser = commands.add_parser(
        "enumerate",
        help="find all resting macrostates and condensed reactions of the complexes in a PIL file",
        epilog="exit status: 0 all was found; 1 a limit cut it short, and the output says which; 2 bad input",
    )
    parser.add_argument("system", type=Path, metavar="SYSTEM.pil", help="domains and complexes in kernel notation")
    parser.add_argument("--out", type=Path, metavar="FILE.pil", help="where the PIL text goes (default: the terminal)")
    parser.add_argument("--crn", type=Path, metavar="FILE.crn", help="also write the condensed reactions as a CRN")
    parser.add_argument(
        "--release-cutoff", type=_count, default=usual.release_cutoff, metavar="NT",
        help=f"helices up to this length open by themselves (default: {usual.release_cutoff})",
    )  # fmt: skip
    parser.add_argument(
        "--remote", action="store_true",
        help="allow branch migration from toeholds elsewhere, as Peppercorn does by default (default: rejected)",
    )  # fmt: skip
    parser.add_argument(
        "--max-complex-size", type=_positive, metavar="STRANDS",
        help="drop larger complexes (default: twice the largest given, plus two)",
    )  # fmt: skip
    for name, unit in (("max-complexes", "COUNT"), ("max-reactions", "COUNT"), ("max-seconds", "S")):
        default = getattr(usual, name.replace("-", "_"))
        parser.add_argument(
            f"--{name}", type=type(default), default=default, metavar=unit,
            help=f"give up beyond that (default: {default:,g})",
        )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    progress = Progress(quiet=options.quiet)
    try:
        read = read_pil(read_text(options.system))
    except FormatError as error:
        raise FormatError(f"{options.system}: {error}") from None
    tube = [found.complex for found in read.complexes if found.present]
    if not tube:
        raise FormatError(f"{options.system}: no complex is in the tube; a line such as 'A = t x' puts one there")
    if read.results:
        progress(f"{options.system} has {len(read.results)} lines with results (reaction, macrostate): passed over")
    rules = EnumerationOptions(
        release_cutoff=options.release_cutoff,
        reject_remote=not options.remote,
        max_complex_size=options.max_complex_size,
        max_complexes=options.max_complexes,
        max_reactions=options.max_reactions,
        max_seconds=options.max_seconds,
    )
    largest = max(len(complex_.strands) for complex_ in tube)
    if rules.max_complex_size is not None and rules.max_complex_size < largest:
        raise FormatError(f"--max-complex-size {rules.max_complex_size}: {options.system} has a complex of {largest}")
    found = enumerate_memoised(tube, read.lengths, rules, _now_and_then(progress))
    _write(options, read, found)
    for remark in remarks(found)[1:]:
        print(f"dsdcompile: {remark}", file=sys.stderr)
    states, reactions = len(found.macrostates), len(found.reactions)
    progress(f"{states:,} resting macrostates, {reactions:,} condensed reactions")
    return 0 if found.complete else 1


def _write(options: argparse.Namespace, read: PilFile, found: Enumerated) -> None:
    names = name_all(read, found)
    text = show_enumerated(read, found, names, options.system.name)
    if options.out is None:
        print(text, end="")
    else:
        write_whole(options.out, text)
    if options.crn is not None:
        write_whole(options.crn, show_reactions(read, found, names, options.system.name))


def _now_and_then(progress: Progress) -> Callable[[str], None]:
    """Return what shows messages in place, with time between them."""
    last = time.monotonic()

    def tell(message: str) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            progress(message, passing=True)

    return tell


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is not a number of nucleotides")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of strands")
    return int(text)
