"""No strand may fold into a G-quadruplex."""

from __future__ import annotations

import re

from dsdcompile.sequences.rules.each_strand import of_strands
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.rule import Nothing, Planted, Rule

QUADRUPLEX = re.compile(r"G{3,}[ACGT]{1,7}G{3,}[ACGT]{1,7}G{3,}[ACGT]{1,7}G{3,}")
"""Four runs of three G with short loops (Huppert and Balasubramanian, Nucleic Acids Res. 33:2908, 2005)."""


def _measure(evidence: Evidence) -> list[Offender]:
    return of_strands(evidence, lambda sequence: len(QUADRUPLEX.findall(sequence)))


RULE = Rule(
    "G-quadruplex",
    "G-quadruplex motifs in a strand",
    Nothing(),
    "more search (sequences.effort), or change the fixed sequences",
    _measure,
    Planted({"b_A": "GGGTGGGTGGGTGGG"}),
)
