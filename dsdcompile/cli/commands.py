"""What the subcommands share: the type of their registry, and how progress reaches the terminal."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object

INTERRUPTED = 130
"""Exit status of what the user stopped."""


class Progress:
    """Progress on standard error: one line a step, rewritten in place where the terminal allows."""

    def __init__(self, *, quiet: bool) -> None:
        """Start the clock; ``quiet`` silences everything."""
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._begun = time.monotonic()
        self._pending = False

    def __call__(self, message: str, *, passing: bool = False) -> None:
        """Show a message. The next one overwrites it if it is ``passing``; such messages go to terminals only."""
        if self._quiet or (passing and not self._live):
            return
        start = "\r\033[K" if self._pending else ""
        line = f"{start}[{time.monotonic() - self._begun:6.1f} s] {message}"
        print(line, file=sys.stderr, end="" if passing else "\n", flush=True)
        self._pending = passing
