"""Strands that float free must leave each other alone: the strongest unintended helix of any two.

-7.5 kcal/mol at 1 M and 25 C binds 3 % of a strand by a partner at 100 nM; a recognition domain of 15 nt has -17.
Designs reach -2 to -6; what many weak partners do together is judged in `crosstalk.py`.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.sequences.helices import draw_helix
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import MOST_OFFENDERS, Finding, Offender, judge


def unintended_pairs(evidence: Evidence) -> Finding:
    """Judge every pair of strands that hold no gate together, each with itself too, against ``limits.pair_energy``."""
    free = ~evidence.backbone[evidence.pairs].any(axis=1)
    values, pairs = evidence.helices[free], evidence.pairs[free]
    drawn = set(np.argsort(values, kind="stable")[:MOST_OFFENDERS].tolist())
    names = evidence.names
    return judge(
        "unintended pairs",
        "strongest unintended helix of two free strands (kcal/mol at 1 M)",
        [
            Offender(
                (names[one], names[two]),
                float(value),
                draw_helix(evidence.pool, int(one), int(two), evidence.energies) if number in drawn else "",
            )
            for number, ((one, two), value) in enumerate(zip(pairs, values, strict=True))
        ],
        at_least=evidence.limits.pair_energy,
        remedy="more search (sequences.effort), longer domains, or fewer modules in one pot",
    )
