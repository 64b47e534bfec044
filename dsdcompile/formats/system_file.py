"""From ``system.pil`` and ``strands.csv`` back to the sequenced system they were written from."""

from __future__ import annotations

import re

from dsdcompile.dsd.domain import Domain, Part
from dsdcompile.dsd.inventory import Inventory, NamedComplex
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.template import Role
from dsdcompile.errors import FormatError
from dsdcompile.formats.strands_csv import domain_sequences, parse_strands
from dsdcompile.sequences.sequenced import SequencedSystem

_LENGTH = re.compile(r"(?:length|sequence)\s+(?P<name>\w+)\s*=\s*(?P<length>\d+)")
_PART = re.compile(r"#\s*(?P<part>toehold|recognition|history) domains:(?P<names>.*)")
_ROLES = re.compile(r"#\s*(?P<role>signal|reporter) complexes:(?P<names>.*)")
_COMPLEX = re.compile(r"(?P<name>\w+)\s*=\s*(?P<kernel>[^@]+?)\s*(?:@\s*\w+\s+(?P<amount>\S+)\s*(?P<unit>\w+))?")
_UNITS = {"M": 1.0, "mM": 1e3, "uM": 1e6, "nM": 1e9, "pM": 1e12}
"""How many of each are in 1 M."""
LONGEST_TOEHOLD = 9
"""Domains up to this length count as toeholds where the file does not say what its domains are, nt."""


def parse_system(text: str) -> tuple[Inventory, dict[str, float]]:
    """Return what a PIL file describes, and the concentrations it gives, M.

    Files of other tools are read too: single strands then count as signals, and short domains as toeholds.

    Raises:
        FormatError: a line is not a domain, a complex or a comment; the message gives the line.
    """
    lengths: dict[str, int] = {}
    parts: dict[str, Part] = {}
    items: list[NamedComplex] = []
    amounts: dict[str, float] = {}
    roles: dict[str, Role] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        part = _PART.fullmatch(line.strip())
        if part is not None:
            parts |= dict.fromkeys(part["names"].split(), Part(part["part"]))
            continue
        if match := _ROLES.fullmatch(line.strip()):
            roles = (roles or {}) | dict.fromkeys(match["names"].split(), Role(match["role"]))
            continue
        code = line.split("#")[0].strip()
        if not code:
            continue
        if match := _LENGTH.fullmatch(code):
            lengths[match["name"]] = int(match["length"])
        elif match := _COMPLEX.fullmatch(code):
            try:
                complex_ = parse_kernel(match["kernel"])
            except FormatError as error:
                raise FormatError(f"line {number}: {error}") from None
            usual = Role.SIGNAL if roles is None and len(complex_.strands) == 1 else Role.FUEL
            items.append(NamedComplex(match["name"], (roles or {}).get(match["name"], usual), complex_))
            if match["amount"]:
                amounts[match["name"]] = _amount(number, match["amount"], match["unit"])
        else:
            raise FormatError(f"line {number}: expected 'length NAME = NUMBER' or 'NAME = COMPLEX', not {code!r}")
    domains = {name: Domain(name, parts.get(name, _guess(length)), length) for name, length in lengths.items()}
    return Inventory(domains, tuple(items)), amounts


def _guess(length: int) -> Part:
    return Part.TOEHOLD if length <= LONGEST_TOEHOLD else Part.RECOGNITION


def _amount(number: int, amount: str, unit: str) -> float:
    try:
        return float(amount) / _UNITS[unit]
    except (KeyError, ValueError):
        raise FormatError(f"line {number}: {amount} {unit} is not a concentration") from None


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
