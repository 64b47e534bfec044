"""Formal, reduced, implementation and enumerated CRN on one time axis, and the labels of all examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import final

import numpy as np

from dsdcompile.crn.limit import has_limit, limit
from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.design.design import Design
from dsdcompile.dsd.implementation import Implementation, implementation
from dsdcompile.dsd.toehold_crosstalk import Crosstalk, crosstalk, with_crosstalk
from dsdcompile.enumeration.kinetics import enumerated_crn
from dsdcompile.simulate.batches import Batches, batch_horizon
from dsdcompile.simulate.completion import Completion, Horizon, completion
from dsdcompile.simulate.curves import Comparison, Curves, Scale, compare
from dsdcompile.simulate.entrant import Entrant
from dsdcompile.simulate.robustness import Survival
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.counting import Counted, count_molecules
from dsdcompile.stages.pipetting import pipetting
from dsdcompile.stages.source import Source
from dsdcompile.stages.translation import DEFAULT_TIME, Translated, horizon_time
from dsdcompile.stages.verification import Verified
from dsdcompile.verify.verdict import Outcome

MOST_BINDINGS = 3000
"""Unintended bindings up to which their effect on the time course is simulated."""
MOST_TIME = 1e7
"""Longest horizon tried, in formal time units."""


@final
@dataclass(frozen=True, slots=True)
class Labels:
    """How many examples agree; None where there is nothing to compare with."""

    examples: int
    correct: int | None
    """Network's label = true label."""
    formal_agrees: int | None
    """Label of the formal CRN's exact limit = network's."""
    reduced_agrees: int | None
    implementation_agrees: int | None
    """Label of the implementation CRN's kinetics at the horizon = network's."""
    largest_limit_error: float | None
    """Largest difference of the formal and reduced limits from the network's outputs, formal units."""

    @property
    def agree(self) -> bool:
        """Whether every CRN names the network's label for every example."""
        counts = (self.formal_agrees, self.reduced_agrees, self.implementation_agrees)
        return all(count in (None, self.examples) for count in counts)


@final
@dataclass(frozen=True, eq=False)
class Simulated:
    """All curves of one example, and the labels of all."""

    example: int
    """Which example the curves are of, from 1."""
    inputs: FloatArray
    """Its input values (inputs,)."""
    scale: Scale
    """Formal unit (M) and formal time unit (s)."""
    curves: tuple[Curves, ...]
    """Formal, reduced, implementation and, if the whole was enumerated, enumerated; formal units and time."""
    limit: FloatArray | None
    """The exact limit of the outputs (outputs,), where the CRN has one."""
    comparisons: tuple[Comparison, ...]
    """Each other CRN against the formal one; empty without a limit."""
    completions: Mapping[str, Completion]
    """By name of curve, in formal time; empty without a limit."""
    labels: Labels
    end: float
    """End of the curves, s."""
    rtol: float
    """Relative tolerance of every integration; the same number of formal units is its absolute tolerance."""
    rest: float | None
    """When every example has come to rest in the implementation, s; None without a limit."""
    pipetting: tuple[Survival, ...] = ()
    """How many labels survive errors of all amounts; empty where there are no labels."""
    crosstalk: Crosstalk | None = None
    """Unintended toehold bindings; None for a system too large to list them."""
    fuel_left: float | None = None
    """The smallest share of a fuel that is left at the end; None where fuels are dosed for a limit."""
    counted: Counted | None = None
    """The drawn example in whole molecules, if the design states a volume."""

    @property
    def formal(self) -> Curves:
        """The curves of the formal CRN, which comes first and is always simulated."""
        return self.curves[0]

    @property
    def others(self) -> tuple[Curves, ...]:
        """The curves of all other CRNs."""
        return self.curves[1:]

    def by_name(self, name: str) -> Curves | None:
        """Return the curves of one CRN, if it was simulated."""
        return next((c for c in self.curves if c.name == name), None)

    def deviation(self, name: str) -> float:
        """Return the largest deviation of a CRN's outputs from the formal ones over time, in formal units."""
        other = self.by_name(name)
        return 0.0 if other is None else float(np.abs(self.formal.outputs - other.outputs).max(initial=0.0))

    def relative_deviation(self, name: str) -> float:
        """Return the largest deviation as a share of the largest formal output."""
        most = float(np.abs(self.formal.outputs).max(initial=0.0))
        return self.deviation(name) / most if most > 0 else 0.0


