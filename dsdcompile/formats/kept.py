"""Files kept between runs: each ends with a digest of its content, its name and what it depends on.

What is off in any way counts as absent and is made again: a file that is cut short, edited, empty, renamed, of another
version of this program, far too large, or no file at all. So a result never depends on what a cache holds.
"""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import Final

from dsdcompile.errors import FormatError
from dsdcompile.formats.writing import write_whole

LARGEST: Final = 1 << 30
"""Larger files are neither kept nor read, bytes."""
VERSION: Final = "dsdcompile 2"
"""Changed when the form of kept files changes; files of other versions are made again."""
_MARK: Final = b"\nsha256 "


def keep(path: Path, content: bytes, depends: str = "") -> None:
    """Keep content in a file; where it cannot be written nothing is kept, and the next run makes it again.

    Args:
        path: Where; its name is what the content is known by.
        content: What is kept.
        depends: What else the content depends on, such as a digest of the code that made it.
    """
    if len(content) > LARGEST:
        return
    try:
        write_whole(path, content + _seal(path.name, content, depends))
    except FormatError:
        return


def kept(path: Path, depends: str = "") -> bytes | None:
    """Return content that :func:`keep` kept under the same name and ``depends``, or None."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST + len(_seal("", b"", "")):
            return None
        whole = path.read_bytes()
    except OSError:
        return None
    size = len(whole) - len(_seal("", b"", ""))
    content = whole[: max(0, size)]
    return content if size >= 0 and whole[size:] == _seal(path.name, content, depends) else None


def _seal(name: str, content: bytes, depends: str) -> bytes:
    total = hashlib.sha256()
    for part in (VERSION.encode(), name.encode(), depends.encode(), content):
        total.update(len(part).to_bytes(8) + part)
    return _MARK + total.hexdigest().encode() + b"\n"
