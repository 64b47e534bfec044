"""The sweep: its order against theory, its linear algebra against a sparse solver, its curves against CVODE."""

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
from dsdcompile.simulate import rodas_kernel as kernel
from dsdcompile.simulate import sweep
from dsdcompile.simulate.blocks import blocks
from dsdcompile.simulate.mass_action import MassAction
from dsdcompile.simulate.ode import choose, simulate
from dsdcompile.simulate.trajectory import Tolerances
from tests.strategies import crns, feed_forward_crns, inputs_for, networks

TIGHT = Tolerances(1e-9, 1e-11)


def linkers(modules=4, seed=0):
    """A chain of reversible linkers with fuels, as DNA implementations have, in units near 1."""
    rng = np.random.default_rng(seed)
    reactions, initial = [], {"X0": 2.0}
    for i in range(modules):
        r = [*rng.uniform(0.5, 20, 4)]
        reactions += [
            Reaction((f"X{i}", f"L{i}"), (f"H{i}", f"B{i}"), r[0]),
            Reaction((f"H{i}", f"B{i}"), (f"X{i}", f"L{i}"), r[1]),
            Reaction((f"Y{i}", f"H{i}"), (f"O{i}",), r[2]),
            Reaction((f"O{i}", f"T{i}"), (f"X{i + 1}", f"X{i + 1}"), r[3]),
        ]
        initial |= {f"L{i}": 10.0, f"B{i}": 10.0, f"Y{i}": 1.0 + i / 3, f"T{i}": 10.0}
    return Crn.of(reactions, initial=initial, outputs=[f"X{modules}"])


def mild(modules):
    """Linkers slow enough for the asymptotic regime."""
    crn = linkers(modules)
    return crn.with_(rates=crn.rates / 20)


def one_step(crn, start, h):
    """One Rodas4 step of length h, transcribed from the book with a sparse solver on the whole Jacobian."""
    law = MassAction.of(crn)
    matrix = csc_array(eye_array(crn.n_species) / (h * kernel.GAMMA) - law.jacobian(start))
    stages = []
    for i in range(kernel.STAGES):
        at = start + sum((kernel.A[i, j] * u for j, u in enumerate(stages)), np.zeros_like(start))
        right = law.derivative(at) + sum((kernel.C[i, j] / h * u for j, u in enumerate(stages)), np.zeros_like(start))
        stages.append(spsolve(matrix, right))
    return at + stages[-1], stages


def sweep_stages(crn, start, h):
    """The same step by the kernel's passes over blocks; returns changes (species, stages) in the Crn's order."""
    plan = blocks(crn)
    n = crn.n_species
    size, r = np.diff(plan.reaction_start), len(plan.reactions)
    factor_start = np.concatenate([[0], np.cumsum(size**2)])
    factors, pivots, slopes = np.zeros(factor_start[-1]), np.zeros(r, dtype=np.int64), np.zeros(len(plan.slot_species))
    y = start[plan.species]
    kernel.differentiate(
        y, plan.rates, plan.slot_start, plan.slot_species, plan.reversible, plan.back_start, plan.back_rates, slopes
    )
    kernel.factorise(
        1 / (h * kernel.GAMMA), slopes, plan.reaction_start, plan.species_start, plan.slot_start, plan.slot_species,
        plan.inside_start, plan.inside, plan.inside_net, factor_start, factors, pivots,
    )  # fmt: skip
    u, p, stage_y = np.zeros(r), np.zeros(n), np.zeros(n)
    extents, changes = np.zeros((r, kernel.STAGES)), np.zeros((n, kernel.STAGES))
    for i in range(kernel.STAGES):
        kernel.stage(
            i, kernel.A, kernel.C, h, y, stage_y, slopes, factors, factor_start, pivots, u, p, extents, changes,
            plan.reaction_start, plan.species_start, plan.rates, plan.slot_start, plan.slot_species,
            plan.reversible, plan.back_start, plan.back_rates, plan.upstream_start, plan.upstream, plan.upstream_net,
            plan.inside_start, plan.inside, plan.inside_net,
        )  # fmt: skip
    back = np.empty_like(changes)
    back[plan.species] = changes
    return back