def simulate_all(
    design: Design,
    source: Source,
    compiled: DesignCrns,
    translated: Translated,
    verified: Verified | None,
    batches: Batches | None = None,
) -> Simulated:
    """Simulate every CRN of a design on one axis, to the time by which the outputs have come to rest.

    With matched kinetics the implementation's outputs are totals (free and held by linkers and buffers) over gamma
    units, which follow the formal CRN from the start; enumerated strands, whose toeholds are not yet tuned, are left
    out.

    So they are, over one unit, where the rails of outputs annihilate each other, since gates hold some of what is left;
    what enumerated complexes hold is not known, so they are left out there too.

    Large batches of examples go through ``batches``.

    Raises:
        SimulationError: an integration fails, or outputs do not come within ``simulate.within`` of their limit.
        BackendError: the executor of ``batches`` fails.
    """
    matched = translated.matching is not None
    pooled = matched or compiled.annihilates_outputs
    second = design.kinetics.time_unit
    race = [
        Entrant("formal", compiled.formal),
        Entrant("reduced", compiled.reduced),
        Entrant("implementation", translated.implementation, second, pooled),
    ]
    molar = race[-1].scale
    found = None if pooled or verified is None else _enumerated(translated, verified)
    if found is not None:
        race.append(Entrant("enumerated", found, second))
    talk = crosstalk(translated.system, translated.implementation)
    # Such bindings may hold a part of an output for good: this CRN need not come to rest at the limit.
    held = []
    if 0 < len(talk.pairs) <= MOST_BINDINGS:
        held = [Entrant("crosstalk", with_crosstalk(translated.implementation, talk), second, pooled)]
    tolerances = Tolerances(design.simulate.rtol, design.simulate.rtol)
    inputs = source.examples.inputs
    limits = limit(compiled.formal, inputs) if has_limit(compiled.formal) else None
    outputs, rest = None, None
    if limits is not None and matched:
        rest = _rest(design, race[0], inputs, limits, tolerances).time * molar.time
        outputs = np.stack(
            [race[2].draw(row, np.array([0.0, rest / molar.time]), tolerances).outputs[-1] for row in inputs]
        )
    elif limits is not None:
        done = _rest(design, race[2], inputs, limits, tolerances, batches)
        outputs, rest = done.outputs / molar.unit, done.time
    chosen = inputs[design.simulate.example - 1]
    end = _end(
        design,
        race[:1] if matched else race,
        chosen,
        None if limits is None else limits[design.simulate.example - 1],
        tolerances,
    )
    grid = np.linspace(0.0, end, design.simulate.points)
    drawn = tuple(entrant.draw(chosen, grid, tolerances) for entrant in [*race, *held])
    target = None if limits is None else frozen_floats(limits[design.simulate.example - 1])
    counted = None
    if design.simulate.volume is not None:
        counted = count_molecules(
            compiled.formal,
            drawn[0],
            inputs,
            design.simulate.example - 1,
            limits,
            unit=design.kinetics.unit,
            volume=design.simulate.volume,
        )
    return Simulated(
        example=design.simulate.example,
        inputs=frozen_floats(chosen),
        scale=molar,
        curves=drawn,
        limit=target,
        comparisons=() if target is None else tuple(compare(drawn[0], other, target) for other in drawn[1:]),
        completions=MappingProxyType(
            {} if target is None else {c.name: completion(c.times, c.outputs, target) for c in drawn}
        ),
        labels=_labels(source, compiled, outputs),
        end=end * molar.time,
        rtol=design.simulate.rtol,
        rest=rest,
        crosstalk=talk,
        pipetting=() if pooled else pipetting(design, source, translated, rest, batches),
        counted=counted,
        fuel_left=_fuel_left(translated, race[2], chosen, end, tolerances) if matched or limits is None else None,
    )


