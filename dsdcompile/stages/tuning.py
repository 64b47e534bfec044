"""Whether the toeholds that are ordered have the rate constants that matched kinetics want."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.sequences.rates.steps import StepRates

SAME = 1e-9
"""Relative difference up to which a step counts as wanted at q_max."""


@final
@dataclass(frozen=True, slots=True)
class Tuning:
    """Predicted against wanted rate constants."""

    steps: int
    """How many there are."""
    within: float
    """Factor by which a predicted rate constant may miss the wanted one."""
    astray: tuple[tuple[int, int, float], ...]
    """Module, step, and the factor by which it misses, the worst first; those within are left out."""
    remedy: str
    """What would help."""

    def sentence(self) -> str:
        """Return what is wrong, and what would help."""
        return (
            f"NO ORDER: predicted rate constants of {len(self.astray)} of {self.steps} steps miss what matched "
            f"kinetics want by more than a factor {self.within:g} (kinetics.rate_tolerance), at worst "
            f"{self.astray[0][2]:.3g}: these strands would not follow the formal reactions; {self.remedy}"
        )


def tuning(steps: StepRates, wanted: FloatArray, q_max: float, within: float, slowdown: float) -> Tuning:
    """Compare predicted with wanted rate constants.

    Args:
        steps: What the sequences give.
        wanted: What matched kinetics want (modules, template reactions), /M/s.
        q_max: The largest of them, /M/s.
        within: Factor that a step may be off.
        slowdown: The design's.
    """
    rows = [(int(module), int(column)) for module, column in zip(*np.nonzero(steps.values), strict=True)]
    pairs = [(float(steps.values[row]), float(wanted[row])) for row in rows]
    off = [(*row, max(found / asked, asked / found)) for row, (found, asked) in zip(rows, pairs, strict=True)]
    astray = tuple(sorted((one for one in off if one[2] > within), key=lambda one: (-one[2], one)))
    return Tuning(len(rows), within, astray, _remedy(pairs, q_max, within, slowdown) if astray else "")


def _remedy(pairs: list[tuple[float, float]], q_max: float, within: float, slowdown: float) -> str:
    """Return the q_max and the time scale at which all steps (predicted, wanted) would be within a factor, or why none.

    Wanted rate constants below q_max go with the inverse of ``kinetics.slowdown``; together they must stay well below
    q_max, of which a third is taken here.
    """
    fast = [found for found, asked in pairs if asked >= q_max * (1 - SAME)]
    tuned = [(found, asked) for found, asked in pairs if asked < q_max * (1 - SAME)]
    low, high = max(fast, default=q_max) / within, min(fast, default=q_max) * within
    if low > high:
        return (
            f"toeholds of steps that are to be equally fast differ by a factor {within**2 * low / high:.3g}; more "
            "search (sequences.effort) or a smaller sequences.spread would bring them together"
        )
    told = [] if low <= q_max <= high else [f"kinetics.q_max = {(low * high) ** 0.5:.3g} /M/s"]
    least = max((asked / (found * within) for found, asked in tuned), default=0.0)
    most = min((asked * within / found for found, asked in tuned), default=1.0)
    least = max(least, *(3.0 * asked / min(q_max, high) for _, asked in tuned)) if tuned else least
    if least > most:
        wide = max(asked for _, asked in tuned) / min(asked for _, asked in tuned)
        return (
            "all toeholds have one length, and no time scale makes one length do: wanted are rate constants that "
            f"differ by a factor {wide:.3g} and stay well below q_max"
        )
    if not least <= 1.0 <= most:
        told.append(f"kinetics.slowdown = {slowdown * (least * most) ** 0.5:.3g} (now {slowdown:g})")
    return f"with the toeholds there are, {' and '.join(told)} would come within it, about"
