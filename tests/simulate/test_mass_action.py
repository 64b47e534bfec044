"""The right-hand side and Jacobian against a transcription of the definition, and against finite differences."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.simulate.mass_action import MassAction
from tests.strategies import crns


def by_definition(crn, state):
    change = np.zeros(crn.n_species)
    for reaction in crn:
        speed = reaction.rate * np.prod([state[crn.index[name]] for name in reaction.reactants])
        for name in reaction.reactants:
            change[crn.index[name]] -= speed
        for name in reaction.products:
            change[crn.index[name]] += speed
    return change


@given(crns(), st.integers(0, 2**32 - 1))
def test_derivative_is_the_definition(crn, seed):
    states = np.random.default_rng(seed).uniform(0, 3, (2, crn.n_species))
    law = MassAction.of(crn)
    want = np.array([by_definition(crn, state) for state in states])
    np.testing.assert_allclose(law.derivative(states), want, rtol=1e-12, atol=1e-12 * crn.rates.max(initial=1.0))
    np.testing.assert_allclose(law.derivative(states[0]), want[0], rtol=1e-12, atol=1e-12 * crn.rates.max(initial=1.0))


@given(crns(), st.integers(0, 2**32 - 1))
def test_jacobian_is_the_derivative_of_the_derivative(crn, seed):
    state = np.random.default_rng(seed).uniform(0.1, 3, crn.n_species)
    law = MassAction.of(crn)
    step = 1e-6
    columns = [
        (by_definition(crn, state + step * unit) - by_definition(crn, state - step * unit)) / (2 * step)
        for unit in np.eye(crn.n_species)
    ]
    np.testing.assert_allclose(
        law.jacobian(state).toarray(), np.array(columns).T, rtol=1e-6, atol=1e-6 * crn.rates.max(initial=1.0)
    )
