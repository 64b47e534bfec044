"""Matched kinetics: the rate constants that make an implementation follow the formal CRN in time.

From Soloveichik, Seelig and Winfree (2010). Every step is a bimolecular strand displacement with a rate constant of at
most q_max, set by its toehold. With fuels at c, and g short for gamma:

- one reactant, formal rate constant k (/s):    X + G -> O at q = g k / c;
- two reactants, k (/M/s):                      X1 + L <-> H + B at g k and q_max, X2 + H -> O at q_max;
- every later step at q_max.

L and B start equal, so H comes to (g k / q_max) [X1], and the reaction runs at g k [X1][X2]. In all, intermediates hold
(g sigma_j / q_max) [Xj] of a species j, where sigma_j sums k over the two-reactant reactions whose *first* reactant is
j. Buffer modules X + LS <-> HS + BS, forward g (sigma - sigma_j), reverse q_max, raise every sigma_j to sigma = max
sigma_j. The *total* of a signal, free and held, is then g times the free part, g = q_max / (q_max - sigma), for every
species alike; initial totals, inputs and turnovers are g times the formal ones, and free signals follow the formal
CRN. That is exact in the limit of much fuel; otherwise the error is about (fuel used + signal) / fuel.

Which reactant is first is free: :func:`orientation` chooses it so that sigma is small and few buffers are needed.
A + A counts once for A; it consumes 2 k [A]^2 in both worlds (no factorials).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import BoolArray, FloatArray, IntArray, frozen_floats
from dsdcompile.dsd.absent import NO_REACTION, NO_SPECIES
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Template
from dsdcompile.errors import LimitExceededError, SchemeError

SAME = 1e-9
"""Relative difference up to which two rate constants count as equal."""
MOST_TURNS = 400
"""Two-reactant reactions up to which orientations are improved one by one after the first, greedy choice."""


def orientation(crn: Crn) -> BoolArray:
    """Return which two-reactant reactions should have their reactants exchanged (reactions,): False keeps index order.

    Greedy by rate constant, then single exchanges as long as they lower the largest load, or leave fewer species
    below it (each of those needs a buffer module).
    """
    size = np.asarray(crn.reactants.sum(axis=1)).ravel()
    pairs: dict[int, tuple[int, int]] = {}
    load = np.zeros(crn.n_species)
    for row in np.flatnonzero(size == 2).tolist():
        species = crn.reactants[[row]].indices
        if len(species) == 2:
            pairs[row] = (int(min(species)), int(max(species)))
        else:
            load[species[0]] += crn.rates[row]
    exchanged = np.zeros(crn.n_reactions, dtype=bool)
    for row in sorted(pairs, key=lambda row: (-crn.rates[row], row)):
        first, second = pairs[row]
        exchanged[row] = load[second] < load[first]
        load[second if exchanged[row] else first] += crn.rates[row]
    improving = len(pairs) <= MOST_TURNS
    while improving:
        improving = False
        for row, (first, second) in pairs.items():
            move = crn.rates[row] * (-1.0 if exchanged[row] else 1.0)
            trial = load.copy()
            trial[first] -= move
            trial[second] += move
            if _burden(trial) < _burden(load):
                load, exchanged[row], improving = trial, not exchanged[row], True
    return exchanged


def _burden(load: FloatArray) -> tuple[float, int]:
    most = float(load.max(initial=0.0))
    return float(f"{most:.9g}"), int((load < most * (1 - SAME)).sum())


@final
@dataclass(frozen=True, eq=False)
class Matching:
    """The constants of the matched kinetics of a system."""

    q_max: float
    """Largest rate constant of a strand displacement step, /M/s."""
    rates: FloatArray
    """Rate constant of each reaction of the system's Crn, /s or /M/s by its reactants (reactions,)."""
    linking: BoolArray
    """Reactions that legalising introduced: they pass a species on as fast as can be (reactions,)."""
    load: FloatArray
    """sigma_j of each species, /M/s (species,)."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        for name in ("rates", "load"):
            object.__setattr__(self, name, frozen_floats(getattr(self, name)))

    @property
    def sigma(self) -> float:
        """The largest load, /M/s."""
        return float(self.load.max(initial=0.0))

    @property
    def gamma(self) -> float:
        """The ratio of a signal's total to its free part; only for a matching that :func:`check` accepts."""
        return self.q_max / (self.q_max - self.sigma)


