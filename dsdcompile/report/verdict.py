"""A verdict in words: what was found, what exactly it shows, and what the design needs."""

from __future__ import annotations

from dsdcompile.units import plural
from dsdcompile.verify.verdict import Outcome, Verification


def verdict_line(verification: Verification) -> str:
    """Return a verdict as one line, such as ``proved: bisimilar (40 checks), 9 tested; needed: bisimilar``."""
    proved, tested = (verification.count(outcome) for outcome in (Outcome.PROVED, Outcome.TESTED))
    shown = "" if verification.shows is None else f": {verification.shows}"
    checks = plural(len(verification.checks), "check")
    if verification.outcome in (Outcome.PROVED, Outcome.TESTED):
        counted = f"({plural(proved, 'check')})"
    else:
        counted = f"({proved} of {checks} proved)"
    more = f", {tested} tested" if tested else ""
    return f"{verification.outcome}{shown} {counted}{more}; needed: {verification.needs}"
