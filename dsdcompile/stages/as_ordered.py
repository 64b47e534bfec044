"""What the strands in the tube will really do: rate constants from sequences, leak, and when to read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from dsdcompile.crn.limit import has_limit, limit
from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.design.design import Design
from dsdcompile.dsd.implementation import Implementation, implementation
from dsdcompile.dsd.leak import Leak, bound, leaks, with_leaks
from dsdcompile.errors import LimitExceededError
from dsdcompile.formats.code import code_digest
from dsdcompile.formats.openness_file import parse_shares, show_shares
from dsdcompile.formats.store import Store, key_of
from dsdcompile.lab.purity import Purity
from dsdcompile.sequences.rates.leaks import QUANTILE, LeakRate, leak_rates
from dsdcompile.sequences.rates.openness import Opening, open_shares
from dsdcompile.sequences.rates.steps import StepRates, step_rates
from dsdcompile.sequences.thermo.model import ThermoModel
from dsdcompile.simulate.curves import Curves, Scale, curves
from dsdcompile.simulate.entrant import Entrant
from dsdcompile.simulate.ode import output_species, simulate
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.simulate.window import Window, leak_over_time, reading_window
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.protocol_end import ProtocolEnd, protocol_end
from dsdcompile.stages.sequencing import Sequencing, read_kept
from dsdcompile.stages.source import Source
from dsdcompile.stages.translation import Translated
from dsdcompile.stages.tuning import Tuning, tuning

TOLERANCES: Final = Tolerances(1e-5, 1e-6)
"""Predicted rate constants are known to a factor, so curves need not be better than this."""
LONGEST: Final = 7 * 24 * 3600.0
"""How long a tube is followed, s."""
POINTS: Final = 241
MOST_REACTIONS: Final = 3000
"""Largest implementation CRN, leak included, that is simulated as ordered."""


@final
@dataclass(frozen=True, eq=False)
class AsOrdered:
    """One example as the ordered strands do it: median, and what is drawn from the errors of the model."""

    rates: StepRates
    leaks: tuple[Leak, ...]
    leak_rates: tuple[LeakRate, ...]
    leak_bound: float
    """Sum of [A] [B] over all leaking pairs at the start, M^2."""
    scale: Scale
    median: Curves
    """Outputs at median rate constants, leak included."""
    band: FloatArray
    """5, 50 and 95 % quantiles of the outputs over the draws (3, T, outputs), formal units."""
    leak: FloatArray
    """5, 50 and 95 % quantiles of what leak does to each output's rails (3, T, outputs), formal units."""
    window: Window
    """At median rate constants, in formal time."""
    windows: tuple[Window, ...]
    """Of each draw."""
    ratio: float
    """Least signal over leak at which an output is readable."""
    flow: FloatArray
    """Initial rate of each leak reaction (leaks,), M/s."""
    built: Implementation
    """At median rate constants, with leak."""
    stop: ProtocolEnd
    tuning: Tuning | None = None
    """With matched kinetics: whether the steps have the rate constants that they should."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        for name in ("band", "leak", "flow"):
            object.__setattr__(self, name, frozen_floats(getattr(self, name)))

    def quantiles(self, name: str) -> tuple[float, float, float]:
        """Return the 5, 50 and 95 % quantiles of one time of the windows over all draws, s."""
        values = np.sort([getattr(window, name) for window in self.windows]) * self.scale.time
        places = np.round(np.array([0.05, 0.5, 0.95]) * (len(values) - 1)).astype(int)
        low, middle, high = (float(values[place]) for place in places)
        return low, middle, high

    def leak_at(self, seconds: float) -> tuple[float, float, float]:
        """Return the 5, 50 and 95 % quantiles of the largest leak of an output at a time, formal units."""
        at = int(np.searchsorted(self.median.times * self.scale.time, min(seconds, LONGEST), side="right")) - 1
        low, middle, high = (float(v) for v in self.leak[:, max(at, 0)].max(axis=1, initial=0.0))
        return low, middle, high

    @property
    def end(self) -> float:
        """The end of the reading window at median rate constants, or of the simulation, s."""
        last = float(self.median.times[-1])
        return min(self.window.closes, last) * self.scale.time

    @property
    def remedies(self) -> str:
        """What would open an empty window."""
        return (
            "a smaller network, less fuel (dosing.margin, kinetics.c_max), more signal (kinetics.unit), longer or "
            "stronger toeholds (scheme.toehold) to be ready earlier, clamps, or a scheme without blunt ends"
        )

    @property
    def off(self) -> bool:
        """Whether steps miss the rate constants that matched kinetics want, so that nothing should be ordered."""
        return self.tuning is not None and bool(self.tuning.astray)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for ``comparison.json``."""
        return {
            "draws": len(self.windows),
            "steps": self.rates.count,
            "steps_extrapolated": len(self.rates.extrapolated),
            "steps_not_predicted": len(self.rates.unknown),
            "steps_astray": 0 if self.tuning is None else len(self.tuning.astray),
            "completion_seconds": _triple(self.quantiles("complete")),
            "window": self.window.to_json(self.scale.time),
            "window_opens_seconds": _triple(self.quantiles("opens")),
            "window_closes_seconds": _triple(self.quantiles("closes")),
            "signal_over_leak": self.ratio,
            "leak_reactions": len(self.leaks),
            "leak_bound_molar2": float(f"{self.leak_bound:.4g}"),
            "leak_at_end_formal_units": _triple(self.leak_at(self.end)),
            "protocol_end": self.stop.to_json(),
        }


