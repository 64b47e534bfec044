"""An enumeration as PIL, laid out as Peppercorn writes it, and its condensed reactions as a CRN."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.formats.pil_reader import PilComplex, PilFile

NANO = 1e-9
"""Peppercorn writes concentrations in nM, and rate constants in /nM/s."""


@final
@dataclass(frozen=True, slots=True)
class Names:
    """What the complexes and macrostates of an enumeration are called."""

    complexes: dict[Complex, str]
    """Of every resting complex, by its canonical form."""
    macrostates: tuple[str, ...]
    """Each is called as one of its complexes, one of the file's where there is one."""


def name_all(read: PilFile, enumerated: Enumerated) -> Names:
    """Return names: the file's own, and ``e1``, ``e2``, ... for what is new."""
    known: dict[Complex, str] = {}
    for found in read.complexes:
        known.setdefault(found.complex.canonical(), found.name)
    taken = {*read.lengths, *read.composites, *(found.name for found in read.complexes)}
    names, macrostates, number = {}, [], 0
    for state in enumerated.macrostates:
        members = sorted(state, key=lambda c: (c not in known, c.sequence, c.structure))
        for member in members:
            if member in known:
                names[member] = known[member]
                continue
            number += 1
            while f"e{number}" in taken:
                number += 1
            names[member] = f"e{number}"
        macrostates.append(names[members[0]])
    return Names(names, tuple(macrostates))


def show_enumerated(read: PilFile, enumerated: Enumerated, names: Names, title: str = "") -> str:
    """Return the PIL text: domains, resting complexes, macrostates and condensed reactions with all their digits."""
    by_complex = {found.complex.canonical(): found for found in reversed(read.complexes)}
    lines = [f"# {line}" for line in (*title.splitlines(), *remarks(enumerated))]
    lines += ["", f"# Domains ({len(read.lengths)})"]
    for name in _natural(read.lengths):
        bases = read.sequences.get(name)
        length = read.lengths[name]
        lines.append(f"sequence {name} = {bases} : {length}" if bases else f"length {name} = {length}")
    absent = {found.name: found for found in read.complexes if not found.present}
    waiting = [n for n in _natural(absent) if absent[n].complex.canonical() not in names.complexes]
    if waiting:
        lines += ["", f"# Not enumerated input complexes ({len(waiting)})"]
        lines += [f"{name} = {show_kernel(absent[name].complex)}{_at(absent[name])}" for name in waiting]
    resting = {name: complex_ for complex_, name in names.complexes.items()}
    lines += ["", f"# Resting complexes ({len(resting)})"]
    for name in _natural(resting):
        given = by_complex.get(resting[name])
        shown = resting[name] if given is None else given.complex
        lines.append(f"{name} = {show_kernel(shown)}{_at(given)}")
    states = dict(zip(names.macrostates, enumerated.macrostates, strict=True))
    lines += ["", f"# Resting macrostates ({len(states)})"]
    for name in _natural(states):
        lines.append(f"macrostate {name} = [{', '.join(_natural(names.complexes[c] for c in states[name]))}]")
    lines += ["", f"# Condensed reactions ({len(enumerated.reactions)})"]
    for left, right, rate, bimolecular in _reactions(enumerated, names.macrostates):
        value, unit = (rate * NANO, "/nM/s") if bimolecular else (rate, "/s")
        lines.append(f"reaction [{'condensed':12s} = {value!r:>10} {unit} ] {' + '.join(left)} -> {' + '.join(right)}")
    return "\n".join(lines) + "\n"


def show_reactions(read: PilFile, enumerated: Enumerated, names: Names, title: str = "") -> str:
    """Return the condensed reactions as ``.crn`` text, rate constants in /M/s and /s, with what is in the tube.

    Names that are none in a ``.crn`` file are changed; a comment says from what.
    """
    species = dict(zip(names.macrostates, _identifiers(names.macrostates), strict=True))
    lines = [f"# {line}" for line in (*title.splitlines(), *remarks(enumerated))]
    lines += [f"# {new} is called {old} in the PIL file" for old, new in species.items() if old != new]
    for left, right, rate, bimolecular in _reactions(enumerated, names.macrostates):
        sides = (" + ".join(species[name] for name in side) for side in (left, right))
        lines.append(f"{' -> '.join(sides)} [k = {rate!r} {'/M/s' if bimolecular else '/s'}]")
    amounts = {found.complex.canonical(): found for found in reversed(read.complexes) if found.amount}
    for name, state in zip(names.macrostates, enumerated.macrostates, strict=True):
        there = [amounts[member] for member in state if member in amounts]
        if there:
            kept = "  # constant" if any(found.constant for found in there) else ""
            total = sum(sorted((found.amount or 0.0) / NANO for found in there))
            lines.append(f"{species[name]} @initial {total:.12g} nM{kept}")
    return "\n".join(lines) + "\n"


def remarks(enumerated: Enumerated) -> list[str]:
    """Return what a reader of the result must know: by what it was made, and what is missing or doubtful in it."""
    rules = enumerated.options
    remote = "rejected" if rules.reject_remote else "allowed"
    return [
        f"enumerated by the rules of {enumerated.tool}: release cut-off {rules.release_cutoff} nt, "
        f"remote toeholds {remote}",
        *(f"INCOMPLETE: {limit}" for limit in enumerated.limits),
        *(f"doubtful: {doubt}" for doubt in enumerated.doubts),
    ]


def _reactions(enumerated: Enumerated, names: tuple[str, ...]) -> list[tuple[list[str], list[str], float, bool]]:
    found = [
        (_natural(names[n] for n in r.reactants), _natural(names[n] for n in r.products), r.rate, len(r.reactants) > 1)
        for r in enumerated.reactions
    ]
    return sorted(found, key=lambda r: ([_key(n) for n in r[0]], [_key(n) for n in r[1]]))


def _at(found: PilComplex | None) -> str:
    if found is None or found.amount is None:
        return ""
    return f" @{'constant' if found.constant else 'initial'} {found.amount / NANO:.12g} nM"


def _identifiers(names: Iterable[str]) -> list[str]:
    """Return names that a ``.crn`` file can have, all different."""
    identifiers: list[str] = []
    taken = {name for name in names if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)}
    for name in names:
        if name not in taken:
            plain = re.sub(r"\W", "_", f"s_{name}" if not name[0].isalpha() else name, flags=re.ASCII)
            while plain in taken:
                plain += "_"
            taken.add(plain)
            name = plain
        identifiers.append(name)
    return identifiers


def _natural(names: Iterable[str]) -> list[str]:
    """Return names in order, with the numbers in them by value."""
    return sorted(names, key=_key)


def _key(name: str) -> list[tuple[bool, int, str]]:
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"\d+|\D+", name)]
