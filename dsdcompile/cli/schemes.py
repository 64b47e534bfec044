"""``dsdcompile schemes``: the translation schemes, with their cost and guarantees."""

from __future__ import annotations

import argparse

from dsdcompile.cli.commands import Commands
from dsdcompile.schemes.catalogue import SCHEMES


def add_commands(commands: Commands) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("schemes", help="the translation schemes, with cost and guarantees")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    for scheme in SCHEMES:
        also = f" (also {', '.join(scheme.aliases)})" if scheme.aliases else ""
        print(f"{scheme.name}{also}\n  {scheme.summary}\n  {scheme.guarantees}\n  {scheme.citation}")
    return 0