def _triple(values: tuple[float, float, float]) -> list[float | None]:
    return [float(f"{v:.4g}") if math.isfinite(v) else None for v in values]


def simulate_as_ordered(
    design: Design,
    source: Source,
    compiled: DesignCrns,
    translated: Translated,
    sequencing: Sequencing,
    store: Store,
    model: ThermoModel,
    pure: Purity | None = None,
) -> AsOrdered:
    """Predict every step's rate constant and every leak, and simulate the drawn example with them.

    Errors of the model are drawn as lognormal factors: half the variance common to all steps of a draw, half each
    step's own; leak has one factor a draw. What the model says of toeholds is kept in ``store``.
    ``pure`` are the full-length shares of what is ordered.

    Raises:
        BackendError: the thermodynamic backend fails.
        LimitExceededError: the system is too large; the message says for what.
        SimulationError: an integration fails, which says nothing against what was verified.
    """
    system, sequences = translated.system, sequencing.sequenced.sequences
    found = tuple(leak for leak in leaks(system) if leak.frees)
    built = translated.implementation
    if built.crn.n_reactions + len(found) > MOST_REACTIONS:
        raise LimitExceededError(
            f"{built.crn.n_reactions:,} reactions and {len(found):,} leaks; up to {MOST_REACTIONS:,} are simulated as "
            "ordered"
        )
    steps = step_rates(system, sequences, model, translated.step_rates, lambda asked: _shares(asked, model, store))
    leaking = leak_rates(found, sequences, model.conditions)
    ordered = implementation(system, translated.dosing, steps.values)
    spread = implementation(system, translated.dosing, steps.spread).crn.rates
    inputs = source.examples.inputs[design.simulate.example - 1]
    target = limit(compiled.formal, inputs[None, :])[0] if has_limit(compiled.formal) else None
    tube = _Tube(
        inputs,
        Scale(translated.dosing.unit, design.kinetics.time_unit),
        translated.matching is not None or compiled.annihilates_outputs,
        _times(design, translated, target),
    )
    random = np.random.default_rng(design.sequences.seed)
    middle = np.array([rate.middle for rate in leaking])
    pairs = [_pair(tube, ordered, found, middle)]
    for _ in range(design.simulate.draws):
        common, own = random.standard_normal(), random.standard_normal(len(spread))
        factor = np.exp(np.log(spread) * math.sqrt(0.5) * (common + own))
        other = random.standard_normal() / QUANTILE
        ends = np.array([rate.high / rate.middle if rate.middle else 1.0 for rate in leaking])
        pairs.append(_pair(tube, _scaled(ordered, factor), found, middle * ends**other))
    ratio = design.simulate.signal_over_leak
    windows = [reading_window(without, leaky, target, ratio) for without, leaky in pairs]
    values = {name: np.sort([getattr(one, name) for one in windows[1:]]) for name in ("complete", "closes")}
    tail = round(0.05 * (len(windows) - 2))
    late = np.exp(-np.log(spread) * math.sqrt(0.5) * QUANTILE)
    stop = protocol_end(
        source,
        compiled,
        Entrant("as ordered", ordered, tube.scale.time, tube.pooled),
        Entrant("slow", _scaled(ordered, late), tube.scale.time, tube.pooled),
        None if pure is None else Entrant("whole", whole_only(ordered, pure.items), tube.scale.time, tube.pooled),
        tube.times / tube.scale.time,
        TOLERANCES,
        complete=(windows[0].complete, float(values["complete"][-1 - tail])),
        closes=math.inf if windows[0].empty else float(values["closes"][tail]),
        otherwise=(translated.horizon or LONGEST) / tube.scale.time,
    )
    start = built.inlet(inputs[None, :])[0]
    quantiles = [0.05, 0.5, 0.95]
    return AsOrdered(
        rates=steps,
        leaks=found,
        leak_rates=leaking,
        leak_bound=bound(found, start),
        scale=tube.scale,
        median=pairs[0][1],
        band=np.quantile([leaky.outputs for _, leaky in pairs[1:]], quantiles, axis=0),
        leak=np.quantile([leak_over_time(*pair) for pair in pairs[1:]], quantiles, axis=0),
        window=windows[0],
        windows=tuple(windows[1:]),
        ratio=ratio,
        flow=np.array([r.middle * start[k.invader] * start[k.target] for r, k in zip(leaking, found, strict=True)]),
        built=with_leaks(ordered, found, middle),
        stop=stop,
        tuning=None
        if translated.matching is None
        else tuning(
            steps,
            translated.step_rates,
            translated.matching.q_max,
            design.kinetics.rate_tolerance,
            design.kinetics.slowdown,
        ),
    )


