"""Matched kinetics: its constants, and the rate constant of every step of every module."""

from __future__ import annotations

import numpy as np

from dsdcompile.dsd.matching import Matching
from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.stages.results import Results
from dsdcompile.stages.translation import Translated, module_label
from dsdcompile.units import show_concentration, show_duration

MOST_ROWS = 60
"""Modules whose rate constants are listed."""


def section(results: Results) -> Section | None:
    """Return the section, if kinetics are matched."""
    translated = results.translated
    if translated is None or translated.matching is None:
        return None
    return Section("Matched kinetics", _matched(translated, translated.matching))


def _matched(translated: Translated, matching: Matching) -> str:
    """Return the constants of matched kinetics, and the rate constant of every step of every module."""
    system = translated.system
    lasts = "for good" if translated.horizon is None else f"for {show_duration(translated.horizon)}"
    text = (
        f"sigma = {matching.sigma:.4g} /M/s, q_max = {matching.q_max:.4g} /M/s, gamma = q_max / (q_max - sigma) = "
        f"{matching.gamma:.4g}: initial signals and inputs stand at gamma times their formal concentrations. "
        f"Buffer modules for species whose linkers hold less than the most: {translated.n_buffers}. "
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
