"""The network is what the CRN computes: expressions and rational arithmetic against each other and planted errors."""

import dataclasses
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit_state
from dsdcompile.crn.reaction import Reaction
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.result import unchanged
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.verify.identity import Affine, evaluate, identity_check
from dsdcompile.verify.rational import rational_check, rational_limit
from dsdcompile.verify.verdict import Outcome
from tests.strategies import feed_forward_crns, inputs_for, networks

ACCEPTS = find_scheme("soloveichik2010").accepts


def plain(network: Network) -> list[Affine]:
    return [Affine(layer.weights, layer.biases, layer.activation == "relu") for layer in network.layers]


def ways(network: Network):
    """Every CRN on the way, with the map from the formal species."""
    formal = unchanged(compile_network(network))
    reduced = formal.then(reduce(formal.crn))
    built = reduced.then(legalise(reduced.crn, ACCEPTS, 2))
    unreduced = formal.then(legalise(formal.crn, ACCEPTS, 3))
    return formal, reduced, built, unreduced


@given(networks())
def test_every_crn_on_the_way_is_the_network(network):
    for way in ways(network):
        check = identity_check("x", way.crn, plain(network))
        assert check.outcome is Outcome.PROVED, check.detail


@given(networks(max_layers=3))
def test_every_crn_on_the_way_equals_the_network_in_rational_arithmetic(network):
    formal, *others = ways(network)
    for way in (formal, *others):
        check = rational_check("x", way.crn, formal.crn, way.image, plain(network))
        assert check.outcome is Outcome.TESTED, check.detail


@given(st.data())
def test_plain_layers_evaluate_as_the_network(data):
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    np.testing.assert_array_equal(evaluate(plain(network), x), network(x))


@given(st.data())
def test_the_rational_limit_is_the_limit(data):
    crn = data.draw(feed_forward_crns())
    start = data.draw(st.lists(st.integers(0, 12), min_size=crn.n_species, max_size=crn.n_species))
    exact = rational_limit(crn, [Fraction(n, 4) for n in start])
    found = limit_state(crn, np.array([start]) / 4).state[0]
    np.testing.assert_allclose([float(x) for x in exact], found, atol=1e-9)


NETWORK = Network(
    (
        Layer(np.array([[1, -1], [1, 1]]), np.array([0.5, -0.25]), "relu"),
        Layer(np.array([[1, -1], [-1, 1]]), np.array([0.0, 1.0]), "linear"),
    )
)


def verdicts(crn: Crn, network: Network = NETWORK) -> tuple[Outcome, Outcome]:
    formal = compile_network(network)
    image = unchanged(formal).image
    return (
        identity_check("x", crn, plain(network)).outcome,
        rational_check("x", crn, formal, image, plain(network)).outcome
        if crn.n_species == len(formal.species)
        else Outcome.REFUTED,
    )


def test_each_changed_count_or_bias_is_refuted():
    formal = compile_network(NETWORK)
    assert verdicts(formal) == (Outcome.PROVED, Outcome.TESTED)  # random inputs prove nothing
    by_numbers = 0
    for entry in range(formal.products.nnz):
        changed = formal.products.copy()
        changed.data = formal.products.data.copy()
        changed.data[entry] += 1
        symbolic, numeric = verdicts(formal.with_(products=changed))
        assert symbolic is Outcome.REFUTED, entry
        by_numbers += numeric is Outcome.REFUTED
    # A few random inputs miss little of what the proof finds, and miss something: hence the proof.
    assert by_numbers >= 0.8 * formal.products.nnz
    for species in np.flatnonzero(formal.initial):
        initial = np.array(formal.initial)
        initial[species] += 0.125
        assert identity_check("x", formal.with_(initial=initial), plain(NETWORK)).outcome is Outcome.REFUTED


def test_another_network_is_refuted_with_an_input():
    other = dataclasses.replace(
        NETWORK, layers=(NETWORK.layers[0], Layer(-NETWORK.layers[1].weights, [0, 1.0], "linear"))
    )
    check = identity_check("x", compile_network(other), plain(NETWORK))
    assert check.outcome is Outcome.REFUTED
    assert check.witnesses[0].problem.startswith("input (")


def test_what_depends_on_rates_is_undecided():
    race = Crn.of([Reaction(("A",), ("B",)), Reaction(("A",), ("C",))], inputs=["A"], outputs=["B"])
    layers = [Affine(np.array([[1]]), np.zeros(1), True)]
    assert identity_check("x", race, layers).outcome is Outcome.UNDECIDED


def test_a_minimum_is_no_network_of_one_input_but_is_not_called_wrong_without_reason():
    """y = min(x, 2 x) equals x on inputs that are not negative; no expression shows it, no input refutes it."""
    crn = Crn.of([Reaction(("A",), ("B", "C", "C")), Reaction(("B", "C"), ("Y",))], inputs=["A"], outputs=["Y"])
    check = identity_check("x", crn, [Affine(np.array([[1]]), np.zeros(1), True)])
    assert check.outcome is Outcome.UNDECIDED
