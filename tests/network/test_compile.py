import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.limit import limit
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.reduce import reduce
from tests.strategies import inputs_for, networks


def random_binary(widths: list[int], seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    last = len(widths) - 2
    return Network(
        tuple(
            Layer(rng.choice([-1, 1], (a, b)), rng.normal(size=b), "linear" if i == last else "relu")
            for i, (a, b) in enumerate(itertools.pairwise(widths))
        )
    )


@given(st.data())
def test_the_limit_of_the_compiled_and_of_the_reduced_crn_is_the_network(data):
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    formal = compile_network(network)
    np.testing.assert_array_equal(limit(formal, x), network(x))
    np.testing.assert_array_equal(limit(reduce(formal).crn, x), network(x))


@pytest.mark.parametrize(
    ("widths", "formal", "reduced"),
    [([2, 3, 1], 16, 7), ([4, 8, 3], 40, 16), ([10, 32, 4], 148, 52), ([196, 512, 512, 10], 4488, 1416)],
)
def test_reaction_counts_are_the_papers(widths, formal, reduced):
    crn = compile_network(random_binary(widths))
    assert crn.n_reactions == formal
    assert reduce(crn).crn.n_reactions == reduced


def test_figure_1_is_the_papers_reactions_3_to_18():
    network = Network(
        (
            Layer(np.array([[1, 1, 1], [-1, -1, -1]]), np.zeros(3), "relu"),
            Layer(np.array([[1], [1], [-1]]), np.zeros(1), "linear"),
        )
    )
    crn = compile_network(network)
    assert str(crn.reaction(0)) == "X1p -> I1_1p + I1_2p + I1_3p"
    assert str(crn.reaction(3)) == "X2n -> I1_1p + I1_2p + I1_3p"
    assert {str(r) for r in crn} >= {"I1_1p -> M1_1 + H1_1p", "I1_1n + M1_1 -> H1_1n", "H1_3p -> H2_1n"}
    reduced = {str(r) for r in reduce(crn).crn}
    # Reactions 29 and 32 after cancellation (the paper's last display of section 3.3).
    assert "X1p -> M1_1 + M1_2 + M1_3 + H2_1p" in reduced
    assert "X2n -> M1_1 + M1_2 + M1_3 + H2_1p" in reduced
