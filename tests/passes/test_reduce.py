import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.limit import limit
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.crn.text import parse_crn
from dsdcompile.errors import CrnError, LimitExceededError
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.catalogue import find_scheme
from tests.strategies import crns, inputs_for, networks


def test_substitution_goes_to_a_fixed_point():
    crn = parse_crn("#! input X\n#! output D\nX -> A + B\nA -> B + C\nC + B -> D\nA @i 2")
    result = reduce(crn)
    assert [str(r) for r in result.crn] == ["X -> 2B + C", "B + C -> D"]
    assert dict(zip(result.crn.species, result.crn.initial.tolist(), strict=True)) == {"X": 0, "D": 0, "B": 2, "C": 2}
    image = result.image.toarray()[crn.index["A"]]
    assert {result.crn.species[i]: int(n) for i, n in enumerate(image) if n} == {"B": 1, "C": 1}


def test_a_cycle_is_refused():
    with pytest.raises(CrnError, match="cycle"):
        reduce(parse_crn("#! input X\nX -> A\nA -> B\nB -> A"))


def test_counts_beyond_64_bits_are_an_error():
    chain = "\n".join(f"A{i} -> 1000 A{i + 1}" for i in range(8))
    with pytest.raises(LimitExceededError, match="64-bit"):
        reduce(parse_crn(f"#! input X\n#! output A8\nX -> A0\n{chain}"))


@given(crns())
def test_any_crn_is_reduced_or_refused(crn):
    try:
        result = reduce(crn)
    except CrnError:
        return
    assert result.crn.n_reactions <= crn.n_reactions
    assert result.image.shape == (crn.n_species, result.crn.n_species)


@given(st.data(), st.integers(2, 4))
def test_legalising_keeps_the_limit_and_bounds_product_lists(data, most):
    scheme = find_scheme("soloveichik2010")
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    legal = legalise(reduce(compile_network(network)).crn, scheme.accepts, most).crn
    np.testing.assert_array_equal(limit(legal, x), network(x))
    assert legal.products.sum(axis=1).max() <= most


@given(crns(), st.integers(2, 3))
def test_legalising_any_crn_gives_accepted_shapes_only(crn, most):
    def accepts(shape: ReactionShape) -> bool:
        return not set(shape.reactants) & set(shape.products)

    legal = legalise(crn, accepts, most).crn
    for row in range(legal.n_reactions):
        left, right = legal.reactants[[row]].indices, legal.products[[row]].indices
        assert legal.products[[row]].sum() <= most
        assert not set(left) & set(right)
