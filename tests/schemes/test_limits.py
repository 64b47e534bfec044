"""Whatever a scheme does on the way, with enough fuel it comes to the formal limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit, limit_state
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.join import join
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances
from tests.strategies import inputs_for, networks

UNIT = 1e-8
INPUTS = "#! input A\n#! input B\n#! output C\n#! output D\n"
CASES = [
    "A + B -> C\nC -> D",
    "A -> D + M\nM + B -> 2C + D",
    "A + B -> B + C\nC -> 2D",
    "2A -> C\nB + C -> D",
    "A ->\nB -> C + 3D",
    "A -> E + M\nE + M + B -> C\nC -> D + C2",
    "A -> E + K\nE + K + B -> C + D + K",
]


def final(crn: Crn, scheme: Scheme, inputs: np.ndarray, end: float = 1e8) -> np.ndarray:
    """Return the outputs of the implementation after ``end`` seconds, in formal units."""
    system = translate(crn, scheme)
    need = limit_state(crn, crn.inlet(inputs)).turnover.max(axis=0)
    built = implementation(system, dose(system, need, unit=UNIT, margin=0.2, floor=0.1), uniform_rates(system, 1e6)).crn
    state = simulate(built, built.inlet(inputs * UNIT)[0], [0.0, end], Tolerances().scaled(UNIT)).final
    return np.asarray(built.read(state)) / UNIT


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("text", CASES)
def test_a_feed_forward_crn_comes_to_its_limit(scheme, text):
    crn, inputs = parse_crn(INPUTS + text), np.array([[3.0, 2.0]])
    built = join(crn, scheme.accepts).crn
    np.testing.assert_allclose(final(built, scheme, inputs), limit(crn, inputs)[0], atol=0.01)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@settings(max_examples=5)
@given(data=st.data())
def test_a_network_comes_to_its_answer(scheme, data):
    network = data.draw(networks(max_layers=2, max_width=2))
    inputs = data.draw(inputs_for(network, examples=1))
    crn = legalise(reduce(compile_network(network)).crn, scheme.accepts, 4).crn
    np.testing.assert_allclose(final(crn, scheme, inputs, 1e9), network(inputs)[0], atol=0.05)
