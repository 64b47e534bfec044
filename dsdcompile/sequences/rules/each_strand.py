"""What rules say of each strand from its letters alone."""

from __future__ import annotations

from collections.abc import Callable

from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender


def of_strands(evidence: Evidence, value: Callable[[str], float]) -> list[Offender]:
    """Return each strand with a value of its sequence."""
    found = []
    for strand in evidence.sequenced.inventory.strands:
        sequence = evidence.sequenced.strand(strand.domains)
        found.append(Offender((strand.name,), float(value(sequence)), sequence))
    return found