def match(system: DsdSystem, *, unit: float, time: float, q_max: float, linking: BoolArray) -> Matching:
    """Return the constants for a system without buffers.

    Args:
        system: Modules of one or two reactants.
        unit: One formal unit (of free signal), M.
        time: One formal time unit, s.
        q_max: Largest rate constant of a step, /M/s.
        linking: Reactions that legalising introduced (reactions,); each has one reactant.

    The result may ask for the impossible: see :func:`check`.
    """
    crn = system.crn
    order = np.asarray(crn.reactants.sum(axis=1)).ravel()
    rates = crn.rates / (time * unit ** (order - 1.0))
    return Matching(q_max, rates, np.asarray(linking, dtype=bool), _loads(system, rates))


def _loads(system: DsdSystem, rates: FloatArray) -> FloatArray:
    load = np.zeros(system.crn.n_species)
    for number, template in enumerate(system.templates):
        if template.kind == "reaction" and len(template.shape.reactants) == 2:
            modules = system.of_template(number)
            first = system.species[modules, template.shape.reactants[0]]
            np.add.at(load, first, rates[system.reaction[modules]])
    return load


def unbalanced(system: DsdSystem, matching: Matching) -> IntArray:
    """Return the species that need a buffer module, ascending: their load is below sigma.

    Species that only legalising introduced, and species that no reaction mentions, need none.
    """
    crn = system.crn
    used = np.asarray((crn.reactants + crn.products).sum(axis=0)).ravel() > 0
    used[crn.reactants[np.flatnonzero(matching.linking)].indices] = False
    return np.flatnonzero(used & (matching.load < matching.sigma * (1 - SAME))).astype(np.int64)


def with_buffers(system: DsdSystem, buffer: Template, species: IntArray) -> DsdSystem:
    """Return the system with a buffer module, after the others, for each of some species."""
    if not len(species):
        return system
    width = max(system.species.shape[1], 1)
    rows = np.full((len(species), width), NO_SPECIES, dtype=np.int64)
    rows[:, 0] = species
    return DsdSystem(
        scheme=system.scheme,
        crn=system.crn,
        form=system.form,
        lengths=system.lengths,
        templates=(*system.templates, buffer),
        template=np.concatenate([system.template, np.full(len(species), len(system.templates))]),
        species=np.concatenate([system.species.reshape(-1, width), rows]),
        reaction=np.concatenate([system.reaction, np.full(len(species), NO_REACTION)]),
        toeholds=system.toeholds,
    )


