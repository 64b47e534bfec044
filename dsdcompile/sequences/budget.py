"""How many domains a design needs, and how many the chosen lengths and letters can give: too large for one pot, or not.

Words of length L that share no k-mer, complements included, use L - k + 1 of the n^k k-mers each (half of them if the
letters are closed under complement). That counting bound is loose by about a third for greedy words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from dsdcompile.dsd.domain import Part
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.errors import SequenceError
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.short_words import Sieve

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


def domain_budget(
    inventory: Inventory, alphabet: str, last_k: int, sieves: Mapping[int, Sieve], gc: tuple[float, float]
) -> Budget:
    """Return what an inventory needs, or say in numbers that it is too large for one pot.

    Args:
        inventory: What needs domains.
        alphabet: Letters of unstarred domains.
        last_k: The largest k for which two words still count as different enough.
        sieves: The words there are for each toehold length.
        gc: The GC window they are in.

    Raises:
        SequenceError: more domains are needed than can exist.
    """
    counts = Counter(("long" if d.part not in SHORT else str(d.part), d.length) for d in inventory.domains.values())
    needs, lacking = [], []
    for (kind, length), needed in sorted(counts.items()):
        if kind == "long":
            top = min(last_k, length)
            k = next((k for k in range(1, top + 1) if capacity(length, k, alphabet) >= needed), 0)
            need = Need(kind, length, needed, capacity(length, top, alphabet), k)
        else:
            need = Need(kind, length, needed, len(sieves[length].words), 0)
        needs.append(need)
        if need.needed > need.available:
            lacking.append(
                _too_many_long(need) if kind == "long" else _too_many_short(need, sieves[length], alphabet, gc)
            )
    if lacking:
        raise SequenceError("; ".join(lacking))
    return Budget(tuple(needs))


def _too_many_long(need: Need) -> str:
    return (
        f"too large for one pot: {need.needed} recognition and history domains of {need.length} nt are needed, at most "
        f"{need.available} words of that length share no subsequence long enough to bind; longer domains "
        "(--set scheme.recognition=20), fewer modules (--set scheme.max_products=...), or several pots would help"
    )


def _too_many_short(need: Need, words: Sieve, alphabet: str, gc: tuple[float, float]) -> str:
    """Name every filter with what it leaves, and as a remedy the one that left too few."""
    longer = f"longer ones (--set scheme.{need.kind}={need.length + 1})"
    if need.kind == "toehold":
        longer += " or shared ones (--set scheme.toeholds=...)"
    if words.plain < need.needed:
        remedy = longer
    else:
        remedy = "a wider sequences.gc" if words.windowed < need.needed else "a shorter sequences.forbid"
        if words.words:  # where a filter leaves nothing at all, length is not what is missing
            remedy += f", {longer}"
    return (
        f"too large for one pot: {need.needed} {need.kind}s of {need.length} nt are needed, {need.available} words "
        f"exist ({words.every:,} over {alphabet}, {words.plain} of them without runs, doubled ends and "
        f"self-complements, {words.windowed} of these within sequences.gc = [{gc[0]:g}, {gc[1]:g}], "
        f"{need.available} of these without what sequences.forbid bans); {remedy} would help"
    )