def whole_only(built: Implementation, shares: Sequence[tuple[str, float]]) -> Implementation:
    """Return an implementation in which only complexes of full-length strands do anything.

    Signals are all of one length: their share goes into the unit, so that outputs are read as a part of the inputs.
    """
    share = dict(shares)
    signal = min((share[name] for name in built.crn.species[: built.n_signals] if name in share), default=1.0)
    every = np.array([share.get(name, 1.0) for name in built.crn.species])
    crn = built.crn.with_(initial=built.crn.initial * every, offsets=built.crn.offsets * signal)
    return Implementation(crn, built.unit * signal, built.module, built.holds)


def _scaled(built: Implementation, factor: FloatArray) -> Implementation:
    """Return an implementation with its rate constants multiplied (reactions,)."""
    return Implementation(built.crn.with_(rates=built.crn.rates * factor), built.unit, built.module, built.holds)


def _shares(asked: Sequence[Opening], model: ThermoModel, store: Store) -> tuple[float, ...]:
    """Return the probabilities that toeholds are open: as they are kept, or asked for now."""
    code = code_digest(open_shares.__module__, type(model).__module__)
    key = key_of([tuple(asked), sorted(model.provenance.items()), code])
    kept = read_kept(store.get("openness", key), lambda text: parse_shares(text, len(asked)))
    if kept is not None:
        return kept
    text = show_shares(open_shares(asked, model))
    store.put("openness", key, text)
    return parse_shares(text, len(asked))  # the same numbers, rounded, as the next run reads


@final
@dataclass(frozen=True, eq=False)
class _Tube:
    inputs: FloatArray
    scale: Scale
    pooled: bool
    times: FloatArray
    """s (T,)."""


def _times(design: Design, translated: Translated, target: FloatArray | None) -> FloatArray:
    """Return the times that are simulated, s: evenly to the horizon without a limit, else by factors up to a week."""
    if target is None:
        last = translated.horizon or LONGEST
        return np.linspace(0.0, last, POINTS)
    first = 1.0 / design.kinetics.rate / translated.dosing.unit / 10
    return np.concatenate([[0.0], np.geomspace(min(first, LONGEST / 1e4), LONGEST, POINTS - 1)])


def _pair(tube: _Tube, built: Implementation, found: tuple[Leak, ...], rates: FloatArray) -> tuple[Curves, Curves]:
    """Return the outputs without leak and with it."""
    return _run(tube, built), _run(tube, with_leaks(built, found, rates))


def _run(tube: _Tube, built: Implementation) -> Curves:
    crn, allowed = built.crn, TOLERANCES.scaled(tube.scale.unit)
    state = built.inlet(tube.inputs[None, :])[0]
    run = simulate(crn, state, tube.times, allowed, record=None if tube.pooled else output_species(crn))
    if tube.pooled:
        totals = built.totals(run.states)
        run = type(run)(crn.species[: totals.shape[-1]], run.times, totals, run.engine, run.tolerances)
    return curves("as ordered", crn, run, tube.scale)