@settings(max_examples=60)
@given(st.one_of(crns(), feed_forward_crns()), st.integers(0, 2**32 - 1))
def test_a_stage_solves_the_whole_system_to_rounding(crn, seed):
    crn = crn.with_(rates=np.minimum(crn.rates, 3.0))
    start, h = np.random.default_rng(seed).uniform(0, 2, crn.n_species), 0.01
    _, stages = one_step(crn, start, h)
    found = sweep_stages(crn, start, h)
    scale = max(1e-3, max(np.abs(u).max() for u in stages))
    np.testing.assert_allclose(found, np.array(stages).T, rtol=0, atol=2e-12 * scale)


@pytest.mark.parametrize("h", [1e-2, 1.0, 1e3, 1e6])
def test_a_stage_of_fast_linkers_solves_the_whole_system_to_rounding(h):
    """Rates over twelve decades: the two directions of a linker nearly cancel, and nothing may be lost by that."""
    rng = np.random.default_rng(7)
    for seed in range(20):
        crn = linkers(5, seed).with_(rates=10.0 ** rng.uniform(-6, 6, 20))
        start = rng.uniform(0, 2, crn.n_species)
        stages, law = sweep_stages(crn, start, h), MassAction.of(crn)
        matrix = csc_array(eye_array(crn.n_species) / (h * kernel.GAMMA) - law.jacobian(start))
        for i in range(kernel.STAGES):
            at = start + stages[:, :i] @ kernel.A[i, :i]
            right = law.derivative(at) + stages[:, :i] @ kernel.C[i, :i] / h
            parts = start + np.abs(stages[:, :i]) @ np.abs(kernel.A[i, :i])
            size = abs(matrix).sum(axis=1) * np.abs(stages[:, i]).max() + abs(crn.net.T) @ law.velocities(parts)
            size += np.abs(stages[:, :i]) @ np.abs(kernel.C[i, :i]) / h
            assert (np.abs(matrix @ stages[:, i] - right) <= 1e-14 * size).all()


@pytest.mark.parametrize(("rate", "end"), [(1e6, 1e9), (1e9, 1e6), (1e9, 1e9)])
def test_a_fast_equilibrium_stays_where_it_is(rate, end):
    reactions = [Reaction(("A",), ("B",), rate), Reaction(("B",), ("A",), 2 * rate), Reaction(("B", "Z"), ("D",))]
    crn = Crn.of(reactions, initial={"A": 1.0, "Z": 0.5})
    run = simulate(crn, crn.initial, [0.0, 1.0, end], Tolerances(1e-8, 1e-11), method="sweep")
    np.testing.assert_allclose(run.of("A", "B")[-1], [1 / 3, 1 / 6], rtol=1e-6)


def test_what_reverses_only_in_part_is_not_merged():
    reactions = [
        Reaction(("A",), ("B", "C"), 2.0),
        Reaction(("B",), ("A",), 3.0),
        Reaction(("B", "C"), ("A",), 5.0),
        Reaction(("B", "C"), ("A",), 7.0),
        Reaction(("D", "K"), ("E", "K"), 11.0),
        Reaction(("E",), ("D",), 13.0),
        Reaction(("F",), ("F",), 17.0),
    ]
    plan = blocks(Crn.of(reactions))
    assert {*plan.rates[plan.reversible[:-1]], *plan.back_rates} == {2.0, 5.0}
    assert sorted({*plan.rates, *plan.back_rates}) == [2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0]
    assert len(plan.rates) == 6


def test_a_linker_is_one_block_of_two():
    crn = linkers(5)
    plan = blocks(crn)
    assert sorted(np.diff(plan.reaction_start).tolist()) == [1] * 5 + [2] * 5
    assert plan.largest == 2
    assert len(plan.back_rates) == 5
    merged = {crn.rates[row] for row in plan.reactions} | set(plan.back_rates)
    assert merged == set(crn.rates), "every rate constant is used"


