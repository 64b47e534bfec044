"""What every well of the protocol should show: the implementation is simulated with its reporters in it."""

from __future__ import annotations

from typing import Final

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.design.design import Design
from dsdcompile.dsd.implementation import Implementation
from dsdcompile.lab.fluorescence import Expected, Reader
from dsdcompile.lab.protocol import Protocol, Well
from dsdcompile.lab.recipe import MixKind, WellKind
from dsdcompile.lab.reporters import Reporter
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.ordering import Stock
from dsdcompile.stages.translation import Translated

POINTS = 13
"""Times in a table of a time course."""
READING: Final = 300.0
"""How long after it was taken a sample is read, s."""


def expected(
    design: Design,
    translated: Translated,
    stock: Stock,
    steps: Protocol,
    end: float,
    ordered: Implementation | None = None,
) -> tuple[Expected, ...]:
    """Return what each reporter shows in each well that reacts, in the order of the wells; time courses to ``end``, s.

    ``ordered`` is the implementation at predicted rate constants, with leak, if they are known; else the design's.

    Raises:
        SimulationError: an integration fails.
    """
    built = ordered or translated.implementation
    rate = design.kinetics.rate if translated.matching is None else translated.matching.q_max
    tolerances = Tolerances(design.simulate.rtol, design.simulate.rtol).scaled(built.unit)
    reader = Reader(built.crn, stock.reporters, rate, tolerances)
    direct = [well for well in steps.wells if _reacts(well)]
    shown: dict[str, tuple[Expected, ...]] = {}
    if direct:
        times = np.linspace(0.0, end, POINTS)
        lit = reader.courses([well.amounts for well in direct], times)
        for number, well in enumerate(direct):
            kept = slice(None) if well.plan.kind is WellKind.SAMPLE else slice(-1, None)
            shown[well.liquid.place] = _shown(design, stock, well, times[kept], lit[number][kept])
    for reaction in steps.reactions:
        for well in steps.wells:
            if well.plan.sample_of == reaction.plan and well.plan.when is not None:
                lit = reader.sample(reaction.amounts, steps.recipe.amounts(well.plan.mixes), well.plan.when, READING)
                shown[well.liquid.place] = _shown(design, stock, well, np.array([well.plan.when]), lit[None, :])
    return tuple(one for well in steps.wells for one in shown.get(well.liquid.place, ()))


def _reacts(well: Well) -> bool:
    """Return whether a well is more than reporters or dyes, and has reporters."""
    kinds = {mix.kind for mix in well.plan.mixes}
    return MixKind.REPORTERS in kinds and len(kinds) > 1


def _shown(design: Design, stock: Stock, well: Well, times: FloatArray, lit: FloatArray) -> tuple[Expected, ...]:
    """Return what each reporter of a well shows, of how many of each are open, M (times, reporters)."""

    def one(number: int, reporter: Reporter) -> Expected:
        share = np.clip(lit[:, number] / well.amounts[reporter.name], 0.0, 1.0)
        colour = design.lab.colours[reporter.rail]
        at, open_ = tuple(times.tolist()), tuple(share.tolist())
        return Expected(well.liquid.place, well.plan, reporter.name, colour, at, open_)

    return tuple(one(n, r) for n, r in enumerate(stock.reporters) if r.name in well.amounts)
