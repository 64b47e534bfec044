"""From ``system.pil`` and ``strands.csv`` back to the sequenced system they were written from."""

from __future__ import annotations

import re

from dsdcompile.dsd.domain import Domain, Part
from dsdcompile.dsd.inventory import Inventory, NamedComplex
from dsdcompile.dsd.template import Role
from dsdcompile.errors import FormatError
from dsdcompile.formats.pil_reader import read_pil
from dsdcompile.formats.strands_csv import domain_sequences, parse_strands
from dsdcompile.sequences.sequenced import SequencedSystem

_PART = re.compile(r"#\s*(?P<part>toehold|recognition|history) domains:(?P<names>.*)")
_ROLES = re.compile(r"#\s*(?P<role>signal|reporter) complexes:(?P<names>.*)")
LONGEST_TOEHOLD = 9
"""Domains up to this length count as toeholds where the file does not say what its domains are, nt."""


def parse_system(text: str) -> tuple[Inventory, dict[str, float]]:
    """Return what a PIL file describes, and the concentrations it gives, M.

    Files of other tools are read too: single strands then count as signals, and short domains as toeholds.

    Raises:
        FormatError: a line is not a domain, a complex or a comment; the message gives the line.
    """
    parts: dict[str, Part] = {}
    roles: dict[str, Role] | None = None
    for line in text.splitlines():
        if match := _PART.fullmatch(line.strip()):
            parts |= dict.fromkeys(match["names"].split(), Part(match["part"]))
        elif match := _ROLES.fullmatch(line.strip()):
            roles = (roles or {}) | dict.fromkeys(match["names"].split(), Role(match["role"]))
    read = read_pil(text)
    if not read.complexes:
        raise FormatError("there is no complex to check; a line such as 'A = t x' names one")
    items = []
    for found in read.complexes:
        usual = Role.SIGNAL if roles is None and len(found.complex.strands) == 1 else Role.FUEL
        items.append(NamedComplex(found.name, (roles or {}).get(found.name, usual), found.complex))
    amounts = {found.name: found.amount for found in read.complexes if found.amount is not None}
    domains = {name: Domain(name, parts.get(name, _guess(length)), length) for name, length in read.lengths.items()}
    return Inventory(domains, tuple(items)), amounts


def _guess(length: int) -> Part:
    return Part.TOEHOLD if length <= LONGEST_TOEHOLD else Part.RECOGNITION


def rebuild(pil: str, strands: str) -> tuple[SequencedSystem, dict[str, float]]:
    """Return the sequenced system that a ``system.pil`` and a ``strands.csv`` describe, and its concentrations, M.

    Raises:
        FormatError: one cannot be read, or they do not fit each other.
        SequenceError: a domain has no sequence, or two have the same.
    """
    inventory, amounts = parse_system(pil)
    rows = parse_strands(strands)
    sequences = domain_sequences(rows, {name: d.length for name, d in inventory.domains.items()})
    missing = [name for name in inventory.domains if name not in sequences]
    if missing:
        raise FormatError(f"strands: no strand has domain {missing[0]}, which the complexes use")
    return SequencedSystem(inventory, sequences), amounts
