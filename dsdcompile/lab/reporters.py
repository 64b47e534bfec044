"""Fluorescent reporters: for each output rail a duplex that its signal opens.

The signal's first toehold with the recognition domain beside it, ``a b``, displaces the quencher strand ``b`` from the
fluorophore strand ``b* a*``; the dye sits where the two strands' ends meet, so that it lights up when they part::

    signal  ... a b ...        reporter  b( + ) a*        dye at the 5' end of b* a*, quencher at the 3' end of b

Two rails of an output have two colours and share a well. Signals are taken up for good, which changes nothing where no
reaction consumes them; where one does, the reporter must not be in the reaction (:attr:`Reporter.sampled`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import final

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.dsd.absent import NO_MODULE
from dsdcompile.dsd.complex import NICK, Complex, Strand
from dsdcompile.dsd.domain import Domain, Part, complement
from dsdcompile.dsd.inventory import Inventory, NamedComplex
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.errors import SchemeError

READABLE = ((Part.TOEHOLD, Part.RECOGNITION), (Part.RECOGNITION, Part.TOEHOLD))
"""What a reporter opens by."""


@final
@dataclass(frozen=True, slots=True)
class Reporter:
    """The reporter of one output rail."""

    name: str
    species: str
    """The signal it reads."""
    output: int
    """Which output, from 0."""
    rail: int
    """0 for plus, 1 for minus."""
    item: NamedComplex
    bright: Strand
    """The strand with the dye."""
    dark: Strand
    """The strand with the quencher."""
    five: bool
    """Whether the dye is at the 5' end (and the quencher at the 3' end), or the other way round."""
    sampled: bool
    """Whether samples are read, because a reaction uses a rail of the output: a reporter would drain it."""


def make_reporters(system: DsdSystem) -> tuple[tuple[Reporter, ...], dict[str, Domain]]:
    """Return a reporter for each output rail of a system, and the domains that they use.

    Raises:
        SchemeError: the scheme's signals have no toehold beside a recognition domain.
    """
    reporters: dict[str, Reporter] = {}
    domains: dict[str, Domain] = {}
    used = users(system.crn)
    for output, rails in enumerate(system.crn.outputs.tolist()):
        sampled = any(rail in used for rail in rails)
        for rail, species in enumerate(rails):
            if species == NO_RAIL:
                continue
            name = f"R_{system.crn.species[species]}"
            if name not in reporters:
                reporters[name] = _reporter(system, name, output, rail, species, domains, sampled)
    return tuple(reporters.values()), domains


def users(crn: Crn) -> dict[int, int]:
    """Return output species that are reactants, each with the first reaction that it is one of."""
    outputs = {species for species in crn.outputs.ravel().tolist() if species != NO_RAIL}
    reactions, species = crn.reactants.nonzero()
    found: dict[int, int] = {}
    for reaction, one in zip(reactions.tolist(), species.tolist(), strict=True):
        if one in outputs:
            found.setdefault(one, reaction)
    return found


def with_reporters(inventory: Inventory, reporters: Iterable[Reporter], domains: dict[str, Domain]) -> Inventory:
    """Return an inventory with reporters and their domains."""
    return inventory.extended(domains, (reporter.item for reporter in reporters))


def _reporter(
    system: DsdSystem, name: str, output: int, rail: int, species: int, domains: dict[str, Domain], sampled: bool
) -> Reporter:
    beside = next((pair for pair in pairwise(system.form.domains) if tuple(s.part for s in pair) in READABLE), None)
    if beside is None:
        raise SchemeError(f"{system.scheme}: its signals have no toehold beside a recognition domain to report by")
    names = [system.domain_name(slot, NO_MODULE, species) for slot in beside]
    for domain, slot in zip(names, beside, strict=True):
        domains[domain] = Domain(domain, slot.part, system.lengths.of(slot.part))
    toehold_first = beside[0].part is Part.TOEHOLD
    toehold, recognition = names if toehold_first else reversed(names)
    bound, open_ = complement(recognition), complement(toehold)
    if toehold_first:
        complex_ = Complex((recognition, NICK, bound, open_), ("(", NICK, ")", "."))
    else:
        complex_ = Complex((recognition, NICK, open_, bound), ("(", NICK, ".", ")"))
    dark, bright = complex_.strands
    item = NamedComplex(name, Role.REPORTER, complex_)
    return Reporter(name, system.crn.species[species], output, rail, item, bright, dark, toehold_first, sampled)
