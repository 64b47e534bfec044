"""Outputs over time: every simulated CRN on one axis, and when each is complete."""

from __future__ import annotations

from collections.abc import Sequence

from dsdcompile.report.chart import Chart, Line, show_chart, y_range
from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.report.sections.overlay import TITLES, deviations, overlay, time_axis
from dsdcompile.stages.results import Results
from dsdcompile.stages.simulation import Simulated
from dsdcompile.units import show_concentration, show_duration


def section(results: Results) -> Section | None:
    """Return the section, if the design was simulated."""
    return None if results.simulated is None else Section("Outputs over time", _curves(results, results.simulated))


def _curves(results: Results, simulated: Simulated) -> str:
    names = results.source.output_names
    count = len(names)
    seconds = simulated.scale.time
    divisor, unit = time_axis(simulated)
    charts = tuple(
        Chart(
            TITLES[one.name],
            one.times * seconds / divisor,
            tuple(
                Line(names[i], one.outputs[:, i], None if simulated.limit is None else float(simulated.limit[i]))
                for i in range(count)
            ),
            f"time ({unit})",
            "output (formal units)",
        )
        for one in simulated.curves
    )
    shared = y_range(charts)
    pictures = "".join(show_chart(Chart(c.title, c.x, c.lines, c.x_label, c.y_label, shared)) for c in charts)
    figure = " (curves as in the paper's Figure 2)" if results.source.network is not None else ""
    text = (
        f"Example {simulated.example}{figure}: outputs y = y⁺ − y⁻; dashed: the exact "
        f"limit. One formal unit is {show_concentration(simulated.scale.unit)}, one formal time unit "
        f"{show_duration(seconds)}. With every strand displacement step at the same rate, the implementation takes its "
        "own time: only the limit is promised, whatever the rates."
    )
    if simulated.fuel_left is not None and results.translated is not None:
        overlaid = overlay(results, simulated, results.translated)
        return overlaid + f'<div class="charts">{pictures}</div>' + deviations(simulated)
    rows = []
    for one in simulated.curves:
        done = simulated.completions.get(one.name)
        times = ["–"] * 3 if done is None else [show_duration(done.latest(level) * seconds) for level in done.levels]
        label = "–" if done is None else show_duration(done.label * seconds)
        rows.append((TITLES[one.name], *times, label, f"{simulated.deviation(one.name):.3g}"))
    header = ("", "50 % complete", "90 %", "99 %", "label right for good", "largest deviation from formal")
    return (
        paragraph(text)
        + f'<div class="charts">{pictures}</div>'
        + table(header, rows, (1, 2, 3, 4, 5))
        + _each_output(names, simulated, seconds)
    )


def _each_output(names: Sequence[str], simulated: Simulated, seconds: float) -> str:
    """Return when each output of the implementation is complete."""
    done = simulated.completions.get("implementation")
    if done is None or len(names) < 2:
        return ""
    rows = [
        (name, *(show_duration(time * seconds) for time in row)) for name, row in zip(names, done.outputs, strict=True)
    ]
    header = ("output, DNA implementation", *(f"{100 * level:g} % complete" for level in done.levels))
    return table(header, rows, (1, 2, 3))
