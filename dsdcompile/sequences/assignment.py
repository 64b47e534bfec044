"""Give every domain of a system a word: recognition and history domains first, toeholds by distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.dsd.domain import Domain, Part
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.errors import SequenceError
from dsdcompile.sequences.bases import longest_run, reverse_complement
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.words import WordPool, WordRules

LONGEST_RUN = 3
"""Longest run of one base anywhere; words never begin or end with a doubled base, so junctions keep it too."""


@final
@dataclass(frozen=True, slots=True)
class AssignmentOptions:
    """What words are made of."""

    alphabet: str = "ACT"
    """Letters of unstarred domains: without G, signal strands cannot pair with each other strongly."""
    first_k: int = 6
    """The smallest k tried for recognition domains; it grows until there are words enough."""
    last_k: int = 11
    """The largest k tried."""
    gc: tuple[float, float] = (0.3, 0.7)
    """GC window of every domain."""


def assign(system: DsdSystem, seed: int, options: AssignmentOptions | None = None) -> SequencedSystem:
    """Return the system with orthogonal words for all domains; the same seed gives the same words.

    Raises:
        SequenceError: there are not enough words; the message says how many are needed and what would help.
    """
    options = options or AssignmentOptions()
    rng = np.random.default_rng(seed)
    domains = sorted(system.domains.values())
    toeholds = [d for d in domains if d.part in (Part.TOEHOLD, Part.CLAMP)]
    long = [d for d in domains if d.part not in (Part.TOEHOLD, Part.CLAMP)]
    sequences = _long_words(long, rng, options)
    sequences |= _short_words(toeholds, rng, options)
    return SequencedSystem(system, sequences)


def _long_words(domains: list[Domain], rng: np.random.Generator, options: AssignmentOptions) -> dict[str, str]:
    """Return words for long domains at the smallest k that has enough of them."""
    state = rng.bit_generator.state
    for k in range(options.first_k, options.last_k + 1):
        rng.bit_generator.state = state
        pool = WordPool(rng)
        words: dict[str, str] = {}
        for domain in domains:
            rules = WordRules(domain.length, options.alphabet, min(k, domain.length), options.gc)
            word = pool.draw(rules)
            if word is None:
                break
            words[domain.name] = word
        if len(words) == len(domains):
            return words
    lengths = sorted({d.length for d in domains})
    raise SequenceError(
        f"{len(domains)} recognition and history domains of {lengths} nt are needed; no set of that many words over "
        f"{options.alphabet} differs in every {options.last_k}-mer. Longer domains (--set scheme.recognition=20) or "
        "fewer modules (--set scheme.max_products=...) would help"
    )


def _short_words(domains: list[Domain], rng: np.random.Generator, options: AssignmentOptions) -> dict[str, str]:
    """Return words for toeholds as far apart in Hamming distance as their number allows."""
    found: dict[str, str] = {}
    for length in sorted({d.length for d in domains}):
        names = [d.name for d in domains if d.length == length]
        words = _candidates(length, rng, options)
        for distance in range(length, 0, -1):
            chosen = _apart(words, distance, len(names))
            if len(chosen) == len(names):
                found |= dict(zip(names, chosen, strict=True))
                break
        else:
            raise SequenceError(
                f"{len(names)} toeholds of {length} nt are needed, {len(words)} words over {options.alphabet} exist; "
                f"longer toeholds (--set scheme.toehold={length + 1}) or shared ones (--set scheme.toeholds=...) help"
            )
    return found


def _candidates(length: int, rng: np.random.Generator, options: AssignmentOptions) -> list[str]:
    """Return all words of a length in random order: in the GC window, no doubled ends, no long runs."""
    letters = np.array(list(options.alphabet))
    grid = np.indices((len(letters),) * length).reshape(length, -1).T
    low, high = options.gc
    gc = np.isin(letters[grid], ["G", "C"]).mean(axis=1)
    keep = (gc >= low) & (gc <= high)
    if length > 1:
        keep &= (grid[:, 0] != grid[:, 1]) & (grid[:, -1] != grid[:, -2])
    words = ["".join(letters[row]) for row in grid[keep][rng.permutation(int(keep.sum()))]]
    return [word for word in words if word != reverse_complement(word) and longest_run(word) <= LONGEST_RUN]


def _apart(words: list[str], distance: int, most: int) -> list[str]:
    """Return up to ``most`` words that differ pairwise, and from complements, in at least ``distance`` places."""
    codes = np.array([[ord(letter) for letter in word] for word in words])
    flipped = np.array([[ord(letter) for letter in reverse_complement(word)] for word in words])
    free = np.ones(len(words), dtype=bool)
    chosen: list[str] = []
    for i in range(len(words)):
        if len(chosen) == most:
            break
        if free[i]:
            chosen.append(words[i])
            for code in (codes[i], flipped[i]):
                free &= (codes != code).sum(axis=1) >= distance
    return chosen
