"""Strands that fold onto themselves hide their toeholds: the ensemble of each strand alone.

The ensemble of a strand of 100 nt has many weak structures, so -2.5 kcal/mol is no hairpin of that strength: the worst
strands of IRIS, -2.2, have every toehold open for 0.69 of the time, which is what `toeholds.py` judges. One domain that
folds onto itself gives -12. Small designs reach -1.3 to -2.0.
"""

from __future__ import annotations

from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotBelow, Planted, Rule

SELF_ENERGY = Threshold("self_energy", -2.5, "least ensemble free energy of a strand alone, kcal/mol")


def _measure(evidence: Evidence) -> list[Offender]:
    strands = evidence.sequenced.inventory.strands
    return [
        Offender((strand.name,), found.energy, f"{evidence.sequenced.strand(strand.domains)}\n{found.structure}")
        for strand, found in zip(strands, evidence.alone, strict=True)
    ]


RULE = Rule(
    "self-structure",
    "free energy of a strand's ensemble alone (kcal/mol)",
    NotBelow(SELF_ENERGY),
    "more search (sequences.effort), or longer domains with fewer letters",
    _measure,
    Planted({"b_A": "GCGCGCTTTTGCGCG"}),  # the recognition domain of A folds onto itself
)
