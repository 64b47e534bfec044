"""Give every domain a word to start from: long domains first by k-mers, toeholds by energy and distance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dsdcompile.dsd.domain import Domain
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.errors import SequenceError
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.budget import SHORT, Budget, domain_budget
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.short_words import Sieve, alike_words, far_apart, free_words, most_alike, sieve
from dsdcompile.sequences.words import WordPool, WordRules


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
    sieves = short_sieves(inventory, options)
    budget = domain_budget(inventory, options.alphabet, options.last_k, sieves, options.gc)
    first = max([options.first_k, *(need.k for need in budget.needs)])
    found, k = _long_words(long, first, rng, options)
    found |= _short_words(short, sieves, rng, options)
    return SequencedSystem(inventory, {**found, **options.fixed}), k


def budget_of(inventory: Inventory, options: AssignmentOptions) -> Budget:
    """Return how many domains an inventory needs, and how many there are.

    Raises:
        SequenceError: more are needed than there are.
    """
    sieves = short_sieves(inventory, options)
    return domain_budget(inventory, options.alphabet, options.last_k, sieves, options.gc)


def unlike_toeholds(inventory: Inventory, options: AssignmentOptions, spread: float) -> tuple[str, ...]:
    """Return in numbers, for each length, that no toeholds of like binding energy can be had, and what would do.

    Args:
        inventory: What needs toeholds.
        options: What their words are made of.
        spread: How far a toehold's energy may be from the mean of all, kcal/mol.
    """
    needed = Counter(d.length for d in inventory.domains.values() if d.part in SHORT)
    found = []
    for length, words in short_sieves(inventory, options).items():
        alike = most_alike(words.words, spread, options)
        if needed[length] > alike:
            longer = most_alike(sieve(length + 1, options).words, spread, options)
            found.append(
                f"too large for one pot: {needed[length]} toeholds of {length} nt are needed, and at most {alike} "
                f"words have binding energies within {spread:g} kcal/mol of one (checks.toehold_spread), so some will "
                f"fail that check; {length + 1} nt (--set scheme.toehold={length + 1}) have {longer}, and {alike} "
                f"shared ones (--set scheme.toeholds={alike}), fewer modules or several pots would do"
            )
    return tuple(found)


def short_sieves(inventory: Inventory, options: AssignmentOptions) -> dict[int, Sieve]:
    """Return the words there are for each length of toeholds."""
    lengths = sorted({d.length for d in inventory.domains.values() if d.part in SHORT})
    return {length: sieve(length, options) for length in lengths}


def _check_fixed(inventory: Inventory, options: AssignmentOptions) -> None:
    """Refuse fixed sequences that cannot be, all at once."""
    wrong: list[str] = []
    owner: dict[str, str] = {}
    for name, word in options.fixed.items():
        key = f"sequences.fixed.{name}"
        if name not in inventory.domains:
            wrong.append(f"{key}: there is no such domain")
            continue
        length = inventory.domains[name].length
        if len(word) != length or set(word) - set("ACGT"):
            wrong.append(f"{key}: expected {length} letters of ACGT, not {word!r}")
            continue
        wrong += [f"{key}: {word} contains {m}, which sequences.forbid bans" for m in options.banned if m in word]
        flipped = reverse_complement(word)
        if word == flipped:
            wrong.append(f"{key}: {word} is its own complement and would bind itself; another word is needed")
        elif word in owner:
            wrong.append(
                f"{key}: {word} has the same sequence or its complement as {owner[word]}; one of the two needs another "
                "word, or none (then it gets one)"
            )
        owner |= {word: name, flipped: name}
    if wrong:
        raise SequenceError("; ".join(wrong))


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
    for length in lengths:
        culprits = _emptied_by(length, options)
        if culprits:
            raise SequenceError(f"no word of {length} nt over {options.alphabet} is left by {culprits}")
    raise SequenceError(
        f"too large for one pot: {len(domains)} recognition and history domains of {lengths} nt are needed; no set of "
        f"that many words over {options.alphabet} differs in every {options.last_k}-mer. Longer domains "
        "(--set scheme.recognition=20) or fewer modules (--set scheme.max_products=...) would help"
    )


def _emptied_by(length: int, options: AssignmentOptions) -> str:
    """Return which of the user's filters leave no word of a length at all; nothing if there are words."""
    free = {"sequences.forbid": replace(options, forbid=()), "sequences.gc": replace(options, gc=(0.0, 1.0))}
    if _has_words(length, options):
        return ""
    guilty = [key for key, less in free.items() if _has_words(length, less)]
    return " or by ".join(guilty) or "sequences.forbid together with sequences.gc"


def _has_words(length: int, options: AssignmentOptions) -> bool:
    pool = WordPool(np.random.default_rng(0), options.banned)
    return pool.draw(WordRules(length, options.alphabet, length, options.gc)) is not None


def make_word_pool(options: AssignmentOptions, k: int, rng: np.random.Generator) -> WordPool:
    """Return a pool in which the user's fixed sequences are taken."""
    pool = WordPool(rng, options.banned)
    for sequence in options.fixed.values():
        pool.claim(sequence, min(k, len(sequence)))
    return pool


def word_rules(domain: Domain, k: int, options: AssignmentOptions) -> WordRules:
    """Return the rules of a domain's word."""
    return WordRules(domain.length, options.alphabet, min(k, domain.length), options.gc)


def _short_words(
    domains: list[Domain], sieves: Mapping[int, Sieve], rng: np.random.Generator, options: AssignmentOptions
) -> dict[str, str]:
    """Return words for toeholds: of like energy first, then as far apart as their number allows."""
    found: dict[str, str] = {}
    for length in sorted({d.length for d in domains}):
        names = [d.name for d in domains if d.length == length]
        taken = [w for w in options.fixed.values() if len(w) == length]
        words = [sieves[length].words[i] for i in rng.permutation(len(sieves[length].words))]
        chosen = _chosen(words, len(names), taken, options)
        if chosen is None:
            raise SequenceError(
                f"{len(names)} domains of {length} nt are needed beside the fixed ones, and too few of {len(words)} "
                f"words are free; longer toeholds (--set scheme.toehold={length + 1}) help"
            )
        found |= dict(zip(names, chosen, strict=True))
    return found


def _chosen(words: list[str], count: int, taken: list[str], options: AssignmentOptions) -> list[str] | None:
    """Return words of like energy, as far apart as that allows, or None if too few are free."""
    least = count + len(taken)
    for enough in (least, 2 * least, len(words)):  # complements of others are not free
        alike = alike_words(words, enough, options)
        for distance in range(len(words[0]) if words else 0, 0, -1):
            chosen = far_apart(free_words(alike, distance, taken), distance, count)
            if len(chosen) == count:
                return chosen
    return None
