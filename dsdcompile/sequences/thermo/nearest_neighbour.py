"""Nearest-neighbour sums of Watson-Crick duplexes: SantaLucia and Hicks (2004), Table 1, with its salt correction.

    dG(T) = dH - T (dH - dG37) / 310.15 K

for initiation, each stack, each terminal A-T pair, and symmetry; salt is entropic and goes to each stack. These sums
are what the partition-function backends are held against, and the energies of the pairwise screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.thermo.conditions import Conditions

T37: Final = 310.15
"""K."""
STACKS: Final = {
    "AA": (-1.00, -7.6),
    "AT": (-0.88, -7.2),
    "TA": (-0.58, -7.2),
    "CA": (-1.45, -8.5),
    "GT": (-1.44, -8.4),
    "CT": (-1.28, -7.8),
    "GA": (-1.30, -8.2),
    "CG": (-2.17, -10.6),
    "GC": (-2.24, -9.8),
    "GG": (-1.84, -8.0),
}
"""Two letters of one strand, 5' to 3', with their complement -> (dG at 37 C and 1 M sodium, dH), kcal/mol."""
INITIATION: Final = (1.96, 0.2)
TERMINAL_AT: Final = (0.05, 2.2)
SYMMETRY: Final = (0.43, 0.0)
LETTERS: Final = "ACGT"


def at_temperature(pair: tuple[float, float], conditions: Conditions) -> float:
    """Return dG at the temperature of ``conditions`` from (dG at 37 C, dH), kcal/mol."""
    g37, h = pair
    return h - (h - g37) * conditions.kelvin / T37


def stack_pair(step: str) -> tuple[float, float]:
    """Return (dG37, dH) of a stack, kcal/mol.

    >>> stack_pair("TT")
    (-1.0, -7.6)
    """
    return STACKS[step] if step in STACKS else STACKS[reverse_complement(step)]


def stack_table(conditions: Conditions) -> FloatArray:
    """Return dG of the stack of letters i, j of one strand with their complement (4, 4), kcal/mol, in order ACGT."""
    table = np.zeros((4, 4))
    for i, first in enumerate(LETTERS):
        for j, second in enumerate(LETTERS):
            g37, h = stack_pair(first + second)
            table[i, j] = at_temperature((g37 + conditions.salt_37, h), conditions)
    return frozen_floats(table)


@lru_cache(maxsize=1)
def _terms(conditions: Conditions) -> tuple[float, float, float, Mapping[str, float]]:
    """Return dG of initiation, a terminal A-T pair, symmetry and each stack, kcal/mol."""
    ends = [at_temperature(pair, conditions) for pair in (INITIATION, TERMINAL_AT, SYMMETRY)]
    table = stack_table(conditions)
    stacks = {a + b: float(table[i, j]) for i, a in enumerate(LETTERS) for j, b in enumerate(LETTERS)}
    return ends[0], ends[1], ends[2], MappingProxyType(stacks)


@lru_cache(maxsize=1 << 16)
def duplex_energy(sequence: str, conditions: Conditions) -> float:
    """Return dG of a strand binding its exact complement, blunt ends, kcal/mol at 1 M standard state.

    >>> round(duplex_energy("CGTTGA", Conditions(37.0, 1.0, 0.0)), 2)  # SantaLucia and Hicks, worked example: -5.35
    -5.35
    """
    initiation, terminal, symmetry, stacks = _terms(conditions)
    total = initiation
    total += sum(letter in "AT" for letter in (sequence[0], sequence[-1])) * terminal
    if sequence == reverse_complement(sequence):
        total += symmetry
    for i in range(len(sequence) - 1):
        total += stacks[sequence[i : i + 2]]
    return total


def stacking_energy(sequence: str, conditions: Conditions) -> float:
    """Return the sum of stacks alone, kcal/mol: what a toehold adds to a helix it extends."""
    stacks = _terms(conditions)[3]
    return sum(stacks[sequence[i : i + 2]] for i in range(len(sequence) - 1))
