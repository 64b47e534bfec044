import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.text import parse_crn
from dsdcompile.passes.combine import combine
from dsdcompile.simulate.mass_action import MassAction
from tests.strategies import crns


def test_reactions_written_twice_become_one():
    found = combine(parse_crn("A + B -> C [k = 2]\nA -> B\nB + A -> C [k = 3]\nA + B -> C + C"))
    assert [str(r) for r in found.crn] == ["A + B -> C [k = 5.0]", "A -> B", "A + B -> 2C"]


@given(crns(), st.integers(0, 2**32 - 1))
def test_kinetics_stay_as_they_are(crn, seed):
    state = np.random.default_rng(seed).uniform(0.0, 3.0, crn.n_species)
    doubled = crn.with_(
        reactants=crn.reactants[[*range(crn.n_reactions)] * 2],
        products=crn.products[[*range(crn.n_reactions)] * 2],
        rates=np.tile(crn.rates, 2) if crn.n_reactions else crn.rates,
    )
    found = combine(doubled).crn
    assert found.n_reactions <= crn.n_reactions
    before = MassAction.of(doubled).derivative(state)
    np.testing.assert_allclose(MassAction.of(found).derivative(state), before, rtol=1e-12, atol=1e-9)
