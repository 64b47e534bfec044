"""A strand that has a long subsequence twice is made badly and slips."""

from __future__ import annotations

from dsdcompile.sequences.helices import strand_places
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotAbove, Planted, Rule

REPEAT = Threshold("repeat", 10, "longest subsequence that a strand has twice, nt", at_least=1)


def _measure(evidence: Evidence) -> list[Offender]:
    """Return the longest subsequence that each strand has twice, at different places of domains."""
    inventory = evidence.sequenced.inventory
    measured = []
    for strand in inventory.strands:
        sequence = evidence.sequenced.strand(strand.domains)
        found = longest_repeat(sequence, strand_places(inventory, strand.domains).tolist())
        measured.append(Offender((strand.name,), found[0], _draw_repeat(sequence, *found)))
    return measured


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


RULE = Rule(
    "repeats",
    "longest subsequence that occurs twice in a strand, other than a domain itself (nt)",
    NotAbove(REPEAT),
    "more search (sequences.effort), or another seed",
    _measure,
    Planted({"b_C": "CATCTTACACTCATA", "m0_d1": "ACATCTTACACTCAT"}),
)
