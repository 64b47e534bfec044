"""From the implementable CRN to a dosed DNA system and the CRN of what it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

import numpy as np

from dsdcompile.crn.analysis import competition
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit, limit_state
from dsdcompile.crn.matrices import BoolArray, FloatArray, frozen_floats
from dsdcompile.design.design import Design
from dsdcompile.dsd.dosing import Dosing, Supply, dose, matched_dose, matched_fuels
from dsdcompile.dsd.implementation import Implementation, implementation, uniform_rates
from dsdcompile.dsd.matching import Matching, check, match, matched_rates, orientation, pace, unbalanced, with_buffers
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.errors import DesignError, LimitExceededError
from dsdcompile.schemes.translate import translate
from dsdcompile.simulate.turnover import Usage, usage
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.source import Examples, Source
from dsdcompile.units import plural, show_concentration, show_duration

BATCH = 1000
"""Examples whose limits are computed at a time."""
DEFAULT_TIME = 50.0
"""Formal time simulated where there is no limit to approach: the paper's."""
FOR_GOOD = 1e6
"""Formal time simulated in place of a limit."""
DENSEST = 1.0
"""A fuel of more than this, in M, is no solution."""
LINKING_RATE = 1e3
"""How many times faster than all others reactions that legalising introduced are while turnover is simulated."""


