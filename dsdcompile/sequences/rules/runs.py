"""Long runs of one base are made badly, and four of G bind each other."""

from __future__ import annotations

from dsdcompile.sequences.bases import longest_run
from dsdcompile.sequences.rules.each_strand import of_strands
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotAbove, Planted, Rule

RUN = Threshold("run", 3, "longest run of one base, nt", at_least=1)


def _measure(evidence: Evidence) -> list[Offender]:
    return of_strands(evidence, longest_run)


RULE = Rule(
    "runs",
    "longest run of one base (nt)",
    NotAbove(RUN),
    "change the fixed sequences that make the run",
    _measure,
    Planted({"b_A": "CATTTTTTACTCATC"}),
)
