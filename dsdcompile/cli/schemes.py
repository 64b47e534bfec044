"""``dsdcompile schemes``: the translation schemes, with their cost and guarantees."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence

from dsdcompile.cli import compared
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.footprint import YARDSTICKS, footprint
from dsdcompile.schemes.scheme import Scheme

WIDTH = 100
"""Columns that texts are wrapped to."""


def act(options: argparse.Namespace) -> int:
    """Carry out the subcommand and return the exit status."""
    if options.design is not None:
        return compared.act(options)
    lengths = DomainLengths()
    print(
        f"Fuels of one module at toeholds of {lengths.toehold} nt and recognition domains of {lengths.recognition} nt:"
    )
    print(show_costs(SCHEMES, lengths))
    for scheme in SCHEMES:
        print(f"\n{describe(scheme)}")
    return 0


def show_costs(schemes: Sequence[Scheme], lengths: DomainLengths) -> str:
    """Return the table of what one module of each scheme takes."""
    wide = max(len(scheme.name) for scheme in schemes)
    units = ("strands", "nt", "longest")
    head = "".join(f"  | {reaction!s:^24}" for reaction in YARDSTICKS)
    lines = [f"{'':{wide}}{head}", f"{'':{wide}}" + ("  | " + " ".join(f"{unit:>7}" for unit in units) + " ") * 2]
    for scheme in schemes:
        row = f"{scheme.name:{wide}}"
        for reaction in YARDSTICKS:
            cost = footprint(scheme, reaction, lengths)
            row += "  | " + " ".join(f"{value:>7}" for value in (cost.strands, cost.nucleotides, cost.longest)) + " "
        lines.append(row)
    return "\n".join(line.rstrip() for line in lines)


def describe(scheme: Scheme) -> str:
    """Return a scheme's name and aliases, its gates, reactants and kinetics, what is verified of it, and its paper."""
    also = f" (also {', '.join(scheme.aliases)})" if scheme.aliases else ""
    remote = "rejected in every proof; gates of common shapes do only what is intended with them as well"
    texts = [
        scheme.summary,
        f"reactants: up to {scheme.reactants} a gate; more bind two by two where that keeps the limit",
        f"kinetics: {scheme.kinetics}",
        f"guarantees: {scheme.guarantees}",
        f"remote toeholds: {remote if scheme.remote else 'rejected, and it needs that'}",
        *([f"caveat: {scheme.caveat}"] if scheme.caveat else []),
        scheme.citation,
    ]
    wrapped = (textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ") for text in texts)
    return "\n".join([f"{scheme.name}{also}", *wrapped])
