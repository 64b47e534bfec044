"""When the protocol ends at predicted rates: on the plateau, or before leak spoils the answer; and the labels then."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from dsdcompile.crn.limit import has_limit, limit
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.simulate.completion import settled
from dsdcompile.simulate.curves import curves
from dsdcompile.simulate.entrant import Entrant
from dsdcompile.simulate.ode import output_species, simulate
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.source import Source
from dsdcompile.units import plural, show_duration

LEVEL: Final = 0.9
"""Share of its way that the slowest output of the slowest example must have gone."""
NEAR: Final = 0.05
"""Formal units from its limit at which an output is complete however short its way was."""
AT_ONCE: Final = 500
"""Examples that are integrated together."""


@final
@dataclass(frozen=True, slots=True)
class ProtocolEnd:
    """The end of the protocol, why it is there, and the labels of all examples then."""

    seconds: float
    reason: str
    """What decides it, in words."""
    examples: int
    labels_agree: int | None = None
    """How many examples have the network's label then, at median rate constants; None where nothing has labels."""
    labels_agree_slow: int | None = None
    """The same with all rate constants at the 5 % quantile of the error that they have in common."""
    labels_agree_whole: int | None = None
    """The same at median rate constants if only complexes of full-length strands do anything."""

    @property
    def right(self) -> bool:
        """Whether no label is wrong at median rate constants."""
        return self.labels_agree in (None, self.examples)

    def sentence(self) -> str:
        """Return it all in one sentence."""
        told = f"the protocol ends after {show_duration(self.seconds)}: {self.reason}"
        if self.labels_agree is None:
            return told
        told += (
            f"; labels then as the network's: {self.labels_agree} of {plural(self.examples, 'example')} at predicted "
            f"rate constants, {self.labels_agree_slow} if all are slow (5 %)"
        )
        if self.labels_agree_whole is None:
            return told
        return f"{told}, {self.labels_agree_whole} if only complexes of full-length strands do anything"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "seconds": float(f"{self.seconds:.4g}"),
            "reason": self.reason,
            "examples": self.examples,
            "labels_agree": self.labels_agree,
            "labels_agree_slow": self.labels_agree_slow,
            "labels_agree_whole": self.labels_agree_whole,
        }


def latest_complete(
    entrant: Entrant, inputs: FloatArray, limits: FloatArray, times: FloatArray, tolerances: Tolerances
) -> float:
    """Return when the slowest of some examples (examples, inputs) has gone :data:`LEVEL` of its way, formal time.

    inf if that is not within ``times`` (T,), formal.
    """
    latest = 0.0
    for outputs, target in zip(_outputs(entrant, inputs, times, tolerances), limits, strict=True):
        for away in np.abs(outputs - target).T:
            latest = max(latest, settled(times, away, max((1.0 - LEVEL) * float(away.max()), NEAR)))
    return latest


def _outputs(entrant: Entrant, inputs: FloatArray, times: FloatArray, tolerances: Tolerances) -> Iterator[FloatArray]:
    """Yield the outputs of each example at formal times (T, outputs), formal units."""
    if entrant.pooled:
        for values in inputs:
            yield entrant.draw(values, times, tolerances).outputs
        return
    crn, scale = entrant.crn, entrant.scale
    for first in range(0, len(inputs), AT_ONCE):
        states = entrant.tube.inlet(inputs[first : first + AT_ONCE])
        run = simulate(crn, states, times * scale.time, tolerances.scaled(scale.unit), record=output_species(crn))
        for number in range(len(states)):
            yield curves(entrant.name, crn, run.example(number), scale).outputs


def protocol_end(
    source: Source,
    crns: DesignCrns,
    entrant: Entrant,
    slow: Entrant,
    whole: Entrant | None,
    times: FloatArray,
    tolerances: Tolerances,
    *,
    complete: tuple[float, float],
    closes: float,
    otherwise: float,
) -> ProtocolEnd:
    """Return when the protocol ends.

    Args:
        source: The examples, and the network if there is one.
        crns: The formal CRN, whose limit the outputs approach.
        entrant: What is ordered, at median rate constants.
        slow: The same, slow.
        whole: The same without what is not full length, if that is known.
        times: Formal times of curves (T,).
        tolerances: In formal units.
        complete: When the drawn example has gone :data:`LEVEL` of its way: at median rate constants, and the 95 %
            quantile; formal time.
        closes: When leak may close the reading window (its 5 % quantile), formal time.
        otherwise: The design's horizon, formal time, where there is no limit to wait for.

    Raises:
        SimulationError: an integration fails.
    """
    inputs, second, last = source.examples.inputs, entrant.scale.time, float(times[-1])
    if not has_limit(crns.formal):
        end, reason = otherwise, "the design's horizon, as there is no limit to wait for (simulate.until)"
    else:
        middle, high = complete
        slowest = latest_complete(entrant, inputs, limit(crns.formal, inputs), times, tolerances)
        end = slowest * max(1.0, high / middle) if 0.0 < middle < math.inf else slowest
        reason = f"the slowest predicted course (5 %) of the slowest example is {LEVEL:.0%} complete"
        if not end < last:
            end, reason = last, "the slowest predicted course is not complete before the end of what was simulated"
    if closes < end:
        end, reason = closes, "leak may close the reading window then, before the slowest course is complete"
    if source.network is None or not has_limit(crns.formal):
        return ProtocolEnd(end * second, reason, len(inputs))
    wanted = source.network(inputs).argmax(axis=1)
    grid = np.array([0.0, max(end, float(times[1]))])
    same = [
        sum(
            int(outputs[-1].argmax() == label)
            for outputs, label in zip(_outputs(one, inputs, grid, tolerances), wanted, strict=True)
        )
        for one in ((entrant, slow) if whole is None else (entrant, slow, whole))
    ]
    return ProtocolEnd(end * second, reason, len(inputs), *same)
