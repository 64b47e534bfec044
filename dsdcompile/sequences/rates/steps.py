"""A predicted rate constant for every step of every module of a system that has sequences.

Each step is looked up as a displacement once a template; its toeholds are spelled out in each module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.displacement import Displacement, displacements
from dsdcompile.dsd.domain import Domain
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Template, TemplateReaction
from dsdcompile.sequences.rates.geometry import Spelled
from dsdcompile.sequences.rates.openness import Opening, Shares, open_shares, openings
from dsdcompile.sequences.rates.three_step import Rate, displacement_rate
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import ThermoModel

UNKNOWN: Final = 10.0
"""Spread of a step that is no three-way displacement: it keeps the design's rate constant, give or take this factor."""


@final
@dataclass(frozen=True, eq=False)
class StepRates:
    """Predicted rate constants of the steps of all modules."""

    values: FloatArray
    """Median (modules, template reactions), /M/s; where nothing is predicted the design's own,
    and 0 beyond a template's reactions."""
    spread: FloatArray
    """One standard deviation of their logarithms, as factors (modules, template reactions)."""
    extrapolated: tuple[tuple[int, int, tuple[str, ...]], ...]
    """Module, step and in which respects it is outside what was measured."""
    unknown: tuple[tuple[int, int], ...]
    """Module and step of what is no three-way displacement."""
    count: int
    """How many steps there are."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        for name in ("values", "spread"):
            object.__setattr__(self, name, frozen_floats(getattr(self, name)))


def step_rates(
    system: DsdSystem,
    sequences: Mapping[str, str],
    model: ThermoModel,
    otherwise: FloatArray,
    shares: Shares | None = None,
) -> StepRates:
    """Predict the rate constant of every step.

    Args:
        system: The modules.
        sequences: Of all domains that are ordered.
        model: Of secondary structure; its conditions are those of the reaction.
        otherwise: Rate constants of steps that are no displacement (modules, template reactions), /M/s.
        shares: How likely toeholds are open, if that is known without asking the model.

    Raises:
        BackendError: the thermodynamic backend fails.
    """
    lengths = [{s.name: Domain(s.name, s.part, system.lengths.of(s.part)) for s in t.slots} for t in system.templates]
    ways = [
        [intended(template, reaction, domains) for reaction in template.reactions]
        for template, domains in zip(system.templates, lengths, strict=True)
    ]
    steps = [
        (module, column)
        for module in range(system.n_modules)
        for column in range(len(system.templates[system.template[module]].reactions))
    ]
    made: dict[tuple[int, int], tuple[Spelled, Opening, Opening]] = {}
    for module, column in steps:
        found = ways[system.template[module]][column]
        if found is not None:
            way, invader, target = found
            names = system.names(module)
            spelled = Spelled(way, {slot: sequences[name] for slot, name in names.items() if name in sequences})
            here = (invader.renamed(names.__getitem__), target.renamed(names.__getitem__))
            made[module, column] = (spelled, *openings(way, *here, sequences))
    asked = list(dict.fromkeys(opening for _, *both in made.values() for opening in both))
    told = open_shares(asked, model) if shares is None else shares(asked)
    share = dict(zip(asked, told, strict=True))
    values, spread = np.zeros(otherwise.shape), np.ones(otherwise.shape)
    for step in steps:
        values[step], spread[step] = otherwise[step], UNKNOWN
    beyond = []
    for (module, column), (spelled, one, other) in made.items():
        rate = predict(spelled, share[one] * share[other], model.conditions)
        values[module, column], spread[module, column] = rate.value, rate.spread
        if rate.extrapolated:
            beyond.append((module, column, rate.extrapolated))
    unknown = tuple(step for step in steps if step not in made)
    return StepRates(values, spread, tuple(beyond), unknown, len(steps))


def predict(spelled: Spelled, share: float, conditions: Conditions) -> Rate:
    """Return the rate constant of a displacement whose toehold is open with a given probability."""
    invading, holding = spelled.invading(conditions), spelled.holding(conditions)
    return displacement_rate(invading, spelled.branch(), holding, conditions, open_share=share)


def intended(
    template: Template, reaction: TemplateReaction, domains: Mapping[str, Domain]
) -> tuple[Displacement, Complex, Complex] | None:
    """Return the displacement that a template's reaction is, with invader and target; None if it is none."""
    if len(reaction.reactants) != 2:
        return None
    first, second = (template[name].complex for name in reaction.reactants)
    wanted = sorted((template[name].complex.canonical() for name in reaction.products), key=_order)
    for invader, target in ((first, second), (second, first)):
        for way in displacements(invader, target, domains):
            if list(way.products) == wanted:
                return way, invader, target
    return None


def _order(complex_: Complex) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return complex_.sequence, complex_.structure
