"""What unintended pairs cost at the design's concentrations: the equilibrium of all strands that float free."""

from __future__ import annotations

from typing import Final

import numpy as np

from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Finding, Offender, judge
from dsdcompile.sequences.thermo.equilibrium import equilibrium

NEGLIGIBLE: Final = 1e-4
"""Pairs that bind less than this fraction of either strand on their own are left out."""
USUAL: Final = 1e-7
"""Concentration of a strand about which nothing is said, M."""


def crosstalk(evidence: Evidence) -> Finding:
    """Judge the fraction of each free strand in unintended pairs against ``limits.crosstalk``."""
    strands = evidence.sequenced.inventory.strands
    amounts = np.array(
        [max(sum(evidence.concentrations.get(name, USUAL) for name in s.member_of), 1e-12) for s in strands]
    )
    free = ~evidence.backbone
    one, two = evidence.pairs.T
    constants = -evidence.helices / evidence.conditions.rt
    bound = np.exp(constants) * np.maximum(amounts[one], amounts[two])
    kept = free[one] & free[two] & (evidence.helices < 0) & (bound > NEGLIGIBLE)
    counts = np.zeros((int(kept.sum()), len(strands)), dtype=np.int64)
    rows = np.arange(len(counts))
    np.add.at(counts, (rows, one[kept]), 1)
    np.add.at(counts, (rows, two[kept]), 1)
    found = equilibrium(counts[:, free], constants[kept], amounts[free])[: int(free.sum())]
    fractions = 1.0 - found / amounts[free]
    names = [strand.name for strand, is_free in zip(strands, free, strict=True) if is_free]
    return judge(
        "crosstalk",
        "fraction of a free strand in unintended pairs at equilibrium",
        [Offender((name,), float(max(0.0, fraction))) for name, fraction in zip(names, fractions, strict=True)],
        at_most=evidence.limits.crosstalk,
        remedy="a smaller kinetics.unit, more search (sequences.effort), or fewer modules in one pot",
    )
