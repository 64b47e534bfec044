"""How long the parts of a run take."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import final


@final
class Stopwatch:
    """Wall time of named parts, in the order in which they were first begun; parts may contain others."""

    def __init__(self) -> None:
        """Start with nothing measured."""
        self._spent: dict[str, float] = {}

    @contextmanager
    def measure(self, part: str) -> Iterator[None]:
        """Add the time spent inside the ``with`` block to a part."""
        self._spent.setdefault(part, 0.0)
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._spent[part] += time.perf_counter() - begun

    @property
    def seconds(self) -> Mapping[str, float]:
        """Seconds by part, to the millisecond."""
        return {part: round(spent, 3) for part, spent in self._spent.items()}
