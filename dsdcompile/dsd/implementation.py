"""The implementation CRN: what a DSD system does, as its designer intends, in M and s, with its fuels depleting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse, frozen_ints
from dsdcompile.dsd.dosing import Dosing
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role, Template

Entries = tuple[IntArray, IntArray]
"""Rows and columns of ones to be summed into a matrix of counts."""


@final
@dataclass(frozen=True, eq=False)
class Implementation:
    """An implementation CRN and how its species relate to the system's."""

    crn: Crn
    """Concentrations in M, rate constants in /M/s (or /s); the first species are those of ``system.crn``, in order."""
    unit: float
    """One formal unit, in M: inputs and outputs of ``crn`` are formal values times this."""
    module: IntArray
    """For each species the module whose fuel or intermediate it is, -1 for a signal (species,)."""

    def __post_init__(self) -> None:
        """Freeze the table."""
        object.__setattr__(self, "module", frozen_ints(self.module))


def implementation(system: DsdSystem, dosing: Dosing, step_rates: FloatArray) -> Implementation:
    """Return the implementation CRN of a dosed system; inert waste is left out.

    ``step_rates`` holds the rate constant of each template reaction of each module, in template order, padded
    (modules, template reactions), in /M/s or /s by the number of reactants.
    """
    names = list(system.crn.species)
    owner = [-1] * len(names)
    initial = [system.crn.initial * dosing.unit]
    sides: tuple[list[Entries], list[Entries]] = ([], [])
    rates: list[FloatArray] = []
    row = 0
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        own = [c for c in template.complexes if c.role in (Role.FUEL, Role.INTERMEDIATE)]
        first = len(names)
        names += [f"m{m}_{c.name}" for m in modules for c in own]
        owner += [int(m) for m in modules for _ in own]
        start = np.zeros((len(modules), len(own)))
        fuels = [i for i, c in enumerate(own) if c.role is Role.FUEL]
        start[:, fuels] = dosing.fuels[modules][:, : len(fuels)]
        initial.append(start.ravel())
        column = _columns(system, template, modules, first, len(own))
        for index, reaction in enumerate(template.reactions):
            rows = row + np.arange(len(modules), dtype=np.int64)
            for entries, complexes in zip(sides, (reaction.reactants, reaction.products), strict=True):
                entries += [(rows, column[name]) for name in complexes if name in column]
            rates.append(step_rates[modules, index])
            row += len(modules)
    shape = (row, len(names))
    crn = Crn(
        species=tuple(names),
        reactants=_counts(sides[0], shape),
        products=_counts(sides[1], shape),
        rates=np.concatenate([np.zeros(0), *rates]),
        initial=np.concatenate(initial),
        inputs=system.crn.inputs,
        outputs=system.crn.outputs,
        pairs=system.crn.pairs,
        offsets=system.crn.offsets * dosing.unit,
    )
    return Implementation(crn, dosing.unit, np.array(owner))


def _columns(system: DsdSystem, template: Template, modules: IntArray, first: int, width: int) -> dict[str, IntArray]:
    """Return, for each complex of a template that is not waste, its species in each of the modules."""
    base = first + width * np.arange(len(modules), dtype=np.int64)
    found: dict[str, IntArray] = {}
    offset = 0
    for part in template.complexes:
        if part.role is Role.SIGNAL:
            found[part.name] = system.species[modules, part.species]
        elif part.role is not Role.WASTE:
            found[part.name] = base + offset
            offset += 1
    return found


def _counts(entries: list[Entries], shape: tuple[int, int]) -> Sparse:
    empty = np.zeros(0, dtype=np.int64)
    rows, columns = (np.concatenate([empty, *(entry[i] for entry in entries)]) for i in (0, 1))
    return sparse.coo_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape).tocsr()


def uniform_rates(system: DsdSystem, rate: float) -> FloatArray:
    """Return step rates for fast kinetics: every step at ``rate`` (/M/s), as rate independence allows."""
    width = max((len(template.reactions) for template in system.templates), default=0)
    return np.full((system.n_modules, width), rate)
