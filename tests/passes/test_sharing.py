import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from dsdcompile.passes import sharing
from dsdcompile.passes.four_russians import join_blocks
from dsdcompile.passes.pairs_kernel import common_pairs, listed, pack, take_pairs, transposed, unpack
from dsdcompile.passes.sharing import Shared, share


def reached(graph: Shared, sources: int, targets: int) -> np.ndarray:
    """How many ways lead from each source to each target."""
    edges = graph.edges.toarray()
    direct, onward = edges[:, :targets], edges[:, targets:]
    ways = direct.copy()
    for _ in range(graph.nodes + 1):
        ways = direct + onward @ ways[sources:]
    return ways[:sources]


@st.composite
def sets(draw: st.DrawFn) -> np.ndarray:
    shape = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1))).random(shape) < draw(st.floats(0.05, 1.0))


def rails(widths: tuple[int, int], seed: int = 0) -> np.ndarray:
    """The product lists of a random layer with weights +1 and -1, both rails."""
    weights = np.random.default_rng(seed).choice([-1, 1], widths)
    lists = np.zeros((2 * widths[0], 2 * widths[1]), dtype=bool)
    for source, target in ((0, 0), (1, 1)):
        lists[source::2, target::2] = weights > 0
        lists[source::2, 1 - target :: 2] = weights < 0
    return lists


@given(sets())
def test_every_source_reaches_each_of_its_targets_once(matrix):
    graph = share(sparse.csr_array(matrix.astype(np.int64)), np.arange(matrix.shape[1]))
    np.testing.assert_array_equal(reached(graph, *matrix.shape), matrix)
    assert graph.branches <= matrix.sum() - matrix.any(axis=1).sum()


@given(sets(), st.integers(0, 3))
def test_blocks_spell_every_row(matrix, rounds):
    slots = np.arange(matrix.shape[1]) // 2
    joined = join_blocks(matrix, slots, rounds)
    meaning = np.eye(matrix.shape[1], dtype=np.int64)
    for left, right in joined.parts:
        meaning = np.vstack([meaning, meaning[left] + meaning[right]])
    np.testing.assert_array_equal(joined.sets.astype(np.int64) @ meaning, matrix)


def test_blocks_of_rails_build_each_pattern_once():
    joined = join_blocks(rails((40, 4)), np.arange(8) // 2, 2)
    assert len(joined.parts) == 4 + 4 + 16  # all patterns of two and two units, then of four
    assert (joined.sets.sum(axis=1) == 1).all()


def test_too_many_pairs_to_count_are_joined_in_blocks_first(monkeypatch):
    matrix = rails((24, 20))
    plain = share(sparse.csr_array(matrix.astype(np.int64)), np.arange(40) // 2)
    monkeypatch.setattr(sharing, "DENSE_COLUMNS", 4)
    monkeypatch.setattr(sharing, "MOST_PAIRS", 2000)
    blocked = share(sparse.csr_array(matrix.astype(np.int64)), np.arange(40) // 2)
    np.testing.assert_array_equal(reached(blocked, *matrix.shape), matrix)
    assert blocked.branches < matrix.sum() / 2
    assert plain.branches <= 1.1 * blocked.branches


@given(sets(), st.integers(2, 5))
def test_pairs_are_counted_bit_by_bit_and_entry_by_entry(matrix, least):
    together = np.triu(matrix.T.astype(np.int64) @ matrix, 1)
    first, second = np.nonzero(together >= least)
    bits = pack(matrix)
    for price in (-1, 10**6):  # entry by entry, and bit by bit
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sharing, "LISTED", price)
            pairs = sharing._Pairs(bits, pack(matrix.T))
            assert (pairs._lists is None) == (price > 0 and bool(matrix.any()))
            assert max(1, pairs.most()) == max(1, together.max(initial=0))
            for found, wanted in zip(pairs.common(least), (first, second, together[first, second]), strict=True):
                np.testing.assert_array_equal(found, wanted)


@given(sets())
def test_bits_are_transposed_and_listed(matrix):
    turned = transposed(pack(matrix), len(matrix))
    np.testing.assert_array_equal(turned, pack(matrix.T))
    column, row = matrix.T.nonzero()
    start, rows = listed(pack(matrix))
    np.testing.assert_array_equal(rows, row)
    np.testing.assert_array_equal(np.repeat(np.arange(matrix.shape[1]), np.diff(start)), column)


@given(sets())
def test_packing_is_undone(matrix):
    np.testing.assert_array_equal(unpack(pack(matrix), len(matrix)), matrix)


def test_the_most_common_pair_is_taken_first():
    matrix = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 0], [0, 1, 1]], dtype=bool)
    bits = pack(matrix)
    first, second, count = common_pairs(bits, 2)
    taken, rows = take_pairs(bits, first, second, count, 2)
    assert [(int(first[t]), int(second[t])) for t in taken] == [(0, 1)]
    np.testing.assert_array_equal(unpack(rows, 4)[:, 0], [True, True, True, False])
    np.testing.assert_array_equal(unpack(bits, 4), [[0, 0, 1], [0, 0, 1], [0, 0, 0], [0, 1, 1]])


@pytest.mark.parametrize(("widths", "most"), [((4, 8), 28), ((10, 32), 210), ((64, 10), 240), ((196, 64), 4700)])
def test_branches_of_random_layers(widths, most):
    """Naive trees take 56, 620, 1152 and 24696."""
    matrix = rails(widths)
    graph = share(sparse.csr_array(matrix.astype(np.int64)), np.arange(matrix.shape[1]) // 2)
    assert graph.branches <= most


def test_the_same_seed_gives_the_same_graph():
    matrix = sparse.csr_array(rails((10, 12)).astype(np.int64))
    one, other = (share(matrix, np.arange(24) // 2) for _ in range(2))
    assert (one.edges != other.edges).nnz == 0
