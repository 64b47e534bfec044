"""A Python script for NUPACK 4 that analyses the sequenced complexes: probabilities, defects and a test tube.

The user runs it where NUPACK is installed; every call is by keyword, as NUPACK 4 documents them.
"""

from __future__ import annotations

from collections.abc import Mapping

from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.conditions import Conditions

USUAL = 1e-7
"""Concentration of what is given none, M."""


def show_nupack(
    sequenced: SequencedSystem, conditions: Conditions, amounts: Mapping[str, float], title: str = ""
) -> str:
    """Return the script's text; ``amounts`` gives concentrations of items in M."""
    inventory = sequenced.inventory
    names = {strand.domains: strand.name for strand in inventory.strands}
    totals: dict[str, float] = {}
    lines = [
        f'"""NUPACK 4 analysis of {title or "a DNA strand displacement system"}: run it where NUPACK is installed."""',
        "from nupack import Complex, Model, SetSpec, Strand, Tube, defect, tube_analysis",
        "",
        f"model = Model(ensemble='stacking', material='dna', celsius={conditions.celsius!r}, "
        f"sodium={conditions.sodium!r}, magnesium={conditions.magnesium!r})",
        "strands = {",
    ]
    for strand in inventory.strands:
        lines.append(f"    {strand.name!r}: Strand({sequenced.strand(strand.domains)!r}, name={strand.name!r}),")
    lines += ["}", "# complex -> its strands in order, and its target structure", "targets = {"]
    for item in inventory.items:
        here = [names[strand] for strand in item.complex.strands]
        for name in here:
            totals[name] = totals.get(name, 0.0) + amounts.get(item.name, USUAL)
        if item.is_gate:
            lines.append(f"    {item.name!r}: ({here!r}, {inventory.structure(item.complex)!r}),")
    lines += ["}", "# total concentration of each strand, M", "totals = {"]
    lines += [f"    {name!r}: {max(amount, 1e-12)!r}," for name, amount in totals.items()]
    lines += [
        "}",
        "complexes = {n: Complex([strands[s] for s in parts], name='c_' + n) for n, (parts, _) in targets.items()}",
        "for name, (parts, structure) in targets.items():",
        "    here = defect(structure=structure, strands=[strands[s] for s in parts], model=model)",
        "    print(f'{name}: ensemble defect {here:.4f}')",
        "tube = Tube({strands[s]: amount for s, amount in totals.items()},",
        "            complexes=SetSpec(max_size=2, include=list(complexes.values())), name='pot')",
        "found = tube_analysis(tubes=[tube], model=model)",
        "for made, amount in sorted(found[tube].complex_concentrations.items(), key=lambda pair: -pair[1]):",
        "    if amount > 1e-10:",
        "        print(f'{made.name}: {amount:.3e} M')",
    ]
    return "\n".join(lines) + "\n"
