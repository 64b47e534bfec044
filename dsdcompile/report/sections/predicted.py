"""What the ordered strands will do: predicted time course with its interval, reading window, worst leaks."""

from __future__ import annotations

import math

import numpy as np

from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.dsd.leak import species_complexes
from dsdcompile.report.chart import Chart, Line, show_chart
from dsdcompile.report.drawing import draw
from dsdcompile.report.page import Section, figure, paragraph, table
from dsdcompile.stages.as_ordered import AsOrdered
from dsdcompile.stages.results import Results
from dsdcompile.stages.translation import Translated
from dsdcompile.units import plural, show_concentration, show_duration

WORST = 3
"""Leaking pairs that are drawn."""
LISTED = 8
"""Leaking pairs that are listed; ``comparison.json`` has all."""


def section(results: Results) -> Section | None:
    """Return the section, if the example was simulated as ordered."""
    made, translated = results.as_ordered, results.translated
    if made is None or translated is None:
        return None
    parts = [paragraph(_text(made)), _charts(results, made), _leaks(made, translated)]
    return Section("As ordered: rates and leak from the sequences", "\n".join(parts))


def _text(made: AsOrdered) -> str:
    values = made.rates.values[made.rates.values > 0]
    rates = np.quantile(values, [0.0, 0.5, 1.0]) if len(values) else np.zeros(3)
    window = (
        "The reading window is empty."
        if made.window.empty
        else f"The answer can be read from {_time(made, made.window.opens)} to {_time(made, made.window.closes)}."
    )
    return (
        f"Rate constants of {plural(made.rates.count, 'step')} follow from toeholds, what stacks beside them and what "
        "hides them (three-step model of Zhang and Winfree, 2009): from "
        f"{rates[0]:.2g} to {rates[2]:.2g} /M/s, median {rates[1]:.2g}; {len(made.rates.extrapolated)} are "
        f"extrapolated, {len(made.rates.unknown)} are no three-way displacement. Curves are drawn at the median and at "
        "the 5 and 95 % quantiles (dashed) of the model's errors, with leak. "
        f"{plural(len(made.leaks), 'pair')} of molecules leak. {window} Readable means that the signal is at least "
        f"{made.ratio:g} times the leak; waste and reporters are not followed."
    )


def _time(made: AsOrdered, formal: float) -> str:
    return show_duration(formal * made.scale.time) if math.isfinite(formal) else "the end of what was simulated"


def _charts(results: Results, made: AsOrdered) -> str:
    end = made.window.opens if math.isfinite(made.window.opens) else made.median.times[-1]
    end = max(3.0 * end, 3.0 * made.window.complete if math.isfinite(made.window.complete) else 0.0)
    shown = made.median.times <= max(end, made.median.times[min(10, len(made.median.times) - 1)])
    names = results.source.output_names
    hours = made.median.times * made.scale.time / 3600.0
    course: list[Line] = []
    for i, name in enumerate(names):
        course += [Line("", made.band[q][shown, i], colour=i, dashed=True) for q in (0, 2)]
        course.append(Line(name, made.median.outputs[shown, i], colour=i))
    leak: list[Line] = []
    for i, name in enumerate(names):
        leak += [Line("", made.leak[q][:, i], colour=i, dashed=True) for q in (0, 2)]
        leak.append(Line(name, made.leak[1][:, i], colour=i))
    first = show_chart(Chart("outputs as ordered", hours[shown], tuple(course), "time (h)", "formal units"))
    second = show_chart(Chart("leak of each output", hours, tuple(leak), "time (h)", "formal units"))
    return f'<div class="row">{first}{second}</div>'


def _leaks(made: AsOrdered, translated: Translated) -> str:
    names = translated.implementation.crn.species
    order = np.argsort(-made.flow, kind="stable")[:LISTED].tolist()
    rows = [
        (
            f"{names[leak.invader]} + {names[leak.target]}",
            ", ".join(names[p] for p in leak.products),
            f"{rate.middle:.2g} ({rate.low:.2g} to {rate.high:.2g})",
            f"{show_concentration(made.flow[number] * 3600)}/h",
        )
        for number in order
        for leak, rate in [(made.leaks[number], made.leak_rates[number])]
    ]
    heads = ("leaking pair", "comes free", "/M/s (90 %)", "at the start")
    complexes = species_complexes(translated.system)
    drawn = "".join(
        f'<div class="row">{"".join(figure(draw(c, {}, str), show_kernel(c)) for c in pair)}</div>'
        for number in order[:WORST]
        for pair in [[complexes[made.leaks[number].invader], complexes[made.leaks[number].target]]]
    )
    return table(heads, rows, (2, 3)) + drawn
