"""The reading window: from when an answer is right to when leak makes it wrong or unreadable.

The answer is a label (the largest of several outputs) or the value of one output. It is readable while the signal is at
least a stated number of times the leak: the signal is the lead of the right output over the next without leak, or the
largest output if there is one alone (one formal unit if that is less), the leak the largest change of any output rail.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dsdcompile.crn.matrices import BoolArray, FloatArray
from dsdcompile.simulate.completion import completion
from dsdcompile.simulate.curves import Curves


@final
@dataclass(frozen=True, slots=True)
class Window:
    """When an answer can be read, in the unit of the curves' times."""

    opens: float
    """When the answer is right for as long as it is readable; inf if it never is."""
    closes: float
    """When leak makes it wrong or unreadable; inf if not within the simulated time."""
    complete: float
    """When the last output is 90 % complete without leak; inf if it never is, and where there is no limit."""

    @property
    def empty(self) -> bool:
        """Whether there is no time at which to read."""
        return not self.opens < self.closes

    def to_json(self, second: float) -> dict[str, Any]:
        """Return plain data in s, given the seconds of the unit; what never comes is null."""
        names = ("opens", "closes", "complete")
        values = ((name, getattr(self, name)) for name in names)
        return {f"{name}_s": float(f"{v * second:.4g}") if math.isfinite(v) else None for name, v in values}


def leak_over_time(without: Curves, leaking: Curves) -> FloatArray:
    """Return how much leak has changed each output's rails, the larger of its two (T, outputs), formal units."""
    return np.asarray(np.abs(leaking.rails - without.rails).max(axis=2))


def reading_window(without: Curves, leaking: Curves, limit: FloatArray | None, ratio: float) -> Window:
    """Return the reading window of one example.

    Args:
        without: Outputs without leak.
        leaking: The same with it, at the same times.
        limit: What the outputs tend to (outputs,); None if there is none: then the signal is the
            largest change of an output, and the window opens when 90 % of it have been seen.
        ratio: Least signal over leak.
    """
    times = without.times
    leak = leak_over_time(without, leaking).max(axis=1, initial=0.0)
    if limit is None:
        change = np.abs(without.outputs - without.outputs[0]).max(axis=1, initial=0.0)
        signal = np.full(len(times), float(change.max(initial=0.0)))
        right = np.maximum.accumulate(change) >= 0.9 * signal
        done = math.inf
    else:
        done = completion(times, without.outputs, limit).latest(0.9)
        signal, right = _answer(without, leaking, limit, done)
    good = right & (signal >= ratio * leak)
    if not good.any():
        return Window(math.inf, math.inf, done)
    # the longest run of good times: a label that is right by chance early on does not count
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(np.int64), [0]])))
    starts, ends = edges[::2], edges[1::2]
    spans = times[np.minimum(ends, len(times) - 1)] - times[starts]
    best = int(np.argmax(spans))
    closes = float(times[ends[best]]) if ends[best] < len(times) else math.inf
    return Window(float(times[starts[best]]), closes, done)


def _answer(without: Curves, leaking: Curves, limit: FloatArray, done: float) -> tuple[FloatArray, BoolArray]:
    """Return the signal (T,), formal units, and when the answer is right (T,)."""
    if len(limit) == 1:
        signal = np.maximum(np.abs(without.outputs[:, 0]), 1.0 if abs(float(limit[0])) < 1.0 else 0.0)
        return signal, without.times >= done
    best = int(limit.argmax())
    others = np.delete(without.outputs, best, axis=1).max(axis=1)
    right = (without.outputs.argmax(axis=1) == best) & (leaking.outputs.argmax(axis=1) == best)
    return without.outputs[:, best] - others, right
