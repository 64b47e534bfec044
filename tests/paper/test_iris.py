"""The paper's own IRIS network, from the weights its authors published."""

import json

import numpy as np
import pytest

from dsdcompile import compile_network, limit, reduce, translate
from dsdcompile.network.network import Layer, Network


@pytest.fixture(scope="module")
def published(shared):
    file = shared / "data/iris/paper_network.json"
    if not file.is_file():
        pytest.skip("the published network is not beside the checkout")
    return json.loads(file.read_text())


@pytest.fixture(scope="module")
def network(published):
    return Network(
        tuple(Layer(np.array(one["weights"]), np.array(one["bias"]), one["activation"]) for one in published["layers"])
    )


@pytest.fixture(scope="module")
def examples(published):
    return {key: np.array(published[key]) for key in ("inputs", "label", "network_label")}


def test_the_counts_are_the_papers(network):
    formal = compile_network(network)
    reduced = reduce(formal)
    assert formal.n_reactions == 40
    assert reduced.n_reactions == 16
    assert int((reduced.reactants.sum(axis=1) == 2).sum()) == 8


def test_141_of_150_are_right_by_network_formal_and_reduced_crn(network, examples):
    inputs, truth, said = (examples[key] for key in ("inputs", "label", "network_label"))
    wanted = network(inputs)
    formal = compile_network(network)
    for outputs in (wanted, limit(formal, inputs), limit(reduce(formal), inputs)):
        np.testing.assert_allclose(outputs, wanted, rtol=0, atol=1e-9)
        assert (outputs.argmax(axis=1) == said).all()
        assert int((outputs.argmax(axis=1) == truth).sum()) == 141


@pytest.mark.parametrize(("most", "unreduced", "reduced"), [(2, 104, 138), (4, 56, 51)])
def test_naive_trees_cost_what_was_measured(network, most, unreduced, reduced):
    formal = compile_network(network)
    assert translate(formal, max_products=most).n_modules == unreduced
    assert translate(reduce(formal), max_products=most).n_modules == reduced
