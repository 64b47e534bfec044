"""From an enumerated system, whoever made it, to the claim that it implements a CRN: which molecule is which species.

A signal of unknown history stands for all its *variants*: molecules with any domain in the place of its history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import frozen_ints
from dsdcompile.crn.reaction import Reaction
from dsdcompile.dsd.complex import Complex, rotations
from dsdcompile.dsd.domain import base
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.verify.equivalence import Claim
from dsdcompile.verify.verdict import Witness

ANY = "?"
"""A domain that stands for any other."""


@final
@dataclass(frozen=True, slots=True)
class Signal:
    """A complex that stands for a formal species."""

    name: str
    species: str
    complex: Complex
    wild: frozenset[str]
    """Names of domains in whose place others may be: histories, which bind nothing."""


@final
@dataclass(frozen=True, eq=False)
class Read:
    """An enumerated system read as an implementation."""

    claim: Claim
    variants: Mapping[str, int]
    """How many molecules stand for each formal species."""


def read_claim(
    formal: Crn,
    enumerated: Enumerated,
    names: Sequence[str],
    signals: Sequence[Signal],
    fuels: Mapping[str, Complex],
) -> Read | Witness:
    """Return the claim that an enumerated system implements a CRN, or what makes it impossible.

    Args:
        formal: The CRN; each of its species needs a signal.
        enumerated: What was found of the system.
        names: Of its macrostates, all different.
        signals: Which complexes stand for species.
        fuels: What is always there, by name.
    """
    place = {member: number for number, state in enumerate(enumerated.macrostates) for member in state}
    always: dict[int, str] = {}
    for name, complex_ in fuels.items():
        number = place.get(complex_.canonical())
        if number is None:
            return Witness(f"fuel {name} does not stay as it is: by itself it becomes something else", (complex_,))
        always.setdefault(number, name)
    means: dict[int, int] = {}
    owner: dict[int, str] = {}
    for signal in signals:
        found = {place[c] for c in place if _matches(signal, c)}
        if not found and ANY not in signal.complex.sequence:
            return Witness(
                f"signal {signal.name} does not stay as it is: by itself it becomes something else", (signal.complex,)
            )
        for number in sorted(found):
            if number in always:
                return Witness(f"fuel {always[number]} is the molecule of signal {signal.name}", (signal.complex,))
            if number in means and formal.species[means[number]] != signal.species:
                return Witness(f"signals {owner[number]} and {signal.name} are the same molecule", (signal.complex,))
            means[number] = formal.index[signal.species]
            owner[number] = signal.name
    have = set(means.values())
    for number, species in enumerate(formal.species):
        if number not in have:
            return Witness(f"nothing that the system makes is a {species}, whatever its history")
    crn = Crn.of(
        (
            Reaction(tuple(names[n] for n in r.reactants), tuple(names[n] for n in r.products), r.rate)
            for r in enumerated.reactions
        ),
        species=list(names),
    )
    counts = {species: sum(s == n for s in means.values()) for n, species in enumerate(formal.species)}
    return Read(Claim(formal, crn, frozen_ints(sorted(always)), means), counts)


def _matches(signal: Signal, molecule: Complex) -> bool:
    """Return whether a molecule is a signal, or a variant of it."""
    if len(molecule.sequence) != len(signal.complex.sequence):
        return False
    for sequence, structure in rotations(molecule.sequence, molecule.structure):
        if structure == signal.complex.structure and all(
            ours == theirs or (place == "." and base(ours) in signal.wild)
            for ours, theirs, place in zip(signal.complex.sequence, sequence, structure, strict=True)
        ):
            return True
    return False
