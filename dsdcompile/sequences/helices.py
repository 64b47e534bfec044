"""The strongest helix between two strands that nobody intended, and within one: a screen fast enough for all pairs.

Dynamic programming over nested base pairs of one duplex or one hairpin: SantaLucia's stacks and initiation, bulges and
interior loops of up to six unpaired bases, as far as the tables below go. A base pair is *intended*, and left out, when
its two bases are the same place of a domain and of its complement: a signal may bind its gate, and everything else
counts. No competition with other structures is considered, so a helix found here is at least as strong as it is in the
tube.

Loop energies: SantaLucia and Hicks (2004), Tables 4 to 6, with one typical value for what depends on the mismatch.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final, final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats
from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.domain import base
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.sequences.cores import cores
from dsdcompile.sequences.prospects import OFFSETS, WIDTH, Table, note_words, pair_minima
from dsdcompile.sequences.recurrence import MOST_UNPAIRED, REACH, Letters, hairpin_minima, traced
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import INITIATION, T37, TERMINAL_AT, at_temperature, stack_table

BULGE: Final = (0.0, 4.0, 2.9, 3.2, 3.3, 3.5, 3.7)
"""dG at 37 C by unpaired bases; a bulge of one keeps the stack across it."""
INTERIOR: Final = (0.0, 0.0, 0.7, 2.2, 2.0, 2.4, 2.8)
"""dG at 37 C by unpaired bases, a typical terminal mismatch on both sides included."""
ASYMMETRY: Final = 0.3
"""Added for each base that one side of an interior loop has more than the other, kcal/mol."""
HAIRPIN: Final = (99.0, 99.0, 99.0, 3.5, 2.7, 2.5, 3.2, 3.4, 3.5, 3.7)
"""dG at 37 C by loop bases, a typical terminal mismatch included; longer loops grow by 1.75 RT ln(n / 9)."""
DANGLE: Final = -0.45
"""Typical dG at 37 C of the base beyond each end of a helix."""


@final
@dataclass(frozen=True, eq=False)
class Energies:
    """Everything the screen adds up, kcal/mol at the temperature and salt of its conditions."""

    stack: FloatArray
    """By two letters of one strand (4, 4)."""
    bulge: FloatArray
    interior: FloatArray
    hairpin: FloatArray
    """By loop length, up to 60."""
    terms: FloatArray
    """Initiation, terminal A-T pair, dangling base (3,)."""

    @cached_property
    def steps(self) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
        """What the recurrence takes: terms, stacks, loops but a bulge of one from the cheapest on, and their bases."""
        sizes = [(a, b) for a, b in np.ndindex(REACH, REACH) if 1 < a + b <= MOST_UNPAIRED]
        loops = np.array(
            [self.interior[a + b] + ASYMMETRY * abs(a - b) if a and b else self.bulge[a + b] for a, b in sizes]
        )
        order = np.argsort(loops, kind="stable")
        terms = np.array([*self.terms, self.bulge[1]])
        return frozen_floats(terms), self.stack, frozen_floats(loops[order]), np.array(sizes, dtype=np.int64)[order]

    @cached_property
    def jumps(self) -> FloatArray:
        """The least that any loop but a bulge of one costs, by its unpaired bases in one strand (REACH,)."""
        _, _, loops, sizes = self.steps
        return frozen_floats(np.array([loops[sizes[:, 0] == a].min() for a in range(REACH)]))

    @classmethod
    def at(cls, conditions: Conditions) -> Energies:
        """Return the energies under conditions; loops are taken as entropic."""
        warm = conditions.kelvin / T37
        loops = np.arange(61)
        long = np.asarray(HAIRPIN)[np.minimum(loops, 9)] + np.where(
            loops > 9, 1.75 * 0.6163 * np.log(np.maximum(loops, 9) / 9), 0.0
        )
        terms = (at_temperature(INITIATION, conditions), at_temperature(TERMINAL_AT, conditions), DANGLE * warm)
        return cls(
            stack_table(conditions),
            frozen_floats(np.asarray(BULGE) * warm),
            frozen_floats(np.asarray(INTERIOR) * warm),
            frozen_floats(long * warm),
            frozen_floats(np.asarray(terms)),
        )


@final
@dataclass(frozen=True, eq=False)
class Pool:
    """Strands laid end to end, with the place of each base in the domains."""

    letters: Letters
    """0 to 3 for ACGT (bases,)."""
    places: IntArray
    """Place of each base within the domains, from 1; negative on complements (bases,)."""
    starts: IntArray
    """Where each strand begins, and the end of the last (strands + 1,)."""

    def __len__(self) -> int:
        """The number of strands."""
        return len(self.starts) - 1


LETTER_CODES: Final = np.full(128, -1, dtype=np.int8)
LETTER_CODES[[ord(letter) for letter in "ACGT"]] = range(4)


def coded(sequence: str) -> Letters:
    """Return 0 to 3 for ACGT (length,)."""
    return LETTER_CODES[np.frombuffer(sequence.encode("ascii"), dtype=np.uint8)]


def strand_places(inventory: Inventory, strand: Strand) -> IntArray:
    """Return the place of each base of a strand within the domains, negative on complements (length,)."""
    parts = []
    for token in strand:
        first = inventory.places[base(token)]
        place = np.arange(first, first + inventory.domains[base(token)].length)
        parts.append(-place[::-1] if token.endswith("*") else place)
    return np.concatenate(parts).astype(np.int64)


def make_pool(sequenced: SequencedSystem, strands: Sequence[Strand]) -> Pool:
    """Return strands of a sequenced system, ready for the screen."""
    sequences = [sequenced.strand(strand) for strand in strands]
    return Pool(
        coded("".join(sequences)),
        np.concatenate([np.zeros(0, dtype=np.int64), *(strand_places(sequenced.inventory, s) for s in strands)]),
        np.cumsum([0, *map(len, sequences)]).astype(np.int64),
    )


def all_pairs(count: int) -> IntArray:
    """Return every pair of strands, each with itself too (pairs, 2)."""
    return np.stack(np.triu_indices(count), axis=1).astype(np.int64)


def strand_words(pool: Pool) -> Table:
    """Return the short words of each strand and of its complement (strands, 2, WIDTH)."""
    table = np.zeros((len(pool), 2, WIDTH), dtype=np.uint8)
    renew_words(table, pool, np.arange(len(pool)))
    return table


def renew_words(table: Table, pool: Pool, strands: IntArray) -> None:
    """Bring a table of words up to date after some strands have changed."""
    note_words(pool.letters, pool.starts, strands, OFFSETS, table)


def helix_energies(
    pool: Pool,
    pairs: IntArray,
    energies: Energies,
    threads: int | None = None,
    *,
    words: Table | None = None,
    enough: FloatArray | None = None,
) -> FloatArray:
    """Return the strongest unintended helix of each pair of strands (pairs,), kcal/mol; 0 if there is none below 0.

    Args:
        pool: The strands.
        pairs: Which of them, by number (pairs, 2).
        energies: What is added up.
        threads: How many work side by side; a core each by default.
        words: Short words of the pool's strands (:func:`strand_words`); needed where ``enough`` is given.
        enough: Helices above these energies do not matter and count as 0, kcal/mol (pairs,); most pairs are then done
            without looking at any. What is returned for the others has the same bits.
    """
    if enough is None or words is None:
        words, enough = np.zeros((1, 2, WIDTH), dtype=np.uint8), np.full(len(pairs), np.inf)
    table = words
    parts = _divided(len(pairs), threads)

    def work(part: slice) -> FloatArray:
        out = np.zeros(part.stop - part.start)
        pair_minima(
            pool.letters, pool.places, pool.starts, pairs[part], table, OFFSETS, enough[part], energies.jumps,
            *energies.steps, out,
        )  # fmt: skip
        return out

    return _joined(work, parts)


def hairpin_energies(pool: Pool, strands: IntArray, energies: Energies, threads: int | None = None) -> FloatArray:
    """Return the strongest unintended hairpin of each strand (strands,), kcal/mol; 0 if there is none below 0."""
    numbers = np.asarray(strands, dtype=np.int64)
    parts = _divided(len(numbers), threads)

    def work(part: slice) -> FloatArray:
        out = np.zeros(part.stop - part.start)
        hairpin_minima(pool.letters, pool.places, pool.starts, numbers[part], energies.hairpin, *energies.steps, out)
        return out

    return _joined(work, parts)


def _divided(count: int, threads: int | None) -> list[slice]:
    """Return what each thread does of so many pairs or strands."""
    parts = max(1, min(threads or cores(), count // 64 + 1))
    cuts = [count * part // parts for part in range(parts + 1)]
    return [slice(first, last) for first, last in itertools.pairwise(cuts)]


def _joined(work: Callable[[slice], FloatArray], parts: Sequence[slice]) -> FloatArray:
    if len(parts) == 1:
        return frozen_floats(work(parts[0]))
    with ThreadPoolExecutor(len(parts)) as threads:
        return frozen_floats(np.concatenate(list(threads.map(work, parts))))


def helix_places(pool: Pool, one: int, two: int, energies: Energies) -> IntArray:
    """Return the places within the domains of the base pairs of two strands' strongest unintended helix (pairs, 2)."""
    parts = [slice(pool.starts[s], pool.starts[s + 1]) for s in (one, two)]
    (x, px), (y, py) = ((pool.letters[part], pool.places[part]) for part in parts)
    pairs = traced(x, px, y, py, *energies.steps)
    return np.stack([px[pairs[:, 0]], py[pairs[:, 1]]], axis=1)


def draw_helix(pool: Pool, one: int, two: int, energies: Energies) -> str:
    """Return the strongest unintended helix of two strands as three lines: 5' to 3', pairs, 3' to 5'."""
    parts = [slice(pool.starts[s], pool.starts[s + 1]) for s in (one, two)]
    (x, px), (y, py) = ((pool.letters[part], pool.places[part]) for part in parts)
    pairs = traced(x, px, y, py, *energies.steps)[::-1]
    if not len(pairs):
        return "none"
    top, marks, bottom = "", "", ""
    before = pairs[0] - np.array([1, -1])
    for i, j in pairs:
        left = "".join("ACGT"[c] for c in x[before[0] + 1 : i])
        right = "".join("ACGT"[c] for c in y[j + 1 : before[1]][::-1])
        width = max(len(left), len(right))
        top += left.ljust(width, "-") + "ACGT"[x[i]]
        bottom += right.ljust(width, "-") + "ACGT"[y[j]]
        marks += " " * width + "|"
        before = np.array([i, j])
    return f"5'-{top}-3'\n   {marks}\n3'-{bottom}-5'"
