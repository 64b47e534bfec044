"""Other words for the domains of a search: long ones from a pool of k-mers, short ones of like energy and apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, final

import numpy as np

from dsdcompile.dsd.domain import Domain
from dsdcompile.sequences.assignment import make_word_pool, short_sieves, word_rules
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.budget import SHORT
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.short_words import alike_words, free_words, least_distance

EFFORT: Final = 20_000
"""Letters tried for a long word before giving up."""


@final
class Supply:
    """Words that nobody has, as good as those of a search's start."""

    def __init__(
        self, start: SequencedSystem, sequences: Mapping[str, str], k: int, options: AssignmentOptions
    ) -> None:
        """Take note of what the start's words share (k, least distance), and of the words that are taken now."""
        self._options, self._k = options, k
        domains = start.inventory.domains
        self.movable = frozenset(domains) - frozenset(options.fixed)
        """Domains that may get another word."""
        self._pool = make_word_pool(options, k, np.random.default_rng(0))
        for name in sorted(self.movable):
            if domains[name].part not in SHORT:
                self._pool.claim(sequences[name], word_rules(domains[name], k, options).k)
        self._short: dict[int, list[str]] = {}
        self._apart: dict[int, int] = {}
        for length, words in short_sieves(start.inventory, options).items():
            taken = [start.sequences[n] for n, d in domains.items() if d.part in SHORT and d.length == length]
            self._short[length] = alike_words(words.words, len(taken), options)
            self._apart[length] = least_distance(taken)

    def replace(
        self, domain: Domain, sequences: Mapping[str, str], rng: np.random.Generator
    ) -> tuple[str, Callable[[], None]] | None:
        """Return another word for a domain, and what takes that back; None if there is none.

        Args:
            domain: The domain.
            sequences: Words of all domains now.
            rng: Decides.
        """
        old = sequences[domain.name]
        if domain.part in SHORT:
            length = domain.length
            taken = [word for name, word in sequences.items() if name != domain.name and len(word) == length]
            free = [word for word in free_words(self._short[length], self._apart[length], taken) if word != old]
            return (free[int(rng.integers(len(free)))], lambda: None) if free else None
        rules = word_rules(domain, self._k, self._options)
        self._pool.rng = rng
        word = self._pool.draw(rules, EFFORT)
        if word is None:
            return None
        self._pool.release(old, rules.k)

        def undo() -> None:
            self._pool.release(word, rules.k)
            self._pool.claim(old, rules.k)

        return word, undo

    def swap(self, domain: Domain, old: str, new: str) -> None:
        """Take note that a domain has a word that was found before."""
        if domain.part not in SHORT:
            rules = word_rules(domain, self._k, self._options)
            self._pool.release(old, rules.k)
            self._pool.claim(new, rules.k)
