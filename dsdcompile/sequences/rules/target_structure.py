"""Complexes must be what was drawn: probability of the target structure, and the ensemble defect.

The limit on the probability looks low, and the number is hard for what is right: a structure counts only if every base
is as drawn. Helices fray at their ends (a lone 15-nt duplex, two ends, has 0.54 to 0.84), every nick is two more, and
tails of 80 nt touch here and there, so translators of five strands have 0.01 to 0.1 with every domain in its place.
One that misfolds has less by decades: 6e-9 with one domain that folds onto itself. What does not depend on size is the
defect, the expected fraction of bases that are not as drawn: 0.12 with that domain. The worst of each after the search:
relu 0.12 and 0.062, consensus 0.11 and 0.041, figure1 0.026 and 0.057, IRIS 0.009 and 0.065.
"""

from __future__ import annotations

from collections.abc import Callable

from dsdcompile.dsd.inventory import NamedComplex
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


def _drawing(evidence: Evidence, item: NamedComplex, found: Ensemble) -> str:
    """Return sequence, target and best structure, one below the other."""
    sequences = "+".join(evidence.sequenced.complex(item.complex))
    return f"{sequences}\n{evidence.sequenced.inventory.structure(item.complex)} target\n{found.structure} best"
