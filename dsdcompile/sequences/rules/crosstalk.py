"""What unintended pairs cost at the design's concentrations: the equilibrium of all strands that float free.

2 % is what two or three per cent of pipetting error costs anyway; designs have 0 to 0.3 %.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.sequences.helices import draw_helix
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import MOST_OFFENDERS, Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotAbove, Planted, Rule
from dsdcompile.sequences.thermo.equilibrium import equilibrium

CROSSTALK = Threshold(
    "crosstalk",
    0.02,
    "largest fraction of a free strand in unintended pairs at the design's concentrations",
    above=0,
    at_most=1,
)
NEGLIGIBLE: Final = 1e-4
"""Pairs that bind less than this fraction of either strand on their own are left out."""
USUAL: Final = 1e-7
"""Concentration of a strand about which nothing is said, M."""


def _measure(evidence: Evidence) -> list[Offender]:
    """Return the fraction of each free strand in unintended pairs, with all of them in one pot."""
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
    found = equilibrium(counts[:, free], constants[kept], amounts[free])
    alone, bound_up = found[: int(free.sum())], found[int(free.sum()) :]
    fractions = np.maximum(0.0, 1.0 - alone / amounts[free])
    names = [strands[s].name for s in np.flatnonzero(free)]
    drawn = set(np.argsort(-fractions, kind="stable")[:MOST_OFFENDERS].tolist())
    pairs = evidence.pairs[kept]
    return [
        Offender((name,), float(fraction), _drawing(evidence, strand, pairs, bound_up) if i in drawn else "")
        for i, (strand, name, fraction) in enumerate(zip(np.flatnonzero(free).tolist(), names, fractions, strict=True))
    ]


def _drawing(evidence: Evidence, strand: int, pairs: IntArray, bound: FloatArray) -> str:
    """Return the helix of a strand with what most of it is bound to, and how much that is."""
    here = np.flatnonzero((pairs == strand).any(axis=1))
    if not len(here):
        return ""
    most = here[int(np.argmax(bound[here]))]
    one, two = (int(s) for s in pairs[most])
    partner = "itself" if one == two else evidence.names[two if one == strand else one]
    return f"{draw_helix(evidence.pool, one, two, evidence.energies)}\n{1e9 * bound[most]:.3g} nM with {partner}"


RULE = Rule(
    "crosstalk",
    "fraction of a free strand in unintended pairs at equilibrium",
    NotAbove(CROSSTALK),
    "a smaller kinetics.unit, more search (sequences.effort), or fewer modules in one pot",
    _measure,
    # a history is the complement of A's recognition domain but for its ends
    Planted({"b_A": "CATCTTACACTCATC", "m0_d1": "CATGAGTGTAAGATC"}),
)
