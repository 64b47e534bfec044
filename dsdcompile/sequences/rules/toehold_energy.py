"""Toeholds set the rates: their binding energies must be alike.

Below saturation, 0.6 kcal/mol at 25 C is a factor 2.75 in the rate constant; a design of 110 toeholds of 6 nt cannot
have them much more alike than the 0.5 within which they are chosen.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.dsd.domain import Part
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotAbove, Planted, Rule
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy

TOEHOLD_SPREAD = Threshold(
    "toehold_spread", 0.6, "largest deviation of a toehold's binding energy from the mean, kcal/mol", above=0
)


def _energies(evidence: Evidence) -> tuple[dict[str, float], float]:
    """Return the binding energy of each toehold, and their mean, kcal/mol."""
    sequences = evidence.sequenced.sequences
    names = evidence.sequenced.inventory.of_part(Part.TOEHOLD)
    energies = {name: duplex_energy(sequences[name], evidence.conditions) for name in names}
    return energies, float(np.mean(list(energies.values()))) if energies else 0.0


def _measure(evidence: Evidence) -> list[Offender]:
    energies, mean = _energies(evidence)
    return [
        Offender((name,), abs(energy - mean), f"{evidence.sequenced.sequences[name]} {energy:.2f} kcal/mol")
        for name, energy in energies.items()
    ]


def _said(evidence: Evidence) -> str:
    return f"deviation of a toehold's binding energy from the mean of {_energies(evidence)[1]:.2f} (kcal/mol)"


RULE = Rule(
    "toehold energy",
    "deviation of a toehold's binding energy from the mean (kcal/mol)",
    NotAbove(TOEHOLD_SPREAD),
    "longer toeholds (scheme.toehold), or a pool of shared ones (scheme.toeholds)",
    _measure,
    Planted({"a_A": "ATATTA", "c_A": "GCGGCC"}),
    _said,
)
