"""ViennaRNA's DNA parameters (Mathews 2004) corrected towards SantaLucia 2004, as text.

As shipped, duplexes come out about 1 kcal/mol too stable (initiation +1.00 instead of +1.96) and the salt model knows
sodium only. This patches stacks, initiation and terminal A-T pairs, and puts the salt term into each stack; loops,
dangles and mismatches stay.

ViennaRNA scales energies from 37 C to another temperature and cuts what is below 0.01 kcal/mol off: 0.005 a stack on
average, all of one sign, 0.3 for 60 bp, and only where it evaluates a structure, not in partition functions. So what is
patched stands in the file at the reaction's temperature, with an equal "enthalpy", which leaves it as it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from dsdcompile.errors import BackendError
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import INITIATION, LETTERS, TERMINAL_AT, at_temperature, stack_table

PAIRS: Final = ("CG", "GC", None, None, "AT", "TA")
"""ViennaRNA's order of base pairs; None: wobble pairs, which DNA parameters do not allow."""
NAME: Final = "Mathews 2004 with SantaLucia 2004 stacks, initiation, terminal AT and salt"


def corrected(text: str, conditions: Conditions) -> str:
    """Return a ViennaRNA parameter file for these conditions, to be used at no other temperature.

    Raises:
        BackendError: the text is not the parameter file that this knows how to correct.
    """
    stacks = stack_table(conditions)
    for name in ("stack", "stack_enthalpies"):
        text = _stack_block(text, name, lambda one, two: stacks[LETTERS.index(one), LETTERS.index(two)])
    pattern = r"(# Misc\n(?:/\*.*\*/\n)*)\s*-?\d+\s+-?\d+\s+-?\d+\s+-?\d+"
    ends = [_units(at_temperature(term, conditions)) for term in (INITIATION, TERMINAL_AT)]
    numbers = "  ".join(f"{end}  {end}" for end in ends)
    text, count = re.subn(pattern, lambda match: f"{match[1]}  {numbers}", text)
    if count != 1:
        raise BackendError("ViennaRNA's parameter file has no Misc block of the expected form")
    return text


def _stack_block(text: str, name: str, energy: Callable[[str, str], float]) -> str:
    pattern = rf"(# {name}\n/\*.*\*/\n)((?:.*\n){{7}})"
    match = re.search(pattern, text)
    if match is None:
        raise BackendError(f"ViennaRNA's parameter file has no {name} block of the expected form")
    rows = [line.split() for line in match[2].splitlines()]
    for i, outer in enumerate(PAIRS):
        for j, inner in enumerate(PAIRS):
            if outer is not None and inner is not None:
                # the inner pair is read from the other strand: its second letter follows the outer pair's first
                rows[i][j] = str(_units(energy(outer[0], inner[1])))
    block = "".join(" ".join(f"{cell:>6}" for cell in row) + "\n" for row in rows)
    return text[: match.start(2)] + block + text[match.end(2) :]


def _units(kcal: float) -> int:
    """Return an energy in the file's unit, 0.01 kcal/mol."""
    return math.floor(100 * kcal + 0.5)
