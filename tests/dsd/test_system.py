import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit, limit_state
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths, base
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.errors import SchemeError
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances
from tests.strategies import inputs_for, networks

SCHEME = find_scheme("soloveichik2010")


def system_of(text: str) -> DsdSystem:
    return translate(parse_crn(text), SCHEME)


def test_a_relu_has_the_strands_of_figures_2_and_3():
    system = system_of("#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn")
    assert system.n_modules == 2
    # one reactant: G is 2 strands, T is 3; two reactants: L is 3, B 1, T 2; and the input strands.
    assert [len(c.complex.strands) for c in system.fuels()] == [2, 3, 3, 1, 2]
    assert len(system.inventory.strands) == 2 + 3 + 3 + 2 + 2  # B is also the first top strand of L: ordered once
    assert system.inventory.longest_strand == 21 + 2 * 21
    assert {base(t) for s in system.inventory.strands for t in s.domains} == set(system.inventory.domains)


@pytest.mark.parametrize("text", ["-> A", "A + B + C + D -> E", "4A -> B"])
def test_reactions_that_no_gate_can_build_are_named(text):
    with pytest.raises(SchemeError, match="reactants; gates take one to 3"):
        system_of(text)


def test_equal_reactants_that_make_themselves_go_through_an_intermediate():
    crn = parse_crn("2A -> A + B\n#! output A")
    with pytest.raises(SchemeError, match="2A -> A"):
        translate(crn, SCHEME)
    legal = legalise(crn, SCHEME.accepts, 4).crn
    assert [str(r) for r in legal] == ["2A -> F3", "F3 -> A + B"]


def dosed(crn: Crn, inputs: np.ndarray, margin: float = 0.2) -> Crn:
    system = translate(crn, SCHEME)
    need = limit_state(crn, crn.inlet(inputs)).turnover.max(axis=0)
    return implementation(
        system, dose(system, need, unit=1e-8, margin=margin, floor=0.1), uniform_rates(system, 1e6)
    ).crn


@given(st.data())
def test_fuel_is_enough_and_the_implementation_reaches_the_networks_output(data):
    network = data.draw(networks(max_layers=2, max_width=3))
    x = data.draw(inputs_for(network, examples=1))
    crn = legalise(reduce(compile_network(network)).crn, SCHEME.accepts, 4).crn
    built = dosed(crn, x)
    state = simulate(built, built.inlet(x * 1e-8)[0], [0.0, 1e9], Tolerances().scaled(1e-8)).final
    np.testing.assert_allclose(built.read(state) / 1e-8, network(x)[0], atol=0.02)


def test_too_little_fuel_changes_the_answer():
    crn = parse_crn("#! input A\n#! input B\n#! output C\nA + B -> C")
    x = np.array([[3.0, 2.0]])
    enough, short = dosed(crn, x), dosed(crn, x, margin=-0.5)
    results = [
        built.read(simulate(built, built.inlet(x * 1e-8)[0], [0.0, 1e8], Tolerances().scaled(1e-8)).final)[0] / 1e-8
        for built in (enough, short)
    ]
    assert results[0] == pytest.approx(2.0, abs=1e-3)
    assert results[1] == pytest.approx(1.0, abs=1e-3)
    assert limit(crn, x)[0, 0] == 2.0


def test_doses_are_the_largest_turnover_times_the_margin():
    crn = parse_crn("#! input A\nA -> B\nB -> C")
    system = translate(crn, SCHEME)
    dosing = dose(system, np.array([3.0, 0.0]), unit=1e-8, margin=0.2, floor=0.5)
    np.testing.assert_allclose(dosing.fuels, [[3.6e-8] * 2, [0.6e-8] * 2])
    amounts = dosing.amounts(system)
    assert {system.molecule_name(int(n)): amounts[n] for n in np.flatnonzero(amounts)} == pytest.approx(
        {"m0_G": 3.6e-8, "m0_T": 3.6e-8, "m1_G": 0.6e-8, "m1_T": 0.6e-8}
    )


def test_shared_toeholds_come_from_the_pool():
    crn = parse_crn("A -> B + C\nB + C -> D")
    system = translate(crn, SCHEME, DomainLengths(), toeholds=3)
    toeholds = {d.name for d in system.inventory.domains.values() if d.part == "toehold"}
    assert toeholds == {"t0", "t1", "t2"}
