"""Complexes must be what was drawn: probability of the target structure, and the ensemble defect."""

from __future__ import annotations

from collections.abc import Callable

from dsdcompile.sequences.inventory import Item
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Finding, Offender, judge
from dsdcompile.sequences.thermo.model import Ensemble


def target_probability(evidence: Evidence) -> Finding:
    """Judge the probability of each gate's target structure against ``limits.probability``."""
    return judge(
        "target structure",
        "probability of a complex's target structure",
        _measured(evidence, lambda found: found.probability),
        at_least=evidence.limits.probability,
        remedy="more search (sequences.effort), a smaller scheme.max_products (fewer nicks), or a lower temperature",
    )


def ensemble_defect(evidence: Evidence) -> Finding:
    """Judge the normalised ensemble defect of each gate against ``limits.defect``."""
    return judge(
        "ensemble defect",
        "expected fraction of a complex's bases that are not as in its target",
        _measured(evidence, lambda found: found.defect),
        at_most=evidence.limits.defect,
        remedy="more search (sequences.effort), or longer recognition domains",
    )


def _measured(evidence: Evidence, value: Callable[[Ensemble], float | None]) -> list[Offender]:
    items = [item for item in evidence.sequenced.inventory.items if item.is_gate]
    made = []
    for item in items:
        found = evidence.gates[item.name]
        number = value(found)
        assert number is not None, "gates are asked about with their target"
        made.append(Offender((item.name,), number, _drawing(evidence, item, found)))
    return made


def _drawing(evidence: Evidence, item: Item, found: Ensemble) -> str:
    """Return sequence, target and best structure, one below the other."""
    sequences = "+".join(evidence.sequenced.complex(item.complex))
    return f"{sequences}\n{evidence.sequenced.inventory.structure(item.complex)} target\n{found.structure} best"
