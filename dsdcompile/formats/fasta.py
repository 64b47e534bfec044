"""FASTA: every strand, and every complex of several strands with ``&`` between them, as ViennaRNA reads it."""

from __future__ import annotations

from dsdcompile.sequences.sequenced import SequencedSystem


def show_fasta(sequenced: SequencedSystem) -> str:
    """Return one record a strand, then one a complex of several strands."""
    inventory = sequenced.inventory
    lines = []
    for strand in inventory.strands:
        lines += [f">{strand.name} {strand.role} {' '.join(strand.domains)}", sequenced.strand(strand.domains)]
    for item in inventory.items:
        if item.is_gate:
            lines += [f">{item.name} complex", "&".join(sequenced.complex(item.complex))]
    return "\n".join(lines) + "\n"
