"""Stochastic simulation: means against rebop and theory, absorbed states against the discretised network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import discrete_limit
from dsdcompile.crn.reaction import Reaction
from dsdcompile.errors import SimulationError
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.simulate import ssa
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.ssa import discretise, means, molecules, silent, simulate_counts
from tests.strategies import crns, feed_forward_crns, inputs_for, networks

RUNS = 400
Z = 4.5
"""Standard errors allowed: with fewer than 100 comparisons a test, wrong once in a thousand seeds; seeds are fixed."""


def loop():
    """Competition, a dimer, a catalyst, a cycle and three reactants: nothing that networks have."""
    return Crn.of(
        [
            Reaction(("A", "A"), ("D",), 0.3),
            Reaction(("D",), ("A", "A"), 0.2),
            Reaction(("A", "K"), ("B", "K"), 0.5),
            Reaction(("B", "D"), ("A",), 1.0),
            Reaction(("B",), ("C", "C"), 0.1),
            Reaction((), ("A",), 0.4),
            Reaction(("A", "A", "B"), ("C",), 0.6),
            Reaction(("C", "C", "C"), ("A",), 0.5),
        ],
        initial={"A": 2.0, "K": 0.5},
        outputs=["C"],
    )


def oracle(crn, counts, times, per_unit, runs, seed):
    """Means and standard errors of rebop's runs, an independent program."""
    rebop = pytest.importorskip("rebop")
    made = rebop.Gillespie()
    for reaction in crn:
        made.add_reaction(
            reaction.rate * per_unit ** (1 - len(reaction.reactants)), list(reaction.reactants), list(reaction.products)
        )
    start = {name: int(count) for name, count in zip(crn.species, counts, strict=True)}
    steps = len(times) - 1
    found = [made.run(start, times[-1], steps, rng=seed + number) for number in range(runs)]
    states = np.array([np.stack([run[name].values for name in crn.species], axis=1) for run in found])
    return states.mean(axis=0), states.std(axis=0, ddof=1) / np.sqrt(runs)


def assert_same_means(run, mean, error, floor):
    ours, own_error = means(run)
    scale = np.sqrt(own_error**2 + error**2) + floor
    assert (np.abs(ours - mean) / scale).max() < Z


@pytest.mark.parametrize("per_unit", [5, 100])
def test_means_equal_those_of_rebop(per_unit):
    crn, times = loop(), np.linspace(0, 4, 5)
    counts = discretise(crn.initial, per_unit)
    run = simulate_counts(crn, np.tile(counts, (RUNS, 1)), times, per_unit=per_unit, seed=1)
    assert_same_means(run, *oracle(crn, counts, times, per_unit, RUNS, 10_000), floor=1e-12)


def test_a_network_has_the_means_of_rebop():
    rng = np.random.default_rng(3)
    crn = compile_network(Network((Layer(rng.choice([-1, 1], (3, 4)), np.array([1.0, -2, 0, 3]), "relu"),)))
    counts, times = discretise(crn.inlet([[2.0, -1.0, 3.0]])[0], 10), np.linspace(0, 3, 4)
    run = simulate_counts(crn, np.tile(counts, (RUNS, 1)), times, per_unit=10, seed=2)
    assert_same_means(run, *oracle(crn, counts, times, 10, RUNS, 20_000), floor=1e-12)


def test_birth_and_death_is_poisson():
    crn = Crn.of([Reaction((), ("A",), 3.0), Reaction(("A",), (), 1.0)], outputs=["A"])
    run = simulate_counts(crn, np.zeros((4000, 1), dtype=int), [0.0, 12.0], per_unit=4, seed=5)
    mean, error = means(run)
    wanted = 12.0 * (1 - np.exp(-12.0))
    assert abs(mean[-1, 0] - wanted) < Z * error[-1, 0]
    spread = run.final[:, 0].var(ddof=1)
    assert abs(spread - wanted) < Z * wanted * np.sqrt(2 / 4000 + 1 / (4000 * wanted))


def test_many_molecules_follow_the_mass_action_equations():
    crn, times = loop(), np.linspace(0, 4, 5)
    per_unit = 200_000
    run = simulate_counts(crn, discretise(crn.initial, per_unit), times, per_unit=per_unit, seed=3)
    curve = simulate(crn, crn.initial, times)
    np.testing.assert_allclose(run.states / per_unit, curve.states, atol=0.02)


