"""Orthogonal words: sequences that share no k-mer with each other or with each other's complements.

Words are grown letter by letter, depth first; a letter is taken if the k-mer it completes is still free. Over ACT the
capacity at 15 nt is about 180 words for k = 7, 590 for 8 and 1,900 for 9.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import final

import numpy as np

from dsdcompile.sequences.bases import gc_fraction, longest_run, reverse_complement


@final
@dataclass(frozen=True, slots=True)
class WordRules:
    """What a word must be like."""

    length: int
    """nt."""
    alphabet: str = "ACT"
    k: int = 8
    """No k-mer occurs twice among all words and their complements."""
    gc: tuple[float, float] = (0.3, 0.7)
    """Smallest and largest fraction of G and C."""
    run: int = 3
    """Longest run of one base."""


@final
@dataclass
class WordPool:
    """Words handed out so far, and what they block."""

    rng: np.random.Generator
    forbidden: Collection[str] = ()
    """Sequences that no word may contain."""
    used: set[str] = field(default_factory=set)
    """k-mers of all words and their complements, of any k."""

    def draw(self, rules: WordRules, effort: int = 200_000) -> str | None:
        """Return a new word that keeps the rules, or None if ``effort`` letters tried do not give one."""
        stack = [("", list(self._letters(rules)))]
        for _ in range(effort):
            if not stack:
                return None
            prefix, letters = stack[-1]
            if not letters:
                stack.pop()
                continue
            word = prefix + letters.pop()
            if not self._fits(word, rules):
                continue
            if len(word) == rules.length:
                if self._complete(word, rules):
                    self._take(word, rules.k)
                    return word
                continue
            stack.append((word, list(self._letters(rules))))
        return None

    def claim(self, word: str, k: int) -> bool:
        """Block a word that someone else chose; return whether it was still free."""
        free = not any(kmer in self.used for kmer in _kmers(word, k))
        self._take(word, k)
        return free

    def release(self, word: str, k: int) -> None:
        """Give back the k-mers of a word that was drawn."""
        for sequence in (word, reverse_complement(word)):
            self.used.difference_update(_kmers(sequence, k))

    def _letters(self, rules: WordRules) -> list[str]:
        return [rules.alphabet[i] for i in self.rng.permutation(len(rules.alphabet))]

    def _fits(self, word: str, rules: WordRules) -> bool:
        if len(word) == 2 and word[0] == word[1]:
            return False  # so that no run grows across the junction of two domains
        if len(word) > rules.run and len(set(word[-rules.run - 1 :])) == 1:
            return False
        if len(word) >= rules.k:
            kmer = word[-rules.k :]
            if kmer in self.used or kmer == reverse_complement(kmer):
                return False
        return not any(word.endswith(pattern) for pattern in self.forbidden)

    def _complete(self, word: str, rules: WordRules) -> bool:
        low, high = rules.gc
        if word[-1] == word[-2] or not low <= gc_fraction(word) <= high or longest_run(word) > rules.run:
            return False
        own = _kmers(word, rules.k)
        return len(set(own)) == len(own)

    def _take(self, word: str, k: int) -> None:
        for sequence in (word, reverse_complement(word)):
            self.used.update(_kmers(sequence, k))


def _kmers(word: str, k: int) -> list[str]:
    return [word[i : i + k] for i in range(len(word) - k + 1)]
