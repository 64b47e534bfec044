from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.dosing import Dosing, Supply, matched_dose, matched_fuels
from dsdcompile.dsd.implementation import Implementation, implementation
from dsdcompile.dsd.matching import (
    Matching,
    check,
    match,
    matched_rates,
    orientation,
    pace,
    unbalanced,
    with_buffers,
)
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.errors import LimitExceededError
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.simulate.turnover import usage

SCHEME = find_scheme("soloveichik2010")
Q_MAX, UNIT, TIME = 1e6, 1e-9, 1000.0
LOTKA_VOLTERRA = "A -> 2A [k = 0.4]\nA + B -> 2B [k = 0.4]\nB -> [k = 0.4]\nA @i 2\nB @i 1"


@st.composite
def rate_dependent(draw: st.DrawFn) -> Crn:
    """CRNs of one or two reactants over four species, no reaction twice, rate constants over a decade."""
    side = st.lists(st.sampled_from("ABCD"), min_size=1, max_size=2).map(lambda names: tuple(sorted(names)))
    made = st.lists(st.sampled_from("ABCD"), max_size=3).map(lambda names: tuple(sorted(names)))
    row = st.tuples(side, made).filter(lambda r: not (len(set(r[0])) == 1 < len(r[0]) and r[0][0] in r[1]))
    rows = draw(st.lists(row, min_size=1, max_size=6, unique=True))
    rate = st.sampled_from([0.02, 0.05, 0.1, 0.2])
    return Crn.of([Reaction(left, right, draw(rate)) for left, right in rows], species="ABCD")


def bare(crn: Crn, **changes: float) -> tuple[DsdSystem, Matching]:
    system = translate(crn, SCHEME, exchanged=orientation(crn))
    settings = {"unit": UNIT, "time": TIME, "q_max": Q_MAX, **changes}
    return system, match(system, linking=np.zeros(crn.n_reactions, dtype=bool), **settings)


def built(crn: Crn, c_max: float) -> tuple[DsdSystem, Matching, Dosing, Implementation]:
    system, matching = bare(crn)
    check(system, matching, np.full(crn.n_reactions, c_max), TIME)
    system = with_buffers(system, SCHEME.buffer(), unbalanced(system, matching))
    supply = Supply(margin=0.0, floor=0.1, depletion=0.05, c_max=c_max)
    nothing, fuels = np.zeros(crn.n_reactions), np.full(system.n_modules, c_max)
    dosing = matched_dose(system, nothing, nothing, fuels, matching.gamma * UNIT, supply)
    return system, matching, dosing, implementation(system, dosing, matched_rates(system, matching, fuels))


def run(crn: Crn, c_max: float, times: np.ndarray) -> tuple[Implementation, np.ndarray]:
    """Return the implementation and its states at formal times."""
    made = built(crn, c_max)[3]
    tolerances = Tolerances(1e-8, 1e-10).scaled(UNIT)
    return made, simulate(made.crn, made.crn.initial, times * TIME, tolerances).states


def test_lotka_volterra_has_the_rate_constants_of_the_paper():
    system, matching, dosing, _ = built(parse_crn(LOTKA_VOLTERRA), 1e-6)
    # k = 0.4 per unit and time = 0.4 / (1 nM * 1000 s) = 4e5 /M/s for two reactants, 4e-4 /s for one.
    assert matching.sigma == pytest.approx(4e5)
    assert matching.gamma == pytest.approx(1 / (1 - 0.4))
    assert [system.crn.species[s] for s in system.species[system.reaction < 0, 0]] == ["B"]
    rates = matched_rates(system, matching, np.full(4, 1e-6))
    forward = rates[:, 0]
    gamma = matching.gamma
    np.testing.assert_allclose(forward, [gamma * 4e-4 / 1e-6, gamma * 4e5, gamma * 4e-4 / 1e-6, gamma * 4e5])
    assert (rates[1, 1:4] == Q_MAX).all()
    assert rates[3, 1] == Q_MAX
    assert dosing.unit == pytest.approx(gamma * UNIT)


def test_reactants_are_ordered_so_that_a_ring_needs_no_buffers():
    crn = parse_crn("A + B -> 2B\nB + C -> 2C\nC + A -> 2A")
    system, matching = bare(crn, time=1e4)
    assert not len(unbalanced(system, matching))
    plain = translate(crn, SCHEME)
    ordered = match(plain, unit=UNIT, time=1e4, q_max=Q_MAX, linking=np.zeros(3, dtype=bool))
    assert ordered.sigma == pytest.approx(2 * matching.sigma)
    assert len(unbalanced(plain, ordered)) == 2


