"""The section of the report on toeholds that bind where they cannot react."""

from __future__ import annotations

import math

import numpy as np

from dsdcompile.report.page import paragraph, table
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated
from dsdcompile.units import show_duration


def show_crosstalk(translated: Translated, simulated: Simulated) -> str:
    """Say how much unintended toehold bindings hold up, and what that does to the time course."""
    talk, built = simulated.crosstalk, translated.implementation
    if talk is None:
        return ""
    rows = [
        (
            built.crn.species[s],
            "signal" if built.module[s] < 0 else "fuel or intermediate",
            talk.partners[s],
            f"{talk.held[s]:.1%}",
        )
        for s in np.argsort(-talk.held, kind="stable")[:5]
    ]
    text = (
        f"{len(talk.pairs)} pairs of complexes can bind by a toehold without reacting, whatever the sequences are. "
        "Among what is there at the start, a molecule spends the following part of its time so, at most."
    )
    return paragraph(text) + table(("most held up", "", "partners", "of its time"), rows, (2, 3)) + _effect(simulated)


def _effect(simulated: Simulated) -> str:
    """Say when outputs are there with and without these bindings, if that was simulated."""
    done = [simulated.completions.get(name) for name in ("implementation", "crosstalk")]
    seconds = [c.latest(0.9) * simulated.scale.time for c in done if c is not None]
    if len(seconds) < 2:
        return ""
    if math.isinf(seconds[1]):
        return paragraph("With these bindings switched on, an output stays below 90 %: they hold the rest of it.")
    before, after = map(show_duration, seconds)
    return paragraph(f"With these bindings switched on, 90 % is complete after {after} instead of {before}.")
