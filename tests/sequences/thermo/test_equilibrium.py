import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.errors import SimulationError
from dsdcompile.sequences.thermo.equilibrium import equilibrium


@st.composite
def tubes(draw):
    """Up to six strands, complexes of two to four, constants from 1e-8 to 1e25, totals from 1 pM to 1 mM."""
    count = draw(st.integers(1, 6))
    size = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    strands = np.array([np.bincount(rng.integers(0, count, rng.integers(2, 5)), minlength=count) for _ in range(size)])
    constants = np.log(10.0) * rng.uniform(-8, 25, size)
    totals = np.full(count, 1e-6) if draw(st.booleans()) else 10 ** rng.uniform(-12, -3, count)
    return strands, constants, totals


@given(tubes())
def test_totals_are_kept_and_constants_hold(tube):
    strands, constants, totals = tube
    found = equilibrium(strands, constants, totals)
    free, bound = found[: len(totals)], found[len(totals) :]
    assert np.allclose(free + strands.T @ bound, totals, rtol=1e-9, atol=0)
    assert (free > 0).all()
    assert np.allclose(np.log(bound), constants + strands @ np.log(free), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("exponent", [-8, 0, 6, 12, 25])
@pytest.mark.parametrize("other", [1e-6, 3e-6])
def test_a_dimer_in_closed_form(exponent, other):
    constant, one = 10.0**exponent, 1e-6
    found = equilibrium(np.array([[1, 1]]), np.log([constant]), np.array([one, other]))
    b = one + other + 1 / constant
    dimer = 2 * one * other / (b + np.sqrt(b * b - 4 * one * other))
    assert found[2] == pytest.approx(dimer, rel=1e-6)


def test_a_homodimer_in_closed_form():
    constant, total = 1e9, 1e-7
    free = (-1 + np.sqrt(1 + 8 * constant * total)) / (4 * constant)
    found = equilibrium(np.array([[2]]), np.log([constant]), np.array([total]))
    assert found[0] == pytest.approx(free, rel=1e-9)


def test_what_is_not_there_binds_nothing():
    found = equilibrium(np.array([[1, 1], [2, 0]]), np.log([1e9, 1e9]), np.array([1e-7, 0.0]))
    assert found[1] == found[2] == 0.0
    assert found[0] + 2 * found[3] == pytest.approx(1e-7)


def test_nonsense_is_refused():
    with pytest.raises(SimulationError, match="not negative"):
        equilibrium(np.array([[1]]), np.array([0.0]), np.array([-1.0]))
    with pytest.raises(SimulationError, match="finite"):
        equilibrium(np.array([[1]]), np.array([np.nan]), np.array([1.0]))
