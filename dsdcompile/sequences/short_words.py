"""Words for toeholds: too short to share no k-mer, so of like binding energy, and as far apart as may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dsdcompile.sequences.assignment_options import LONGEST_RUN, AssignmentOptions
from dsdcompile.sequences.bases import longest_run, reverse_complement
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy

Codes = np.ndarray[Any, np.dtype[np.uint8]]


@final
@dataclass(frozen=True, slots=True)
class Sieve:
    """All words of a length, and how many each filter leaves."""

    every: int
    """Over the alphabet."""
    plain: int
    """Without long runs and doubled ends, and not their own complements."""
    windowed: int
    """Of these, in the GC window."""
    words: tuple[str, ...]
    """Of these, without what the user forbids."""


def sieve(length: int, options: AssignmentOptions) -> Sieve:
    """Return all words of a length, in the order of the alphabet."""
    letters = np.array(list(options.alphabet))
    grid = np.indices((len(letters),) * length).reshape(length, -1).T
    ends = np.ones(len(grid), dtype=bool)
    if length > 1:  # so that no run grows across the junction of two domains
        ends = (grid[:, 0] != grid[:, 1]) & (grid[:, -1] != grid[:, -2])
    words = ["".join(letters[row]) for row in grid[ends]]
    plain = [word for word in words if word != reverse_complement(word) and longest_run(word) <= LONGEST_RUN]
    windowed = [word for word in plain if options.in_window(word)]
    allowed = tuple(word for word in windowed if not any(motif in word for motif in options.banned))
    return Sieve(len(grid), len(plain), len(windowed), allowed)


def alike_words(words: Sequence[str], least: int, options: AssignmentOptions) -> list[str]:
    """Return the words whose binding energy is near the usual one; if too few are, the ``least`` most alike of all."""
    energies = np.array([duplex_energy(word, options.conditions) for word in words])
    distance = np.abs(energies - np.median(energies))
    near = [word for word, away in zip(words, distance, strict=True) if away <= options.spread]
    if len(near) >= least or len(words) <= least:
        return near if len(near) >= least else list(words)
    order = np.argsort(energies, kind="stable")
    widths = energies[order[least - 1 :]] - energies[order[: len(order) - least + 1]]
    first = int(np.argmin(widths))
    return [words[i] for i in np.sort(order[first : first + least]).tolist()]


def most_alike(words: Sequence[str], spread: float, options: AssignmentOptions) -> int:
    """Return how many words at most have binding energies within ``spread`` of one energy, kcal/mol."""
    energies = np.sort([duplex_energy(word, options.conditions) for word in words])
    after = np.searchsorted(energies, energies + 2 * spread + 1e-9, side="right")
    return int((after - np.arange(len(energies))).max(initial=0))


def free_words(words: Sequence[str], distance: int, taken: Iterable[str]) -> list[str]:
    """Return the words that differ from all taken ones, and from their complements, in at least ``distance`` places."""
    if not words:
        return []
    held = list(taken)
    if not held:
        return list(words)
    codes = _codes([*held, *map(reverse_complement, held)])
    apart = (_codes(words)[:, None] != codes[None, :]).sum(axis=2).min(axis=1)
    return [words[i] for i in np.flatnonzero(apart >= distance).tolist()]


def far_apart(words: Sequence[str], distance: int, most: int) -> list[str]:
    """Return up to ``most`` words that differ pairwise, and from complements, in at least ``distance`` places."""
    codes, flipped = _codes(words), _codes([reverse_complement(word) for word in words])
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


def least_distance(words: Sequence[str]) -> int:
    """Return in how many places the two most alike of words of one length, or of their complements, differ."""
    codes = _codes([*words, *map(reverse_complement, words)])
    pairs = (codes[:, None] != codes[None, :]).sum(axis=2)
    own = np.arange(len(words))
    pairs[own, own + len(words)] = pairs[own + len(words), own] = codes.shape[1]  # a word and its own complement
    pairs[np.diag_indices_from(pairs)] = codes.shape[1]
    return max(1, int(pairs.min()))


def _codes(words: Sequence[str]) -> Codes:
    """Return letters as numbers (words, length)."""
    return np.frombuffer("".join(words).encode("ascii"), dtype=np.uint8).reshape(
        len(words), len(words[0]) if words else 0
    )