def _enumerated(translated: Translated, verified: Verified) -> Implementation | None:
    """Return the CRN that Peppercorn finds, with its rate constants: of the whole if that was enumerated.

    Else it is put together from the modules' reactions, which are all there is if composition is proved.
    """
    system, dosing = translated.system, translated.dosing
    if verified.enumerated is not None and verified.enumerated.complete:
        return enumerated_crn(system, verified.enumerated, dosing)
    if verified.composition.check.outcome is Outcome.PROVED:
        return implementation(system, dosing, verified.composition.rates[system.template])
    return None


def _rest(
    design: Design,
    entrant: Entrant,
    inputs: FloatArray,
    limits: FloatArray,
    tolerances: Tolerances,
    batches: Batches | None = None,
) -> Horizon:
    """Return when, and where, all of some examples have come to rest in a CRN, in its own units."""
    if entrant.pooled:
        return _rest_of_totals(design, entrant, inputs, limits, tolerances)
    return batch_horizon(
        entrant.crn,
        entrant.tube.inlet(inputs),
        limits * entrant.scale.unit,
        within=design.simulate.within * entrant.scale.unit,
        first=DEFAULT_TIME * entrant.scale.time,
        most=MOST_TIME * entrant.scale.time,
        tolerances=tolerances.scaled(entrant.scale.unit),
        batches=batches,
    )


def _rest_of_totals(
    design: Design, entrant: Entrant, inputs: FloatArray, limits: FloatArray, tolerances: Tolerances
) -> Horizon:
    """Return when all totals are within reach of their limits, or where they are by :data:`MOST_TIME`."""
    end = DEFAULT_TIME
    while True:
        found = np.stack([entrant.draw(row, np.array([0.0, end]), tolerances).outputs[-1] for row in inputs])
        if end >= MOST_TIME or (np.abs(found - limits) <= design.simulate.within).all():
            unit = entrant.scale.unit
            return Horizon(end * entrant.scale.time, found * unit, design.simulate.within * unit)
        end = min(2.0 * end, MOST_TIME)


def _end(
    design: Design, race: list[Entrant], chosen: FloatArray, target: FloatArray | None, tolerances: Tolerances
) -> float:
    """Return the formal time to draw: as the design says, or twice the time at which the slowest is 99 % complete."""
    if design.simulate.until is not None or target is None:
        return horizon_time(design)
    latest = 0.0
    for entrant in race:
        done = _rest(design, entrant, chosen[None, :], target[None, :], tolerances)
        grid = np.linspace(0.0, done.time / entrant.scale.time, 4 * design.simulate.points)
        run = entrant.draw(chosen, grid, tolerances)
        latest = max(latest, min(completion(run.times, run.outputs, target).latest(0.99), float(grid[-1])))
    return 2.0 * latest if latest > 0 else DEFAULT_TIME


def _fuel_left(
    translated: Translated, entrant: Entrant, values: FloatArray, end: float, tolerances: Tolerances
) -> float:
    """Return the smallest share of a fuel that is left at formal time ``end``."""
    fuels = translated.implementation.fuels
    final = entrant.run(values, np.array([0.0, end]), tolerances).final
    return float((final[fuels] / entrant.crn.initial[fuels]).min(initial=1.0))


def _labels(source: Source, compiled: DesignCrns, implementation: FloatArray | None) -> Labels:
    inputs, truth = source.examples.inputs, source.examples.labels
    if source.network is None or not has_limit(compiled.formal):
        return Labels(len(inputs), None, None, None, None, None)
    wanted = source.network(inputs)
    label = wanted.argmax(axis=1)
    limits = [limit(crn, inputs) for crn in (compiled.formal, compiled.reduced)]
    same = [int((values.argmax(axis=1) == label).sum()) for values in limits]
    return Labels(
        examples=len(inputs),
        correct=None if truth is None else int((label == truth).sum()),
        formal_agrees=same[0],
        reduced_agrees=same[1],
        implementation_agrees=None if implementation is None else int((implementation.argmax(axis=1) == label).sum()),
        largest_limit_error=max(float(np.abs(values - wanted).max(initial=0.0)) for values in limits),
    )