@given(feed_forward_crns())
def test_noncompetitive_feed_forward_crns_are_blocks_of_one_in_order(crn):
    plan = blocks(crn)
    assert plan.largest == 1
    net = crn.net.toarray()[plan.reactions][:, plan.species]
    for place, (first, last) in enumerate(zip(plan.species_start[:-1], plan.species_start[1:], strict=True)):
        assert not net[place + 1 :, first:last].any(), "a later reaction changes a species already in use"


def test_linkers_go_to_the_sweep():
    assert choose(linkers(5)) == "sweep"


def test_competition_makes_large_blocks_and_goes_to_cvode():
    count = sweep.LARGEST_BLOCK + 1
    crn = Crn.of([Reaction(("A",), (f"B{i}",)) for i in range(count)], initial={"A": 1.0})
    assert blocks(crn).largest == count
    assert choose(crn) == "cvode"
    with pytest.raises(SimulationError, match="use method='cvode'"):
        simulate(crn, crn.initial, [0, 1], method="sweep")


def test_order_of_convergence_is_four():
    crn, end, errors = mild(3), 1.0, []
    reference = simulate(crn, crn.initial, [0, end], Tolerances(1e-12, 1e-14), method="cvode").final
    counts = [10, 20, 40]
    for count in counts:
        y = np.array(crn.initial)
        for _ in range(count):
            y = y + (one := sweep_stages(crn, y, end / count)) @ [*kernel.A[5, :5], 1.0]
            assert one.shape[1] == kernel.STAGES
        errors.append(np.abs(y - reference).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (np.abs(orders - 4) < 0.35).all(), (errors, orders)


def test_dense_output_is_of_order_three():
    crn, h, x, errors = mild(2), np.array([0.08, 0.04, 0.02]), 0.37, []
    for step in h:
        reference = simulate(crn, crn.initial, [0, x * step], Tolerances(1e-12, 1e-15), method="cvode").final
        u = sweep_stages(crn, np.array(crn.initial), step)
        y, y1 = crn.initial, crn.initial + u @ [*kernel.A[5, :5], 1.0]
        dense = (1 - x) * y + x * (y1 + (1 - x) * (u @ kernel.D1 + x * (u @ kernel.D2)))
        errors.append(np.abs(dense - reference).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 3.6).all(), (errors, orders)  # local error, hence one more than the order


@settings(max_examples=25)
@given(crns(), st.integers(0, 2**32 - 1))
def test_sweep_and_cvode_agree(crn, seed):
    growing = np.asarray(crn.products.sum(axis=1) > crn.reactants.sum(axis=1)).any()
    rates = np.minimum(crn.rates, 3.0)
    start = np.random.default_rng(seed).uniform(0, 0.5, crn.n_species)
    times = np.linspace(0, 0.2 if growing else 5.0, 7)
    crn = crn.with_(rates=rates)
    runs = [simulate(crn, start, times, TIGHT, method=method) for method in ("sweep", "cvode")]
    np.testing.assert_allclose(runs[0].states, runs[1].states, rtol=3e-6, atol=1e-7)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-8])
def test_the_error_is_within_ten_times_the_tolerance_at_all_times(tolerance):
    crn, times = linkers(6), np.geomspace(1e-3, 200, 40)
    reference = simulate(crn, crn.initial, times, Tolerances(1e-12, 1e-14), method="cvode").states
    run = simulate(crn, crn.initial, times, Tolerances(tolerance, tolerance * 1e-2), method="sweep")
    assert (np.abs(run.states - reference) <= 10 * tolerance * (1e-2 + np.abs(reference))).all()


