"""Each named pass does its work in a plan, and the cheapest plan is the one that is built."""

from collections.abc import Callable

import numpy as np
import pytest

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.limit import has_limit, limit
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.passes import plan
from dsdcompile.passes.cost import Cost, CostModel
from dsdcompile.passes.plan import ORDER, Outcome, Setting, Step, cheapest, run_passes
from dsdcompile.passes.result import unchanged
from dsdcompile.schemes.catalogue import SCHEMES

SCHEME = SCHEMES[0]
MODEL = CostModel(SCHEME.template, SCHEME.accepts, SCHEME.form, DomainLengths(), 2, 0.2)
EVERY = parse_crn(
    """
    #! input Xp Xn
    #! input V
    #! output Yp Yn
    #! pair Pp Pn
    Xp -> 3Pp + Pn
    Xn -> Pp + 3Pn
    Pp -> Yp
    Pn -> Yn
    V -> A + B + W
    A -> 2Yp + C
    B -> 2Yp + C
    C -> Yn
    W -> U
    Yn @initial 1
    """
)
"""Every pass finds something to do here."""
SETTING = Setting(MODEL, np.array([-2.0, 0.0]))


def test_the_example_has_a_limit():
    assert has_limit(EVERY)


@pytest.mark.parametrize("name", sorted(set(ORDER)))
def test_every_pass_that_is_named_runs(name):
    plain, made = (run_passes(EVERY, SETTING, names) for names in ((), {name}))
    assert [step.name for step in made.steps] == ["formal", name, "legalise"]
    assert made.legal.crn != plain.legal.crn
    if name == "shift":
        assert made.reduced.crn.inputs[0, 1] == NO_RAIL
    if name != "annihilate":
        x = [[3.0, 1.0], [-1.5, 0.5], [0.0, 2.0]]
        np.testing.assert_array_equal(limit(made.legal.crn, x), limit(EVERY, x))


@pytest.mark.parametrize(("name", "rails"), [("annihilate", ("Pp", "Pn")), ("annihilate_outputs", ("Yp", "Yn"))])
def test_what_both_rails_hold_is_annihilated_where_the_design_says_so(name, rails):
    plain, made = ({r.reactants for r in run_passes(EVERY, SETTING, names).legal.crn} for names in ((), {name}))
    assert {frozenset(side) for side in made - plain} == {frozenset(rails)}


@pytest.mark.parametrize(("shared", "naive"), [(3.0, 2.0), (2.0, 3.0)])
def test_the_cheaper_plan_is_kept_whichever_it_is(shared, naive, monkeypatch):
    def priced(formal: Crn, setting: Setting, names: set[str], progress: Callable[[str], None]) -> Outcome:
        last = Step("legalise", 1, Cost(1, 1, 1, 1, shared if "fanout" in names else naive), unchanged(formal))
        return Outcome(unchanged(formal), unchanged(formal), (last,))

    monkeypatch.setattr(plan, "run_passes", priced)
    assert cheapest(EVERY, SETTING).cost.money == 2.0
