"""``dsdcompile keys``: every key of a design file, with its meaning and default, as a design file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import dsdcompile

KEYS: Final = Path(dsdcompile.__file__).with_name("design") / "keys.toml"
"""What the tables of ``design/`` say of themselves, as ``scripts/tables`` wrote it down: asking them takes seconds."""


def act(options: argparse.Namespace) -> int:
    """Print the keys and return the exit status."""
    print(KEYS.read_text(encoding="utf-8"), end="")
    return 0
