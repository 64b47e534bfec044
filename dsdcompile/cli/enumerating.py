"""``dsdcompile enumerate``: what any strands do, by Peppercorn's rules, each encounter once up to renaming."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from dsdcompile.cli.commands import Progress
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


def act(options: argparse.Namespace) -> int:
    """Carry out the subcommand and return the exit status."""
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
