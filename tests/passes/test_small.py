"""What small networks cost in compiled loops is what the passes proper say, to the last strand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import CrnError
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.catalogue import named
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.declared import Setting
from dsdcompile.passes.plan import cheapest, plans
from dsdcompile.passes.sharing import share
from dsdcompile.passes.small.draws import permuted, seeded, uniform
from dsdcompile.passes.small.price import SmallPrice, shape_number, shape_of
from dsdcompile.passes.small.sharing_kernel import share as share_quickly
from dsdcompile.schemes.catalogue import find_scheme

PRICE = 0.2


def _model(name: str, most: int) -> CostModel:
    scheme = find_scheme(name)
    return CostModel(scheme.template, scheme.accepts, scheme.form, DomainLengths(6, 15, 15), most, PRICE)


MODELS = [_model(name, most) for name, most in (("soloveichik2010", 4), ("soloveichik2010", 2), ("cardelli2013", 3))]
PRICES = [SmallPrice(model) for model in MODELS]


def _full(layers: list[Layer], model: CostModel, lowest: np.ndarray | None) -> tuple[int, int, int]:
    crn = compile_network(Network(tuple(layers), "integer"))
    cost = cheapest(crn, Setting(model, lowest), plans("cost", named(() if lowest is None else ("shift",)))).cost
    return cost.modules, cost.strands, cost.nucleotides


def _layers(rng: np.random.Generator, widths: list[int], filled: float, largest: int) -> list[Layer]:
    layers = []
    for number, (before, after) in enumerate(itertools.pairwise(widths), start=1):
        weights = rng.integers(-largest, largest + 1, (before, after)) * (rng.random((before, after)) < filled)
        biases = np.round(rng.normal(size=after), 1) * (rng.random(after) < 0.5)
        layers.append(Layer(weights, biases, "linear" if number == len(widths) - 1 else "relu"))
    return layers


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    widths=st.sampled_from([[2, 3], [4, 3, 3], [4, 8, 3], [3, 2, 2, 2], [10, 4, 4]]),
    filled=st.sampled_from([0.2, 0.5, 0.9]),
    largest=st.sampled_from([1, 3, 5]),
    which=st.integers(0, len(MODELS) - 1),
    shifted=st.booleans(),
)
def test_networks_cost_what_the_full_compile_says(seed, widths, filled, largest, which, shifted):
    rng = np.random.default_rng(seed)
    layers = _layers(rng, widths, filled, largest)
    lowest = np.round(rng.normal(-1.0, 1.0, widths[0]), 1) if shifted else None
    quick = PRICES[which]([one.weights for one in layers], [one.biases for one in layers], lowest)
    assert quick == _full(layers, MODELS[which], lowest)


def test_a_unit_that_leads_nowhere_costs_nothing():
    one = ([np.array([[1], [-1]]), np.array([[1, -1]])], [np.zeros(1), np.zeros(2)])
    two = ([np.array([[1, 2], [-1, 1]]), np.array([[1, -1], [0, 0]])], [np.array([0.0, 1.0]), np.zeros(2)])
    low = np.array([-1.0, -1.0])
    assert PRICES[0](*one, low) == PRICES[0](*two, low)
    assert PRICES[0](*one, low)[0] == 2  # Xp -> M + H and M + I -> H


def test_kernels_draw_what_numpy_draws():
    state, rng = seeded(7), np.random.default_rng(7)
    for size in (1, 2, 3, 5, 8, 17, 100, 1):
        assert uniform(state, 0.5, 1.0) == rng.uniform(0.5, 1.0)
        assert permuted(state, np.arange(size)).tolist() == rng.permutation(np.arange(size)).tolist()


@pytest.mark.parametrize("seed", range(4))
def test_kernels_find_the_graph_that_sharing_finds(seed):
    rng = np.random.default_rng(seed)
    sets = rng.random(rng.integers(3, 20, 2)) < 0.6
    found = share(sparse.csr_array(sets, dtype=np.int64), np.arange(sets.shape[1]))
    edges, nodes = share_quickly(sets, seeded(0))
    there = np.zeros(found.edges.shape, dtype=int)
    np.add.at(there, tuple(edges.T), 1)
    assert nodes == found.nodes
    assert (there == found.edges.toarray()).all()


def test_every_shape_has_a_number_of_its_own():
    for reactants in ((0,), (0, 1)):
        shapes = [shape_of(reactants, number) for number in range(16)]
        assert len(set(shapes)) == 16
        assert all(ReactionShape.of(shape.reactants, shape.products) == shape for shape in shapes)
        assert [shape_number(np.array(shape.products, dtype=np.int64)) for shape in shapes] == list(range(16))


def test_gates_of_one_product_and_layers_that_do_not_chain_are_refused():
    with pytest.raises(CrnError, match="gates of 1 products"):
        SmallPrice(_model("soloveichik2010", 1))
    with pytest.raises(CrnError, match="do not chain"):
        PRICES[0]([np.ones((2, 3), dtype=int), np.ones((2, 1), dtype=int)], [np.zeros(3), np.zeros(1)])
