"""What each pass does, on examples small enough to read."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.limit import has_limit, limit
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.crn.text import parse_crn
from dsdcompile.errors import CrnError, LimitExceededError
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.annihilate import annihilate, annihilated, unannihilated
from dsdcompile.passes.cancel import cancel
from dsdcompile.passes.dead import remove_dead
from dsdcompile.passes.fanout import share_products
from dsdcompile.passes.inline import inline
from dsdcompile.passes.join import join
from dsdcompile.passes.legalise import MOST_COPIES, legalise
from dsdcompile.passes.merge import merge
from dsdcompile.passes.rails import closed_pairs
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.result import PassResult
from dsdcompile.passes.shift import shift
from dsdcompile.simulate.ode import simulate
from tests.strategies import inputs_for, networks


def shown(crn: Crn | PassResult) -> list[str]:
    return sorted(str(reaction) for reaction in (crn.crn if isinstance(crn, PassResult) else crn))


def random_network(widths: tuple[int, ...], weights: list[int], seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    layers = [
        Layer(rng.choice(weights, pair), rng.normal(size=pair[1]), "linear" if at == len(widths) - 2 else "relu")
        for at, pair in enumerate(itertools.pairwise(widths))
    ]
    return Network(tuple(layers), "integer")


# -- merge ------------------------------------------------------------------------------------------------------------


def test_species_with_equal_products_are_one():
    crn = parse_crn("#! input X\n#! output C\n#! output D\nX -> A + B\nA -> C + D\nB -> C + D\nA @i 1\nB @i 2")
    result = merge(crn)
    assert shown(result) == ["A -> C + D", "X -> 2A"]
    assert result.crn.initial[result.crn.index["A"]] == 3
    assert result.image.toarray()[crn.index["B"], result.crn.index["A"]] == 1


def test_merging_goes_to_a_fixed_point():
    crn = parse_crn("#! input X\n#! output Y\nX -> A + B + K\nA -> C + K\nB -> D + K\nC -> Y + K\nD -> Y + K\nK -> 2Y")
    assert shown(merge(crn)) == ["A -> K + C", "C -> K + Y", "K -> 2Y", "X -> 2A + K"]


def test_a_species_that_becomes_another_is_that_one():
    crn = parse_crn("#! input X\n#! output Y\nX -> A\nA -> B\nB -> Y + Y\nY -> C\nC -> D + D")
    # X is an input and Y an output: B is called X, but Y is read before it turns into anything.
    assert shown(merge(crn)) == ["C -> 2D", "X -> 2Y", "Y -> C"]


def test_outputs_keep_their_names_and_stay_apart():
    crn = parse_crn("#! input X\n#! output Y\nX -> Y")
    assert merge(crn).crn == crn
    both = parse_crn("#! input X\n#! output Y\n#! output Z\nX -> Y + 2Z\nY -> C\nZ -> C")
    assert shown(merge(both)) == shown(both)


def test_rails_that_became_one_make_no_pair():
    crn = parse_crn("#! input X\n#! output Y\n#! pair p n\n#! pair p m\nX -> p + n + m\np -> 2Y\nn -> 3Y\nm -> 3Y")
    merged = merge(crn).crn
    names = [[merged.species[rail] for rail in pair] for pair in merged.pairs]
    assert names == [["p", "n"]]
    shared = "#! pair p n\n#! pair q m\nX -> p + n + m + q\np -> 2Y\nn -> 3Y\nm -> 3Y"
    other = parse_crn(f"#! input X\n#! output Y\n{shared}")
    assert not len(merge(other).crn.pairs)


def test_two_inputs_stay_two():
    crn = parse_crn("#! input X1\n#! input X2\n#! output Y\nX1 -> Y + Y\nX2 -> Y + Y\nA -> Y + Y\nA @i 1")
    assert shown(merge(crn)) == ["X1 -> 2Y", "X2 -> 2Y"]


def test_a_cycle_is_left_alone():
    crn = parse_crn("#! input X\nX -> A\nA -> B\nB -> A")
    assert "X" in merge(crn).crn.species


# -- dead -------------------------------------------------------------------------------------------------------------


def test_what_never_appears_or_is_never_read_is_removed():
    crn = parse_crn("#! input A\n#! output Y\nA -> Y + W\nA + B -> Y\nW -> V\nC + D -> Y\nC @i 1")
    result = remove_dead(crn)
    assert shown(result) == ["A -> Y"] or shown(result) == ["A -> W + Y"]
    assert "V" not in result.crn.species
    assert "D" not in result.crn.species


def test_what_only_uses_up_an_output_matters():
    crn = parse_crn("#! input V\n#! input A\n#! output Y\nV -> Y\nA -> B\nY + B ->")
    assert shown(remove_dead(crn)) == shown(crn)
    assert limit(remove_dead(crn).crn, [[3.0, 2.0]]).tolist() == [[1.0]]


# -- cancel -----------------------------------------------------------------------------------------------------------


def test_closed_pairs_are_cancelled_and_open_ones_are_not():
    closed = parse_crn("#! input X\n#! output Yp Yn\nX -> 3Yp + Yn\nYn @i 2\nYp @i 5")
    assert shown(cancel(closed)) == ["X -> 2Yp"]
    assert cancel(closed).crn.initial.tolist() == [0, 3, 0]
    read_alone = parse_crn("#! input X\n#! output Yp\n#! pair Yp Yn\nX -> 3Yp + Yn")
    assert shown(cancel(read_alone)) == ["X -> 3Yp + Yn"]
    consumed = parse_crn("#! input X\n#! output Z\n#! pair Yp Yn\nX -> 3Yp + Yn\nYp + Yn -> Z")
    assert shown(cancel(consumed)) == shown(consumed)


@pytest.mark.parametrize(
    ("text", "x"),
    [
        pytest.param("#! pair p n\nV -> p + n\np -> 2Yp\nn -> Yn", [3.0, 0.0], id="lopsided"),
        pytest.param("#! pair p n\nV -> p + n\nB -> n\np -> 2M + Yp\nM + n -> Yn", [3.0, 5.0], id="M made twice"),
        pytest.param("#! pair p n\nV -> p + n\nB -> n\np -> M + Yp\nM + n -> M + Yn", [3.0, 5.0], id="M comes back"),
        pytest.param("#! output S\n#! pair p n\nV -> p + n\nB -> M\np -> S + Yp\nM + n -> Yn", [3.0, 5.0], id="no M"),
        pytest.param("#! pair p n\n#! pair p m\nV -> p + n + m\np -> Yp\nn -> Yn\nm -> Yn", [3.0, 0.0], id="two pairs"),
        pytest.param("#! output S\n#! pair p n\nV -> p + n\np -> S + Yp\nn -> Yn", [3.0, 0.0], id="heeded"),
    ],
)
@pytest.mark.parametrize("change", [cancel, annihilate], ids=["cancel", "annihilate"])
def test_what_only_looks_like_a_closed_pair_is_left_alone(change, text, x):
    crn = parse_crn(f"#! input V\n#! input B\n#! output Yp Yn\n{text}")
    np.testing.assert_array_equal(limit(change(crn).crn, [x]), limit(crn, [x]))


@given(networks())
def test_every_pair_of_a_network_is_closed(network):
    crn = compile_network(network)
    assert closed_pairs(crn).all()


# -- shift ------------------------------------------------------------------------------------------------------------


@given(st.data())
def test_a_shifted_network_needs_no_minus_inputs(data):
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    formal = compile_network(network)
    result = shift(formal, x.min(axis=0))
    assert (result.crn.inputs[:, 1] == NO_RAIL).all()
    assert result.crn.n_species == formal.n_species - network.n_inputs
    np.testing.assert_array_equal(limit(result.crn, x), network(x))
    lower = x.copy()
    lower[0] = np.minimum(x.min(axis=0), 0.0) - 0.25
    with pytest.raises(CrnError, match="negative"):
        limit(result.crn, lower)


def test_a_shift_needs_a_bound_for_each_input():
    crn = parse_crn("#! input Xp Xn\n#! output Yp Yn\nXp -> Yp\nXn -> Yn")
    for bound in ([1.0, 2.0], [np.nan]):
        with pytest.raises(CrnError, match="smallest value"):
            shift(crn, bound)


def test_a_second_shift_goes_on_from_the_first():
    crn = parse_crn("#! input Xp Xn\n#! output Yp Yn\nXp -> 2Yp\nXn -> 2Yn")
    once = shift(crn, [-2.0]).crn
    # Its minus rail is gone, so a lower bound comes too late; and none is needed above the first.
    assert shift(once, [-1.0]).crn == once
    declared = parse_crn("#! input Xp Xn shift 2\n#! output Yp Yn\nXp -> 2Yp\nXn -> 2Yn\nXn @initial 2")
    assert shift(declared, [-3.0]).crn.offsets.tolist() == [3.0]
    assert limit(shift(declared, [-3.0]).crn, [[-3.0], [1.0]]).tolist() == [[-6.0], [2.0]]


def test_an_open_pair_is_not_shifted():
    crn = parse_crn("#! input Xp Xn\n#! output Y\nXp -> Y\nXn -> Y")
    assert shift(crn, [-3.0]).crn == crn


# -- annihilate -------------------------------------------------------------------------------------------------------


def test_outputs_are_annihilated_and_keep_a_limit():
    crn = parse_crn("#! input Xp Xn\n#! output Yp Yn\nXp -> 2Yp + Yn\nXn -> 2Yn + Yp")
    result = annihilate(crn)
    assert "Yn + Yp ->" in shown(result) or "Yp + Yn ->" in shown(result)
    assert has_limit(result.crn)
    assert limit(result.crn, [[3.0], [-2.0]]).tolist() == [[3.0], [-2.0]]


def test_open_outputs_and_inputs_are_not_annihilated():
    read_alone = parse_crn("#! input V\n#! output Yp\n#! pair Yp Yn\nV -> 2Yp + Yn")
    assert annihilate(read_alone).crn == read_alone
    given_ = parse_crn("#! input Yp Yn\n#! input V\n#! output Yp Yn\nV -> Yp + Yn")
    assert annihilate(given_).crn == given_


def test_annihilation_is_taken_away_again_and_its_pairs_are_judged():
    crn = parse_crn("#! input Xp Xn\n#! output Yp Yn\nXp -> 2Yp + Yn\nXn -> 2Yn + Yp")
    plain, closed = unannihilated(annihilate(crn).crn)
    assert plain == crn
    assert closed.tolist() == [True]
    by_hand = "#! input V\n#! output Yp\n#! pair Yp Yn\n#! pair P N\nV -> 2Yp + Yn\nYp + Yn ->\nP + N -> Yn\n2Yn ->"
    opened = parse_crn(by_hand)
    assert opened.pairs[annihilated(opened)].tolist() == [[opened.index["Yp"], opened.index["Yn"]]]
    plain, closed = unannihilated(opened)
    assert shown(plain) == ["2Yn ->", "P + N -> Yn", "V -> 2Yp + Yn"]
    assert closed.tolist() == [False]


def test_inner_pairs_are_annihilated_with_the_same_limit():
    network = random_network((2, 3, 1), [-1, 1])
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    formal = compile_network(network)
    result = annihilate(formal, "inner").crn
    assert result.n_reactions == formal.n_reactions + 6
    assert not has_limit(result)
    for state, wanted in zip(result.inlet(x), network(x), strict=True):
        run = simulate(result, state, np.array([0.0, 20000.0]))
        assert result.read(run.states[-1]) == pytest.approx(wanted, abs=2e-3)


# -- join -------------------------------------------------------------------------------------------------------------


def two_at_most(shape: ReactionShape) -> bool:
    return len(shape.reactants) <= 2


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("A + B + C -> D", ["A + B -> F6", "C + F6 -> D"]),
        ("2A + B -> D", ["2A -> F6", "B + F6 -> D"]),
        ("A + 2B -> D", ["2B -> F6", "A + F6 -> D"]),
        ("A + B + C + E -> D", ["A + B -> F6", "C + E -> F7", "F6 + F7 -> D"]),
        ("A + B + C -> C + D", ["A + B -> F6", "C + F6 -> C + D"]),
        ("A + B + C -> D\nE + B -> C + B", None),
        ("3A -> D", None),
        ("A + B + C -> B + C + D", None),
        ("A + B + C -> D\nC -> E", None),
        ("A + D + E -> B", ["A + E -> F6", "D + F6 -> B"]),
        ("A + 2D -> B", None),
    ],
)
def test_two_reactants_bind_first_where_the_limit_stays(text, joined):
    crn = parse_crn(f"#! species A B C D E\n#! input A\n#! input B\n#! input C\n#! input E\n#! output D\n{text}")
    result = join(crn, two_at_most)
    assert shown(result) == sorted(joined or shown(crn))
    if joined:
        x = np.array([[3.0, 2.0, 2.5, 1.0], [1.0, 4.0, 0.5, 3.0], [1.0, 1.5, 2.0, 0.0]])
        np.testing.assert_array_equal(limit(result.crn, x), limit(crn, x))
        assert result.crn.species[-1] not in crn.species
        assert crn.species[result.origin[-1]] in text


def test_a_scheme_that_takes_three_keeps_them():
    crn = parse_crn("#! input A\nA + B + C -> D")
    assert join(crn, lambda shape: len(shape.reactants) <= 3).crn == crn


# -- fanout -----------------------------------------------------------------------------------------------------------


def test_common_products_are_made_once():
    crn = parse_crn(
        "#! input X\n#! input V\n" + "#! output A\n#! output B\n#! output C\n#! output D\n"
        "X -> A + B + C\nV -> A + B + D"
    )
    assert shown(share_products(crn, 2)) == ["V -> D + Z1", "X -> C + Z1", "Z1 -> A + B"]


def test_copies_are_doubled():
    crn = parse_crn("#! input X\n#! output A\nX -> 1000 A")
    legal = legalise(share_products(crn, 2).crn, lambda shape: True, 2).crn
    assert legal.n_reactions <= 16
    assert limit(legal, [[0.5]]).tolist() == [[500.0]]


def test_a_catalyst_is_given_back_at_once():
    crn = parse_crn("#! input X\n#! output A\n#! output K\nX + K -> K + 7A\nK @i 1")
    for result in (share_products(crn, 2), legalise(crn, lambda shape: True, 2)):
        assert "K" in {name for reaction in result.crn for name in reaction.products if "X" in reaction.reactants}
        assert limit(result.crn, [[2.0]]).tolist() == [[14.0, 1.0]]


def test_new_species_trace_back_to_what_they_serve():
    network = random_network((3, 4, 2), [-2, -1, 1, 3])
    formal = compile_network(network)
    result = share_products(formal, 2)
    assert result.crn.n_species > formal.n_species
    makers = {name for name in formal.species if name[0] in "XH"}
    assert {formal.species[i] for i in result.origin[formal.n_species :]} <= makers


@given(networks(max_layers=3, max_width=6), st.integers(2, 4))
def test_sharing_never_costs_modules(network, most):
    crn = compile_network(network)
    shared = inline(merge(share_products(crn, most).crn).crn, most).crn
    before, after = (legalise(c, lambda shape: True, most).crn.n_reactions for c in (crn, shared))
    assert after <= before


# -- limits of numbers ------------------------------------------------------------------------------------------------


def test_lists_too_long_to_write_out_are_refused_not_expanded():
    crn = parse_crn("#! input X\n#! output A\nX -> 1000000 A")
    huge = crn.with_(products=crn.products * (MOST_COPIES // 1000))
    with pytest.raises(LimitExceededError, match="reduce=cost"):
        legalise(huge, lambda shape: True, 2)
    assert legalise(share_products(huge, 2).crn, lambda shape: True, 2).crn.n_reactions < 100


def test_a_deep_network_overflows_only_where_lists_are_multiplied_out():
    network = random_network((8,) * 30, [-7, 7])
    formal = compile_network(network)
    with pytest.raises(LimitExceededError, match="64-bit"):
        reduce(formal)
    built = legalise(inline(merge(share_products(formal, 2).crn).crn, 2).crn, lambda shape: True, 2)
    assert built.crn.n_reactions < 10_000


@pytest.mark.slow
def test_a_network_of_the_papers_mnist_size_is_shared_without_expanding_its_lists():
    network = random_network((196, 512, 512, 10), [-1, 1])
    crn = compile_network(network)
    for step in (merge, lambda c: share_products(c, 2), merge, lambda c: inline(c, 2)):
        crn = step(crn).crn
    built = legalise(crn, lambda shape: True, 2).crn
    assert built.n_reactions <= 140_000
    x = np.random.default_rng(3).normal(size=(2, 196))
    np.testing.assert_allclose(limit(built, x), network(x), rtol=1e-9, atol=1e-6)
