"""What the words of a design are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.bases import gc_fraction, reverse_complement
from dsdcompile.sequences.thermo.conditions import Conditions

LONGEST_RUN = 3
"""Longest run of one base anywhere; words never begin or end with a doubled base, so junctions keep it too."""


@final
@dataclass(frozen=True, slots=True)
class AssignmentOptions:
    """What words are made of; the defaults are those of a design file, as a test makes sure."""

    alphabet: str = "ACT"
    """Letters of unstarred domains: without G, signal strands cannot pair with each other strongly."""
    first_k: int = 6
    """The smallest k tried for recognition domains; it grows until there are words enough."""
    last_k: int = 11
    """The largest k tried."""
    gc: tuple[float, float] = (0.3, 0.7)
    """GC window of every domain."""
    spread: float = 0.5
    """Toeholds are taken from within this distance of the usual binding energy, while they last, kcal/mol."""
    conditions: Conditions = field(default_factory=Conditions)
    """Where that energy holds."""
    fixed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Sequences the user has fixed, by domain name, upper or lower case."""
    forbid: tuple[str, ...] = ()
    """Subsequences that no word, nor its complement, may have, upper or lower case."""

    def __post_init__(self) -> None:
        """Write sequences in upper case; refuse an empty range of k."""
        fixed = {name: word.upper() for name, word in self.fixed.items()}
        object.__setattr__(self, "fixed", MappingProxyType(fixed))
        object.__setattr__(self, "forbid", tuple(motif.upper() for motif in self.forbid))
        if self.first_k > self.last_k:
            raise SequenceError(f"sequences.first_k = {self.first_k} is above sequences.last_k = {self.last_k}")

    @property
    def banned(self) -> tuple[str, ...]:
        """Forbidden subsequences and their complements."""
        return tuple(dict.fromkeys((*self.forbid, *map(reverse_complement, self.forbid))))

    def in_window(self, word: str) -> bool:
        """Return whether a word is in the GC window."""
        return self.gc[0] <= gc_fraction(word) <= self.gc[1]
