"""What every pass of the catalogue promises: a new pass is held to it by being there."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit, limit
from dsdcompile.crn.text import parse_crn
from dsdcompile.design.design import Design, check_design
from dsdcompile.design.keys import show_keys
from dsdcompile.design.tables import PassesTable
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.annihilate import unannihilated
from dsdcompile.passes.catalogue import BY_COST, OPTIONAL, PASSES, help_text, named
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.declared import Applies, Keeps, Makes, Pass, Setting
from dsdcompile.passes.plan import run_passes
from dsdcompile.passes.result import PassResult
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.stages.crn_checks import pass_check
from dsdcompile.verify.verdict import Outcome
from tests.strategies import crns, dual_rail_crns, feed_forward_crns, networks

every_pass = pytest.mark.parametrize("one", PASSES, ids=lambda one: f"{one.name}-{one.makes.name}".lower())


def setting(crn: Crn, scheme: str = SCHEMES[0].name, most: int = 2) -> Setting:
    """What a pass is told: a scheme's gates, and inputs down to -3."""
    chosen = find_scheme(scheme)
    model = CostModel(chosen.template, chosen.accepts, chosen.form, DomainLengths(), most)
    return Setting(model, np.full(len(crn.inputs), -3.0))


settings = st.tuples(st.sampled_from([scheme.name for scheme in SCHEMES]), st.integers(2, 4))


def keeps(one: Pass, crn: Crn, scheme: str, most: int) -> None:
    """Run a pass, and check by its own declaration what it made."""
    made = one.run(crn, setting(crn, scheme, most))
    check = pass_check(one, crn, made)
    assert check.outcome is not Outcome.REFUTED, check
    assert made.image.shape == (crn.n_species, made.crn.n_species)
    assert made.origin.shape == (made.crn.n_species,)
    assert made.origin.max(initial=-1) < crn.n_species


@every_pass
@given(network=networks(), given_=settings)
def test_a_pass_over_a_network_keeps_what_it_says(one, network, given_):
    keeps(one, compile_network(network), *given_)


@every_pass
@given(crn=feed_forward_crns(), given_=settings, seed=st.integers(0, 2**32 - 1))
def test_a_pass_over_any_crn_with_a_limit_keeps_what_it_says(one, crn, given_, seed):
    rng = np.random.default_rng(seed)
    keeps(one, crn.with_(initial=rng.integers(0, 9, crn.n_species) / 4.0), *given_)


@every_pass
@given(crn=dual_rail_crns(), given_=settings)
def test_a_pass_over_rails_of_any_kind_keeps_what_it_says(one, crn, given_):
    keeps(one, crn, *given_)


@pytest.mark.parametrize("one", [one for one in PASSES if one.keeps is Keeps.REACTIONS], ids=lambda one: one.name)
@given(crn=crns(), given_=settings)
def test_a_pass_that_keeps_reactions_keeps_those_of_any_crn(one, crn, given_):
    keeps(one, crn, *given_)


@every_pass
def test_a_pass_finds_something_to_do_in_its_example_and_keeps_its_limit(one):
    """By another route than the check: outputs for inputs, or else rates of change, in the CRN before and after."""
    crn = parse_crn(one.example)
    made = one.run(crn, setting(crn))
    assert made.crn != crn
    if one.applies is Applies.RATES:
        there = 2.0 + np.arange(crn.n_species)
        new = np.where(made.image.sum(axis=0) == 0, made.crn.initial, 0.0)
        found = change(made.crn, there @ made.image.toarray() + new)
        np.testing.assert_array_equal(found, change(crn, there) @ made.image.toarray())
        return
    assert has_limit(crn)
    after = unannihilated(made.crn)[0] if one.keeps is Keeps.DIFFERENCES else made.crn
    rng = np.random.default_rng(0)
    low = np.where(crn.inputs[:, 1] < 0, 0, -3)
    x = rng.integers(low, 9, (5, len(crn.inputs))) / 1.0
    assert np.ptp(limit(crn, x), axis=0).any()
    np.testing.assert_array_equal(limit(after, x), limit(crn, x))


def change(crn: Crn, there: np.ndarray) -> np.ndarray:
    """Return how fast species change by mass action where there is so much of each (species,)."""
    return crn.net.T @ (crn.rates * np.prod(there ** crn.reactants.toarray(), axis=1))


@every_pass
def test_what_a_pass_says_is_held_against_what_it_made(one):
    """One more of an output wherever one is made, and the declaration is refuted."""
    crn = parse_crn(one.example)
    made = one.run(crn, setting(crn))
    more = made.crn.products.tolil()
    rows = made.crn.products.tocsc()[:, [int(made.crn.outputs[0, 0])]].indices
    assert len(rows)
    more[int(rows[0]), int(made.crn.outputs[0, 0])] += 1
    wrong = PassResult(made.crn.with_(products=more.tocsr()), made.image, made.origin)
    assert pass_check(one, crn, made).outcome in (Outcome.PROVED, Outcome.TESTED)
    assert pass_check(one, crn, wrong).outcome is Outcome.REFUTED


@every_pass
def test_a_pass_runs_where_it_says_that_it_applies(one):
    crn = parse_crn(one.example)
    asked = frozenset({one, one.follows}) - {None}
    for kinetics in (False, True):
        for chosen in (frozenset(), asked):
            ran = one in [step.rewriting for step in run_passes(crn, setting(crn), chosen, kinetics=kinetics).steps]
            wanted = {
                Applies.ALWAYS: True,
                Applies.RATES: kinetics,
                Applies.LIMIT: not kinetics,
                Applies.NAMED: bool(chosen) and not kinetics,
                Applies.PAPER: bool(chosen) and not kinetics,
            }
            assert ran is wanted[one.applies]


def test_the_catalogue_is_in_order():
    makes = [one.makes for one in PASSES]
    assert makes == sorted(makes, key=list(Makes).index)
    assert PASSES[-1].applies is Applies.ALWAYS  # a scheme can build nothing but what was legalised
    for one in PASSES:
        assert one.follows is None or PASSES.index(one.follows) < PASSES.index(one)
        assert one.choice is None or one.applies in (Applies.NAMED, Applies.PAPER)
        assert not one.by_cost or one.applies is Applies.NAMED
    assert len({(one.name, one.makes) for one in PASSES}) == len(PASSES)


def test_design_keys_and_help_follow_the_catalogue():
    values = {"name": "x", "crn": {"file": "x.crn"}}
    design = check_design({**values, "passes": {"optional": list(OPTIONAL)}}, "x")
    assert {one.name for one in named(design.passes.optional)} == set(OPTIONAL)
    assert {one for one in PASSES if one.applies is Applies.NAMED} == named(OPTIONAL) >= BY_COST
    shown = " ".join(show_keys(Design).replace("\n# ", " ").split())
    assert " ".join(help_text().split()) in shown
    for one in PASSES:
        assert (f"{one.name}: {one.says}" in help_text()) is (one.applies is Applies.NAMED)
    literal, _ = get_args(PassesTable.model_fields["optional"].annotation)
    assert get_args(literal) == OPTIONAL