def test_pivots_are_chosen():
    """With h such that 1 / (h gamma) is the slope of A -> 2A, the first pivot of the block is zero."""
    crn = Crn.of([Reaction(("A",), ("A", "A"), 4.0), Reaction(("A",), ("B",)), Reaction(("B",), ("A",), 2.0)])
    assert blocks(crn).largest == 2
    start, h = np.array([1.0, 0.5]), 1.0
    _, stages = one_step(crn, start, h)
    np.testing.assert_allclose(sweep_stages(crn, start, h), np.array(stages).T, rtol=1e-12)


def test_steps_that_are_too_long_are_rejected():
    """The growth of B is slow, then sudden: the step that grew in the meantime must be taken back."""
    crn = Crn.of([Reaction(("A", "B"), ("B", "B"))], initial={"A": 1.0, "B": 1e-9})
    times = np.linspace(0, 40, 81)
    run = simulate(crn, crn.initial, times, Tolerances(1e-4, 1e-10), method="sweep")
    want = 1 / (1 + 1e9 * np.exp(-times))
    assert run.statistics["rejected"] > 0
    np.testing.assert_allclose(run.of("B")[:, 0], want, rtol=5e-3)


def test_a_run_that_needs_too_many_steps_raises(monkeypatch):
    monkeypatch.setattr(sweep, "MOST_STEPS", 3)
    crn = linkers(3)
    with pytest.raises(SimulationError, match=r"sweep stopped at t = .* in example 0: it needs more than 3 steps"):
        simulate(crn, crn.initial, [0, 50])


@pytest.mark.parametrize("idle", [0, 20_000])
def test_idle_species_do_not_hide_the_error_of_those_that_move(idle):
    used = [Reaction(("A", "B"), ("C",)), Reaction(("C",), ("D",))]
    crn = Crn.of(used + [Reaction((f"U{i}",), (f"V{i}",)) for i in range(idle)], initial={"A": 1.0, "B": 2.0})
    times, names = [0, 0.5, 1, 2, 4], ("A", "B", "C", "D")
    run, exact = (
        simulate(crn, crn.initial, times, Tolerances(tolerance, tolerance * 1e-3), method="sweep", record=names).states
        for tolerance in (1e-6, 1e-11)
    )
    assert (np.abs(run - exact) <= 2 * (1e-9 + 1e-6 * exact)).all()


def test_linkers_conserve_what_is_conserved():
    crn, times = linkers(6), np.geomspace(1e-3, 1e5, 40)
    run = simulate(crn, crn.initial, times, method="sweep")
    for i in range(6):
        linker, high, back, out, translator = run.of(f"L{i}", f"H{i}", f"B{i}", f"O{i}", f"T{i}").T
        np.testing.assert_allclose(linker + back, 20, rtol=1e-13)
        np.testing.assert_allclose(linker + high + out + 10 - translator, 10, rtol=1e-13)
    assert run.states.min() >= -1e-9


@given(st.data())
def test_trajectories_stay_positive_and_end_in_the_exact_limit(data):
    network = data.draw(networks(max_layers=3))
    crn = compile_network(network)
    start = crn.inlet(data.draw(inputs_for(network)))
    run = simulate(crn, start, [0.0, 1.0, 50.0, 1e7], method="sweep")
    assert run.states.min() >= -1e-8
    np.testing.assert_allclose(run.final, limit_state(crn, start).state, atol=2e-5)
    assert run.statistics["steps"] > 0


def test_an_explosion_raises():
    crn = Crn.of([Reaction(("A", "A"), ("A", "A", "A"))], initial={"A": 1.0})
    with pytest.raises(SimulationError, match=r"sweep stopped at t = (1|0\.999\d*) of 2 .*: no step is small enough"):
        simulate(crn, crn.initial, [0, 2], method="sweep")


def test_batches_are_their_examples():
    crn = linkers(3)
    starts = crn.initial * np.array([[1.0], [0.5]])
    both = simulate(crn, starts, [0, 1, 2])
    for number, start in enumerate(starts):
        np.testing.assert_array_equal(both.example(number).states, simulate(crn, start, [0, 1, 2]).states)
