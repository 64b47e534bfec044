"""The section of the report on toeholds that bind where they cannot react."""

from __future__ import annotations

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
    done = [simulated.completions.get(name) for name in ("implementation", "crosstalk")]
    times = [show_duration(c.latest(0.9) * simulated.scale.time) for c in done if c is not None]
    effect = "With these bindings switched on, 90 % is complete after {1} instead of {0}."
    return (
        paragraph(text)
        + table(("most held up", "", "partners", "of its time"), rows, (2, 3))
        + (paragraph(effect.format(*times)) if len(times) == 2 else "")
    )
