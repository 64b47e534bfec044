"""The command line: parse, dispatch, and turn every error a user can make into one message and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dsdcompile.cli.arguments import parser
from dsdcompile.cli.commands import INTERRUPTED
from dsdcompile.errors import DsdcompileError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status (see :mod:`dsdcompile.errors`)."""
    options = parser().parse_args(arguments)
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
