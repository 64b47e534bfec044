"""Text files that people hand in: every way in which one cannot be read is one message that names it."""

from __future__ import annotations

from pathlib import Path

from dsdcompile.errors import FormatError


def read_text(path: Path, what: str = "file") -> str:
    """Return the text of a UTF-8 file, without a byte order mark.

    Raises:
        FormatError: it is missing, a folder, unreadable, or not text; ``what`` says what was expected.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FormatError(f"{path}: no such {what}") from None
    except IsADirectoryError:
        raise FormatError(f"{path}: a folder, not a {what}") from None
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not a {what}: byte {error.start + 1} is not UTF-8 text") from None
    except OSError as error:
        raise FormatError(f"{path}: cannot be read: {error.strerror}") from None