def check(system: DsdSystem, matching: Matching, fuel: FloatArray, time: float) -> None:
    """Check that no step needs more than q_max with each reaction's fuels at ``fuel`` (reactions,), M.

    All steps fit if sigma + max(k of two reactants, sigma - smallest sigma_j, k of one reactant / fuel) <= q_max. Rate
    constants scale with the time unit, so the left side over q_max is the factor by which everything must be slower.

    Raises:
        LimitExceededError: a step does not fit; the message names the reaction and the time scale at which it would.
    """
    crn = system.crn
    order = np.asarray(crn.reactants.sum(axis=1)).ravel()
    need = np.where(order == 2, matching.rates, matching.rates / fuel)
    need[matching.linking] = 0.0
    held = unbalanced(system, matching)
    spread = float((matching.sigma - matching.load[held]).max(initial=0.0))
    most = matching.sigma + max(float(need.max(initial=0.0)), spread)
    if most <= matching.q_max * (1 + SAME):
        return
    factor = _rounded_up(most / matching.q_max)
    row = int(np.argmax(need))
    # In /M/s: a rate constant in formal units would not be the one that was written.
    rate = f"[k = {matching.rates[row]:.3g} {'/M' * (int(order[row]) - 1)}/s]"
    worst = f"{replace(crn.reaction(row), rate=1.0)} {rate}"
    raise LimitExceededError(
        f"kinetics: the rates cannot be matched: {worst} and what shares its reactants need displacement rate "
        f"constants that only q_max = {_rounded_up(most):.3g} /M/s allows, and kinetics.q_max is "
        f"{matching.q_max:.3g} /M/s. It becomes possible on a time scale {factor:g} times slower: multiply "
        f"kinetics.slowdown by {factor:g}, or for rate constants written without units set "
        f'kinetics.time = "{_rounded_up(time * factor):g} s" (now {time:.3g} s per formal time unit)'
    )


def pace(crn: Crn, matching: Matching, peak: FloatArray, unit: float) -> float:
    """Return the fuel, in M, with which a step at q_max takes as long as the fastest signal lives.

    A signal lives 1 / (sum of k [partner] over its reactions), with partners at their ``peak`` (species,), formal
    units of ``unit`` M. Steps that legalising introduced do not count.
    """
    used = crn.reactants[np.flatnonzero(~matching.linking)].tocoo()
    rates = matching.rates[~matching.linking]
    order = np.asarray(crn.reactants[np.flatnonzero(~matching.linking)].sum(axis=1)).ravel()
    rows, species = used.coords
    high = peak * unit
    product = np.ones(len(rates))
    np.multiply.at(product, rows, high[species] ** used.data)
    partners = np.where(order[rows] == 2, product[rows] / np.where(high[species] > 0, high[species], 1.0), 1.0)
    speed = np.zeros(crn.n_species)
    np.add.at(speed, species, used.data * rates[rows] * partners)
    return float(speed.max(initial=0.0)) / matching.q_max


def _rounded_up(value: float) -> float:
    """Return the value with three digits, not below itself."""
    digits = 2 - math.floor(math.log10(value))
    return round(math.ceil(value * 10.0**digits * (1 - SAME)) / 10.0**digits, max(digits, 0))


def matched_rates(system: DsdSystem, matching: Matching, fuels: FloatArray) -> FloatArray:
    """Return the rate constant of each step of each module (modules, template reactions), /M/s, padded.

    ``fuels`` is the concentration that each module's fuels are meant to have (modules,), M: see
    :func:`dsdcompile.dsd.dosing.matched_fuels`.

    Raises:
        SchemeError: a template has a step that matched kinetics does not know.
    """
    width = max((len(template.reactions) for template in system.templates), default=0)
    rates = np.full((system.n_modules, width), matching.q_max)
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        for column, reaction in enumerate(template.reactions):
            if reaction.step == "forward":
                rates[modules, column] = _forward(system, matching, fuels, number)
            elif reaction.step not in ("reverse", "second", "release"):
                raise SchemeError(f"matched kinetics has no rate for step {reaction.step!r} of {template.shape}")
    return rates


def _forward(system: DsdSystem, matching: Matching, fuels: FloatArray, number: int) -> FloatArray:
    """Return the rate constant of the first step of the modules of one template (modules,), /M/s."""
    template, modules = system.templates[number], system.of_template(number)
    if template.kind == "buffer":
        return np.asarray(matching.gamma * (matching.sigma - matching.load[system.species[modules, 0]]))
    reactions = system.reaction[modules]
    formal = matching.gamma * matching.rates[reactions]
    if len(template.shape.reactants) == 2:
        return np.asarray(formal)
    return np.where(matching.linking[reactions], matching.q_max, formal / fuels[modules])
