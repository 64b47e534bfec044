"""What rules say of each complex of several strands."""

from __future__ import annotations

from collections.abc import Callable

from dsdcompile.dsd.inventory import NamedComplex
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.thermo.model import Ensemble


def of_gates(evidence: Evidence, value: Callable[[Ensemble], float | None]) -> list[Offender]:
    """Return each complex of several strands with a value of its ensemble, and its structures."""
    found = []
    for item in evidence.sequenced.inventory.items:
        if item.is_gate:
            ensemble = evidence.gates[item.name]
            number = value(ensemble)
            assert number is not None, "gates are asked about with their target"
            found.append(Offender((item.name,), number, _drawing(evidence, item, ensemble)))
    return found


def _drawing(evidence: Evidence, item: NamedComplex, found: Ensemble) -> str:
    """Return sequence, target and best structure, one below the other."""
    sequences = "+".join(evidence.sequenced.complex(item.complex))
    return f"{sequences}\n{evidence.sequenced.inventory.structure(item.complex)} target\n{found.structure} best"