@settings(max_examples=40)
@given(st.data())
def test_networks_fall_silent_in_the_discretised_answer(data):
    """The paper's footnote: outputs in counts equal the network on discretised inputs and biases, exactly."""
    network = data.draw(networks(max_layers=3))
    inputs = np.round(data.draw(inputs_for(network)))
    layers = tuple(Layer(layer.weights, np.round(layer.biases), layer.activation) for layer in network.layers)
    discretised = Network(layers, network.weight_set)
    crn = compile_network(discretised)
    found = silent(crn, discretise(crn.inlet(inputs), 1), per_unit=1, seed=data.draw(st.integers(0, 2**32 - 1)))
    np.testing.assert_array_equal(crn.read(found.astype(float)), discretised(inputs))


@settings(max_examples=60)
@given(feed_forward_crns(), st.integers(0, 2**32 - 1))
def test_every_run_ends_in_the_discrete_limit(crn, seed):
    counts = np.random.default_rng(seed).integers(0, 9, (3, crn.n_species))
    found = silent(crn, counts, per_unit=1.0, seed=seed)
    np.testing.assert_array_equal(found, discrete_limit(crn, counts))


@settings(max_examples=40)
@given(crns(), st.integers(0, 2**32 - 1))
def test_counts_never_go_below_zero_and_runs_repeat(crn, seed):
    crn = crn.with_(rates=np.minimum(crn.rates, 3.0))
    counts = np.random.default_rng(seed).integers(0, 6, (2, crn.n_species))
    times = [0.0, 0.05, 0.2]
    runs = [simulate_counts(crn, counts, times, per_unit=3, seed=seed % 1000) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].states, runs[1].states)
    np.testing.assert_array_equal(runs[0].states[:, 0], counts)
    assert runs[0].states.min() >= 0


def test_runs_differ_and_conserve_what_is_conserved():
    crn = Crn.of([Reaction(("A", "B"), ("C",)), Reaction(("C",), ("A", "B"))], initial={"A": 3.0, "B": 2.0})
    run = simulate_counts(crn, np.tile(discretise(crn.initial, 50), (5, 1)), [0, 1, 2], per_unit=50, seed=1)
    a, b, c = np.moveaxis(run.of("A", "B", "C"), -1, 0)
    assert (a + c == 150).all()
    assert (b + c == 100).all()
    assert len(np.unique(c[:, 1])) > 1


def test_ten_nanomolar_in_a_picolitre():
    assert molecules(1e-8, 1e-12) == pytest.approx(6022.14076)


def test_what_makes_no_sense_is_refused(monkeypatch):
    crn = Crn.of([Reaction((), ("A",))], outputs=["A"])
    with pytest.raises(SimulationError, match="not integers"):
        simulate_counts(crn, [0.5], [0, 1], per_unit=1, seed=1)
    with pytest.raises(SimulationError, match="negative"):
        simulate_counts(crn, [-1], [0, 1], per_unit=1, seed=1)
    with pytest.raises(SimulationError, match="ascending"):
        simulate_counts(crn, [1], [1, 0], per_unit=1, seed=1)
    with pytest.raises(SimulationError, match="no such species"):
        simulate_counts(crn, [1], [0, 1], per_unit=1, seed=1, record=["Z"])
    with pytest.raises(SimulationError, match="molecules a unit"):
        simulate_counts(crn, [1], [0, 1], per_unit=0, seed=1)
    with pytest.raises(SimulationError, match="a seed of -1"):
        simulate_counts(crn, [1], [0, 1], per_unit=1, seed=-1)
    with pytest.raises(SimulationError, match="times must be an array of numbers"):
        simulate_counts(crn, [1], ["a", "b"], per_unit=1, seed=1)
    with pytest.raises(SimulationError, match="too many"):
        discretise([1e9], 1e9)
    monkeypatch.setattr(ssa, "MOST_EVENTS", 100)
    with pytest.raises(SimulationError, match="has had 100 events by t ="):
        silent(crn, [0], per_unit=1, seed=1)
