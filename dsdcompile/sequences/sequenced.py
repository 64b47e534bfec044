"""A DSD system whose domains have sequences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import final

from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.domain import base
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.errors import SequenceError
from dsdcompile.sequences.bases import reverse_complement


@final
@dataclass(frozen=True, eq=False)
class SequencedSystem:
    """A system with a sequence for each domain that an ordered strand uses."""

    system: DsdSystem
    sequences: Mapping[str, str]
    """Domain name -> sequence of the unstarred domain, over ACGT, 5' to 3'."""

    def __post_init__(self) -> None:
        """Check lengths and letters, and that no two domains are equal or complementary."""
        object.__setattr__(self, "sequences", MappingProxyType(dict(self.sequences)))
        for name, domain in self.system.domains.items():
            sequence = self.sequences.get(name)
            if sequence is None or len(sequence) != domain.length or set(sequence) - set("ACGT"):
                raise SequenceError(f"domain {name}: expected {domain.length} letters of ACGT, not {sequence!r}")
        owner: dict[str, str] = {}
        for name in self.system.domains:
            sequence = self.sequences[name]
            for taken in {sequence, reverse_complement(sequence)}:
                if taken in owner:
                    raise SequenceError(f"domains {owner[taken]} and {name} have the same sequence or its complement")
            owner[sequence] = owner[reverse_complement(sequence)] = name
            if sequence == reverse_complement(sequence):
                raise SequenceError(f"domain {name}: {sequence} is its own complement")

    def token(self, token: str) -> str:
        """Return the sequence of a domain token, complemented if it is starred."""
        sequence = self.sequences[base(token)]
        return reverse_complement(sequence) if token.endswith("*") else sequence

    def strand(self, strand: Strand) -> str:
        """Return the sequence of a strand, 5' to 3'."""
        return "".join(map(self.token, strand))
