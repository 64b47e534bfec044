"""Strands of nearly only A and T, or G and C, are made badly and bind unlike the others."""

from __future__ import annotations

from dsdcompile.sequences.bases import gc_fraction
from dsdcompile.sequences.rules.each_strand import of_strands
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import Planted, Rule, Within

GC = Threshold("gc", (0.25, 0.75), "GC window of a strand")


def _measure(evidence: Evidence) -> list[Offender]:
    return of_strands(evidence, gc_fraction)


RULE = Rule(
    "GC content",
    "fraction of G and C in a strand",
    Within(GC),
    "change the fixed sequences, or another seed",
    _measure,
    Planted({"b_A": "ATTATATAATATATA", "a_A": "ATTATA", "c_A": "TTATTA"}),
)
