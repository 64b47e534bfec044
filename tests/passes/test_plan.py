"""Plans run what is chosen, in the order of the catalogue, and the cheapest plan is the one that is built."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.network.compile import compile_network
from dsdcompile.passes import plan
from dsdcompile.passes.catalogue import BY_COST, OPTIONAL, PAPER, PASSES, named
from dsdcompile.passes.cost import Cost, CostModel
from dsdcompile.passes.declared import Makes, Pass, Setting
from dsdcompile.passes.fanout import FANOUT
from dsdcompile.passes.legalise import LEGALISE
from dsdcompile.passes.plan import CostlierError, PlanResult, Step, cheapest, plans, run_passes
from dsdcompile.passes.reduce import REDUCE
from dsdcompile.passes.result import unchanged
from dsdcompile.passes.shift import SHIFT
from dsdcompile.schemes.catalogue import SCHEMES
from tests.strategies import networks

SCHEME = SCHEMES[0]
MODEL = CostModel(SCHEME.template, SCHEME.accepts, SCHEME.form, DomainLengths(), 2, 0.2)
RAILS = parse_crn(
    """
    #! input Xp Xn
    #! input V
    #! output Yp Yn
    #! pair Pp Pn
    Xp -> 3Pp + Pn
    Xn -> Pp + 3Pn
    Pp -> Yp
    Pn -> Yn
    V -> A + 2Yp
    A -> Yn
    Yn @initial 1
    """
)
SETTING = Setting(MODEL, np.array([-2.0, 0.0]))


@pytest.mark.parametrize(("name", "rails"), [("annihilate", ("Pp", "Pn")), ("annihilate_outputs", ("Yp", "Yn"))])
def test_what_both_rails_hold_is_annihilated_where_the_design_says_so(name, rails):
    plain, made = ({r.reactants for r in run_passes(RAILS, SETTING, named(names)).legal.crn} for names in ((), (name,)))
    assert {frozenset(side) for side in made - plain} == {frozenset(rails)}


def test_passes_run_in_the_order_of_the_catalogue_whatever_the_order_they_are_named_in():
    for names in (OPTIONAL, OPTIONAL[::-1]):
        made = run_passes(RAILS, SETTING, named(names) | PAPER)
        ran = [step.rewriting for step in made.steps[1:]]
        assert ran == [one for one in PASSES if one in ran]
        assert {one.name for one in ran} >= {*OPTIONAL, *(one.name for one in PAPER)}
        assert made.reduced.crn == [step for step in made.steps if step.rewriting.makes is Makes.REDUCED][-1].result.crn


def test_merging_again_needs_sharing():
    for chosen, times in ((["merge"], 1), (["merge", "fanout"], 2)):
        ran = [step.name for step in run_passes(RAILS, SETTING, named(chosen)).steps]
        assert ran.count("merge") == times


@pytest.mark.parametrize(("text", "told"), [("A -> B\nA -> B", ["formal", "combine"]), ("A -> B", ["formal"])])
def test_where_rates_matter_nothing_that_is_chosen_runs(text, told):
    made = run_passes(parse_crn(text), SETTING, BY_COST | PAPER, kinetics=True)
    assert [step.name for step in made.steps] == [*told, "legalise"]
    assert "combine" not in [step.name for step in run_passes(parse_crn(text), SETTING, BY_COST).steps]


@pytest.mark.parametrize(("shared", "naive"), [(3.0, 2.0), (2.0, 3.0)])
def test_the_cheaper_plan_is_kept_whichever_it_is(shared, naive, monkeypatch):
    asked = []

    def priced(
        formal: Crn, setting: Setting, chosen: set[Pass], progress: Callable[[str], None], below: Cost | None
    ) -> PlanResult:
        assert below == (None if FANOUT in chosen else Cost(1, 1, 1, 1, shared))
        asked.append(chosen)
        cost = Cost(1, 1, 1, 1, shared if FANOUT in chosen else naive)
        last = Step(LEGALISE, 1, cost, unchanged(formal))
        return PlanResult(unchanged(formal), unchanged(formal), (last,))

    monkeypatch.setattr(plan, "run_passes", priced)
    told: list[str] = []
    made = cheapest(RAILS, SETTING, plans("cost", named(["shift"])), told.append)
    assert made.cost.money == 2.0
    assert asked == [{*BY_COST, SHIFT}, {*BY_COST, SHIFT} - {FANOUT}]
    assert told == ["with fan-out sharing", "with naive trees"]
    assert [(one.name, one.cost.money) for one in made.tried] == list(zip(told, (shared, naive), strict=True))


def test_the_cheapest_plan_is_of_all_with_and_without_each_pass_that_has_a_choice():
    found = [plan.chosen for plan in plans("cheapest")]
    choices = [one for one in PASSES if one.choice is not None]
    assert {SHIFT, REDUCE, FANOUT} <= {*choices}
    assert len(found) == len(set(found)) == 2 ** len(choices)
    assert all(chosen | {*choices} == BY_COST | PAPER | {SHIFT} for chosen in found)
    asked = plans("cheapest", named(["shift", "annihilate"]))
    assert len(asked) == 2 ** (len(choices) - 1)
    assert all(plan.chosen >= named(["shift", "annihilate"]) for plan in asked)
    assert [len(plans(how)) for how in ("paper", "none", "cost")] == [1, 1, 2]


@settings(max_examples=8)
@given(network=networks(max_layers=3), scheme=st.sampled_from(SCHEMES), most=st.integers(2, 4))
def test_no_other_way_of_reducing_is_cheaper_than_the_cheapest(network, scheme, most):
    model = CostModel(scheme.template, scheme.accepts, scheme.form, DomainLengths(), most, 0.2)
    setting = Setting(model, np.full(network.n_inputs, -2.0))
    formal = compile_network(network)
    made = cheapest(formal, setting, plans("cheapest"))
    assert made.cost.rank == min(one.cost.rank for one in made.tried if one.cost is not None)
    for how in ("paper", "cost", "none"):
        for optional in ([], ["shift"]):
            other = cheapest(formal, setting, plans(how, named(optional)))
            assert made.cost.rank <= other.cost.rank


def test_a_plan_that_would_take_far_more_modules_is_given_up(monkeypatch):
    monkeypatch.setattr(plan, "HOPELESS", 1)
    small = run_passes(RAILS, SETTING, BY_COST).cost
    told: list[str] = []
    with pytest.raises(CostlierError, match="naive trees"):
        run_passes(RAILS, SETTING, {FANOUT}, told.append, below=replace(small, modules=1))
    assert told[-1].startswith("formal")
    for chosen, modules in ((frozenset(), 1), ({FANOUT}, 99)):
        assert run_passes(RAILS, SETTING, chosen, below=replace(small, modules=modules, nucleotides=9999)).cost.modules


def test_trees_that_cost_more_are_not_written_out():
    rng = np.random.default_rng(0)
    rails = [(f"Y{i}p", f"Y{i}n") for i in range(16)]
    lines = [f"X{n} -> {' + '.join(pair[rng.integers(2)] for pair in rails)}" for n in range(24)]
    text = "".join(f"#! input X{n}\n" for n in range(24)) + "".join(f"#! output {a} {b}\n" for a, b in rails)
    told: list[str] = []
    made = cheapest(parse_crn(text + "\n".join(lines)), SETTING, plans("cost"), told.append)
    after = told[told.index("with naive trees") :]
    assert after[-1].startswith("costs more: at least ")
    assert not any(line.startswith("legalise") for line in after)
    least = int(after[-1].split()[-2].replace(",", ""))
    assert least > made.cost.nucleotides
    naive = run_passes(parse_crn(text + "\n".join(lines)), SETTING, BY_COST - {FANOUT})
    assert least <= naive.cost.nucleotides
