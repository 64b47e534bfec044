"""Collocation on layers: its equations, its order, its estimate, its curves against other engines and the limit."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import spsolve

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit_state
from dsdcompile.crn.reaction import Reaction
from dsdcompile.errors import SimulationError
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.reduce import reduce
from dsdcompile.simulate import collocation, radau
from dsdcompile.simulate import collocation_kernel as kernel
from dsdcompile.simulate.layers import layers
from dsdcompile.simulate.mass_action import MassAction
from dsdcompile.simulate.ode import choose, simulate
from dsdcompile.simulate.trajectory import Tolerances
from tests.strategies import crns, feed_forward_crns, inputs_for, networks

STAGES = radau.STAGES


def random_network(widths, seed=0, weights=(-1, 1)):
    rng = np.random.default_rng(seed)
    last = len(widths) - 2
    return Network(
        tuple(
            Layer(rng.choice(weights, pair), rng.integers(-8, 9, pair[1]) / 4, "linear" if i == last else "relu")
            for i, pair in enumerate(itertools.pairwise(widths))
        ),
        "integer",
    )


def with_random_rates(crn, seed, low=0.3, high=3.0):
    return crn.with_(rates=np.exp(np.random.default_rng(seed).uniform(np.log(low), np.log(high), crn.n_reactions)))


def step(crn, starts, h, allowed=1e-13):
    """One step of the kernel from starts (examples, species): changes (species, stages and error, examples)."""
    plan = layers(crn)
    columns = kernel.COLUMNS * len(starts)
    y = np.ascontiguousarray(np.asarray(starts).T)
    change, fired = np.zeros((crn.n_species, columns)), np.zeros((crn.n_reactions, columns))
    grouped, made = np.empty(plan.most_groups * columns), np.empty(plan.most_columns * columns)
    for level in range(len(plan.level_start) - 1):
        first, last = plan.level_start[level : level + 2]
        assert kernel.solve_level(
            first, last, len(starts), h, 10 * allowed, allowed, plan.left, plan.right, plan.rates,
            radau.INVERSE, radau.C, kernel.FROM_EXTENTS, y, change, fired,
        )  # fmt: skip
        kernel.add_products(
            level, columns, plan.target_start, plan.target, plan.entry_start, plan.entry, plan.count,
            plan.term_start, plan.group_start, plan.gather_start, plan.gather, plan.gather_sign,
            plan.column_start, plan.plus, plan.minus, plan.sign, plan.matrix_start, plan.matrix,
            grouped, made, fired, change,
        )  # fmt: skip
    return change.reshape(crn.n_species, kernel.COLUMNS, len(starts))


def annihilation(a=2.0, b=1.0, rate=0.7):
    pairs = [Reaction((f"A{i}", f"B{i}"), (f"C{i}",), rate) for i in range(4)]
    initial = {f"A{i}": a for i in range(4)} | {f"B{i}": b for i in range(4)}
    return Crn.of(pairs, initial=initial, outputs=["C0"])


def used_up(t, a=2.0, b=1.0, rate=0.7):
    """How much A and B have annihilated by t, in closed form."""
    decay = np.exp((b - a) * rate * t)
    return a * b * (1 - decay) / (a - b * decay)


def test_the_coefficients_satisfy_the_order_conditions():
    powers = np.arange(1, radau.ORDER + 1)
    weights = radau.A[-1]
    np.testing.assert_allclose([weights @ radau.C ** (q - 1) for q in powers], 1 / powers, atol=1e-14)
    for q in range(1, STAGES + 1):
        np.testing.assert_allclose(radau.A @ radau.C ** (q - 1), radau.C**q / q, atol=1e-14)
    embedded = radau.ESTIMATE + weights
    wanted = [1 / q - (radau.GAMMA if q == 1 else 0.0) for q in range(1, STAGES + 1)]
    np.testing.assert_allclose([embedded @ radau.C ** (q - 1) for q in range(1, STAGES + 1)], wanted, atol=1e-14)
    assert abs(radau.GAMMA * 6.286704751729276645173 - 1) < 1e-13  # Hairer and Wanner, code RADAU


@settings(max_examples=40)
@given(networks(max_layers=3, max_width=5), st.integers(0, 2**32 - 1), st.sampled_from([0.02, 0.3, 3.0]))
def test_a_step_satisfies_the_collocation_equations_to_rounding(network, seed, h):
    crn = with_random_rates(compile_network(network), seed)
    if layers(crn) is None:
        return
    starts = np.random.default_rng(seed).uniform(0, 2, (3, crn.n_species))
    change = step(crn, starts, h)
    law = MassAction.of(crn)
    flow = law.derivative(starts[:, None, :] + np.moveaxis(change[:, :STAGES], 0, 2).transpose(1, 0, 2))
    wanted = h * np.einsum("ij,ejs->eis", radau.A, flow)
    scale = max(1.0, np.abs(change).max())
    np.testing.assert_allclose(change[:, :STAGES].transpose(2, 1, 0), wanted, rtol=0, atol=3e-12 * scale)


@settings(max_examples=25)
@given(networks(max_layers=3, max_width=5), st.integers(0, 2**32 - 1))
def test_the_estimate_is_the_filtered_quadrature_of_the_whole_system(network, seed):
    crn, h = with_random_rates(compile_network(network), seed), 0.2
    if layers(crn) is None:
        return
    start = np.random.default_rng(seed).uniform(0, 2, crn.n_species)
    change = step(crn, [start], h)[:, :, 0]
    law = MassAction.of(crn)
    flows = law.derivative(start + change[:, :STAGES].T)
    quadrature = h * (radau.GAMMA * law.derivative(start) + radau.ESTIMATE @ flows)
    filtered = spsolve(csc_array(eye_array(crn.n_species) - h * radau.GAMMA * law.jacobian(start)), quadrature)
    np.testing.assert_allclose(change[:, STAGES], filtered, rtol=0, atol=3e-12 * max(1, np.abs(start).max()))


def test_dense_products_equal_sparse_ones():
    """A level wide enough for dual-rail dense products gives the same step as the general right-hand side."""
    crn = compile_network(random_network([60, 70, 80, 3], weights=(-2, -1, 0, 1)))
    plan = layers(crn)
    assert len(plan.matrix) > 0
    starts = np.random.default_rng(1).uniform(0, 1, (2, crn.n_species))
    change = step(crn, starts, 0.05)
    flow = MassAction.of(crn).derivative(starts[:, None, :] + change[:, :STAGES].transpose(2, 1, 0))
    wanted = 0.05 * np.einsum("ij,ejs->eis", radau.A, flow)
    np.testing.assert_allclose(change[:, :STAGES].transpose(2, 1, 0), wanted, rtol=0, atol=1e-11)


def test_order_of_convergence_is_nine():
    crn, end, errors = annihilation(), 4.0, []
    for count in (1, 2, 4):
        y = np.array(crn.initial)
        for _ in range(count):
            y = y + step(crn, [y], end / count)[:, STAGES - 1, 0]
        errors.append(abs(y[crn.index["C0"]] - used_up(end)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[0] > 1e-9, "the coarsest step must be far from rounding"
    assert (orders > 7.8).all(), (errors, orders)


def test_order_of_the_estimate_is_five():
    crn = annihilation()
    estimates = [np.abs(step(crn, [crn.initial], h)[:, STAGES, 0]).max() for h in (0.08, 0.04, 0.02)]
    orders = np.log2(np.array(estimates[:-1]) / estimates[1:])
    assert (np.abs(orders - 6) < 0.3).all(), orders  # local error, hence one more than the order


@pytest.mark.parametrize("tolerance", [1e-3, 1e-4, 1e-5, 1e-7])
def test_the_error_is_of_the_size_of_the_tolerance_at_all_times(tolerance):
    crn = with_random_rates(compile_network(random_network([5, 8, 6, 3])), 4, 0.1, 10)
    start = crn.inlet(np.random.default_rng(2).normal(0, 2, (1, 5)))[0]
    times = np.geomspace(1e-2, 300, 50)
    reference = simulate(crn, start, times, Tolerances(1e-11, 1e-13), method="sweep").states
    run = simulate(crn, start, times, Tolerances(tolerance, tolerance * 1e-2), method="collocation")
    weighted = np.abs(run.states - reference) / (tolerance * (1e-2 + np.abs(reference)))
    assert np.sqrt((weighted**2).mean(axis=1)).max() < 8  # the norm that is controlled, at each time


@settings(max_examples=25)
@given(st.data())
def test_three_engines_agree(data):
    network = data.draw(networks(max_layers=3))
    crn = with_random_rates(compile_network(network), data.draw(st.integers(0, 99)))
    if layers(crn) is None:
        return
    start = crn.inlet(data.draw(inputs_for(network, examples=1)))[0]
    runs = [
        simulate(crn, start, [0, 0.4, 3, 20], Tolerances(1e-9, 1e-11), method=method).states
        for method in ("collocation", "sweep", "cvode")
    ]
    np.testing.assert_allclose(runs[0], runs[1], rtol=3e-7, atol=3e-8)
    np.testing.assert_allclose(runs[0], runs[2], rtol=3e-6, atol=1e-6)


@settings(max_examples=25)
@given(st.data())
def test_trajectories_stay_positive_and_end_in_the_exact_limit(data):
    network = data.draw(networks(max_layers=3, max_width=6))
    crn = compile_network(network)
    if data.draw(st.booleans()):
        crn = reduce(crn).crn
    if layers(crn) is None:
        return
    start = crn.inlet(data.draw(inputs_for(network, examples=11)))
    run = simulate(crn, start, [0.0, 1.0, 50.0, 1e7], method="collocation")
    assert run.states.min() >= -1e-8
    np.testing.assert_allclose(run.final, limit_state(crn, start).state, atol=2e-5)


def test_a_batch_agrees_with_its_examples():
    crn = compile_network(random_network([4, 8, 3]))
    start = crn.inlet(np.random.default_rng(0).normal(0, 3, (19, 4)))
    times = np.linspace(0, 10, 6)
    batch = simulate(crn, start, times, method="collocation")
    assert batch.states.shape == (19, 6, crn.n_species)
    for number in (0, 7, 8, 18):
        one = simulate(crn, start[number], times, method="collocation")
        np.testing.assert_allclose(batch.example(number).states, one.states, rtol=1e-5, atol=1e-7)


def test_annihilation_conserves_both_sums():
    crn = annihilation(3.0, 1.0)
    run = simulate(crn, crn.initial, np.geomspace(1e-3, 1e4, 30), method="collocation")
    for i in range(4):
        a, b, c = run.of(f"A{i}", f"B{i}", f"C{i}").T
        np.testing.assert_allclose(a + c, 3.0, rtol=1e-14)
        np.testing.assert_allclose(b + c, 1.0, rtol=1e-14)


@given(st.one_of(crns(), feed_forward_crns()))
def test_what_is_called_layered_is(crn):
    plan = layers(crn)
    if plan is None:
        return
    net, used = crn.net.toarray(), crn.reactants.toarray()
    assert ((used == 0) | ((used == 1) & (net == -1))).all()
    made_by = np.repeat(np.arange(len(plan.level_start) - 1), np.diff(plan.level_start))
    rank = np.empty(crn.n_reactions, dtype=int)
    rank[plan.reactions] = made_by
    for reaction in range(crn.n_reactions):
        makers = np.flatnonzero((net[:, used[reaction] > 0] > 0).any(axis=1))
        assert (rank[makers] < rank[reaction]).all()


@pytest.mark.parametrize(
    "reactions",
    [
        [Reaction(("A", "A"), ("B",))],
        [Reaction(("A", "K"), ("B", "K"))],
        [Reaction(("A",), ("B",)), Reaction(("A",), ("C",))],
        [Reaction(("A",), ("B",)), Reaction(("B",), ("A",))],
        [Reaction(("A", "B", "C"), ("D",))],
        [Reaction((), ("A",))],
        [Reaction(("A", "B"), ("A",))],
    ],
    ids=["twice the same", "catalyst", "competition", "cycle", "three reactants", "no reactant", "kept"],
)
def test_other_crns_are_not_layered(reactions):
    crn = Crn.of(reactions + [Reaction((f"X{i}",), (f"Y{i}",)) for i in range(20)])
    assert layers(crn) is None
    assert choose(crn) != "collocation"
    with pytest.raises(SimulationError, match="not layered"):
        simulate(crn, crn.initial, [0, 1], method="collocation")


def test_networks_go_to_the_collocation():
    network = random_network([4, 8, 3])
    assert choose(compile_network(network)) == "collocation"
    assert choose(reduce(compile_network(network)).crn) == "collocation"


def test_a_run_that_needs_too_many_steps_raises(monkeypatch):
    monkeypatch.setattr(collocation, "MOST_STEPS", 3)
    crn = compile_network(random_network([4, 8, 3]))
    start = crn.inlet(np.ones((1, 4)))
    said = r"stopped at t = .* of 50 in examples 0 to 0: it needs more than 3 steps"
    with pytest.raises(SimulationError, match=said):
        simulate(crn, start, [0, 50])


def test_numbers_beyond_all_bounds_raise():
    crn = annihilation(1e200, 1e200, 1e200)
    with pytest.raises(SimulationError, match="no step is small enough"):
        simulate(crn, crn.initial, [0, 1], method="collocation")


def test_steps_that_are_too_long_are_rejected():
    """A and B are not there at first, so the first step does not see how fast they annihilate."""
    made = [Reaction((x + str(i),), (y + str(i),)) for i in range(4) for x, y in ("XA", "YB")]
    crn = Crn.of(
        [*made, *(Reaction((f"A{i}", f"B{i}"), (f"C{i}",), 1e6) for i in range(4))],
        initial={f"{x}{i}": 1.0 for x in "XY" for i in range(4)},
    )
    times, loose = np.geomspace(1e-3, 5, 9), Tolerances(1e-5, 1e-7)
    run = simulate(crn, crn.initial, times - times[0], loose, method="collocation")
    exact = simulate(crn, crn.initial, times - times[0], Tolerances(1e-10, 1e-12), method="sweep")
    assert run.statistics["rejected"] > 0
    np.testing.assert_allclose(run.states, exact.states, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("allowed", [1e-2, 1e-4])
def test_newton_is_far_closer_than_the_tolerance_when_it_stops(allowed):
    """The last change is below a tenth of the tolerance, so what is left of a quadratic iteration is far less."""
    crn = annihilation(1.0, 1.0, 5.0)
    loose, converged = (step(crn, [crn.initial], 2.0, size)[:, :STAGES] for size in (allowed, 1e-13))
    assert np.abs(loose - converged).max() <= 0.02 * allowed
