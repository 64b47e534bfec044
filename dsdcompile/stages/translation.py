"""From the implementable CRN to a dosed DNA system and the CRN of what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.limit import limit_state
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.design import Design
from dsdcompile.dsd.dosing import Dosing, dose
from dsdcompile.dsd.implementation import Implementation, implementation, uniform_rates
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.schemes.translate import translate
from dsdcompile.stages.compilation import Compiled
from dsdcompile.stages.source import Examples, Source
from dsdcompile.units import show_concentration

BATCH = 1000
"""Examples whose limits are computed at a time."""


@final
@dataclass(frozen=True, eq=False)
class Translated:
    """A DNA system with its doses."""

    system: DsdSystem
    dosing: Dosing
    implementation: Implementation
    warnings: tuple[str, ...]


def translate_crn(design: Design, source: Source, compiled: Compiled) -> Translated:
    """Translate, bound every reaction's turnover over the declared inputs, and dose the fuels.

    Raises:
        SchemeError: the scheme cannot build a reaction.
        CrnError: the CRN has no turnover bound, because it is competitive or not feed-forward.
    """
    system = translate(compiled.implementable, compiled.scheme, compiled.lengths, design.scheme.toeholds)
    bound = turnover_bound(compiled.implementable, source.examples)
    dosing = dose(system, bound, unit=design.kinetics.unit, margin=design.dosing.margin, floor=design.dosing.floor)
    rates = uniform_rates(system, design.kinetics.rate)
    return Translated(system, dosing, implementation(system, dosing, rates), _warnings(design, system, dosing))


def turnover_bound(crn: Crn, examples: Examples) -> FloatArray:
    """Return the most often each reaction fires over the declared inputs (reactions,), in formal units."""
    bound = np.zeros(crn.n_reactions)
    for start in range(0, len(examples.inputs), BATCH):
        states = crn.inlet(examples.inputs[start : start + BATCH])
        bound = np.maximum(bound, limit_state(crn, states).turnover.max(axis=0, initial=0.0))
    if examples.corner is not None:
        state = np.array(crn.initial)[None, :]
        for rail in (0, 1):
            there = crn.inputs[:, rail] != NO_RAIL
            shift = crn.offsets if rail == 0 else 0.0
            state[0, crn.inputs[there, rail]] += (examples.corner[:, rail] + shift)[there]
        bound = np.maximum(bound, limit_state(crn, state).turnover[0])
    return bound


def _warnings(design: Design, system: DsdSystem, dosing: Dosing) -> tuple[str, ...]:
    amounts = dosing.amounts(system)
    above = int((amounts > design.dosing.ceiling).sum())
    if not above:
        return ()
    worst = int(np.argmax(amounts))
    reaction = system.crn.reaction(int(system.reaction[system.molecules.module[worst]]))
    return (
        f"{above} of {len(system.molecules.of_role(Role.FUEL))} fuels stand above "
        f"{show_concentration(design.dosing.ceiling)}, up to {show_concentration(float(amounts[worst]))} for "
        f"{reaction}; a smaller kinetics.unit lowers all doses",
    )
