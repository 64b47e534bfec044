"""Crosstalk: toeholds that bind where they cannot react, and what that does to the time course."""

from __future__ import annotations

import math

import numpy as np

from dsdcompile.report.comparison import binder
from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.stages.results import Results
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated
from dsdcompile.units import show_duration

SHOWN = 5
"""Complexes listed; ``comparison.json`` has all."""


def section(results: Results) -> Section | None:
    """Return the section, if the design was simulated."""
    translated, simulated = results.translated, results.simulated
    if translated is None or simulated is None or simulated.crosstalk is None:
        return None
    return Section("Crosstalk", show_crosstalk(translated, simulated))


def show_crosstalk(translated: Translated, simulated: Simulated) -> str:
    """Say how much unintended toehold bindings hold up, and what that does to the time course."""
    talk, built = simulated.crosstalk, translated.implementation
    if talk is None:
        return ""
    if talk.limit:
        return paragraph(f"Toehold bindings are not listed: {talk.limit}.")
    rows = [
        (
            built.crn.species[s],
            binder(built, s),
            talk.partners[s],
            f"{talk.held[s]:.1%}",
            f"{talk.held_by_waste[s]:.1%}",
        )
        for s in np.argsort(-talk.held, kind="stable")[:SHOWN].tolist()
    ]
    text = (
        f"{len(talk.pairs)} pairs of complexes can bind by a toehold without reacting, whatever the sequences are. "
        "Among what is there at the start, a molecule spends the following part of its time so, at most. "
    )
    if len(talk.waste):
        text += (
            f"{len(talk.waste)} more pairs are with waste, which holds up to "
            f"{talk.held_by_waste.max():.1%} of a complex once all fuel is spent. "
        )
    more = "comparison.json lists all of them." if len(talk.held) > SHOWN else ""
    heads = ("most held up", "", "partners", "of its time", "by waste, in the end")
    return paragraph(text + more) + table(heads, rows, (2, 3, 4)) + _effect(simulated)


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
