"""The command line: parse, dispatch, and turn every error a user can make into one message and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from dsdcompile.cli import checking, enumerating, importing, key_list, schemes, stages, training
from dsdcompile.cli.commands import INTERRUPTED
from dsdcompile.errors import DsdcompileError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status (see :mod:`dsdcompile.errors`)."""
    parser = argparse.ArgumentParser(
        prog="dsdcompile",
        description="Compile a trained network or a chemical reaction network to a verified, orderable DNA system.",
        epilog="exit status: 0 done and verified; 1 done, and something was found wrong; 2 not done: the message says "
        "why, and nothing is written; 130 interrupted",
    )
    parser.add_argument("--version", action="version", version=f"dsdcompile {version('dsdcompile')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in (stages, checking, enumerating, training, importing, schemes, key_list):
        module.add_commands(commands)
    options = parser.parse_args(arguments)
    os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)  # CVODE repeats itself; its failures raise anyway
    try:
        return int(options.act(options))
    except DsdcompileError as error:
        print(f"dsdcompile: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("dsdcompile: interrupted; files already written are whole", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
