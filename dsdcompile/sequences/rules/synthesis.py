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
    return judge(
        "length",
        "length of a strand (nt)",
        _measured(evidence, len),
        at_least=evidence.shortest,
        at_most=evidence.longest,
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
        "fraction of G and C in a strand",
        _measured(evidence, gc_fraction),
        at_least=low,
        at_most=high,
        remedy="change the fixed sequences, or another seed",
    )


def repeats(evidence: Evidence) -> Finding:
    """Judge the longest subsequence that a strand has twice, at different places of domains, by ``limits.repeat``."""
    inventory = evidence.sequenced.inventory
    measured = []
    for strand in inventory.strands:
        sequence = evidence.sequenced.strand(strand.domains)
        found = longest_repeat(sequence, strand_places(inventory, strand.domains).tolist())
        measured.append(Offender((strand.name,), found[0], _draw_repeat(sequence, *found)))
    return judge(
        "repeats",
        "longest subsequence that occurs twice in a strand, other than a domain itself (nt)",
        measured,
        at_most=evidence.limits.repeat,
        remedy="more search (sequences.effort), or another seed",
    )


def _draw_repeat(sequence: str, length: int, first: int, second: int) -> str:
    """Return a strand with its two equal stretches marked below, a line each: they may overlap."""
    marks = "=" * length
    return f"{sequence}\n{' ' * first}{marks}\n{' ' * second}{marks}"


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


def longest_repeat(sequence: str, places: list[int]) -> tuple[int, int, int]:
    """Return the longest subsequence that occurs twice, starting at different places of the domains: length, starts.

    >>> longest_repeat("ACGTTACGA", list(range(1, 10)))
    (3, 0, 5)
    """
    longest = (0, 0, 0)
    row = [0] * (len(sequence) + 1)
    for i in range(1, len(sequence) + 1):
        new = [0] * (len(sequence) + 1)
        for j in range(i + 1, len(sequence) + 1):
            if sequence[i - 1] == sequence[j - 1] and places[i - 1] != places[j - 1]:
                new[j] = row[j - 1] + 1
                if new[j] > longest[0]:
                    longest = (new[j], i - new[j], j - new[j])
        row = new
    return longest
