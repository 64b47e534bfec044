"""Strands that fold onto themselves hide their toeholds: the ensemble of each strand alone.

The ensemble of a strand of 100 nt has many weak structures, so -2.5 kcal/mol is no hairpin of that strength: the worst
strands of IRIS, -2.2, have every toehold open for 0.69 of the time, which is what `toeholds.py` judges. One domain that
folds onto itself gives -12. Small designs reach -1.3 to -2.0.
"""

from __future__ import annotations

from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Finding, Offender, judge


def self_structure(evidence: Evidence) -> Finding:
    """Judge the free energy of each strand's ensemble against ``limits.self_energy``."""
    strands = evidence.sequenced.inventory.strands
    return judge(
        "self-structure",
        "free energy of a strand's ensemble alone (kcal/mol)",
        [
            Offender((strand.name,), found.energy, f"{evidence.sequenced.strand(strand.domains)}\n{found.structure}")
            for strand, found in zip(strands, evidence.alone, strict=True)
        ],
        at_least=evidence.limits.self_energy,
        remedy="more search (sequences.effort), or longer domains with fewer letters",
    )
