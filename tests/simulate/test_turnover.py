import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.limit import has_limit, limit_state
from dsdcompile.crn.text import parse_crn
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.simulate.turnover import usage, with_counters
from tests.strategies import crns, feed_forward_crns


def test_firings_of_a_decay_and_its_peak():
    found = usage(parse_crn("A -> B\nB ->"), [[2.0, 0.0], [1.0, 3.0]], 1.5)
    share = 1 - np.exp(-1.5)
    assert found.turnover[0] == pytest.approx(2 * share, rel=1e-4)
    # The second state uses B more: 3 there, and what A makes.
    assert found.turnover[1] == pytest.approx(3 * share + (1 - np.exp(-1.5) * 2.5), rel=1e-4)
    assert found.least.tolist() == pytest.approx([share, 2 - np.exp(-1.5) * 2 * 2.5], rel=1e-4)
    assert found.peak.tolist() == [2.0, 3.0]


def test_firings_of_two_equal_reactants():
    found = usage(parse_crn("2A -> A [k = 0.5]"), [4.0], 3.0)
    # Each firing uses one A up: dA/dt = -k A^2.
    assert found.turnover[0] == pytest.approx(4.0 - 1.0 / (0.25 + 1.5), rel=1e-4)


@given(feed_forward_crns(), st.integers(0, 2**32 - 1))
def test_turnover_tends_to_the_exact_one_where_there_is_a_limit(crn, seed):
    state = np.random.default_rng(seed).integers(0, 9, crn.n_species) / 4 + 0.25
    exact = limit_state(crn, state[None, :]).turnover[0]
    found = usage(crn, state, 1e7, Tolerances(1e-8, 1e-10), points=2).turnover
    np.testing.assert_allclose(found, exact, atol=2e-3 * max(1.0, exact.max(initial=0.0)))


@given(crns())
def test_counters_watch_without_touching(crn):
    counted = with_counters(crn)
    assert counted.species[: crn.n_species] == crn.species
    assert (counted.net[:, : crn.n_species] != crn.net).nnz == 0
    assert (counted.products[:, crn.n_species :].toarray() == np.eye(crn.n_reactions)).all()
    assert counted.reactants[:, crn.n_species :].nnz == 0


def test_counters_take_no_name_that_is_taken():
    assert set(with_counters(parse_crn("fired0 -> fired_1")).species) == {"fired0", "fired_1", "fired__0"}


def test_a_horizon_is_a_positive_time():
    with pytest.raises(SimulationError, match="horizon"):
        usage(parse_crn("A -> B"), [1.0, 0.0], 0.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A -> B\nB + C -> D", True),
        ("A -> B\nA -> C", False),
        ("A -> B\nB -> A", False),
        ("A -> A + B", False),
        ("-> A", False),
        ("A + K -> B + K", True),
    ],
)
def test_what_has_a_limit(text, expected):
    assert has_limit(parse_crn(text)) is expected
