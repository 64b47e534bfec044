"""DNA as text: complements, runs, GC content. Sequences are upper-case, 5' to 3'."""

from __future__ import annotations

import itertools

_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def reverse_complement(sequence: str) -> str:
    """Return the Watson-Crick partner of a sequence, 5' to 3'.

    >>> reverse_complement("AACG")
    'CGTT'
    """
    return sequence.translate(_COMPLEMENT)[::-1]


def gc_fraction(sequence: str) -> float:
    """Return the fraction of G and C.

    >>> gc_fraction("ACGT")
    0.5
    """
    return sum(base in "GC" for base in sequence) / len(sequence) if sequence else 0.0


def longest_run(sequence: str) -> int:
    """Return the length of the longest run of one base.

    >>> longest_run("AACCCT")
    3
    """
    return max((sum(1 for _ in group) for _, group in itertools.groupby(sequence)), default=0)
