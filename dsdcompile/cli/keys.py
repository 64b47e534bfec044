"""``dsdcompile keys``: every key of a design file, with its default and meaning."""

from __future__ import annotations

import argparse

from dsdcompile.cli.commands import Commands
from dsdcompile.design import describe_keys


def add_commands(commands: Commands) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("keys", help="the keys of a design file, with their defaults")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    rows = describe_keys()
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, default, meaning in rows:
        print(f"{key:{widths[0]}}  {default:{widths[1]}}  {meaning}")
    return 0
