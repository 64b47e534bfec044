"""A strand must not wedge itself into a gate that is not its own.

A gate's backbone is covered by its own strands; an unintended helix competes with them. What counts is its share of
what the shorter of the two strands could bind at most. A helix of half a strand, less than its recognition domain, may
touch down on a gate but finds its place taken by what binds twice as strongly. The search gets IRIS with its 88 gates
to 0.48, and small designs to 0.43 to 0.47.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats
from dsdcompile.sequences.helices import draw_helix
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import MOST_OFFENDERS, Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotAbove, Planted, Rule

SPURIOUS = Threshold(
    "spurious",
    0.5,
    "largest share of a perfect duplex that an unintended helix with a gate's backbone has",
    above=0,
    at_most=1,
)


def _measure(evidence: Evidence) -> list[Offender]:
    """Return every pair with a gate's backbone."""
    with_gate = evidence.backbone[evidence.pairs].any(axis=1)
    pairs = evidence.pairs[with_gate]
    shares = spurious_share(evidence.helices[with_gate], pairs, evidence.perfect)
    drawn = set(np.argsort(-shares, kind="stable")[:MOST_OFFENDERS].tolist())
    names = evidence.names
    return [
        Offender(
            (names[one], names[two]),
            float(share),
            draw_helix(evidence.pool, int(one), int(two), evidence.energies) if number in drawn else "",
        )
        for number, ((one, two), share) in enumerate(zip(pairs, shares, strict=True))
    ]


def spurious_share(helices: FloatArray, pairs: IntArray, perfect: FloatArray) -> FloatArray:
    """Return each pair's helix as a share of the weaker of its strands' perfect duplexes (pairs,)."""
    most = np.minimum(np.maximum(perfect[pairs[:, 0]], perfect[pairs[:, 1]]), -1e-9)
    return frozen_floats(helices / most)


RULE = Rule(
    "spurious gate binding",
    "unintended helix with a gate's backbone, as a share of the shorter strand's perfect duplex",
    NotAbove(SPURIOUS),
    "more search (sequences.effort), longer domains, or fewer modules in one pot",
    _measure,
    # A and B differ in four letters
    Planted(
        {
            "a_A": "TCACTA",
            "b_A": "CATCTTACACTCATC",
            "c_A": "ATCACT",
            "a_B": "ACACTA",
            "b_B": "CTTCTTACACTCAAC",
            "c_B": "ATCACA",
        }
    ),
)
