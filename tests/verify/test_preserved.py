"""What passes must keep: proved of what they make, refuted of anything else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.text import parse_crn
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.annihilate import annihilate
from dsdcompile.passes.cancel import cancel
from dsdcompile.passes.combine import combine
from dsdcompile.passes.dead import remove_dead
from dsdcompile.passes.fanout import share_products
from dsdcompile.passes.inline import inline
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.merge import merge
from dsdcompile.passes.rails import closed_pairs
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.shift import shift
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.verify import pieces, preserved
from dsdcompile.verify.preserved import annihilation_kept, limit_kept, reactions_kept
from dsdcompile.verify.verdict import Outcome
from tests.strategies import crns, feed_forward_crns, networks

ACCEPTS = find_scheme("soloveichik2010").accepts
BUILDING = {
    "combine": combine,
    "fanout": lambda crn: share_products(crn, 2),
    "legalise": lambda crn: legalise(crn, ACCEPTS, 2),
}
REWRITING = {
    "reduce": reduce,
    "dead": remove_dead,
    "merge": merge,
    "cancel": cancel,
    "inline": lambda crn: inline(crn, 2),
    "annihilate_outputs": annihilate,
    "shift": lambda crn: shift(crn, np.full(len(crn.inputs), -3.0)),
}
EVERY = {**BUILDING, **REWRITING}


def more(crn: Crn, entry: int) -> Crn:
    """Return a CRN with one product count raised."""
    products = crn.products.copy()
    products.data = products.data.copy()
    products.data[entry] += 1
    return crn.with_(products=products)


@pytest.mark.parametrize("name", EVERY)
@given(network=networks())
def test_every_pass_over_a_network_keeps_its_limit(name, network):
    formal = compile_network(network)
    made = EVERY[name](formal)
    check = limit_kept("x", formal, made.crn, made.image)
    assert check.outcome is Outcome.PROVED, check
    if made.crn.products.nnz:
        # One more of an output's rail, where it fires, is another limit.
        rows = np.repeat(np.arange(made.crn.n_reactions), np.diff(made.crn.products.indptr))
        at = np.flatnonzero(made.crn.products.indices == made.crn.outputs[0, 0])
        single = np.diff(made.crn.reactants.indptr)[rows[at]] == 1 if len(at) else np.zeros(0, dtype=bool)
        used = [p for p in at[single].tolist() if made.crn.reactants[[rows[p]]].indices[0] in made.crn.inputs]
        if used:
            assert limit_kept("x", formal, more(made.crn, used[0]), made.image).outcome is Outcome.REFUTED


@given(crn=feed_forward_crns(), names=st.lists(st.sampled_from(sorted(EVERY)), min_size=1, max_size=4))
def test_passes_over_any_crn_with_a_limit_keep_it(crn, names):
    crn = crn.with_(initial=np.ones(crn.n_species))
    for name in names:
        made = EVERY[name](crn)
        if not has_limit(made.crn):  # legalising 2A -> A + B closes a cycle
            break
        assert limit_kept("x", crn, made.crn, made.image).outcome is Outcome.PROVED
        crn = made.crn


@pytest.mark.parametrize("name", BUILDING)
@given(crn=crns(), data=st.data())
def test_building_passes_keep_the_reactions_of_any_crn(name, crn, data):
    made = BUILDING[name](crn.with_(products=crn.products.copy()))
    assert reactions_kept("x", crn, made.crn, made.image).outcome is Outcome.PROVED
    if made.crn.products.nnz:
        entry = data.draw(st.integers(0, made.crn.products.nnz - 1))
        assert reactions_kept("x", crn, more(made.crn, entry), made.image).outcome is Outcome.REFUTED
    if crn.n_reactions:
        rates = np.array(made.crn.rates)
        rates[0] *= 2
        assert reactions_kept("x", crn, made.crn.with_(rates=rates), made.image).outcome is Outcome.REFUTED


TREE = "A -> B + C + D + E\nA + F -> 3B\nA @i 1"


def legalised():
    crn = parse_crn(TREE)
    made = legalise(crn, ACCEPTS, 2)
    assert made.crn.n_species > crn.n_species
    return crn, made


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda crn, new: crn.with_(initial=crn.initial + (np.arange(crn.n_species) < new)), "initial"),
        (lambda crn, new: crn.with_(initial=crn.initial + (np.arange(crn.n_species) == new)), "initial"),
        (lambda crn, new: crn.with_(outputs=np.array([[0, -1]])), "outputs"),
        (lambda crn, new: twice(crn, new), "2 reactions use"),
        (lambda crn, new: helped(crn, new), "with something else"),
    ],
)
def test_every_way_to_spoil_an_intermediate_is_named(change, why):
    crn, made = legalised()
    check = reactions_kept("x", crn, change(made.crn, crn.n_species), made.image)
    assert check.outcome is Outcome.REFUTED
    assert why in check.detail


def twice(crn: Crn, new: int) -> Crn:
    row = int(crn.reactants.tocsc()[:, [new]].indices[0])
    rows = [*range(crn.n_reactions), row]
    return crn.with_(reactants=crn.reactants[rows], products=crn.products[rows], rates=crn.rates[rows])


def helped(crn: Crn, new: int) -> Crn:
    reactants = crn.reactants.tolil()
    reactants[int(crn.reactants.tocsc()[:, [new]].indices[0]), 0] += 1
    return crn.with_(reactants=reactants.tocsr())


def test_an_image_that_is_none_is_refuted():
    crn, made = legalised()
    image = made.image.tolil()
    image[1, 1], image[1, 2] = 0, 1
    assert "stands for several" in reactions_kept("x", crn, made.crn, image.tocsr()).detail


def test_a_wrong_initial_concentration_changes_the_limit():
    crn = parse_crn("#! output C\nA -> B\nB -> C\nA @i 2")
    made = reduce(crn)
    assert limit_kept("x", crn, made.crn, made.image).outcome is Outcome.PROVED
    assert limit_kept("x", crn, made.crn.with_(initial=made.crn.initial * 2)).outcome is Outcome.REFUTED


def test_fractions_are_used_where_a_reaction_takes_two_of_a_species(monkeypatch):
    crn = parse_crn("#! output C\nA -> B\n3B -> C\nA @i 2")
    made = reduce(crn)
    assert limit_kept("x", crn, made.crn, made.image).outcome is Outcome.PROVED
    assert limit_kept("x", crn, more(made.crn, 0), made.image).outcome is Outcome.REFUTED
    monkeypatch.setattr(preserved, "LARGEST", 0)
    assert limit_kept("x", crn, made.crn, made.image).outcome is Outcome.PROVED  # for all amounts, by the sums
    monkeypatch.setattr(pieces, "MOST_TERMS", 0)
    assert limit_kept("x", crn, made.crn, made.image).outcome is Outcome.UNDECIDED


def test_numbers_beyond_exact_floating_point_are_not_trusted(monkeypatch):
    crn = parse_crn("#! output C\nA -> B\nB -> C\nA @i 2")
    made = reduce(crn)
    monkeypatch.setattr(preserved, "EXACT", 1.0)
    assert limit_kept("x", crn, made.crn, made.image).outcome is Outcome.PROVED  # by fractions
    monkeypatch.setattr(preserved, "LARGEST", 0)
    assert limit_kept("x", crn, made.crn, made.image).outcome is Outcome.PROVED  # for all amounts, by the sums
    monkeypatch.setattr(pieces, "MOST_TERMS", 0)
    assert limit_kept("x", crn, made.crn, made.image).outcome is Outcome.UNDECIDED


@given(network=networks())
def test_annihilating_inner_pairs_keeps_differences(network):
    formal = compile_network(network)
    made = annihilate(formal, "inner")
    closed = closed_pairs(formal)
    assert annihilation_kept("x", formal, made.crn, closed).outcome is Outcome.PROVED
    # The next passes are compared without it.
    later = merge(made.crn)
    assert limit_kept("x", made.crn, later.crn, later.image).outcome is Outcome.PROVED


def test_annihilating_what_is_no_pair_is_refuted():
    crn = Crn.of(
        [Reaction(("Xp",), ("Yp",)), Reaction(("Xn",), ("Yn",))],
        inputs=[("Xp", "Xn")],
        outputs=[("Yp", "Yn")],
    )
    made = annihilate(crn, "outputs").crn
    assert made.n_reactions == 3
    assert annihilation_kept("x", crn, made, np.zeros(2, dtype=bool)).outcome is Outcome.REFUTED
    assert annihilation_kept("x", crn, more(made, 0), closed_pairs(crn)).outcome is Outcome.REFUTED
    assert annihilation_kept("x", crn, made, closed_pairs(crn)).outcome is Outcome.PROVED
