"""Predicted against wanted rate constants, with remedies that are tried out."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dsdcompile.sequences.rates.steps import StepRates
from dsdcompile.stages.tuning import Tuning, tuning

Q = 1e6


def judged(found: list[list[float]], wanted: list[list[float]], q_max: float = Q) -> Tuning:
    values = np.array(found)
    return tuning(StepRates(values, np.ones_like(values), (), (), values.size), np.array(wanted), q_max, 3.0, 2.0)


def test_steps_within_the_factor_are_left_out_and_the_worst_comes_first() -> None:
    made = judged([[Q, 0.4 * Q], [Q, 5e4]], [[Q, Q], [1e3, 1e5]])
    assert made.steps == 4
    assert made.astray == ((1, 0, 1e3),)
    worse = judged([[Q / 4, Q], [Q, 0.0]], [[Q, Q], [1e3, 0.0]])
    assert [(module, step) for module, step, _ in worse.astray] == [(1, 0), (0, 0)]
    assert worse.steps == 3
    assert not judged([[Q]], [[Q]]).astray


def test_the_time_scale_that_is_named_does_it() -> None:
    found, wanted = [[Q, 6e5], [Q, 4e5]], [[Q, 2500.0], [Q, 2000.0]]
    made = judged(found, wanted)
    told = re.search(r"kinetics.slowdown = (\S+) \(now 2\)", made.remedy)
    assert told is not None
    faster = np.array(wanted)
    faster[:, 1] *= 2.0 / float(told[1])
    assert not judged(found, faster.tolist()).astray
    assert faster[:, 1].max() < Q / 2


def test_the_q_max_that_is_named_does_it() -> None:
    made = judged([[2e5, 1e5]], [[Q, Q]])
    told = re.search(r"kinetics.q_max = (\S+) /M/s", made.remedy)
    assert told is not None
    assert not judged([[2e5, 1e5]], [[float(told[1])] * 2], float(told[1])).astray


@pytest.mark.parametrize(
    ("found", "wanted", "why"),
    [([Q, 5e5, 5e5], [Q, 10.0, 1e5], "differ by a factor 1e+04"), ([Q, 1e4], [Q, Q], "equally fast differ")],
)
def test_where_no_time_scale_does_it_says_why(found: list[float], wanted: list[float], why: str) -> None:
    assert why in judged([found], [wanted]).remedy
