"""Give every domain a word to start from: long domains first by k-mers, toeholds by energy and distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

import numpy as np

from dsdcompile.dsd.domain import Domain
from dsdcompile.errors import SequenceError
from dsdcompile.sequences.bases import longest_run, reverse_complement
from dsdcompile.sequences.budget import SHORT, Budget, domain_budget
from dsdcompile.sequences.inventory import Inventory
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy
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
    spread: float = 0.5
    """Toeholds are taken from within this distance of the usual binding energy, while they last, kcal/mol."""
    conditions: Conditions = field(default_factory=Conditions)
    """Where that energy holds."""
    fixed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Sequences the user has fixed, by domain name."""
    forbid: tuple[str, ...] = ()
    """Subsequences that no word, nor its complement, may have."""

    @property
    def banned(self) -> tuple[str, ...]:
        """Forbidden subsequences and their complements."""
        return tuple(dict.fromkeys((*self.forbid, *map(reverse_complement, self.forbid))))


def assign(inventory: Inventory, seed: int, options: AssignmentOptions | None = None) -> SequencedSystem:
    """Return the inventory with orthogonal words for all domains; the same seed gives the same words.

    Raises:
        SequenceError: there are not enough words, or fixed sequences clash; the message says what would help.
    """
    return assign_words(inventory, seed, options or AssignmentOptions())[0]


def assign_words(inventory: Inventory, seed: int, options: AssignmentOptions) -> tuple[SequencedSystem, int]:
    """Return the inventory with orthogonal words, and the k for which they share no k-mer.

    Raises:
        SequenceError: there are not enough words, or fixed sequences clash; the message says what would help.
    """
    _check_fixed(inventory, options)
    rng = np.random.default_rng(seed)
    domains = sorted(d for d in inventory.domains.values() if d.name not in options.fixed)
    short = [d for d in domains if d.part in SHORT]
    long = [d for d in domains if d.part not in SHORT]
    lengths = dict.fromkeys(d.length for d in inventory.domains.values() if d.part in SHORT)
    words = {length: short_candidates(length, rng, options) for length in lengths}
    budget = domain_budget(inventory, options.alphabet, options.last_k, {n: len(w) for n, w in words.items()})
    first = max([options.first_k, *(need.k for need in budget.needs)])
    found, k = _long_words(long, first, rng, options)
    found |= _short_words(short, words, options)
    return SequencedSystem(inventory, {**found, **options.fixed}), k


def budget_of(inventory: Inventory, options: AssignmentOptions) -> Budget:
    """Return how many domains an inventory needs, and how many there are.

    Raises:
        SequenceError: more are needed than there are.
    """
    rng = np.random.default_rng(0)
    lengths = {d.length for d in inventory.domains.values() if d.part in SHORT}
    counts = {length: len(short_candidates(length, rng, options)) for length in lengths}
    return domain_budget(inventory, options.alphabet, options.last_k, counts)


def _check_fixed(inventory: Inventory, options: AssignmentOptions) -> None:
    for name, sequence in options.fixed.items():
        if name not in inventory.domains:
            raise SequenceError(f"sequences.fixed: there is no domain {name!r}")
        length = inventory.domains[name].length
        if len(sequence) != length or set(sequence) - set("ACGT"):
            raise SequenceError(f"sequences.fixed.{name}: expected {length} letters of ACGT, not {sequence!r}")
        for motif in options.banned:
            if motif in sequence:
                raise SequenceError(f"sequences.fixed.{name}: {sequence} contains {motif}, which sequences.forbid bans")


def _long_words(
    domains: list[Domain], first: int, rng: np.random.Generator, options: AssignmentOptions
) -> tuple[dict[str, str], int]:
    """Return words for long domains at the smallest k that has enough of them, and that k."""
    state = rng.bit_generator.state
    for k in range(first, options.last_k + 1):
        rng.bit_generator.state = state
        pool = make_word_pool(options, k, rng)
        words: dict[str, str] = {}
        for domain in domains:
            word = pool.draw(word_rules(domain, k, options))
            if word is None:
                break
            words[domain.name] = word
        if len(words) == len(domains):
            return words, k
    lengths = sorted({d.length for d in domains})
    raise SequenceError(
        f"too large for one pot: {len(domains)} recognition and history domains of {lengths} nt are needed; no set of "
        f"that many words over {options.alphabet} differs in every {options.last_k}-mer. Longer domains "
        "(--set scheme.recognition=20) or fewer modules (--set scheme.max_products=...) would help"
    )


