import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.errors import DesignError
from dsdcompile.units import concentration, duration, rate_constant, show_concentration, show_duration


@pytest.mark.parametrize(
    ("text", "molar"),
    [("10 nM", 1e-8), ("10nM", 1e-8), ("1.5 uM", 1.5e-6), ("2 µM", 2e-6), ("1e-3 M", 1e-3), ("0 M", 0)],
)
def test_concentrations_are_molar(text, molar):
    assert concentration(text) == pytest.approx(molar, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "value"), [("1e6 /M/s", (1e6, 2)), ("3 /nM/h", (3e9 / 3600, 2)), ("6 /min", (0.1, 1))]
)
def test_rate_constants_carry_their_molecularity(text, value):
    assert rate_constant(text) == pytest.approx(value)


@given(st.floats(1e-12, 0.9))
def test_a_shown_concentration_reads_back(molar):
    assert concentration(show_concentration(molar)) == pytest.approx(molar, rel=1e-3)


@given(st.floats(1e-3, 1e7))
def test_a_shown_duration_reads_back(seconds):
    assert duration(show_duration(seconds)) == pytest.approx(seconds, rel=1e-2)


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (concentration, "10", "unknown concentration unit ''"),
        (concentration, "ten nM", "is not a concentration"),
        (concentration, "nan nM", "is not a concentration"),
        (concentration, "-1 nM", "cannot be negative"),
        (concentration, "1e999 nM", "is not a concentration"),
        (duration, "3 weeks", "unknown time unit 'weeks'"),
        (duration, "-3 h", "cannot be negative"),
        (rate_constant, "0 /s", "must be positive"),
        (rate_constant, "1 /M/M/s", "unknown rate unit"),
        (rate_constant, "1 /xM/s", "unknown rate unit"),
    ],
)
def test_what_does_not_parse_says_what_would(read, text, message):
    with pytest.raises(DesignError, match=message):
        read(text)
