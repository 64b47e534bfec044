"""Toeholds set the rates: their binding energies must be alike, and they must be open.

Below saturation, 0.6 kcal/mol at 25 C is a factor 2.75 in the rate constant; a design of 110 toeholds of 6 nt cannot
have them much more alike than the 0.5 within which they are chosen. A toehold whose bases are open 65 % of the time is
slowed by about a third; the worst of IRIS is open for 0.69, of small designs for 0.71 to 0.87.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.dsd.complex import NICK, Complex, Strand
from dsdcompile.dsd.domain import Part, base
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.sequences.rules.evidence import Evidence
from dsdcompile.sequences.rules.finding import Finding, Offender, judge
from dsdcompile.sequences.thermo.model import Ensemble
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy


def toehold_energy(evidence: Evidence) -> Finding:
    """Judge how far each toehold's binding energy is from their mean against ``limits.toehold_spread``."""
    sequences = evidence.sequenced.sequences
    names = evidence.sequenced.inventory.of_part(Part.TOEHOLD)
    energies = [duplex_energy(sequences[name], evidence.conditions) for name in names]
    mean = float(np.mean(energies)) if energies else 0.0
    return judge(
        "toehold energy",
        f"deviation of a toehold's binding energy from the mean of {mean:.2f} (kcal/mol)",
        [
            Offender((name,), abs(energy - mean), f"{sequences[name]} {energy:.2f} kcal/mol")
            for name, energy in zip(names, energies, strict=True)
        ],
        at_most=evidence.limits.toehold_spread,
        remedy="longer toeholds (scheme.toehold), or a pool of shared ones (scheme.toeholds)",
    )


def toehold_accessibility(evidence: Evidence) -> Finding:
    """Judge how open toeholds are, in free strands and in gates, against ``limits.toehold_unpaired``."""
    inventory = evidence.sequenced.inventory
    measured = []
    for strand, found in zip(inventory.strands, evidence.alone, strict=True):
        if strand.domains not in inventory.backbones:
            measured += _measured(evidence, strand.name, alone(strand.domains), found)
    for item in inventory.items:
        if item.is_gate:
            measured += _measured(evidence, item.name, item.complex, evidence.gates[item.name])
    return judge(
        "toehold accessibility",
        "mean probability of a toehold's bases to be unpaired where it must be open",
        measured,
        at_least=evidence.limits.toehold_unpaired,
        remedy="more search (sequences.effort)",
    )


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
