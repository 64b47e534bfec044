"""A module's file name says which module is meant, so a reader who is told one need not ask for the room."""

from collections import Counter
from pathlib import Path

import dsdcompile

CATALOGUES = frozenset({"__init__", "__main__", "catalogue"})
"""Names that mean the same in each room: what the room's members are listed in."""


def test_no_two_modules_share_a_file_name():
    counts = Counter(path.stem for path in Path(dsdcompile.__file__).parent.rglob("*.py"))
    assert [name for name, count in counts.items() if count > 1 and name not in CATALOGUES] == []
