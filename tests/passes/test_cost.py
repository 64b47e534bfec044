"""The cost model against systems that are written out, for every scheme."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import SchemeError
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.shapes import shape_table
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate
from tests.strategies import crns, networks

LENGTHS = DomainLengths()


def model(scheme, most, price=0.5):
    return CostModel(scheme.template, scheme.accepts, scheme.form, LENGTHS, most, price)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@given(network=networks(max_layers=2, max_width=3), most=st.integers(2, 4))
def test_a_legal_crn_is_priced_as_its_system_is_ordered(scheme, network, most):
    crn = legalise(compile_network(network), scheme.accepts, most).crn
    system, cost = translate(crn, scheme, LENGTHS), model(scheme, most).cost(crn)
    assert (cost.modules, cost.strands, cost.nucleotides, cost.longest) == (
        system.n_modules,
        len(system.inventory.strands),
        system.inventory.nucleotides,
        system.inventory.longest_strand,
    )
    assert cost.money == 0.5 * cost.nucleotides


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@given(crn=st.one_of(crns(), networks(max_layers=2).map(compile_network)), most=st.integers(2, 4))
def test_what_a_crn_takes_at_least_is_known_before_it_is_legalised(scheme, crn, most):
    prices = model(scheme, most)
    try:
        legal = legalise(crn, scheme.accepts, most).crn
    except SchemeError:  # reactants that no gate takes
        return
    if all(scheme.accepts(shape) for shape in shape_table(legal).shapes):
        assert prices.least(crn) <= prices.cost(legal).nucleotides


def test_what_long_lists_take_at_least_is_near_what_they_take():
    scheme = SCHEMES[0]
    crn = parse_crn("#! input X\n#! output Y\nX -> 64 Y")
    whole = model(scheme, 2).cost(legalise(crn, scheme.accepts, 2).crn).nucleotides
    assert 0.8 * whole < model(scheme, 2).least(crn) <= whole


@given(network=networks(max_layers=3), most=st.integers(2, 5), reduced=st.booleans())
def test_modules_of_a_crn_are_known_before_it_is_legalised(network, most, reduced):
    scheme = SCHEMES[0]
    crn = compile_network(network)
    crn = reduce(crn).crn if reduced else crn
    before, after = (model(scheme, most).cost(c) for c in (crn, legalise(crn, scheme.accepts, most).crn))
    assert before.modules == after.modules
    assert before.longest == after.longest or before.strands == after.strands == 0


def test_refused_shapes_cost_a_detour():
    scheme = next(s for s in SCHEMES if s.name == "soloveichik2010")
    crn = parse_crn("A + A -> A + B\n#! output B")
    legal = legalise(crn, scheme.accepts, 2).crn
    assert legal.n_reactions == 2
    assert model(scheme, 2).cost(crn).modules == model(scheme, 2).cost(legal).modules == 2


def test_counts_too_many_to_write_out_are_priced():
    scheme = SCHEMES[0]
    crn = parse_crn("#! input X\n#! output Y\nX -> 1000000 Y")
    huge = crn.with_(products=crn.products * 1000)
    assert model(scheme, 2).cost(huge).modules == 10**9 - 1
    assert np.isfinite(model(scheme, 2).cost(huge).money)
