"""Every pass preserves the limit for every input: networks of all weight sets, and any CRN that has a limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.analysis import competition, is_feed_forward
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit, limit_state
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.annihilate import unannihilated
from dsdcompile.passes.catalogue import PASSES
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.dead import DEAD
from dsdcompile.passes.declared import Keeps, Setting
from dsdcompile.passes.result import PassResult, unchanged
from dsdcompile.schemes.catalogue import find_scheme
from tests.strategies import dual_rail_crns, feed_forward_crns, inputs_for, networks

SCHEME = find_scheme("soloveichik2010")
MODELS = {
    most: CostModel(SCHEME.template, lambda shape: len(shape.reactants) <= 2, SCHEME.form, DomainLengths(), most)
    for most in (2, 4)
}
EVERY = {f"{one.name}-{one.makes.name}-{most}".lower(): (one, most) for one in PASSES for most in MODELS}
"""Every pass, where gates carry two products and where they carry four."""
orders = st.lists(st.sampled_from(sorted(EVERY)), min_size=1, max_size=6)


def apply(crn: Crn, names: list[str], x: np.ndarray | None = None) -> PassResult:
    """What passes make of a CRN with inputs ``x``; annihilation that competes is left out: no limit is defined then."""
    result = unchanged(crn)
    for one, most in map(EVERY.__getitem__, names):
        made = one.run(result.crn, Setting(MODELS[most], None if x is None else x.min(axis=0)))
        if one.keeps is Keeps.DIFFERENCES and competition(made.crn) is not None:
            assert competition(unannihilated(made.crn)[0]) is None
            continue
        result = result.then(made)
    return result


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
        old, new = (
            [[crn.species[i] if i >= 0 else None for i in row] for row in table]
            for crn, table in zip((before, after), tables, strict=True)
        )
        if tables[0] is before.inputs:  # shifted inputs have lost their minus rail
            old = [[row[0], row[1] if one[1] else None] for row, one in zip(old, new, strict=True)]
        assert old == new


@pytest.mark.parametrize("name", sorted(EVERY))
@given(data=st.data())
def test_one_pass_over_a_network(name, data):
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    formal = compile_network(network)
    result = apply(formal, [name], x)
    is_sound(formal, result)
    np.testing.assert_array_equal(limit(result.crn, x), network(x))


@given(data=st.data(), names=orders)
def test_passes_in_any_order_over_a_network(data, names):
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    formal = compile_network(network)
    result = apply(formal, names, x)
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


@pytest.mark.parametrize("name", sorted(EVERY))
@given(crn=dual_rail_crns(), seed=st.integers(0, 2**32 - 1))
def test_one_pass_over_rails_of_any_kind(name, crn, seed):
    x = np.random.default_rng(seed).integers(0, 9, (3, 2)) / 4 - [[1.0, 0.0]]
    after = apply(crn, [name], x).crn
    np.testing.assert_allclose(limit(after, x), limit(crn, x), atol=1e-9)
    assert competition(after) is None


@given(
    crn=dual_rail_crns(),
    names=st.lists(st.sampled_from(sorted(EVERY)), min_size=2, max_size=7),
    seed=st.integers(0, 2**32 - 1),
)
def test_passes_in_any_order_over_rails_of_any_kind(crn, names, seed):
    x = np.random.default_rng(seed).integers(0, 9, (3, 2)) / 4 - [[1.0, 0.0]]
    np.testing.assert_allclose(limit(apply(crn, names, x).crn, x), limit(crn, x), atol=1e-9)


@given(crn=feed_forward_crns(), names=orders, seed=st.integers(0, 2**32 - 1))
def test_the_image_says_what_a_species_stands_for(crn, names, seed):
    """Giving a species, before a pass, or its image, after it, comes to the same."""
    given_ = np.random.default_rng(seed).integers(0, 9, crn.n_species) / 4
    # A living CRN: what dead-species elimination drops for lack of a supply has no image.
    names = [name for name in names if EVERY[name][0] is not DEAD]
    result = apply(crn, names)
    before = crn.read(limit_state(crn, (crn.initial + given_)[None, :]).state)
    state = result.crn.initial + given_ @ result.image.astype(np.float64)
    after = result.crn.read(limit_state(result.crn, state[None, :]).state)
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)
