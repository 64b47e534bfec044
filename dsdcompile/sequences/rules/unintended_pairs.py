"""Strands that float free must leave each other alone: the strongest unintended helix of any two.

-7.5 kcal/mol at 1 M and 25 C binds 3 % of a strand by a partner at 100 nM; a recognition domain of 15 nt has -17.
Designs reach -2 to -6; what many weak partners do together is judged in `crosstalk.py`.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.sequences.helices import draw_helix
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import MOST_OFFENDERS, Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotBelow, Planted, Rule

PAIR_ENERGY = Threshold("pair_energy", -7.5, "least energy of an unintended helix of two free strands, kcal/mol")


def _measure(evidence: Evidence) -> list[Offender]:
    """Return every pair of strands that hold no gate together, each with itself too."""
    free = ~evidence.backbone[evidence.pairs].any(axis=1)
    values, pairs = evidence.helices[free], evidence.pairs[free]
    drawn = set(np.argsort(values, kind="stable")[:MOST_OFFENDERS].tolist())
    names = evidence.names
    return [
        Offender(
            (names[one], names[two]),
            float(value),
            draw_helix(evidence.pool, int(one), int(two), evidence.energies) if number in drawn else "",
        )
        for number, ((one, two), value) in enumerate(zip(pairs, values, strict=True))
    ]


RULE = Rule(
    "unintended pairs",
    "strongest unintended helix of two free strands (kcal/mol at 1 M)",
    NotBelow(PAIR_ENERGY),
    "more search (sequences.effort), longer domains, or fewer modules in one pot",
    _measure,
    # a history is the complement of A's recognition domain but for its ends
    Planted({"b_A": "CATCTTACACTCATC", "m0_d1": "CATGAGTGTAAGATC"}),
)
