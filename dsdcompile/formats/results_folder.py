"""The folder of a run's results: files whole, and never of two requests side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, final

from dsdcompile.formats.writing import show_json, write_whole

SUMMARY = "summary.json"
TIMINGS = "timings.json"
EARLIER = "earlier"
"""The folder inside for what another request left."""


@final
@dataclass(frozen=True, eq=False)
class Contents:
    """What a run puts into its folder of results."""

    files: Mapping[str, str | bytes]
    """Name -> content of everything made."""
    outdated: frozenset[str]
    """Names of files that are no longer true if this run has not made them."""
    known: frozenset[str]
    """Names of all files that any run may make."""
    summary: Mapping[str, Any]
    """Plain data for :data:`SUMMARY`; files whose ``request`` in it is the same belong together."""
    seconds: Mapping[str, float]
    """How long each part took, s, for :data:`TIMINGS`."""

    def __post_init__(self) -> None:
        """Freeze."""
        for name in ("files", "summary", "seconds"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


def write_results(contents: Contents, folder: Path) -> None:
    """Write every file whole, the run's part of the summary last, and how long it took beside it.

    What an earlier run left there and this one does not make again stays if it came from the same request. Otherwise
    the files move to :data:`EARLIER` (strands of one request must not lie beside the protocol of another), and the
    summary starts anew.

    Raises:
        FormatError: the folder cannot be written to, or a number is not finite.
    """
    before = _previous(folder / SUMMARY)
    same = before.get("request") == contents.summary["request"]
    stale = contents.outdated if same else contents.known
    for name in sorted(stale - set(contents.files)):
        if (folder / name).is_file():
            (folder / EARLIER).mkdir(exist_ok=True)
            (folder / name).replace(folder / EARLIER / name)
    for name, content in contents.files.items():
        write_whole(folder / name, content)
    kept = before if same else {}
    write_whole(folder / SUMMARY, show_json({**kept, **contents.summary}))
    write_whole(folder / TIMINGS, show_json({"seconds": dict(contents.seconds)}))


def _previous(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