@given(rate_dependent())
def test_ordering_reactants_never_raises_sigma_and_keeps_every_reaction(crn):
    system, matching = bare(crn)
    plain = translate(crn, SCHEME)
    other = match(plain, unit=UNIT, time=TIME, q_max=Q_MAX, linking=np.zeros(crn.n_reactions, dtype=bool))
    assert matching.sigma <= other.sigma * (1 + 1e-9)
    assert matching.load.sum() == pytest.approx(other.load.sum())
    for module in range(system.n_modules):
        shape, species = system.templates[system.template[module]].shape, system.species[module]
        reaction = crn.reaction(module)
        assert sorted(crn.species[species[label]] for label in shape.reactants) == sorted(reaction.reactants)
        assert sorted(crn.species[species[label]] for label in shape.products) == sorted(reaction.products)


@given(rate_dependent(), st.sampled_from([2e-8, 1e-6]))
def test_no_step_is_faster_than_q_max_and_all_species_are_held_alike(crn, c_max):
    try:
        system, matching = built(crn, c_max)[:2]
    except LimitExceededError:
        system, matching = bare(crn)
        order = crn.reactants.sum(axis=1)
        fastest = np.where(order == 2, matching.rates, matching.rates / c_max).max()
        spread = (matching.sigma - matching.load).max()
        assert matching.sigma + max(fastest, spread) > Q_MAX
        return
    rates = matched_rates(system, matching, np.full(system.n_modules, c_max))
    assert rates.max() <= Q_MAX * (1 + 1e-9)
    held = np.zeros(crn.n_species)
    for module in range(system.n_modules):
        template = system.templates[system.template[module]]
        if template.kind == "buffer" or len(template.shape.reactants) == 2:
            held[system.species[module, 0]] += rates[module, 0] / Q_MAX
    used = np.asarray((crn.reactants + crn.products).sum(axis=0)).ravel() > 0
    np.testing.assert_allclose(1.0 + held[used], matching.gamma)


@given(rate_dependent(), st.sampled_from([1.0, 30.0, 900.0]))
def test_the_time_scale_of_a_refusal_is_the_one_that_works(crn, speed):
    fuel = np.full(crn.n_reactions, 1e-6)
    time = TIME / speed
    system, matching = bare(crn, time=time)
    try:
        check(system, matching, fuel, time)
    except LimitExceededError as error:
        factor = float(str(error).partition("time scale ")[2].split()[0])
        slower = float(str(error).partition('kinetics.time = "')[2].split()[0])
        for enough in (time * factor, slower):
            check(*bare(crn, time=enough), fuel, enough)
        with pytest.raises(LimitExceededError):
            check(*bare(crn, time=time * factor * 0.97), fuel, time * factor * 0.97)


def test_two_equal_reactants_are_used_up_two_at_a_time():
    # dA/dt = -2 k A^2: the same convention in the formal CRN and in the gates.
    times = np.linspace(0.0, 20.0, 41)
    made, states = run(parse_crn("2A -> B [k = 0.1]\nA @i 3"), 1e-4, times)
    totals = made.totals(states) / made.unit
    exact = 1.0 / (1.0 / 3.0 + 2 * 0.1 * times)
    np.testing.assert_allclose(totals[:, 0], exact, atol=2e-3)
    np.testing.assert_allclose(totals[:, 1], (3.0 - exact) / 2, atol=2e-3)


def test_free_signals_stand_at_their_formal_concentrations_once_linkers_have_bound():
    times = np.array([0.0, 0.5, 2.0, 8.0])
    crn = parse_crn(LOTKA_VOLTERRA)
    made, states = run(crn, 1e-4, times)
    formal = simulate(crn, crn.initial, times).states
    np.testing.assert_allclose(states[1:, :2] / UNIT, formal[1:], rtol=5e-3)
    np.testing.assert_allclose(made.totals(states) / made.unit, formal, rtol=5e-3)
    np.testing.assert_allclose(states[0, :2] / made.unit, formal[0])


@settings(max_examples=12)
@given(rate_dependent(), st.lists(st.integers(1, 4), min_size=4, max_size=4))
def test_four_times_the_fuel_gives_a_quarter_of_the_error_whatever_the_reactions(crn, start):
    crn = crn.with_(initial=np.array(start, dtype=float))
    times = np.linspace(0.0, 10.0, 51)
    tight = Tolerances(1e-9, 1e-11)
    used = usage(crn, crn.initial, 10.0)
    assume(0.5 < used.turnover.max() < 500 and used.peak.max() < 100)
    formal = simulate(crn, crn.initial, times, tight).states
    errors = []
    for c_max in (1e-5, 4e-5):
        try:
            made, states = run(crn, c_max, times)
        except LimitExceededError:
            assume(False)
        errors.append(np.abs(made.totals(states) / made.unit - formal).max())
    assert 3.5 < errors[0] / errors[1] < 4.5