@final
@dataclass(frozen=True, eq=False)
class Translated:
    """A DNA system with its doses."""

    system: DsdSystem
    dosing: Dosing
    implementation: Implementation
    warnings: tuple[str, ...]
    step_rates: FloatArray
    """Rate constant of each step of each module (modules, template reactions), /M/s, padded."""
    matching: Matching | None = None
    """For matched kinetics; None for fast ones."""
    horizon: float | None = None
    """How long the fuels last, s; None: for good."""
    turnover: FloatArray = field(default_factory=lambda: np.zeros(0))
    """The most often each reaction fires by then, over the declared inputs (reactions,), formal units."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        object.__setattr__(self, "step_rates", frozen_floats(self.step_rates))
        object.__setattr__(self, "turnover", frozen_floats(self.turnover))

    @property
    def n_buffers(self) -> int:
        """How many modules buffer a species; matched kinetics alone have any."""
        return int((self.system.reaction < 0).sum())

    @property
    def largest_dose(self) -> float:
        """The highest concentration of a fuel, M."""
        return float(self.dosing.amounts(self.system).max(initial=0.0))


def translate_crn(design: Design, source: Source, compiled: DesignCrns) -> Translated:
    """Translate, bound every reaction's turnover over the declared inputs, and dose the fuels.

    Raises:
        SchemeError: the scheme cannot build a reaction.
        DesignError: the scheme has no matched kinetics.
        LimitExceededError: rates cannot be matched, or a reaction fires too often to be fuelled.
        SimulationError: the turnover of a CRN without a limit cannot be simulated.
    """
    used, horizon = resources(design, compiled, source.examples)
    if design.kinetics.mode == "matched":
        return _matched(design, source, compiled, used, horizon)
    system = translate(compiled.implementable, compiled.scheme, compiled.lengths, design.scheme.toeholds)
    dosing, rates, built = fast(
        system,
        used.turnover,
        unit=design.kinetics.unit,
        rate=design.kinetics.rate,
        margin=design.dosing.margin,
        floor=design.dosing.floor,
    )
    warnings = (
        *_empty_warnings(compiled),
        *_feed_warnings(compiled, dosing.amounts(system), system, horizon),
        *_rate_warnings(compiled, horizon),
        *_dose_warnings(design, source, system, dosing, built),
    )
    return Translated(system, dosing, built, warnings, rates, horizon=horizon, turnover=used.turnover)


def fast(
    system: DsdSystem, turnover: FloatArray, *, unit: float, rate: float, margin: float, floor: float
) -> tuple[Dosing, FloatArray, Implementation]:
    """Return doses, step rates (modules, template reactions), /M/s, and implementation of a system of fast kinetics.

    Args:
        system: The modules.
        turnover: The most often each reaction of ``system.crn`` fires (reactions,), formal units.
        unit: One formal unit, M.
        rate: Rate constant of every step, /M/s.
        margin: Fuel beyond the need, as a fraction.
        floor: Turnover, formal units, that every module is prepared for.

    Raises:
        SchemeError: the turnover does not fit the system, or modules that share strands differ in rates.
    """
    dosing = dose(system, turnover, unit=unit, margin=margin, floor=floor)
    rates = uniform_rates(system, rate)
    return dosing, rates, implementation(system, dosing, rates)


def _matched(design: Design, source: Source, compiled: DesignCrns, used: Usage, horizon: float | None) -> Translated:
    """Translate with matched kinetics: reactants in the best order, buffers, and a rate constant for each step."""
    crn, buffer, table = compiled.implementable, compiled.scheme.buffer(), design.kinetics
    if buffer is None:
        raise DesignError(
            f"kinetics.mode: {compiled.scheme.name} has no buffer modules, so its kinetics cannot be matched; "
            'soloveichik2010 has, and mode = "fast" needs none'
        )
    crowded = np.flatnonzero(np.asarray(crn.reactants.sum(axis=1)).ravel() > 2)
    if len(crowded):
        raise DesignError(
            f"kinetics.mode: the kinetics of {crn.reaction(int(crowded[0]))} cannot be matched, nor those of any "
            "reaction of more than two reactants; let two of them bind first: A + B <-> AB"
        )
    system = translate(crn, compiled.scheme, compiled.lengths, design.scheme.toeholds, orientation(crn))
    matching = match(
        system, unit=table.unit, time=table.time_unit, q_max=table.q_max or table.rate, linking=linking(compiled)
    )
    supply = Supply(
        design.dosing.margin,
        design.dosing.floor,
        design.dosing.depletion,
        pace(crn, matching, used.peak, table.unit),
        table.c_max,
        table.centred,
    )
    check(system, matching, matched_fuels(system, used.turnover, used.peak, table.unit, supply), table.time_unit)
    system = with_buffers(system, buffer, unbalanced(system, matching))
    total = matching.gamma * table.unit
    fuels = matched_fuels(system, used.turnover, used.peak, total, supply)
    dosing = matched_dose(system, used.turnover, used.least, fuels, total, supply)
    rates = matched_rates(system, matching, fuels)
    built = implementation(system, dosing, rates)
    warnings = (
        *_feed_warnings(compiled, dosing.amounts(system), system, horizon),
        *_dose_warnings(design, source, system, dosing, built),
    )
    return Translated(system, dosing, built, warnings, rates, matching, horizon, used.turnover)


def linking(compiled: DesignCrns) -> BoolArray:
    """Return the reactions of the implementable CRN that legalising introduced (reactions,).

    They consume a species that stands for nothing in the formal CRN and is not there at the start.
    """
    new = np.asarray(abs(compiled.meaning.image).sum(axis=0)).ravel() == 0
    new &= compiled.implementable.initial == 0
    return np.asarray((compiled.implementable.reactants @ new.astype(np.int64)) > 0, dtype=bool)


def resources(design: Design, compiled: DesignCrns, examples: Examples) -> tuple[Usage, float | None]:
    """Return what the implementable CRN uses over the declared inputs, and until when, in s (None: for good).

    In the limit where there is one; else simulated, with the formal rates, over the design's horizon. Where only the
    formal CRN has a limit, the simulation is so long that no time is stated.

    Raises:
        LimitExceededError: a reaction fires too often to be fuelled.
        SimulationError: the simulation fails.
    """
    crn = compiled.implementable
    if has_limit(crn):
        return limit_usage(crn, examples), None
    for_good = has_limit(compiled.formal)  # and legalising (2A -> A + B through an intermediate) closed a cycle
    until = FOR_GOOD if for_good else horizon_time(design)
    rates = np.array(crn.rates)
    new = linking(compiled)
    rates[new] = LINKING_RATE * max(float(rates[~new].max(initial=0.0)), 1.0 / until)
    states = np.concatenate(list(_states(crn, examples)))
    used = usage(crn.with_(rates=rates), states, until)
    most = float(used.turnover.max(initial=0.0)) * design.kinetics.unit
    if most > DENSEST:
        worst = crn.reaction(int(np.argmax(used.turnover)))
        raise LimitExceededError(
            f"simulate.until: within {show_duration(until * design.kinetics.time_unit)} {worst} fires "
            f"{used.turnover.max():.3g} times a formal unit, which needs {most:.3g} M of fuel; shorten the horizon"
        )
    return used, None if for_good else until * design.kinetics.time_unit


def horizon_time(design: Design) -> float:
    """Return how long a CRN without a limit is simulated, and fuelled for, in formal time."""
    return DEFAULT_TIME if design.simulate.until is None else design.simulate.until / design.kinetics.time_unit


def limit_usage(crn: Crn, examples: Examples) -> Usage:
    """Return exact bounds on turnover, and bounds on concentrations: all that was there and all that was made.

    Raises:
        CrnError: the CRN has no limit.
    """
    turnover, start = np.zeros(crn.n_reactions), np.zeros(crn.n_species)
    least = np.full(crn.n_reactions, np.inf)
    for states in _states(crn, examples):
        fired = limit_state(crn, states).turnover
        turnover = np.maximum(turnover, fired.max(axis=0, initial=0.0))
        least = np.minimum(least, fired.min(axis=0, initial=np.inf))
        start = np.maximum(start, states.max(axis=0, initial=0.0))
    return Usage(turnover, np.where(np.isfinite(least), least, 0.0), start + crn.products.T @ turnover)


def _states(crn: Crn, examples: Examples) -> Iterator[FloatArray]:
    """Yield initial states (states, species) in batches: of all examples, and of the corner of the box of inputs."""
    for first in range(0, len(examples.inputs), BATCH):
        yield crn.inlet(examples.inputs[first : first + BATCH])
    if examples.corner is not None:
        yield crn.corner(examples.corner)[None, :]


def _largest_signals(built: Implementation, examples: Examples) -> FloatArray:
    """Return the most of each signal that any of the declared inputs begins with (signals,), in M."""
    batches = range(0, len(examples.inputs), BATCH)
    found = [built.signals(examples.inputs[first : first + BATCH]).max(axis=0) for first in batches]
    if examples.corner is not None:
        found.append(built.corner(examples.corner))
    return np.asarray(np.max(found, axis=0))


def _empty_warnings(compiled: DesignCrns) -> tuple[str, ...]:
    """Warn where reducing has computed everything that there was to compute."""
    if compiled.implementable.n_reactions:
        return ()
    return (
        f"nothing is left to build: reducing has replaced all {compiled.formal.n_reactions} reactions by their "
        "products, so that the tube starts with the answer; declare what is given later (#! input A), or set "
        "passes.reduce = none",
    )


def _feed_warnings(
    compiled: DesignCrns, amounts: FloatArray, system: DsdSystem, horizon: float | None
) -> tuple[str, ...]:
    """Say what makes species from nothing, how much fuel that has, and how long it lasts."""
    rows = np.flatnonzero(np.diff(compiled.formal.reactants.indptr) == 0)
    if not len(rows) or horizon is None:
        return ()
    crn = compiled.implementable
    feeds = np.flatnonzero((crn.initial > 0) & (abs(compiled.meaning.image).sum(axis=0) == 0))
    fed = np.flatnonzero(np.asarray(crn.reactants[:, feeds].sum(axis=1)).ravel())
    most = float(amounts[np.isin(system.reaction[system.molecules.module], fed)].max(initial=0.0))
    first, strand = compiled.formal.reaction(int(rows[0])), crn.species[int(feeds[0])]
    return (
        f"{plural(len(rows), 'reaction')} without reactants, such as {first}: the strand {strand} is taken up and "
        f"given back to make what comes from nothing; its gates have up to {show_concentration(most)} of fuel, "
        f"which lasts {show_duration(horizon)}",
    )


def _rate_warnings(compiled: DesignCrns, horizon: float | None) -> tuple[str, ...]:
    """Warn that fast kinetics do not reproduce what depends on rates."""
    if horizon is None:
        return ()
    rival = competition(compiled.implementable)
    why = "reactions form a cycle, or one consumes nothing"
    if rival is not None:
        reactions = (str(compiled.implementable.reaction(row)) for row in (rival.consumer, rival.other))
        why = f"{' and '.join(reactions)} compete for {rival.species}"
    remedy = "matched does"
    if compiled.scheme.buffer() is None:
        remedy = f"{compiled.scheme.name} has no matched kinetics, soloveichik2010 has"
    return (
        f"what this CRN does depends on rate constants ({why}), and kinetics.mode = fast does not reproduce them: "
        f"{remedy}. Fuels are dosed for the formal CRN over {show_duration(horizon)}",
    )


def _dose_warnings(
    design: Design, source: Source, system: DsdSystem, dosing: Dosing, built: Implementation
) -> tuple[str, ...]:
    """Warn of fuels and signals that stand above the ceiling."""
    amounts, ceiling = dosing.amounts(system), design.dosing.ceiling
    remedy = f"above {show_concentration(ceiling)}, up to {{}} for {{}}; a smaller kinetics.unit lowers all doses"
    warnings = []
    if (above := int((amounts > ceiling).sum())) > 0:
        worst = int(np.argmax(amounts))
        needs = module_label(system, int(system.molecules.module[worst]))
        counts = f"{above} of {plural(len(system.molecules.of_role(Role.FUEL)), 'fuel')}"
        warnings.append(f"{counts} stand " + remedy.format(show_concentration(float(amounts[worst])), needs))
    signals = _largest_signals(built, source.examples)
    if (above := int((signals > ceiling).sum())) > 0:
        worst = int(np.argmax(signals))
        top = show_concentration(float(signals[worst]))
        warnings.append(
            f"{plural(above, 'signal')} {'stands' if above == 1 else 'stand'} "
            + remedy.format(top, system.crn.species[worst])
        )
    return tuple(warnings)


def module_label(system: DsdSystem, module: int) -> str:
    """Return what a module is for, in words: its reaction, or the species it buffers."""
    if system.reaction[module] >= 0:
        return str(system.crn.reaction(int(system.reaction[module])))
    return f"{system.templates[system.template[module]].kind} of {system.crn.species[system.species[module, 0]]}"
