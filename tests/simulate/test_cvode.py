"""CVODE against closed forms and against the exact limit; failures raise."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit
from dsdcompile.crn.reaction import Reaction
from dsdcompile.errors import SimulationError
from dsdcompile.network.compile import compile_network
from dsdcompile.simulate import cvode
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances
from tests.strategies import inputs_for, networks

TIGHT = Tolerances(1e-9, 1e-12)


def closed_forms():
    times = np.linspace(0, 5, 11)
    decay = Crn.of([Reaction(("A",), ("B",), 0.7)], initial={"A": 2.0})
    yield decay, times, "A", 2 * np.exp(-0.7 * times)
    pair = Crn.of([Reaction(("A", "B"), ("C",), 0.5)], initial={"A": 3.0, "B": 1.0})
    yield pair, times, "C", 3 * (1 - np.exp(-times)) / (3 - np.exp(-times))
    dimer = Crn.of([Reaction(("A", "A"), ("B",), 2.0)], initial={"A": 1.0})
    yield dimer, times, "A", 1 / (1 + 4 * times)
    birth = Crn.of([Reaction((), ("A",), 1.5), Reaction(("A",), (), 0.5)])
    yield birth, times, "A", 3 * (1 - np.exp(-0.5 * times))
    logistic = Crn.of([Reaction(("A", "B"), ("B", "B"))], initial={"A": 0.9, "B": 0.1})
    yield logistic, times, "B", 0.1 / (0.1 + 0.9 * np.exp(-times))


@pytest.mark.parametrize("dense", [0, 250])
@pytest.mark.parametrize(("crn", "times", "name", "want"), list(closed_forms()))
def test_closed_forms(crn, times, name, want, dense, monkeypatch):
    monkeypatch.setattr(cvode, "DENSE", dense)
    run = simulate(crn, crn.initial, times, TIGHT, method="cvode")
    np.testing.assert_allclose(run.of(name)[:, 0], want, rtol=1e-6, atol=1e-8)
    short = simulate(crn, crn.initial, times[[0, -1]], TIGHT, method="cvode")
    np.testing.assert_allclose(short.final, run.final, rtol=1e-6, atol=1e-8)


@settings(max_examples=10)
@given(st.data())
def test_networks_tend_to_their_limit(data):
    network = data.draw(networks(max_layers=3, max_width=3))
    crn = compile_network(network)
    x = data.draw(inputs_for(network, 1))
    want = limit(crn, x)
    run = simulate(crn, crn.inlet(x), [0, 1e5], TIGHT, method="cvode", record=crn.species)
    np.testing.assert_allclose(run.outputs(crn)[:, -1], want, atol=2e-3)


def test_an_explosion_raises():
    crn = Crn.of([Reaction(("A", "A"), ("A", "A", "A"))], initial={"A": 1.0})
    with pytest.raises(SimulationError, match="CVODE"):
        simulate(crn, crn.initial, [0, 2], method="cvode")


class Claims:
    """A CVODE that returns what it is told to."""

    def __init__(self, **claim):
        self.claim = SimpleNamespace(message="it says", nfev=1, njev=1, **claim)

    def __call__(self, *_, **__):
        return SimpleNamespace(solve=lambda *_: self.claim)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"success": False}, "stopped at t = 2 of 2: it says"),
        ({"t": np.array([0.0, 1.0, 1.5])}, "stopped at t = 1.5 of 2"),
        ({"y": np.ones((2, 2))}, "stopped"),
        ({"y": np.full((3, 2), np.nan)}, "not finite"),
    ],
)
def test_a_claim_of_success_is_not_trusted(change, said, monkeypatch):
    crn = Crn.of([Reaction(("A",), ("B",))], initial={"A": 1.0})
    right = {"success": True, "t": np.array([0.0, 1.0, 2.0]), "y": np.tile(crn.initial, (3, 1))}
    monkeypatch.setattr(cvode, "CVODE", Claims(**right))
    simulate(crn, crn.initial, right["t"], method="cvode")
    monkeypatch.setattr(cvode, "CVODE", Claims(**right | change))
    with pytest.raises(SimulationError, match=said):
        simulate(crn, crn.initial, right["t"], method="cvode")


@pytest.mark.parametrize(
    ("initial", "times", "said"),
    [
        ([1.0], [0, 1], "shape"),
        ([-1.0, 0.0], [0, 1], "negative"),
        ([1.0, 0.0], [0, 0], "ascending"),
        ([1.0, 0.0], ["a", "b"], "times must be an array of numbers"),
        (["a", 0.0], [0, 1], "initial concentrations must be an array of numbers"),
        ([[1.0, 0.0], [1.0]], [0, 1], "initial concentrations must be an array of numbers"),
    ],
)
def test_senseless_requests_are_refused(initial, times, said):
    crn = Crn.of([Reaction(("A",), ("B",))])
    with pytest.raises(SimulationError, match=said):
        simulate(crn, initial, times)


@pytest.mark.parametrize("times", [[1.0, np.nextafter(1, 2)], [0.0, 1.0, np.nextafter(1, 2)]])
def test_times_that_cvode_cannot_tell_apart_are_refused(times):
    crn = Crn.of([Reaction(("A",), ("B",))], initial={"A": 1.0})
    with pytest.raises(SimulationError, match="too close"):
        simulate(crn, crn.initial, times, method="cvode")


@pytest.mark.parametrize("method", ["cvode", "sweep", "auto"])
def test_nothing_stays_nothing(method):
    assert simulate(Crn.of([]), [], [0, 1], method=method).states.shape == (2, 0)
    idle = Crn.of([], initial={"A": 2.0})
    assert simulate(idle, idle.initial, [0, 1], method=method).states.tolist() == [[2.0], [2.0]]
