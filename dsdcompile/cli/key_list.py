"""``dsdcompile keys``: every key of a design file, with its meaning and default, as a design file."""

from __future__ import annotations

import argparse

from dsdcompile.cli.commands import Commands
from dsdcompile.design.design import Design
from dsdcompile.design.keys import show_keys


def add_commands(commands: Commands) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("keys", help="every key of a design file with its default, as a design file")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    print(show_keys(Design))
    return 0
