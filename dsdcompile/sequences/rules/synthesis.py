"""What a synthesiser makes badly: lengths, runs, GC content, repeats, G-quadruplexes, and what the user forbids."""

from __future__ import annotations

import re
from collections.abc import Callable

from dsdcompile.sequences.bases import gc_fraction, longest_run
from dsdcompile.sequences.helices import strand_places
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Finding, Offender, judge

QUADRUPLEX = re.compile(r"G{3,}[ACGT]{1,7}G{3,}[ACGT]{1,7}G{3,}[ACGT]{1,7}G{3,}")
"""Four runs of three G with short loops (Huppert and Balasubramanian, Nucleic Acids Res. 33:2908, 2005)."""


def strand_length(evidence: Evidence) -> Finding:
    """Judge each strand's length against what can be ordered."""
    middle = (evidence.shortest + evidence.longest) / 2
    return judge(
        "length",
        f"distance of a strand's length from {middle:g} nt",
        _measured(evidence, lambda sequence: abs(len(sequence) - middle)),
        at_most=middle - evidence.shortest,
        remedy="a smaller scheme.max_products shortens gates",
    )


def runs(evidence: Evidence) -> Finding:
    """Judge each strand's longest run of one base against ``limits.run``."""
    return judge(
        "runs",
        "longest run of one base (nt)",
        _measured(evidence, longest_run),
        at_most=evidence.limits.run,
        remedy="change the fixed sequences that make the run",
    )


def gc_content(evidence: Evidence) -> Finding:
    """Judge each strand's GC fraction against the window ``limits.gc``."""
    low, high = evidence.limits.gc
    return judge(
        "GC content",
        f"distance of a strand's GC fraction from {(low + high) / 2:g}",
        _measured(evidence, lambda sequence: abs(gc_fraction(sequence) - (low + high) / 2)),
        at_most=(high - low) / 2 + 1e-12,
        remedy="change the fixed sequences, or another seed",
    )


def repeats(evidence: Evidence) -> Finding:
    """Judge the longest subsequence that a strand has twice, at different places of domains, by ``limits.repeat``."""
    inventory = evidence.sequenced.inventory
    return judge(
        "repeats",
        "longest subsequence that occurs twice in a strand, other than a domain itself (nt)",
        [
            Offender(
                (s.name,),
                longest_repeat(evidence.sequenced.strand(s.domains), strand_places(inventory, s.domains).tolist()),
            )
            for s in inventory.strands
        ],
        at_most=evidence.limits.repeat,
        remedy="more search (sequences.effort), or another seed",
    )


def repeated(sequence: str, places: list[int], length: int) -> int:
    """Return how many subsequences of a length occur again in a strand, starting at another place of the domains.

    >>> repeated("ACGTTACGA", list(range(1, 10)), 3)
    1
    """
    first: dict[str, int] = {}
    count = 0
    for at in range(len(sequence) - length + 1):
        place = first.setdefault(sequence[at : at + length], places[at])
        count += place != places[at]
    return count


def quadruplexes(evidence: Evidence) -> Finding:
    """Judge that no strand can fold into a G-quadruplex."""
    return judge(
        "G-quadruplex",
        "G-quadruplex motifs in a strand",
        _measured(evidence, lambda sequence: len(QUADRUPLEX.findall(sequence))),
        at_most=0,
        remedy="more search (sequences.effort), or change the fixed sequences",
    )


def forbidden(evidence: Evidence) -> Finding:
    """Judge that no strand has a subsequence that the design forbids."""
    return judge(
        "forbidden",
        "forbidden subsequences in a strand",
        _measured(evidence, lambda sequence: sum(motif in sequence for motif in evidence.forbidden)),
        at_most=0,
        remedy="another seed, or forbid less (sequences.forbid)",
    )


def _measured(evidence: Evidence, value: Callable[[str], float]) -> list[Offender]:
    made = []
    for strand in evidence.sequenced.inventory.strands:
        sequence = evidence.sequenced.strand(strand.domains)
        made.append(Offender((strand.name,), float(value(sequence)), sequence))
    return made


def longest_repeat(sequence: str, places: list[int]) -> int:
    """Return the length of the longest subsequence that occurs twice, starting at different places of the domains.

    >>> longest_repeat("ACGTTACGA", list(range(1, 10)))
    3
    """
    longest = 0
    row = [0] * (len(sequence) + 1)
    for i in range(1, len(sequence) + 1):
        new = [0] * (len(sequence) + 1)
        for j in range(i + 1, len(sequence) + 1):
            if sequence[i - 1] == sequence[j - 1] and places[i - 1] != places[j - 1]:
                new[j] = row[j - 1] + 1
                longest = max(longest, new[j])
        row = new
    return longest
