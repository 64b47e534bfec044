"""The enumerated CRN: what Peppercorn finds from the strands, with its own rate constants, in M and s.

Strands of one species that differ in their history domain only are one species here. That is exact: the domain takes
no part in any reaction (see :mod:`dsdcompile.dsd.erasure`), so all variants react with equal rate constants,
which is checked, and their sum obeys the lumped equation.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import sparse_rows
from dsdcompile.dsd.absent import NO_MODULE, NO_SPECIES
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.dosing import Dosing
from dsdcompile.dsd.erasure import erase
from dsdcompile.dsd.implementation import Implementation
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.enumeration.check import system_signals
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.enumeration.intended import found_reactions
from dsdcompile.errors import CrnError

SAME = 1e-6
"""Relative difference up to which rate constants of history variants count as equal."""


def enumerated_crn(system: DsdSystem, enumerated: Enumerated, dosing: Dosing) -> Implementation:
    """Return the enumerated CRN of a dosed system; its first species are those of ``system.crn``, in order.

    Raises:
        CrnError: variants of one reaction have different rate constants, so they cannot be lumped.
    """
    signals = system_signals(system)
    names: list[str] = list(system.crn.species)
    index: dict[Complex, int] = {
        erase(system.signal(s).complex, system.form, signals): s for s in range(system.crn.n_species)
    }
    owner = [-1] * len(names)
    holds = list(range(len(names)))
    initial = list(system.crn.initial * dosing.unit)
    for module in range(system.n_modules):
        column = 0
        for part in system.module(module, Role.FUEL, Role.INTERMEDIATE, Role.WASTE):
            amount = 0.0
            if part.role is Role.FUEL:
                amount = float(dosing.fuels[module, column])
                column += 1
            key = erase(part.complex, system.form, signals)
            if key in index:
                initial[index[key]] += amount
                continue
            index[key] = len(names)
            names.append(part.name)
            owner.append(module)
            holds.append(NO_SPECIES)
            initial.append(amount)
    reactants: list[list[int]] = []
    products: list[list[int]] = []
    rates: list[float] = []
    for reaction, variants in found_reactions(enumerated, system.form, signals).items():
        if max(variants) > min(variants) * (1 + SAME):
            raise CrnError(f"variants of one enumerated reaction have rate constants {sorted(variants)}")
        for side, rows in ((reaction.reactants, reactants), (reaction.products, products)):
            for found in side:
                if found not in index:
                    index[found] = len(names)
                    names.append(f"e{len(names)}")
                    owner.append(NO_MODULE)
                    holds.append(NO_SPECIES)
                    initial.append(0.0)
            rows.append([index[found] for found in side])
        rates.append(min(variants))
    crn = Crn(
        species=tuple(names),
        reactants=sparse_rows(reactants, len(names)),
        products=sparse_rows(products, len(names)),
        rates=np.array(rates),
        initial=np.array(initial),
        inputs=system.crn.inputs,
        outputs=system.crn.outputs,
        pairs=system.crn.pairs,
        offsets=system.crn.offsets * dosing.unit,
    )
    return Implementation(crn, dosing.unit, np.array(owner), np.array(holds))
