"""What the search lowers: a sum of penalties, each zero for sequences that keep a limit with room to spare.

===================  ==============================================================================================
term                 penalty
===================  ==============================================================================================
pairs                (kcal/mol below ``pair_energy`` + 1.5)^2 of every pair of free strands' strongest helix
gates                (share above ``spurious`` - 0.05, in units of 0.05)^2 of every pair with a gate's backbone
hairpins             (kcal/mol below ``self_energy`` + 1.5)^2 of every strand's strongest hairpin
motifs               1 for every forbidden subsequence, base beyond ``run``, and repeat longer than ``repeat``
toeholds             (kcal/mol from the mean beyond ``toehold_spread`` - 0.1, in units of 0.1)^2 of every toehold
junctions            1 for every stretch across a junction of domains, 4 longer than k, that occurs elsewhere too
structures           ensemble defects, target probabilities, self-structure and open toeholds, from partition functions
===================  ==============================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import BoolArray, FloatArray
from dsdcompile.sequences.bases import longest_run
from dsdcompile.sequences.rules.ensemble_defect import DEFECT
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.rules.repeats import REPEAT, repeated
from dsdcompile.sequences.rules.runs import RUN
from dsdcompile.sequences.rules.self_structure import SELF_ENERGY
from dsdcompile.sequences.rules.spurious_gates import SPURIOUS
from dsdcompile.sequences.rules.target_probability import PROBABILITY
from dsdcompile.sequences.rules.toehold_accessibility import TOEHOLD_UNPAIRED
from dsdcompile.sequences.rules.toehold_energy import TOEHOLD_SPREAD
from dsdcompile.sequences.rules.unintended_pairs import PAIR_ENERGY
from dsdcompile.sequences.thermo.model import Ensemble

ROOM = 1.5
"""kcal/mol that the search keeps from limits on energies."""
SHARE_ROOM = 0.05
"""Room that the search keeps from the limit on shares."""
SHARE_UNIT = 0.05
TOEHOLD_ROOM = 0.1
"""kcal/mol that the search keeps from the limit on the spread of toeholds."""
TOEHOLD_UNIT = 0.1
JUNCTION = 4
"""How much longer than k a stretch across a junction must be to count when it occurs twice."""


@final
@dataclass(frozen=True, slots=True)
class Objective:
    """The terms of the sum."""

    pairs: float
    gates: float
    hairpins: float
    motifs: float
    toeholds: float
    junctions: float
    structures: float

    @property
    def total(self) -> float:
        """What is lowered."""
        return float(sum(asdict(self).values()))

    def to_json(self) -> dict[str, float]:
        """Return plain data."""
        return {"total": round(self.total, 4), **{name: round(value, 4) for name, value in asdict(self).items()}}

    def __str__(self) -> str:
        """Name every term."""
        return f"{self.total:.2f} ({', '.join(f'{name} {value:.2f}' for name, value in asdict(self).items())})"


def pair_penalties(helices: FloatArray, limits: Limits) -> FloatArray:
    """Return the penalty of each pair of free strands from its strongest helix, kcal/mol."""
    return np.asarray(np.maximum(0.0, limits[PAIR_ENERGY] + ROOM - helices) ** 2, dtype=np.float64)


def gate_penalties(shares: FloatArray, limits: Limits) -> FloatArray:
    """Return the penalty of each pair with a backbone from its share of a perfect duplex."""
    return np.asarray((np.maximum(0.0, shares - limits[SPURIOUS] + SHARE_ROOM) / SHARE_UNIT) ** 2, dtype=np.float64)


def strongest_free(most: FloatArray, with_gate: BoolArray, limits: Limits) -> FloatArray:
    """Return the energies above which no helix of a pair has a penalty, kcal/mol (pairs,).

    Args:
        most: What the weaker strand of each pair binds at most, kcal/mol (pairs,).
        with_gate: Whether one of the two is a gate's backbone (pairs,).
        limits: What the objective keeps its distance from.
    """
    bars = np.where(with_gate, (limits[SPURIOUS] - SHARE_ROOM) * most, limits[PAIR_ENERGY] + ROOM)
    return np.asarray(bars + 1e-6, dtype=np.float64)  # where rounding decides, let the penalty decide


def hairpin_penalties(hairpins: FloatArray, limits: Limits) -> FloatArray:
    """Return the penalty of each strand from its strongest hairpin, kcal/mol."""
    return np.asarray(np.maximum(0.0, limits[SELF_ENERGY] + ROOM - hairpins) ** 2, dtype=np.float64)


def motif_penalty(sequence: str, places: list[int], banned: Sequence[str], limits: Limits) -> float:
    """Return 1 for every banned subsequence of a strand, base beyond the longest run, and repeat that is too long."""
    found = sum(motif in sequence for motif in banned) + max(0, longest_run(sequence) - limits[RUN])
    return float(found + repeated(sequence, places, limits[REPEAT] + 1))


def toehold_penalties(energies: FloatArray, limits: Limits) -> FloatArray:
    """Return the penalty of each toehold from the binding energies of all, kcal/mol."""
    if not len(energies):
        return energies
    beyond = np.maximum(0.0, np.abs(energies - energies.mean()) - limits[TOEHOLD_SPREAD] + TOEHOLD_ROOM)
    return np.asarray((beyond / TOEHOLD_UNIT) ** 2, dtype=np.float64)


def structure_penalty(answer: Ensemble, toeholds: Sequence[slice], limits: Limits) -> float:
    """Return the penalty of a strand alone, or of a gate with its target; ``toeholds`` are places that must be open."""
    total = 0.0
    if answer.defect is None or answer.probability is None:
        total += max(0.0, limits[SELF_ENERGY] + 0.3 - answer.energy) ** 2
    else:
        total += (max(0.0, answer.defect - 0.9 * limits[DEFECT]) / (0.1 * limits[DEFECT])) ** 2
        if limits[PROBABILITY] > 0:  # at 0 any probability passes
            total += max(0.0, math.log(1.5 * limits[PROBABILITY] / max(answer.probability, 1e-30))) ** 2
    for place in toeholds:
        total += (max(0.0, limits[TOEHOLD_UNPAIRED] + 0.02 - float(answer.unpaired[place].mean())) / 0.02) ** 2
    return total
