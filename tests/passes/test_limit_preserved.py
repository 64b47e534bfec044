"""Every pass preserves the limit for every input: networks of all weight sets, and any CRN that has a limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.analysis import competition, is_feed_forward
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit, limit_state
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.annihilate import annihilate
from dsdcompile.passes.cancel import cancel
from dsdcompile.passes.dead import remove_dead
from dsdcompile.passes.fanout import share_products
from dsdcompile.passes.inline import inline
from dsdcompile.passes.join import join
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.merge import merge
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.result import PassResult, unchanged
from dsdcompile.passes.shift import shift
from tests.strategies import dual_rail_crns, feed_forward_crns, inputs_for, networks

PASSES = {
    "annihilate": annihilate,
    "cancel": cancel,
    "dead": remove_dead,
    "fanout2": lambda crn: share_products(crn, 2),
    "fanout4": lambda crn: share_products(crn, 4),
    "inline2": lambda crn: inline(crn, 2),
    "inline4": lambda crn: inline(crn, 4),
    "join": lambda crn: join(crn, lambda shape: len(shape.reactants) <= 2),
    "legalise2": lambda crn: legalise(crn, lambda shape: True, 2),
    "legalise3": lambda crn: legalise(crn, lambda shape: True, 3),
    "merge": merge,
    "reduce": reduce,
}
orders = st.lists(st.sampled_from(sorted(PASSES)), min_size=1, max_size=6)


def apply(crn: Crn, names: list[str]) -> PassResult:
    result = unchanged(crn)
    for name in names:
        result = result.then(PASSES[name](result.crn))
    return result


def outputs_of(crn: Crn, x: np.ndarray, names: list[str]) -> tuple[Crn, np.ndarray]:
    """What passes make of a CRN with inputs, and its outputs for these; shift is told the smallest values."""
    for name in names:
        crn = shift(crn, x.min(axis=0)).crn if name == "shift" else PASSES[name](crn).crn
    return crn, limit(crn, x)


def is_sound(before: Crn, result: PassResult) -> None:
    """What a pass promises of its result, limits apart."""
    after = result.crn
    assert result.image.shape == (before.n_species, after.n_species)
    assert result.origin.shape == (after.n_species,)
    assert result.origin.min(initial=0) >= -1
    assert result.origin.max(initial=-1) < before.n_species
    assert competition(after) is None
    assert is_feed_forward(after)
    assert len(after.inputs) == len(before.inputs)
    assert len(after.outputs) == len(before.outputs)
    for tables in ((before.inputs, after.inputs), (before.outputs, after.outputs)):
        names = [
            [crn.species[i] for i in table.ravel() if i >= 0]
            for crn, table in zip((before, after), tables, strict=True)
        ]
        assert names[0] == names[1]


@pytest.mark.parametrize("name", sorted(PASSES))
@given(data=st.data())
def test_one_pass_over_a_network(name, data):
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    formal = compile_network(network)
    result = apply(formal, [name])
    is_sound(formal, result)
    np.testing.assert_array_equal(limit(result.crn, x), network(x))


@given(data=st.data(), names=orders)
def test_passes_in_any_order_over_a_network(data, names):
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    formal = compile_network(network)
    result = apply(formal, names)
    is_sound(formal, result)
    np.testing.assert_array_equal(limit(result.crn, x), network(x))


@given(crn=feed_forward_crns(), names=orders, seed=st.integers(0, 2**32 - 1), paired=st.booleans())
def test_passes_in_any_order_over_any_crn_with_a_limit(crn, names, seed, paired):
    rng = np.random.default_rng(seed)
    crn = crn.with_(initial=rng.integers(0, 9, crn.n_species) / 4 * rng.integers(0, 2, crn.n_species))
    if paired and crn.n_species >= 4:
        # Pairs that nothing says are dual rails: only what is closed may be cancelled.
        pairs = rng.permutation(crn.n_species)[:4].reshape(2, 2)
        crn = crn.with_(pairs=pairs, outputs=pairs[:1])
    result = apply(crn, names)
    is_sound(crn, result)
    before, after = (one.read(limit_state(one, one.initial[None, :]).state) for one in (crn, result.crn))
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [*sorted(PASSES), "shift"])
@given(crn=dual_rail_crns(), seed=st.integers(0, 2**32 - 1))
def test_one_pass_over_rails_of_any_kind(name, crn, seed):
    x = np.random.default_rng(seed).integers(0, 9, (3, 2)) / 4 - [[1.0, 0.0]]
    after, found = outputs_of(crn, x, [name])
    np.testing.assert_allclose(found, limit(crn, x), atol=1e-9)
    assert competition(after) is None


@given(
    crn=dual_rail_crns(),
    names=st.lists(st.sampled_from([*sorted(PASSES), "shift"]), min_size=2, max_size=7),
    seed=st.integers(0, 2**32 - 1),
)
def test_passes_in_any_order_over_rails_of_any_kind(crn, names, seed):
    x = np.random.default_rng(seed).integers(0, 9, (3, 2)) / 4 - [[1.0, 0.0]]
    np.testing.assert_allclose(outputs_of(crn, x, names)[1], limit(crn, x), atol=1e-9)


@given(crn=feed_forward_crns(), names=orders, seed=st.integers(0, 2**32 - 1))
def test_the_image_says_what_a_species_stands_for(crn, names, seed):
    """Giving a species, before a pass, or its image, after it, comes to the same."""
    given_ = np.random.default_rng(seed).integers(0, 9, crn.n_species) / 4
    # A living CRN: what dead-species elimination drops for lack of a supply has no image.
    names = [name for name in names if name != "dead"]
    result = apply(crn, names)
    before = crn.read(limit_state(crn, (crn.initial + given_)[None, :]).state)
    state = result.crn.initial + given_ @ result.image.astype(np.float64)
    after = result.crn.read(limit_state(result.crn, state[None, :]).state)
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)
