"""Toeholds set the rates: they must be open.

A toehold whose bases are open 65 % of the time is slowed by about a third; the worst of IRIS is open for 0.69, of small
designs for 0.71 to 0.87.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.dsd.complex import NICK, Complex, Strand
from dsdcompile.dsd.domain import Part, base
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Offender
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.rules.rule import NotBelow, Planted, Rule
from dsdcompile.sequences.thermo.model import Ensemble

TOEHOLD_UNPAIRED = Threshold(
    "toehold_unpaired",
    0.65,
    "least mean probability of a toehold's bases to be open where they must be",
    at_least=0,
    at_most=1,
)


def _measure(evidence: Evidence) -> list[Offender]:
    """Return every toehold of a free strand or of a gate with how open it is."""
    inventory = evidence.sequenced.inventory
    measured: list[Offender] = []
    for strand, found in zip(inventory.strands, evidence.alone, strict=True):
        if strand.domains not in inventory.backbones:
            measured += _measured(evidence, strand.name, alone(strand.domains), found)
    for item in inventory.items:
        if item.is_gate:
            measured += _measured(evidence, item.name, item.complex, evidence.gates[item.name])
    return measured


def _measured(evidence: Evidence, name: str, complex_: Complex, found: Ensemble) -> list[Offender]:
    sequences = evidence.sequenced.complex(complex_)
    return [
        Offender((name, token), float(found.unpaired[place].mean()), _drawing(sequences, token, place, found.structure))
        for token, place in open_toeholds(evidence.sequenced.inventory, complex_)
    ]


def _drawing(sequences: tuple[str, ...], token: str, place: slice, structure: str) -> str:
    """Return strands and their best structure, one below the other, with the toehold marked below them."""
    lengths = np.cumsum([len(sequence) for sequence in sequences])
    nicks = int((lengths <= place.start).sum())
    marks = " " * (place.start + nicks) + "=" * (place.stop - place.start)
    return f"{'+'.join(sequences)}\n{structure} best\n{marks} {token}"


def open_toeholds(inventory: Inventory, complex_: Complex) -> list[tuple[str, slice]]:
    """Return the toeholds that are unpaired in a complex, and where their bases are, nicks not counted."""
    found, at = [], 0
    for token, symbol in zip(complex_.sequence, complex_.structure, strict=True):
        if token != NICK:
            domain = inventory.domains[base(token)]
            if symbol == "." and domain.part is Part.TOEHOLD:
                found.append((token, slice(at, at + domain.length)))
            at += domain.length
    return found


def alone(strand: Strand) -> Complex:
    """Return a strand as a complex of its own, unpaired."""
    return Complex(strand, (".",) * len(strand))


RULE = Rule(
    "toehold accessibility",
    "mean probability of a toehold's bases to be unpaired where it must be open",
    NotBelow(TOEHOLD_UNPAIRED),
    "more search (sequences.effort)",
    _measure,
    Planted({"a_A": "GCGACG", "b_A": "TTTTCGTCGCATTAT"}),
)