def test_a_backward_strand_that_two_modules_share_stands_there_once():
    # 2B -> E loads B, so A comes first in both other reactions, whose backward strand is then one molecule.
    crn = parse_crn("A + B -> C [k = 0.1]\nA + B -> D [k = 0.2]\n2B -> E [k = 0.3]\nA @i 2\nB @i 3")
    system, _, dosing, made = built(crn, 1e-6)
    backward = [i for i, name in enumerate(made.crn.species) if name.endswith("_B")]
    assert len(backward) == 2  # of three modules
    np.testing.assert_allclose(made.crn.initial[backward], 1e-6)
    assert dosing.amounts(system).max() == pytest.approx(1e-6)
    times = np.linspace(0.0, 10.0, 21)
    made, states = run(crn, 1e-5, times)
    formal = simulate(crn, crn.initial, times).states
    np.testing.assert_allclose(made.totals(states) / made.unit, formal, atol=5e-3)


def test_reactions_of_legalising_pass_on_at_q_max_and_their_species_are_not_buffered():
    crn = parse_crn("2A -> F [k = 0.1]\nF -> A + B [k = 0.1]\nA @i 3")
    system = translate(crn, SCHEME)
    linking = np.array([False, True])
    matching = match(system, unit=UNIT, time=TIME, q_max=Q_MAX, linking=linking)
    assert [crn.species[s] for s in unbalanced(system, matching)] == ["B"]
    assert matched_rates(system, matching, np.full(2, 1e-6))[1, 0] == Q_MAX


def test_doses_follow_what_is_used_bound_and_hurried():
    crn = parse_crn("A -> B [k = 0.1]\nA + B -> C [k = 0.1]")
    system, matching = bare(crn)
    turnover, peak = np.array([4.0, 1.0]), np.array([5.0, 2.0, 1.0])
    # A lives longest 1 / (0.1 + 0.1 * 2) time units; at q_max a step lasts as long with 0.3 / (1000 s * 1e6 /M/s).
    hurry = pace(crn, matching, peak, UNIT)
    assert hurry == pytest.approx(max(0.1 + 0.1 * 2, 0.1 * 5) / TIME / Q_MAX)
    supply = Supply(margin=0.5, floor=0.1, depletion=0.1, pace=hurry)
    fuels = matched_fuels(system, turnover, peak, UNIT, supply)
    np.testing.assert_allclose(fuels, [10 * ((6 + 5) * UNIT + hurry), 10 * ((1.5 + 7) * UNIT + hurry)])


def test_a_fuel_that_runs_out_before_the_horizon_is_refused():
    crn = parse_crn("A -> B [k = 0.1]")
    supply = Supply(margin=0.2, floor=0.1, depletion=0.05, c_max=1e-8)
    system = translate(crn, SCHEME)
    fuels = matched_fuels(system, np.array([8.0]), np.zeros(2), UNIT, supply)
    assert matched_dose(system, np.array([8.0]), np.array([8.0]), fuels, UNIT, supply).fuels.max() == 1e-8
    with pytest.raises(LimitExceededError, match=r"A -> B .*uses 12 nM .*c_max is 10 nM"):
        matched_dose(system, np.array([10.0]), np.array([10.0]), fuels, UNIT, supply)
    generous = matched_fuels(system, np.array([10.0]), np.zeros(2), UNIT, replace(supply, c_max=None))
    assert generous.tolist() == [pytest.approx(2.4e-7)]


def test_centred_fuels_stand_at_their_level_halfway():
    crn = parse_crn("A + B -> C [k = 0.1]\nC -> [k = 0.1]\n2C -> A [k = 0.1]")
    system, matching = bare(crn)
    supply = Supply(margin=0.2, floor=0.1, depletion=0.05, c_max=1e-7, centred=True)
    fired = np.array([20.0, 6.0, 0.0])
    table = matched_dose(system, fired + 9, fired, np.full(3, 1e-7), UNIT, supply).fuels
    # L and T are used up, B is left over; G is used up; what does not fire does not change.
    np.testing.assert_allclose(table[0], [1.1e-7, 0.9e-7, 1.1e-7])
    np.testing.assert_allclose(table[1, 0], 1.03e-7)
    np.testing.assert_allclose(table[2], 1e-7)
    assert matched_rates(system, matching, np.full(3, 1e-7))[1, 0] == pytest.approx(matching.gamma * 1e-4 / 1e-7)


def test_a_centred_backward_strand_that_modules_share_stands_no_lower_than_half():
    # Both A + B give one backward strand. The first leaves 90 nM of it, which would ask for 50 - 45 nM of its share.
    crn = parse_crn("A + B -> C [k = 0.1]\nA + B -> D [k = 0.2]")
    system = translate(crn, SCHEME)
    supply = Supply(margin=0.0, floor=0.1, depletion=0.05, c_max=1e-7, centred=True)
    fired = np.array([90.0, 10.0])
    table = matched_dose(system, fired, fired, np.full(2, 1e-7), UNIT, supply).fuels
    np.testing.assert_allclose(table, [[1.45e-7, 0.25e-7, 1.45e-7], [1.05e-7, 0.45e-7, 1.05e-7]])
