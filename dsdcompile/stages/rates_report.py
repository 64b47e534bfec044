"""The parts of the report for CRNs whose rates matter: curves laid over each other, and the matched rate constants."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dsdcompile.dsd.matching import Matching
from dsdcompile.report.chart import Chart, Line, show_chart
from dsdcompile.report.page import paragraph, table
from dsdcompile.stages.results import Results
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated, module_label
from dsdcompile.units import show_concentration, show_duration

MOST_ROWS = 60
"""Modules whose rate constants are listed."""


def time_axis(simulated: Simulated) -> tuple[float, str]:
    """Return the seconds and the name of the unit of time axes."""
    return (3600.0, "h") if simulated.end > 3 * 3600 else (60.0, "min")


def overlay(results: Results, simulated: Simulated, translated: Translated) -> str:
    """Return the formal curves (dashed) under those of the implementation, and what is compared."""
    formal, built = simulated.by_name("formal"), simulated.by_name("implementation")
    if formal is None or built is None:
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


def deviations(simulated: Simulated, titles: Mapping[str, str]) -> str:
    """Return how far each CRN strays from the formal one."""
    rows = [
        (titles[c.name], f"{simulated.deviation(c.name):.3g}", f"{simulated.relative_deviation(c.name):.2%}")
        for c in simulated.curves
        if c.name != "formal"
    ]
    return table(("", "largest deviation from formal", "of the largest output"), rows, (1, 2))


def matched(translated: Translated, matching: Matching) -> str:
    """Return the constants of matched kinetics, and the rate constant of every step of every module."""
    system = translated.system
    lasts = "for good" if translated.horizon is None else f"for {show_duration(translated.horizon)}"
    text = (
        f"sigma = {matching.sigma:.4g} /M/s, q_max = {matching.q_max:.4g} /M/s, gamma = q_max / (q_max - sigma) = "
        f"{matching.gamma:.4g}: initial signals and inputs stand at gamma times their formal concentrations. "
        f"Buffer modules for species whose linkers hold less than the most: {int((system.reaction < 0).sum())}. "
        f"Fuels last {lasts}. Rate constants below q_max are set by weaker toeholds: shorten the complement of the "
        "first toehold in the module's gate (the strands in the order all have it in full)."
    )
    amounts = translated.dosing.amounts(system)
    rows = []
    for module in range(min(system.n_modules, MOST_ROWS)):
        number = int(system.template[module])
        place = int(np.flatnonzero(system.of_template(number) == module)[0])
        steps = system.templates[number].reactions
        rates = "; ".join(
            f"{step.step} {rate:.3g}" for step, rate in zip(steps, translated.step_rates[module], strict=False)
        )
        fuels = [
            f"{part.name} {show_concentration(float(amounts[system.molecules.numbers[number][place, column]]))}"
            for column, part in enumerate(system.templates[number].complexes)
            if part in system.templates[number].fuels
        ]
        rows.append((module_label(system, module), rates, ", ".join(fuels)))
    more = system.n_modules - MOST_ROWS
    rest = paragraph(f"And {more} more modules.") if more > 0 else ""
    return paragraph(text) + table(("module", "rate constants, /M/s", "fuels"), rows) + rest
