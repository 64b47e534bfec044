"""What a level makes: the three forms say the same, and each level is cut out of the whole as scipy would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from dsdcompile.crn import spread as room
from dsdcompile.crn.matrices import IntArray, Rows
from dsdcompile.crn.spread import Dense, Listed, Paired, products, spread

PAIRS = np.array([[0, 1], [2, 3], [4, 5]])


@st.composite
def counts(draw: st.DrawFn) -> IntArray:
    """A matrix of counts (reactions, 6 species)."""
    seed, rows = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 7))
    random = np.random.default_rng(seed)
    return random.integers(0, 4, (rows, 6)) * (random.random((rows, 6)) < draw(st.floats(0, 1)))


@given(counts(), st.data())
def test_rows_are_those_of_scipy(matrix: IntArray, data: st.DataObject) -> None:
    whole = sparse.csr_array(matrix)
    rows = Rows.of(whole)
    first = data.draw(st.integers(0, len(matrix)))
    last = data.draw(st.integers(first, len(matrix)))
    part = rows.between(first, last)
    assert np.array_equal(sparse.csr_array((part.value, part.column, part.start), (last - first, 6)).toarray(),
                          matrix[first:last])  # fmt: skip
    assert np.array_equal(rows.row, whole.nonzero()[0])
    some = np.array(data.draw(st.lists(st.integers(0, len(matrix) - 1), max_size=9)), dtype=np.int64)
    columns, begin = rows.at(some)
    for place, row in enumerate(some):
        assert np.array_equal(columns[begin[place] : begin[place + 1]], np.flatnonzero(matrix[row]))
    assert len(begin) == len(some) + 1
    assert begin[-1] == len(columns)


def test_stored_zeros_are_no_entries() -> None:
    stored = sparse.csr_array((np.array([0, 2]), np.array([0, 1]), np.array([0, 2])), shape=(1, 3))
    assert Rows.of(stored).column.tolist() == [1]
    assert stored.nnz == 2, "the matrix that was given stays as it was"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", [Listed, Dense, Paired])
def test_each_form_adds_what_the_counts_say(kind: type, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "DENSE_ENTRIES", 10**9 if kind is Listed else 0)
    monkeypatch.setattr(room, "DENSE_SHARE", 0.0)
    random = np.random.default_rng(seed)
    matrix = random.integers(0, 4, (1 + seed, 6))
    matrix[0, 0] = 1
    pairs = PAIRS if kind is Paired else PAIRS[:0]
    made = Rows.of(sparse.csr_array(matrix))
    assert type(products(made, 6, pairs)) is kind
    state, fired = random.random((6, 3)), random.random((len(matrix), 3))
    wanted = state + matrix.T @ fired
    spread(made, 6, pairs).add(fired, state)
    assert np.allclose(state, wanted, rtol=1e-12)


def test_a_half_pair_is_not_paired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "DENSE_ENTRIES", 0)
    monkeypatch.setattr(room, "DENSE_SHARE", 0.0)
    made = Rows.of(sparse.csr_array(np.array([[1, 1, 1, 0, 0, 0]])))
    assert isinstance(products(made, 6, PAIRS[:1]), Dense), "species 2 has no partner"
    assert isinstance(products(made, 6, PAIRS[:2]), Paired), "species 3 is just not made"
