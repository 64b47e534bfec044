"""Strands that fold onto themselves hide their toeholds: the ensemble of each strand alone."""

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
