"""Readings of templates: what a module shows about its reaction, and that a spoilt module shows nothing."""

import dataclasses

import pytest

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.template import Role
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.verify.reading import Reading, read_template
from dsdcompile.verify.verdict import Relation

SHAPES = (((0,), ()), ((0,), (1, 2)), ((0,), (0, 1)), ((0, 1), (2,)), ((0, 1), (1, 2)), ((0, 0), (1,)))
UNDOING = {scheme.name for scheme in SCHEMES if not scheme.bisimilar}
"""Schemes of which it is known that reactions are undone until their gates have finished."""


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
@pytest.mark.parametrize("sides", SHAPES, ids=str)
def test_every_module_has_a_reading_that_shows_what_its_scheme_claims(scheme, sides):
    shape = ReactionShape.of(*sides)
    assert scheme.accepts(shape)
    reading = read_template(scheme.template(shape))
    assert isinstance(reading, Reading), reading
    if shape.products:
        assert reading.undoes is (scheme.name in UNDOING)
    assert scheme.name in UNDOING or reading.relation is Relation.BISIMILAR


def test_a_buffer_holds_its_signal():
    reading = read_template(find_scheme("soloveichik2010").buffer())
    assert isinstance(reading, Reading)
    held = [c.name for c in reading.template.of_role(Role.INTERMEDIATE) if any(reading.means[c.name])]
    assert len(held) == 1
    assert reading.means[held[0]] == (1,)


def template(scheme: str = "chen2013"):
    return find_scheme(scheme).template(ReactionShape.of((0, 1), (2,)))


def spoilt(made, drop=(), step=None, name=""):
    """A template without some steps, by number, or with a complex more among the products of a step."""
    reactions = [r for place, r in enumerate(made.reactions) if place not in drop]
    if step is not None:
        reactions[step] = dataclasses.replace(reactions[step], products=(*reactions[step].products, name))
    return dataclasses.replace(made, reactions=tuple(reactions))


@pytest.mark.parametrize("scheme", [s.name for s in SCHEMES])
def test_a_module_that_makes_one_product_more_shows_nothing(scheme):
    made = template(scheme)
    products = {c.name for c in made.of_role(Role.SIGNAL) if c.species == 2}
    last = next(place for place, step in enumerate(made.reactions) if products & set(step.products))
    assert isinstance(read_template(spoilt(made, step=last, name=min(products))), str)


def test_a_gate_that_never_closes_does_not_even_keep_the_limit():
    made = template()
    commit = [place for place, r in enumerate(made.reactions) if r.step == "commit"]
    assert isinstance(read_template(spoilt(made, drop=commit)), str)


def test_a_gate_that_keeps_a_reactant_for_good_shows_nothing():
    made = template("cardelli2013")
    back = [place for place, r in enumerate(made.reactions) if r.products == ("S0", "J")]
    assert len(back) == 1
    assert isinstance(read_template(spoilt(made, drop=back)), str)


def test_companions_that_are_used_up_elsewhere_do_not_count():
    made = template()
    eaten = dataclasses.replace(made.reactions[-1], reactants=("C1", "J"), products=("J",), step="eats")
    assert isinstance(read_template(dataclasses.replace(made, reactions=(*made.reactions, eaten))), str)
