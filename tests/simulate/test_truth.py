"""No engine leaves the truth: scarce and balanced reactants, rates over many decades, any horizon, any tolerance.

Below zero a reaction may run away and the error estimate of an implicit method see nothing (see the sweep's kernel).
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit_state
from dsdcompile.crn.reaction import Reaction
from dsdcompile.errors import SimulationError
from dsdcompile.simulate import ode
from dsdcompile.simulate.completion import horizon
from dsdcompile.simulate.ode import choose, simulate
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.simulate.turnover import usage
from tests.strategies import feed_forward_crns

TOLERANCES = [Tolerances(1e-4, 1e-4), Tolerances(1e-4, 1e-6), Tolerances(1e-6, 1e-6), Tolerances()]
FAST = None
"""Stands for the rate that is drawn."""
CASES = {
    "surplus": ([(("X",), ("B", "B"), 1e-2), (("A", "B"), ("W",), FAST)], {"A": 1.0, "X": 3.0}),
    "twice as much": ([(("X",), ("B",), 1.0), (("A", "B"), ("W",), FAST)], {"A": 1.0, "X": 2.0}),
    "scarce dimer": ([(("A", "B", "B"), ("W",), FAST)], {"A": 3.0, "B": 1e-6}),
    "two and one": ([(("A", "A", "B"), ("W",), FAST)], {"A": 3.0, "B": 3.0}),
    "balanced": ([(("X",), ("A",), 1.0), (("Y",), ("B",), 1.0), (("A", "B"), ("W",), FAST)], {"X": 1.0, "Y": 1.0}),
}


def copies(name, rate, count):
    """A case several times over, so that it is layered where one copy would be too narrow."""
    reactions, initial = CASES[name]
    return Crn.of(
        [
            Reaction(tuple(s + str(i) for s in used), tuple(s + str(i) for s in made), rate if k is FAST else k)
            for i in range(count)
            for used, made, k in reactions
        ],
        initial={s + str(i): amount for s, amount in initial.items() for i in range(count)},
    )


def draws(count, decades, seed):
    rng = np.random.default_rng(seed)
    return zip(10.0 ** rng.uniform(0, decades, count), 10.0 ** rng.uniform(3.5, 7, count), strict=True)


def assert_at_the_limit(crn, rate, end, allowed, method):
    """All W that can be made is there, to tolerance and what a balanced pair leaves: A = B = 1 / (k t)."""
    run = simulate(crn, crn.initial, [0.0, 1.0, end], allowed, method=method)
    want = limit_state(crn, crn.initial[None]).state[0]
    made = [crn.index[name] for name in crn.species if name.startswith("W")]
    away = np.abs(run.final - want)[made]
    tail = 3 / np.sqrt(rate * end)  # 2A + B with A scarce leaves more: A = 1 / (2 k B t) and B is left over
    assert (away <= 30 * (allowed.absolute + allowed.relative * want[made]) + tail).all(), (rate, end, run.final)


LAYERED = [name for name in CASES if choose(copies(name, 1.0, 5)) == "collocation"]


@pytest.mark.parametrize("allowed", TOLERANCES, ids=str)
@pytest.mark.parametrize(
    ("method", "name", "decades", "count"),
    [("sweep", name, 9, 40) for name in CASES]
    + [("collocation", name, 9, 40) for name in LAYERED]
    + [("cvode", name, 4, 10) for name in CASES],
)
def test_every_engine_ends_in_the_limit_whatever_rate_and_horizon(name, allowed, method, decades, count):
    for rate, end in draws(count, decades, seed=1):
        assert_at_the_limit(copies(name, rate, 5), rate, end, allowed, method)


@pytest.mark.parametrize("name", CASES)
def test_what_goes_to_cvode_by_itself_ends_in_the_limit_too(name):
    reactions, initial = CASES[name]
    rivals = [Reaction(("Z",), (f"Y{i}",)) for i in range(17)]
    for rate, end in draws(8, 4, seed=2):
        own = [Reaction(used, made, rate if k is FAST else k) for used, made, k in reactions]
        crn, allowed = Crn.of(own + rivals, initial={"Z": 1.0} | initial), Tolerances(1e-4, 1e-6)
        assert choose(crn) == "cvode"
        run = simulate(crn, crn.initial, [0.0, 1.0, end], allowed)
        alone = Crn.of(own, initial=initial)
        want = limit_state(alone, alone.initial[None]).state[0, alone.index["W"]]
        assert abs(run.of("W")[-1, 0] - want) <= 3e-3 * max(1, want) + 3 / np.sqrt(rate * end)


@settings(max_examples=60)
@given(feed_forward_crns(), st.integers(0, 2**32 - 1), st.sampled_from(TOLERANCES[1:]))
def test_rates_over_twelve_decades(crn, seed, allowed):
    rng = np.random.default_rng(seed)
    crn = crn.with_(rates=10.0 ** rng.uniform(-6, 6, crn.n_reactions))
    start = rng.choice([0.0, 1e-6, 1.0, 1 + 1e-9, 3.0], crn.n_species)
    times = [0.0, *np.geomspace(1e-3, 10.0 ** rng.uniform(0, 6), 6)]
    run = simulate(crn, start, times, allowed, method="sweep").states
    reference = simulate(crn, start, times, Tolerances(1e-9, 1e-12), method="sweep").states
    makes = max(1.0, float(abs(crn.net).max()) if crn.net.nnz else 1.0)
    assert (np.abs(run - reference) <= 30 * makes * (allowed.absolute + allowed.relative * reference)).all()


def test_networks_and_the_like_are_tried_on_collocation():
    assert LAYERED == ["surplus", "twice as much", "balanced"]


def test_dosing_and_horizons_count_no_reaction_that_cannot_fire():
    crn = Crn.of(
        [Reaction(("X",), ("B", "B"), 1e-3), Reaction(("A", "B"), ("W",), 1e6)],
        initial={"A": 1.0}, inputs=["X"], outputs=["W"],
    )  # fmt: skip
    start, loose = crn.inlet([[3.0]]), Tolerances(1e-6, 1e-6)
    np.testing.assert_allclose(usage(crn, start, 5000.0, loose).turnover, [3 * (1 - np.exp(-5)), 1.0], rtol=1e-4)
    found = horizon(crn, start, np.array([[1.0]]), within=1e-3, first=1000.0, most=1e7, tolerances=loose)
    assert abs(found.outputs[0, 0] - 1.0) < 1e-4


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([1.0, 1.0, -1e-3], "brought W below zero, to -0.001, in example 0"),
        ([0.0, 1.0, 1.1], "made 1.1 of W in example 0, of which there can be 1"),
    ],
)
def test_an_engine_that_is_wrong_is_refuted(states, said, monkeypatch):
    crn = Crn.of([Reaction(("A", "B"), ("W",))], initial={"A": 1.0, "B": 2.0})
    wrong = np.array([[crn.initial, [states[crn.index[s]] for s in crn.species]]])
    engine = replace(ode.sweep.ENGINE, integrate=lambda *_: (wrong.copy(), {}))
    monkeypatch.setattr(ode, "ENGINES", (engine,))
    with pytest.raises(SimulationError, match=said):
        simulate(crn, crn.initial, [0, 1], method="sweep")
