"""The strongest helix between two strands that nobody intended, and within one: a screen fast enough for all pairs.

Dynamic programming over nested base pairs of one duplex or one hairpin: SantaLucia's stacks and initiation, bulges and
interior loops of up to six unpaired bases, as far as the tables below go. A base pair is *intended*, and left out, when
its two bases are the same place of a domain and of its complement: a signal may bind its gate, and everything else
counts. No competition with other structures is considered, so a helix found here is at least as strong as it is in the
tube.

Loop energies: SantaLucia and Hicks (2004), Tables 4 to 6, with one typical value for what depends on the mismatch.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from dsdcompile.compiled import compiled_as_written
from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats
from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.domain import base
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import INITIATION, T37, TERMINAL_AT, at_temperature, stack_table

BULGE: Final = (0.0, 4.0, 2.9, 3.2, 3.3, 3.5, 3.7)
"""dG at 37 C by unpaired bases; a bulge of one keeps the stack across it."""
INTERIOR: Final = (0.0, 0.0, 0.7, 2.2, 2.0, 2.4, 2.8)
"""dG at 37 C by unpaired bases, a typical terminal mismatch on both sides included; asymmetry adds 0.3 a base."""
HAIRPIN: Final = (99.0, 99.0, 99.0, 3.5, 2.7, 2.5, 3.2, 3.4, 3.5, 3.7)
"""dG at 37 C by loop bases, a typical terminal mismatch included; longer loops grow by 1.75 RT ln(n / 9)."""
DANGLE: Final = -0.45
"""Typical dG at 37 C of the base beyond each end of a helix."""

Bytes = np.ndarray[Any, np.dtype[np.int8]]


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

    letters: Bytes
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


def coded(sequence: str) -> Bytes:
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


def helix_energies(pool: Pool, pairs: IntArray, energies: Energies, threads: int = 2) -> FloatArray:
    """Return the strongest unintended helix of each pair of strands (pairs,), kcal/mol; 0 if there is none below 0."""
    parts = np.array_split(pairs, max(1, min(threads, len(pairs) // 64 + 1)))

    def work(part: IntArray) -> FloatArray:
        out = np.zeros(len(part))
        _helices(
            pool.letters, pool.places, pool.starts, part, energies.stack, energies.bulge, energies.interior,
            energies.terms, out,
        )  # fmt: skip
        return out

    return _joined(work, parts)


def hairpin_energies(pool: Pool, strands: IntArray, energies: Energies, threads: int = 2) -> FloatArray:
    """Return the strongest unintended hairpin of each strand (strands,), kcal/mol; 0 if there is none below 0."""
    parts = np.array_split(np.asarray(strands, dtype=np.int64), max(1, min(threads, len(strands) // 64 + 1)))

    def work(part: IntArray) -> FloatArray:
        out = np.zeros(len(part))
        _hairpins(
            pool.letters, pool.places, pool.starts, part, energies.stack, energies.bulge, energies.interior,
            energies.hairpin, energies.terms, out,
        )  # fmt: skip
        return out

    return _joined(work, parts)


def _joined(work: Any, parts: Sequence[IntArray]) -> FloatArray:
    if len(parts) == 1:
        return frozen_floats(work(parts[0]))
    with ThreadPoolExecutor(len(parts)) as threads:
        return frozen_floats(np.concatenate(list(threads.map(work, parts))))


@compiled_as_written
def _helices(
    letters: Any, places: Any, starts: Any, pairs: Any, stack: Any, bulge: Any, interior: Any, terms: Any, out: Any
) -> None:
    most = len(bulge) - 1
    for p in range(len(pairs)):
        one, two = pairs[p, 0], pairs[p, 1]
        i0, i1 = starts[one], starts[one + 1]
        j0, j1 = starts[two], starts[two + 1]
        n, m = i1 - i0, j1 - j0
        best = np.full((n, m), np.inf)
        least = 0.0
        for i in range(n):
            x = letters[i0 + i]
            for j in range(m - 1, -1, -1):
                y = letters[j0 + j]
                if x + y != 3 or places[i0 + i] + places[j0 + j] == 0:
                    continue
                end = terms[1] if x == 0 or x == 3 else 0.0
                value = terms[0] + end
                if i > 0 or j < m - 1:
                    value += terms[2]
                for a in range(min(most, i - 1) + 1):
                    u = i - a - 1
                    if u < 0:
                        break
                    for b in range(min(most - a, m - 2 - j) + 1):
                        before = best[u, j + b + 1]
                        if before == np.inf:
                            continue
                        if a == 0 and b == 0:
                            step = stack[letters[i0 + u], x]
                        elif a == 0 or b == 0:
                            step = bulge[a + b]
                            if a + b == 1:
                                step += stack[letters[i0 + u], x]
                        else:
                            step = interior[a + b] + 0.3 * abs(a - b)
                        if before + step < value:
                            value = before + step
                best[i, j] = value
                whole = value + end
                if i < n - 1 or j > 0:
                    whole += terms[2]
                if whole < least:
                    least = whole
        out[p] = least


@compiled_as_written
def _hairpins(
    letters: Any, places: Any, starts: Any, which: Any, stack: Any, bulge: Any, interior: Any, hairpin: Any,
    terms: Any, out: Any,
) -> None:  # fmt: skip
    most = len(bulge) - 1
    for p in range(len(which)):
        i0, i1 = starts[which[p]], starts[which[p] + 1]
        n = i1 - i0
        best = np.full((n, n), np.inf)
        least = 0.0
        for gap in range(3, n - 1):
            for i in range(n - gap - 1):
                j = i + gap + 1
                x, y = letters[i0 + i], letters[i0 + j]
                if x + y != 3 or places[i0 + i] + places[i0 + j] == 0:
                    continue
                end = terms[1] if x == 0 or x == 3 else 0.0
                value = hairpin[min(gap, 60)] + end
                for a in range(most + 1):
                    for b in range(most - a + 1):
                        u, v = i + a + 1, j - b - 1
                        if v - u < 4:
                            break
                        inner = best[u, v]
                        if inner == np.inf:
                            continue
                        if a == 0 and b == 0:
                            step = stack[x, letters[i0 + u]]
                        elif a == 0 or b == 0:
                            step = bulge[a + b]
                            if a + b == 1:
                                step += stack[x, letters[i0 + u]]
                        else:
                            step = interior[a + b] + 0.3 * abs(a - b)
                        if inner + step < value:
                            value = inner + step
                best[i, j] = value
                whole = value + end
                if i > 0 or j < n - 1:
                    whole += terms[2]
                if whole < least:
                    least = whole
        out[p] = least


@compiled_as_written
def _trace(x: Any, px: Any, y: Any, py: Any, stack: Any, bulge: Any, interior: Any, terms: Any) -> Any:
    """Return the base pairs of the strongest unintended helix, last first (pairs, 2)."""
    most = len(bulge) - 1
    n, m = len(x), len(y)
    best = np.full((n, m), np.inf)
    back = np.full((n, m), -1)
    least, at = 0.0, -1
    for i in range(n):
        for j in range(m - 1, -1, -1):
            if x[i] + y[j] != 3 or px[i] + py[j] == 0:
                continue
            end = terms[1] if x[i] == 0 or x[i] == 3 else 0.0
            best[i, j] = terms[0] + end
            if i > 0 or j < m - 1:
                best[i, j] += terms[2]
            for a in range(most + 1):
                for b in range(most - a + 1):
                    u, v = i - a - 1, j + b + 1
                    if u < 0 or v >= m or best[u, v] == np.inf:
                        continue
                    if a == 0 and b == 0:
                        step = stack[x[u], x[i]]
                    elif a == 0 or b == 0:
                        step = bulge[a + b]
                        if a + b == 1:
                            step += stack[x[u], x[i]]
                    else:
                        step = interior[a + b] + 0.3 * abs(a - b)
                    if best[u, v] + step < best[i, j]:
                        best[i, j] = best[u, v] + step
                        back[i, j] = u * m + v
            whole = best[i, j] + end
            if i < n - 1 or j > 0:
                whole += terms[2]
            if whole < least:
                least, at = whole, i * m + j
    found = np.zeros((n, 2), dtype=np.int64)
    count = 0
    while at >= 0:
        found[count, 0], found[count, 1] = at // m, at % m
        count += 1
        at = back[at // m, at % m]
    return found[:count]


def helix_places(pool: Pool, one: int, two: int, energies: Energies) -> IntArray:
    """Return the places within the domains of the base pairs of two strands' strongest unintended helix (pairs, 2)."""
    parts = [slice(pool.starts[s], pool.starts[s + 1]) for s in (one, two)]
    (x, px), (y, py) = ((pool.letters[part], pool.places[part]) for part in parts)
    pairs = _trace(x, px, y, py, energies.stack, energies.bulge, energies.interior, energies.terms)
    return np.stack([px[pairs[:, 0]], py[pairs[:, 1]]], axis=1)


def draw_helix(pool: Pool, one: int, two: int, energies: Energies) -> str:
    """Return the strongest unintended helix of two strands as three lines: 5' to 3', pairs, 3' to 5'."""
    parts = [slice(pool.starts[s], pool.starts[s + 1]) for s in (one, two)]
    (x, px), (y, py) = ((pool.letters[part], pool.places[part]) for part in parts)
    pairs = _trace(x, px, y, py, energies.stack, energies.bulge, energies.interior, energies.terms)[::-1]
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
