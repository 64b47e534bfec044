"""How good the pipetting must be: labels that survive errors of all amounts."""

from __future__ import annotations

from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.simulate.robustness import Survival
from dsdcompile.stages.results import Results
from dsdcompile.units import show_duration


def section(results: Results) -> Section | None:
    """Return the section, if errors were tried on the design's labels."""
    simulated = results.simulated
    if simulated is None or simulated.rest is None or not simulated.pipetting:
        return None
    return Section("How good the pipetting must be", show_pipetting(simulated.pipetting, simulated.rest))


def show_pipetting(found: tuple[Survival, ...], rest: float) -> str:
    """Return the table of how many labels survive each error, and what was tried; ``rest`` is in s."""
    rows = [
        (f"{one.level:.0%}", f"{one.survived} of {one.trials}", f"{one.interval[0]:.0%} to {one.interval[1]:.0%}")
        for one in found
    ]
    text = (
        "Inputs, biases and fuels are each off by a normal error of this coefficient of variation; a random example, "
        f"read after {show_duration(2 * rest)}."
    )
    return paragraph(text) + table(("error of each amount", "labels that survive", "95 % interval"), rows, (1,))
