"""How many domains a design needs, and how many the chosen lengths and letters can give: too large for one pot, or not.

Words of length L that share no k-mer, complements included, use L - k + 1 of the n^k k-mers each (half of them if the
letters are closed under complement). That counting bound is loose by about a third for greedy words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, final

from dsdcompile.dsd.domain import Part
from dsdcompile.errors import SequenceError
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.inventory import Inventory

SHORT = (Part.TOEHOLD,)


@final
@dataclass(frozen=True, slots=True)
class Need:
    """Domains of one length and kind."""

    kind: str
    """``toehold`` or ``long``."""
    length: int
    """nt."""
    needed: int
    available: int
    """Counting bound at the largest k allowed for long domains; number of words for short ones."""
    k: int
    """Smallest k whose counting bound suffices; 0 for short domains."""


@final
@dataclass(frozen=True, slots=True)
class Budget:
    """The needs of an inventory."""

    needs: tuple[Need, ...]

    def to_json(self) -> list[dict[str, Any]]:
        """Return plain data."""
        return [
            {"kind": n.kind, "length": n.length, "needed": n.needed, "available": n.available, "k": n.k or None}
            for n in self.needs
        ]


def capacity(length: int, k: int, alphabet: str) -> int:
    """Return the counting bound on words without a shared k-mer.

    >>> capacity(15, 8, "ACT"), capacity(15, 8, "ACGT")
    (820, 4096)
    """
    closed = {reverse_complement(letter) for letter in alphabet} == set(alphabet)
    kmers: int = len(alphabet) ** k
    return kmers // ((length - k + 1) * (2 if closed else 1))


def domain_budget(inventory: Inventory, alphabet: str, last_k: int, short_words: dict[int, int]) -> Budget:
    """Return what an inventory needs, or say in numbers that it is too large for one pot.

    Args:
        inventory: What needs domains.
        alphabet: Letters of unstarred domains.
        last_k: The largest k for which two words still count as different enough.
        short_words: Number of words there are for each toehold length.

    Raises:
        SequenceError: more domains are needed than can exist.
    """
    counts = Counter(("long" if d.part not in SHORT else str(d.part), d.length) for d in inventory.domains.values())
    needs = []
    for (kind, length), needed in sorted(counts.items()):
        if kind == "long":
            top = min(last_k, length)
            k = next((k for k in range(1, top + 1) if capacity(length, k, alphabet) >= needed), 0)
            needs.append(Need(kind, length, needed, capacity(length, top, alphabet), k))
        else:
            needs.append(Need(kind, length, needed, short_words[length], 0))
    short = [need for need in needs if need.needed > need.available]
    if short:
        raise SequenceError("; ".join(map(_too_many, short)))
    return Budget(tuple(needs))


def _too_many(need: Need) -> str:
    start = f"too large for one pot: {need.needed} "
    if need.kind == "long":
        return (
            f"{start}recognition and history domains of {need.length} nt are needed, at most {need.available} words "
            "of that length share no subsequence long enough to bind; longer domains (--set scheme.recognition=20), "
            "fewer modules (--set scheme.max_products=...), or several pots would help"
        )
    remedy = f"longer ones (--set scheme.{need.kind}={need.length + 1})"
    if need.kind == "toehold":
        remedy += " or shared ones (--set scheme.toeholds=...)"
    return f"{start}{need.kind}s of {need.length} nt are needed, {need.available} words exist; {remedy} would help"
