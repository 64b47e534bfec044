"""Completion times and comparisons against closed forms, units included."""

import json
import math

import numpy as np
import pytest

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit
from dsdcompile.crn.reaction import Reaction
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.completion import completion, horizon, settled
from dsdcompile.simulate.curves import Scale, compare, curves
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances


def slow_and_fast(unit=1.0, second=1.0):
    """X1 -> Y1 at 1 and X2 -> Y2 at 2, in units of ``unit`` and ``second``."""
    reactions = [Reaction(("X1",), ("Y1",), 1.0 / second), Reaction(("X2",), ("Y2",), 2.0 / second)]
    return Crn.of(reactions, initial={"X1": unit, "X2": 4 * unit}, inputs=["X1", "X2"], outputs=["Y1", "Y2"])


def test_completion_times_of_exponentials():
    crn = slow_and_fast()
    times = np.linspace(0, 12, 4001)
    run = simulate(crn, crn.initial, times, Tolerances(1e-9, 1e-12))
    found = completion(times, run.outputs(crn), np.array([1.0, 4.0]))
    for row, rate in zip(found.outputs, (1, 2), strict=True):
        np.testing.assert_allclose(row, [-math.log(1 - level) / rate for level in found.levels], atol=1e-4)
    assert found.label == pytest.approx(times[1])
    assert found.latest(0.99) == pytest.approx(-math.log(0.01), abs=1e-4)


def test_what_does_not_complete_is_infinite_and_null():
    times = np.array([0.0, 1.0, 2.0])
    found = completion(times, np.array([[0.0, 1.0], [0.2, 1.0], [0.3, 1.0]]), np.array([2.0, 1.0]))
    assert found.label == math.inf
    assert found.outputs == ((math.inf,) * 3, (0.0,) * 3)
    assert json.loads(json.dumps(found.to_json()))["outputs"][0] == [None] * 3


def test_a_label_is_complete_when_it_is_right_for_good():
    times = np.arange(5.0)
    first = np.array([1.0, 3.0, 1.0, 3.0, 3.0])
    found = completion(times, np.stack([first, np.full(5, 2.0)], axis=1), np.array([3.0, 2.0]))
    assert found.label == 3.0  # right at 1, wrong at 2


def test_an_overshoot_that_returns_completes_when_it_has_returned():
    times = np.arange(5.0)
    assert settled(times, np.array([0.0, 4.0, 0.0, 2.0, 0.0]), 1.0) == 3.5


def test_the_same_system_in_other_units_does_not_deviate():
    formal, molar = slow_and_fast(), slow_and_fast(1e-8, 100.0)
    times = np.linspace(0, 10, 101)
    scale = Scale(1e-8, 100.0)
    want = curves("formal", formal, simulate(formal, formal.initial, times))
    run = simulate(molar, molar.initial, times * 100.0, Tolerances().scaled(1e-8))
    got = curves("implementation", molar, run, scale)
    found = compare(want, got, np.array([1.0, 4.0]))
    assert found.largest_deviation < 1e-5
    assert found.labels_agree
    assert found.to_json()["completion"]["formal"]["outputs"][0] == pytest.approx(
        found.to_json()["completion"]["implementation"]["outputs"][0], rel=1e-3
    )


def test_a_slower_implementation_deviates_by_what_the_closed_form_says():
    formal, slow = slow_and_fast(), slow_and_fast(1.0, 2.0)
    times = np.linspace(0, 10, 2001)
    tight = Tolerances(1e-9, 1e-12)
    found = compare(
        curves("formal", formal, simulate(formal, formal.initial, times, tight)),
        curves("slow", slow, simulate(slow, slow.initial, times, tight)),
        np.array([1.0, 4.0]),
    )
    assert found.largest_deviation == pytest.approx(4 * 0.25, abs=1e-5)  # 4 (e^-t - e^-2t) peaks at t = ln 2
    assert found.to_json()["largest_deviation_at"] == pytest.approx(math.log(2), abs=5e-3)


def test_the_horizon_doubles_until_all_examples_are_there():
    crn = slow_and_fast()
    states = crn.inlet([[1.0, 1.0], [1e3, 1.0]])
    want = limit(crn, [[1.0, 1.0], [1e3, 1.0]])
    found = horizon(crn, states, want, within=1e-3, first=1.0, most=1000.0)
    assert found.time == 16.0  # 2000 e^-t < 1e-3 first at 14.5
    assert np.abs(found.outputs - want).max() <= 1e-3
    with pytest.raises(SimulationError, match="example 1"):
        horizon(crn, states, want, within=1e-3, first=1.0, most=4.0)
