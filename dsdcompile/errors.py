"""What a user can do wrong: each error says what, where, and what would be right.

Every error that is the user's to mend derives from :class:`DsdcompileError` and carries the exit status of the
command line. Anything else that escapes is a bug in dsdcompile and shows a traceback.
"""

from __future__ import annotations

import sys
from typing import ClassVar, final


class DsdcompileError(Exception):
    """An error with a message for people: what is wrong, where, and what would be right. No results are written."""

    exit_status: ClassVar[int] = 2


@final
class DesignError(DsdcompileError):
    """A design file asks for something that does not exist or cannot be."""


@final
class FormatError(DsdcompileError):
    """A file cannot be read: its place (line, column, key) and what was expected are in the message."""


@final
class NetworkError(DsdcompileError):
    """A network's layers do not chain, or its numbers are not what its declaration says."""


@final
class CrnError(DsdcompileError):
    """A reaction network lacks a property that the requested operation needs."""


@final
class SchemeError(DsdcompileError):
    """A translation scheme cannot build a reaction; the message names the reaction."""


@final
class SequenceError(DsdcompileError):
    """No sequences satisfy the constraints; the message names the constraint that cannot be met."""


@final
class BackendError(DsdcompileError):
    """An optional backend is missing or refuses; the message says how to obtain it."""


@final
class SimulationError(DsdcompileError):
    """An integration did not reach its end or its tolerance; no partial trajectory is returned."""


@final
class LimitExceededError(DsdcompileError):
    """A stated limit (integer range, dose ceiling, memory) would be exceeded."""


def missing(need: str, requirement: str) -> BackendError:
    """Return the error for an optional package that is not installed, with the command that installs it here."""
    return BackendError(f"{need}, which is not installed; to get it: {sys.executable} -m pip install '{requirement}'")
