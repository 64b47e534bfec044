"""Every template of every scheme, for every kind of shape: exactly the intended reactions, and enough fuel for them."""

from collections import Counter

import pytest

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import DomainLengths, Scope
from dsdcompile.dsd.template import Role
from dsdcompile.enumeration.check import template_check
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.verify.modules import net_check, waste_check
from dsdcompile.verify.verdict import Outcome

SHAPES = [
    ((0,), ()),
    ((0,), (1,)),
    ((0,), (0,)),
    ((0,), (1, 2)),
    ((0,), (1, 1)),
    ((0,), (1, 1, 2)),
    ((0,), (1, 1, 1)),
    ((0,), (1, 2, 3, 4)),
    ((0,), (0, 1)),
    ((0,), (0, 0)),
    ((0, 1), ()),
    ((0, 1), (2,)),
    ((0, 1), (0,)),
    ((0, 1), (1,)),
    ((0, 1), (2, 3)),
    ((0, 1), (2, 2)),
    ((0, 1), (0, 2)),
    ((0, 1), (1, 2)),
    ((0, 1), (0, 1)),
    ((0, 1), (0, 1, 2)),
    ((0, 1), (0, 0, 1, 2)),
    ((0, 1), (2, 2, 3, 3)),
    ((0, 1), (2, 3, 4, 5)),
    ((0, 0), ()),
    ((0, 0), (1,)),
    ((0, 0), (0,)),
    ((0, 0), (1, 2)),
    ((0, 0), (0, 1)),
    ((0, 0), (0, 0)),
    ((0, 0), (0, 0, 0)),
    ((0, 0), (0, 0, 1, 1)),
]
CROWDED = [
    ((0, 1, 2), ()),
    ((0, 1, 2), (3,)),
    ((0, 1, 2), (3, 4)),
    ((0, 1, 2), (2, 3)),
    ((0, 1, 2), (1, 2, 3)),
    ((0, 1, 2), (0, 1, 2)),
    ((0, 0, 1), (2, 2)),
    ((0, 0, 0), (1,)),
    ((0, 0, 0), (0, 0)),
    ((0, 1, 2, 3), (4,)),
]
"""Three reactants and more: what the two-domain schemes have joins for."""
ACCEPTED = [
    pytest.param(scheme, shape, id=f"{scheme.name}: {shape}")
    for scheme in SCHEMES
    for shape in (ReactionShape.of(left, right) for left, right in [*SHAPES, *CROWDED])
    if scheme.accepts(shape)
]
EITHER_WAY = [scheme.name for scheme in SCHEMES if scheme.remote]


def test_only_equal_reactants_that_make_themselves_are_refused():
    refused = {
        (scheme.name, str(shape))
        for scheme in SCHEMES
        for shape in (ReactionShape.of(left, right) for left, right in SHAPES)
        if not scheme.accepts(shape)
    }
    assert {name for name, _ in refused} == {"soloveichik2010", "srinivas2017"}
    assert {shape for _, shape in refused} == {"2A -> A", "2A -> A + B", "2A -> 2A", "2A -> 3A", "2A -> 2A + 2B"}


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_no_gate_takes_none_or_more_than_it_says(scheme):
    for count in range(7):
        refusal = scheme.refusal(ReactionShape.of(range(count), (count,)))
        assert (refusal is None) == (1 <= count <= scheme.reactants)
        if refusal is not None:
            assert refusal.startswith(f"{count} reactants; gates take one ")
            assert ("bind first" in refusal) == (count > 0)
    assert (scheme.reactants > 2) == (scheme.name in ("cardelli2013", "cardelli2013-plain", "chen2013"))


@pytest.mark.parametrize(("scheme", "shape"), ACCEPTED)
def test_every_template_does_exactly_what_is_intended(scheme, shape):
    template = scheme.template(shape)
    check = template_check(template, scheme.form, DomainLengths())
    assert check.outcome is Outcome.PROVED, check
    assert net_check(template).outcome is Outcome.PROVED, net_check(template)
    assert waste_check(template).outcome is Outcome.PROVED, waste_check(template)


@pytest.mark.parametrize(("scheme", "shape"), ACCEPTED)
def test_doses_cover_what_one_turn_uses_up(scheme, shape):
    template = scheme.template(shape)
    used: Counter[str] = Counter()
    for reaction in template.reactions:
        if reaction.step != "reverse":
            used.update(reaction.reactants)
            used.subtract(reaction.products)
    for fuel in template.fuels:
        assert fuel.dose >= used[fuel.name], fuel
    assert {n: c for n, c in used.items() if c > 0} == {
        n: c for n, c in used.items() if c > 0 and template[n].role in (Role.SIGNAL, Role.FUEL)
    }


@pytest.mark.parametrize("name", EITHER_WAY)
@pytest.mark.parametrize("sides", [((0,), (1, 2)), ((0, 1), (2,)), ((0, 1), (1, 2)), ((0, 0), (1,))], ids=str)
def test_templates_that_are_clean_with_remote_toeholds_too(name, sides):
    scheme = find_scheme(name)
    remote = EnumerationOptions(reject_remote=False)
    check = template_check(scheme.template(ReactionShape.of(*sides)), scheme.form, DomainLengths(), remote)
    assert check.outcome is Outcome.PROVED, check


def test_the_irreversible_join_rests_on_remote_toeholds_being_rejected():
    scheme = find_scheme("cardelli2013")
    assert [one.name for one in SCHEMES if not one.remote] == [scheme.name]
    template = scheme.template(ReactionShape.of((0,), ()))
    remote = EnumerationOptions(reject_remote=False)
    check = template_check(template, scheme.form, DomainLengths(), remote)
    assert check.outcome is Outcome.REFUTED
    assert "unintended reaction" in check.detail


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
