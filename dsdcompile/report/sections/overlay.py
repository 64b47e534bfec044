"""Curves of a CRN whose rates matter: formal and implementation laid over each other."""

from __future__ import annotations

from dsdcompile.report.chart import Chart, Line, show_chart
from dsdcompile.report.page import paragraph, table
from dsdcompile.stages.results import Results
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated
from dsdcompile.units import show_concentration, show_duration

TITLES = {
    "formal": "formal CRN",
    "reduced": "reduced CRN",
    "implementation": "DNA implementation, fuels included",
    "crosstalk": "implementation with toehold crosstalk",
    "enumerated": "enumerated strands, Peppercorn's rates",
}
"""What each simulated CRN is called on the page."""


def time_axis(simulated: Simulated) -> tuple[float, str]:
    """Return the seconds and the name of the unit of time axes."""
    return (3600.0, "h") if simulated.end > 3 * 3600 else (60.0, "min")


def overlay(results: Results, simulated: Simulated, translated: Translated) -> str:
    """Return the formal curves (dashed) under those of the implementation, and what is compared."""
    formal, built = simulated.formal, simulated.by_name("implementation")
    if built is None:
        return ""
    divisor, unit = time_axis(simulated)
    lines: list[Line] = []
    for i, name in enumerate(results.source.output_names):
        lines += [Line("", formal.outputs[:, i], colour=i, dashed=True), Line(name, built.outputs[:, i], colour=i)]
    x = built.times * simulated.scale.time / divisor
    title = "DNA implementation; dashed: formal CRN"
    picture = show_chart(Chart(title, x, tuple(lines), f"time ({unit})", "formal units"))
    return paragraph(_compared(simulated, translated)) + f'<div class="overlay">{picture}</div>'


def _compared(simulated: Simulated, translated: Translated) -> str:
    left = f"{simulated.fuel_left:.1%} of each fuel or more is left at the end."
    units = f"one formal time unit {show_duration(simulated.scale.time)}"
    if translated.matching is None:
        return (
            f"Example {simulated.example}. One formal unit is {show_concentration(simulated.scale.unit)}, {units}. "
            "This CRN depends on its rate constants, and with fast kinetics the implementation has its own: the curves "
            f'differ. kinetics.mode = "matched" reproduces them. {left}'
        )
    free = simulated.scale.unit / translated.matching.gamma
    return (
        f"Example {simulated.example}. Compared are totals: each signal, free and held by linkers and buffers, over "
        f"gamma = {translated.matching.gamma:.4g} units, with the formal concentration. One formal unit is "
        f"{show_concentration(simulated.scale.unit)} in all, {show_concentration(free)} of it free; {units}. {left} "
        "Enumerated strands are not simulated: Peppercorn's rate constants know nothing of tuned toeholds."
    )


def deviations(simulated: Simulated) -> str:
    """Return how far each CRN strays from the formal one."""
    rows = [
        (TITLES[c.name], f"{simulated.deviation(c.name):.3g}", f"{simulated.relative_deviation(c.name):.2%}")
        for c in simulated.others
    ]
    return table(("", "largest deviation from formal", "of the largest output"), rows, (1, 2))
