"""A module's file name says which module is meant, so a reader who is told one need not ask for the room."""

from collections import Counter
from pathlib import Path

import dsdcompile

ROOT = Path(dsdcompile.__file__).parent
CATALOGUES = frozenset({"__init__", "__main__", "catalogue"})
"""Names that mean the same in each room: what the room's members are listed in."""
SECTIONS = ROOT / "report" / "sections"
"""A section of the page may be called after what it shows."""


def test_no_two_modules_share_a_file_name():
    counts = Counter(path.stem for path in ROOT.rglob("*.py") if path.parent != SECTIONS)
    assert [name for name, count in counts.items() if count > 1 and name not in CATALOGUES] == []
