"""Systems of several modules that share strands and gates."""

import dataclasses

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.enumeration.check import enumerate_system, system_check
from dsdcompile.enumeration.composition import compose
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.footprint import YARDSTICKS, Footprint, footprint
from dsdcompile.schemes.translate import translate
from dsdcompile.verify.names import names_check
from dsdcompile.verify.verdict import Outcome

TEXTS = [
    "#! input A\nA -> B + M\nM + B -> C",
    "#! input A\n#! input B\nA + B -> B + C\nC -> A",
    "#! input A\n#! input B\nA + B -> C\nA + B -> D",
    "#! input A\nA -> 2B\n2B -> C",
]


def system_of(name: str, text: str) -> DsdSystem:
    return translate(parse_crn(text), find_scheme(name))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("text", TEXTS)
def test_whole_systems_and_their_composition_do_exactly_what_is_intended(scheme, text):
    system = translate(parse_crn(text), scheme)
    check = system_check(system, enumerate_system(system))
    assert check.outcome is Outcome.PROVED, check
    assert compose(system).check.outcome is Outcome.PROVED


@pytest.mark.parametrize("scheme", [scheme for scheme in SCHEMES if scheme.reactants > 2], ids=lambda s: s.name)
@pytest.mark.parametrize("text", ["A + B + C -> D\nD -> B + E", "A + B + C -> C + D\nA -> E", "3A -> B\nA -> B + C"])
def test_joins_of_three_among_other_gates_do_exactly_what_is_intended(scheme, text):
    system = translate(parse_crn(f"#! input A\n{text}"), scheme)
    check = system_check(system, enumerate_system(system))
    assert check.outcome is Outcome.PROVED, check
    assert compose(system).check.outcome is Outcome.PROVED


def test_joins_are_shared_only_where_all_reactants_are_the_same():
    text = "A + B + C -> D\nA + B + E -> F\n2A + B -> D\nA + 2B -> D\nA + B + C + D -> E\nC + B + A -> E"
    system = system_of("chen2013", text)
    assert system.leader.tolist() == [0, 1, 2, 3, 4, 0]
    assert names_check(system).outcome is Outcome.PROVED
    shared = dataclasses.replace(system)
    vars(shared)["leader"] = np.array([0, 0, 2, 3, 4, 0])
    assert names_check(shared).outcome is Outcome.REFUTED


def test_reactions_with_the_same_reactants_share_a_join_and_choose_late():
    system = system_of("chen2013", "A + B -> C\nB + A -> D\nA -> E\nA -> F\n2A -> C")
    assert system.leader.tolist() == [0, 0, 2, 2, 4]
    fuels = [fuel.name for fuel in system.fuels()]
    assert [name for name in fuels if name.endswith("_J")] == ["m0_J", "m2_J", "m4_J"]
    assert [name for name in fuels if name.endswith("_F")] == [f"m{module}_F" for module in range(5)]
    dosing = dose(system, np.array([1.0, 2.0, 0.5, 0.0, 0.0]), unit=1e-8, margin=0.0, floor=0.0)
    amounts = dict(
        zip((system.molecule_name(n) for n in range(system.molecules.count)), dosing.amounts(system), strict=True)
    )
    assert amounts["m0_J"] == pytest.approx(3e-8)
    assert amounts["m0_F"] == pytest.approx(1e-8)
    assert amounts["m1_F"] == pytest.approx(2e-8)


def test_delayed_choice_is_one_join_with_one_rate():
    system = system_of("chen2013", "#! input A\n#! input B\nA + B -> C\nA + B -> D")
    dosing = dose(system, np.ones(2), unit=1e-8, margin=0.0, floor=0.0)
    crn = implementation(system, dosing, uniform_rates(system, 1e6)).crn
    both = [str(r) for r in crn if {"A", "m0_J"} <= set(r.reactants)]
    assert len(both) == 1
    flux = crn.species.index("m0_Q")
    taken = np.flatnonzero(crn.reactants.toarray()[:, flux])
    assert len(taken) == 3  # two forks, and the join's way back


def test_a_fuel_of_several_modules_is_one_strand():
    system = system_of("cardelli2013", "A -> C\nB -> C\nC + A -> D")
    assert [fuel.name for fuel in system.fuels() if fuel.name.endswith("_K1")] == ["m0_K1", "m2_K1"]
    assert len({strand.domains for strand in system.inventory.strands}) == len(system.inventory.strands)
    toeholds = {d.name for d in system.inventory.domains.values() if d.part == "toehold"}
    assert toeholds == {"t", "u"}


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("soloveichik2010", (2, 5, 222, 63), (3, 6, 276, 63)),
        ("cardelli2013", (6, 13, 390, 84), (7, 15, 474, 105)),
        ("cardelli2013-plain", (5, 11, 324, 84), (6, 15, 423, 84)),
        ("chen2013", (6, 11, 315, 84), (6, 12, 357, 84)),
        ("srinivas2017", (3, 6, 222, 48), (4, 7, 276, 54)),
    ],
)
def test_what_one_module_takes(name, one, two):
    costs = [footprint(find_scheme(name), reaction, DomainLengths()) for reaction in YARDSTICKS]
    assert costs == [Footprint(*one), Footprint(*two)]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_strands_grow_by_a_toehold_and_a_long_domain_a_product(scheme):
    longest = [scheme.longest_strand(products, DomainLengths()) for products in range(3, 8)]
    assert set(np.diff(longest)) == {21}
