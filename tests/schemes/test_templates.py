"""What is known of the templates of published schemes, beside the contract that all keep."""

import pytest

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import DomainLengths, Scope
from dsdcompile.enumeration.check import template_check
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.stages.scheme_contract import COMMON, SHAPES
from dsdcompile.verify.verdict import Outcome

EITHER_WAY = [scheme.name for scheme in SCHEMES if scheme.remote]


@pytest.mark.parametrize("name", ["soloveichik2010", "srinivas2017"])
def test_only_equal_reactants_that_make_themselves_are_refused_where_signals_have_histories(name):
    scheme = find_scheme(name)
    offered = [ReactionShape.of(*sides) for sides in SHAPES]
    refused = [shape for shape in offered if len(shape.reactants) <= 2 and not scheme.accepts(shape)]
    assert refused
    for shape in refused:
        assert shape.reactants == (0, 0)
        assert 0 in shape.products


@pytest.mark.parametrize("name", EITHER_WAY)
@pytest.mark.parametrize("sides", [((0,), (1, 2)), ((0, 1), (2,)), ((0, 1), (1, 2)), ((0, 0), (1,))], ids=str)
def test_templates_that_are_clean_with_remote_toeholds_too(name, sides):
    scheme = find_scheme(name)
    remote = EnumerationOptions(reject_remote=False)
    check = template_check(scheme.template(ReactionShape.of(*sides)), scheme.form, DomainLengths(), remote)
    assert check.outcome is Outcome.PROVED, check


@pytest.mark.parametrize("scheme", [one for one in SCHEMES if not one.remote], ids=lambda one: one.name)
def test_a_scheme_that_needs_remote_toeholds_rejected_fails_with_them(scheme):
    remote = EnumerationOptions(reject_remote=False)
    templates = (scheme.template(ReactionShape.of(*sides)) for sides in COMMON)
    found = (template_check(template, scheme.form, DomainLengths(), remote) for template in templates)
    assert any(check.outcome is Outcome.REFUTED and "unintended reaction" in check.detail for check in found)


def test_the_shape_that_srinivas2017_refuses_fails_where_remote_toeholds_act():
    scheme = find_scheme("srinivas2017")
    template = scheme.template(ReactionShape.of((0, 0), (0,)))
    assert template_check(template, scheme.form, DomainLengths()).outcome is Outcome.PROVED
    remote = EnumerationOptions(reject_remote=False)
    assert template_check(template, scheme.form, DomainLengths(), remote).outcome is Outcome.REFUTED


def test_two_domain_signals_are_two_domains_and_one_toehold_serves_all():
    form = find_scheme("two-domain").form
    assert [slot.scope for slot in form.domains] == [Scope.SYSTEM, Scope.SPECIES]
    assert find_scheme("two-domain").name == "cardelli2013"


def left_over(name: str, left: tuple[int, ...], right: tuple[int, ...]) -> set[str]:
    template = find_scheme(name).template(ReactionShape.of(left, right))
    return {c.name for c in template.complexes if c.left}


def test_what_schemes_declare_to_be_left_over():
    assert left_over("cardelli2013", (0,), (1, 2)) == set()
    assert left_over("cardelli2013", (0, 1), (1, 2)) == set()
    assert left_over("cardelli2013", (0, 1), (2,)) == {"E"}
    assert left_over("cardelli2013-plain", (0, 1), (2,)) == set()
    assert left_over("chen2013", (0, 1), (2,)) == {"C1", "C2", "J3"}
    assert left_over("cardelli2013", (0, 1, 2), (3,)) == {"E"}
    assert left_over("cardelli2013-plain", (0, 1, 2), (3,)) == {"C2"}
    assert left_over("cardelli2013-plain", (0, 1, 2), (1, 2, 3)) == set()
    assert left_over("srinivas2017", (0, 1), (2, 3)) == set()
