"""Kept probabilities: what is written is read, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.errors import FormatError
from dsdcompile.formats.openness_file import parse_shares, show_shares


@given(st.lists(st.floats(0.0, 1.0)))
def test_what_is_kept_is_read_to_six_digits(shares: list[float]) -> None:
    read = parse_shares(show_shares(shares), len(shares))
    assert read == pytest.approx(shares, rel=1e-5)
    assert parse_shares(show_shares(read), len(read)) == read


@pytest.mark.parametrize("text", ["[]", '{"shares": [0.5]}', '{"shares": [0.5, 1.5]}', '{"shares": [true, 0.1]}', "{"])
def test_what_holds_no_two_probabilities_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        parse_shares(text, 2)