def make_word_pool(options: AssignmentOptions, k: int, rng: np.random.Generator) -> WordPool:
    """Return a pool in which the user's fixed sequences are taken."""
    pool = WordPool(rng, options.banned)
    for sequence in options.fixed.values():
        pool.claim(sequence, min(k, len(sequence)))
    return pool


def word_rules(domain: Domain, k: int, options: AssignmentOptions) -> WordRules:
    """Return the rules of a domain's word."""
    return WordRules(domain.length, options.alphabet, min(k, domain.length), options.gc)


def _short_words(domains: list[Domain], words: Mapping[int, list[str]], options: AssignmentOptions) -> dict[str, str]:
    """Return words for toeholds: of like energy first, then as far apart as their number allows."""
    found: dict[str, str] = {}
    for length in sorted({d.length for d in domains}):
        names = [d.name for d in domains if d.length == length]
        taken = [w for w in options.fixed.values() if len(w) == length]
        alike = alike_words(words[length], len(names) + len(taken), options)
        for distance in range(length, 0, -1):
            chosen = _apart(alike, distance, len(names), taken)
            if len(chosen) == len(names):
                found |= dict(zip(names, chosen, strict=True))
                break
        else:
            raise SequenceError(
                f"{len(names)} domains of {length} nt are needed beside the fixed ones, and too few of "
                f"{len(words[length])} words are free; longer toeholds (--set scheme.toehold={length + 1}) help"
            )
    return found


def alike_words(words: list[str], least: int, options: AssignmentOptions) -> list[str]:
    """Return the words whose binding energy is near the usual one; nearest first if too few are."""
    energies = np.array([duplex_energy(word, options.conditions) for word in words])
    distance = np.abs(energies - np.median(energies))
    near = [word for word, away in zip(words, distance, strict=True) if away <= options.spread]
    return near if len(near) >= least else [words[i] for i in np.argsort(distance, kind="stable")]


def short_candidates(length: int, rng: np.random.Generator, options: AssignmentOptions) -> list[str]:
    """Return all words of a length in random order: in the GC window, no doubled ends, no long runs."""
    letters = np.array(list(options.alphabet))
    grid = np.indices((len(letters),) * length).reshape(length, -1).T
    low, high = options.gc
    gc = np.isin(letters[grid], ["G", "C"]).mean(axis=1)
    keep = (gc >= low) & (gc <= high)
    if length > 1:
        keep &= (grid[:, 0] != grid[:, 1]) & (grid[:, -1] != grid[:, -2])
    words = ["".join(letters[row]) for row in grid[keep][rng.permutation(int(keep.sum()))]]
    return [
        word
        for word in words
        if word != reverse_complement(word)
        and longest_run(word) <= LONGEST_RUN
        and not any(motif in word for motif in options.banned)
    ]


def _apart(words: list[str], distance: int, most: int, taken: list[str]) -> list[str]:
    """Return up to ``most`` words that differ pairwise, and from complements, in at least ``distance`` places."""
    codes = np.array([[ord(letter) for letter in word] for word in words])
    flipped = np.array([[ord(letter) for letter in reverse_complement(word)] for word in words])
    free = np.ones(len(words), dtype=bool)
    for word in taken:
        for code in (word, reverse_complement(word)):
            free &= (codes != [ord(letter) for letter in code]).sum(axis=1) >= distance
    chosen: list[str] = []
    for i in range(len(words)):
        if len(chosen) == most:
            break
        if free[i]:
            chosen.append(words[i])
            for code in (codes[i], flipped[i]):
                free &= (codes != code).sum(axis=1) >= distance
    return chosen
