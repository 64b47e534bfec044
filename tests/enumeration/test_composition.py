"""Composition against whole-system enumeration: the same verdict, the same condensed reactions."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.complex import can_bind
from dsdcompile.dsd.domain import DomainLengths, Part, Scope
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import DomainSlot, Role, Template, TemplateComplex, TemplateReaction
from dsdcompile.enumeration.check import intended_reactions, peppercorn_system, system_check, system_signals
from dsdcompile.enumeration.composition import compose
from dsdcompile.enumeration.intended import found_reactions
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.patterns import Pattern, describe, example, patterns
from dsdcompile.enumeration.peppercorn import enumerate_complexes
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.verify.verdict import Outcome
from scripts.benchmarks import composition as benchmark

FEWER = settings(max_examples=max(4, settings().max_examples // 6))
"""For systems that take long: a part of what the profile asks for."""
SOLOVEICHIK = find_scheme("soloveichik2010")


@st.composite
def small_crns(draw, scheme, most=3):
    """Any reactions that a scheme can build, competing and catalytic ones included; every species is in the tube."""
    names = ["A", "B", "C", "D"]
    side = st.lists(st.sampled_from(names), min_size=1, max_size=2)
    reactions = []
    for _ in range(draw(st.integers(1, most))):
        left, right = draw(side), draw(st.lists(st.sampled_from(names), max_size=2))
        if scheme.accepts(ReactionShape.of([names.index(n) for n in left], [names.index(n) for n in right])):
            reactions.append(Reaction(tuple(left), tuple(right)))
    return Crn.of(reactions, species=names, initial=dict.fromkeys(names, 1.0))


def agree(system, options=None):
    """Assert that composition and whole-system enumeration say the same; return the verdict."""
    composition = compose(system, options)
    whole = peppercorn_system(system, options)
    assert composition.check.outcome is system_check(system, whole).outcome, composition.check.detail
    if composition.check.outcome is Outcome.PROVED:
        # Everything is in the tube, so every intended reaction happens.
        assert set(found_reactions(whole, system.form, system_signals(system))) == intended_reactions(system)
    return composition.check.outcome


@given(st.data())
def test_soloveichik_systems_compose(data):
    agree(translate(data.draw(small_crns(SOLOVEICHIK)), SOLOVEICHIK))


@pytest.mark.parametrize("scheme", [s for s in SCHEMES if s is not SOLOVEICHIK], ids=lambda s: s.name)
@FEWER
@given(st.data())
def test_systems_of_every_scheme_compose(scheme, data):
    agree(translate(data.draw(small_crns(scheme, most=2)), scheme))


@FEWER
@given(st.data())
def test_with_remote_toeholds_both_find_the_same_faults(data):
    crn = data.draw(small_crns(SOLOVEICHIK, most=2))
    agree(translate(crn, SOLOVEICHIK), EnumerationOptions(reject_remote=False))


def with_complexes(template, **kernels):
    """Return a template with some complexes replaced, given in kernel notation."""
    parts = tuple(
        dataclasses.replace(c, complex=parse_kernel(kernels[c.name])) if c.name in kernels else c
        for c in template.complexes
    )
    return dataclasses.replace(template, complexes=parts)


def test_a_fault_that_shows_in_pairs_only_is_found():
    """The output strand of A -> B carries all of B's recognition domain: alone harmless, but it sets off B -> C."""
    crn = Crn.of([Reaction(("A",), ("B",)), Reaction(("B",), ("C",))], initial={"A": 1})
    alone = dataclasses.replace(translate(Crn.of([Reaction(("A",), ("B",))], initial={"A": 1}), SOLOVEICHIK))
    leaky = with_complexes(
        alone.templates[0],
        G="s0_b( s0_c( d1 s1_a s1_b + ) ) s0_a*",
        O="s0_b s0_c d1 s1_a s1_b",
        W2="s0_b s0_c( d1( s1_a( s1_b + ) ) )",
    )
    assert compose(dataclasses.replace(alone, templates=(leaky,))).check.outcome is Outcome.PROVED
    mutant = dataclasses.replace(translate(crn, SOLOVEICHIK), templates=(leaky,))
    assert agree(mutant) is Outcome.REFUTED
    assert compose(mutant).check.witnesses[0].problem == "unintended reaction"


@FEWER
@given(st.data())
def test_systems_with_a_pool_of_toeholds_compose(data):
    crn = data.draw(small_crns(SOLOVEICHIK, most=2))
    agree(translate(crn, SOLOVEICHIK, toeholds=data.draw(st.integers(1, 4))))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
@FEWER
@given(number=st.integers(1000, 10**6))
def test_systems_with_a_fault_are_never_proved_by_pairs_alone(scheme, number):
    letters, same, _ = benchmark.judge(benchmark.example(scheme, number, faulty=True))
    assert benchmark.kind(letters) != "weaker", letters
    assert same


def test_the_committed_cross_check_covers_every_scheme_and_both_verdicts():
    recorded = benchmark.recorded()
    assert {"soloveichik2010", "cardelli2013", "chen2013"} <= set(recorded) <= {scheme.name for scheme in SCHEMES}
    for by in recorded.values():
        assert len(by["intact"]) >= 200
        assert set(by["intact"]) == {"pp"}
        assert by["faulty"].count("rr") >= 10
        assert by["faulty"].count("pp") >= 10
        assert "weaker" not in {benchmark.kind(letters) for letters in by["faulty"]}
        # Where pairs are stricter than the whole they prove nothing wrong; that must stay rare.
        assert sum(benchmark.kind(letters) == "stricter" for letters in by["faulty"]) <= len(by["faulty"]) // 5


@pytest.mark.parametrize("scheme", [s for s in SCHEMES if s.name in benchmark.recorded()], ids=lambda s: s.name)
@pytest.mark.parametrize("faulty", [False, True], ids=["intact", "faulty"])
def test_the_committed_verdicts_are_still_found(scheme, faulty):
    recorded = benchmark.recorded()[scheme.name]["faulty" if faulty else "intact"]
    for number in range(4):
        letters, same, _ = benchmark.judge(benchmark.example(scheme, number, faulty=faulty))
        assert letters == recorded[number]
        assert same


# -- faults that one idea of the proof alone finds ---------------------------------------------------------------------

UNIVERSAL = (DomainSlot("z1", Part.TOEHOLD, Scope.SYSTEM), DomainSlot("z2", Part.RECOGNITION, Scope.SYSTEM))
OWN = (DomainSlot("r", Part.HISTORY, Scope.MODULE),)
APART = [Reaction(("A",), ("B",)), Reaction(("C", "D"), ("E",))]


def with_fuels(reactions: list[Reaction], *kernels: str) -> DsdSystem:
    """Return a system in which each template has one fuel more."""
    names = dict.fromkeys("ABCDE", 1.0)
    system = translate(Crn.of(reactions, initial=names), SOLOVEICHIK)
    templates = []
    for template, kernel in zip(system.templates, kernels, strict=True):
        fuel = TemplateComplex("K", Role.FUEL, parse_kernel(kernel))
        slots = tuple(slot for slot in (*UNIVERSAL, *OWN) if slot.name in fuel.complex.domains)
        templates.append(
            dataclasses.replace(template, complexes=(*template.complexes, fuel), slots=template.slots + slots)
        )
    return dataclasses.replace(system, templates=tuple(templates))


def test_modules_without_a_common_species_meet_through_domains_of_the_system():
    mutant = with_fuels(APART, "z2( + ) z1*", "z1 z2")
    assert all(not pattern.shared for pattern in patterns(mutant))
    assert agree(mutant) is Outcome.REFUTED


def test_gates_of_two_modules_meet_as_well():
    assert agree(with_fuels(APART, "z2( + ) z1*", "r( z1 z2 + )")) is Outcome.REFUTED


def test_a_resting_complex_that_changes_its_structure_is_refuted():
    """What it shows in one structure is hidden in the other: no pair of complexes would bind."""
    mutant = with_fuels(APART, "z2( + ) z1*( r )", "z1 z2")
    assert agree(mutant) is Outcome.REFUTED
    check = compose(mutant).check
    assert check.witnesses[0].problem == "resting complex of several structures"
    assert len(check.witnesses[0].reactants) == 2


def declared(template: Template) -> Template:
    """Return a template that intends whatever it does: no fault of one module alone is left."""
    lengths = {slot.name: DomainLengths().of(slot.part) for slot in template.slots}
    tube = [c.complex for c in template.complexes if c.role in (Role.SIGNAL, Role.FUEL)]
    found = enumerate_complexes(tube, lengths)
    known = {c.complex.canonical(): c for c in template.complexes}
    members = [next(iter(state)) for state in found.macrostates]
    parts = [
        known.get(member, TemplateComplex(f"N{number}", Role.INTERMEDIATE, member))
        for number, member in enumerate(members)
    ]
    reactions = tuple(
        TemplateReaction(tuple(parts[i].name for i in r.reactants), tuple(parts[i].name for i in r.products), "any")
        for r in found.reactions
    )
    return dataclasses.replace(template, complexes=tuple(parts), reactions=reactions)


def test_histories_of_the_other_modules_making_are_looked_at():
    """A strand binds the history of what its module makes: intended there, but consumers carry that history along."""
    crn = Crn.of([Reaction(("A",), ("B",)), Reaction(("B",), ("C",))], initial=dict.fromkeys("ABC", 1.0))
    system = translate(crn, SOLOVEICHIK)
    clean = system.templates[0]
    catcher = TemplateComplex("K", Role.FUEL, parse_kernel("s1_a* d1*"))
    maker = declared(dataclasses.replace(clean, complexes=(*clean.complexes, catcher)))
    single = translate(Crn.of([Reaction(("A",), ("B",))], initial={"A": 1.0, "B": 1.0}), SOLOVEICHIK)
    assert agree(dataclasses.replace(single, templates=(maker,))) is Outcome.PROVED
    mutant = dataclasses.replace(system, templates=(maker, clean), template=np.array([0, 1]))
    assert agree(mutant) is Outcome.REFUTED


def test_waste_that_binds_elsewhere_is_said():
    crn = Crn.of([Reaction(("A",), ()), Reaction(("A",), ("B",))], initial={"A": 1.0})
    composition = compose(translate(crn, SOLOVEICHIK))
    assert composition.check.outcome is Outcome.PROVED
    assert composition.waste.outcome is Outcome.REFUTED
    assert "waste O of A -> can bind fuel T of A -> B" in composition.waste.detail
    assert can_bind(*composition.waste.witnesses[0].reactants)
    chain = Crn.of([Reaction(("A",), ("B",)), Reaction(("B",), ("C",))], initial={"A": 1.0})
    assert compose(translate(chain, SOLOVEICHIK)).waste.outcome is Outcome.PROVED


def test_patterns_are_listed_in_words():
    crn = Crn.of([Reaction(("A",), ("B", "C")), Reaction(("B", "C"), ("D",))], initial={"A": 1.0})
    system = translate(crn, SOLOVEICHIK)
    composition = compose(system)
    assert composition.patterns == tuple(describe(system, pattern) for pattern in patterns(system))
    assert composition.touching == len(composition.patterns)
    assert "A -> B + C alone" in composition.patterns
    assert "A -> B + C with B + C -> C'" in composition.patterns
    assert len(set(composition.patterns)) == len(composition.patterns)


def pairs_by_hand(system):
    """Every pattern that really occurs, found by looking at every pair of modules."""
    found = {}
    for m in range(system.n_modules):
        for n in range(system.n_modules):
            a, b = int(system.template[m]), int(system.template[n])
            if m == n or a > b:
                continue
            shared = tuple(
                (i, j)
                for i in range(system.templates[a].shape.slots)
                for j in range(system.templates[b].shape.slots)
                if system.species[m, i] == system.species[n, j]
            )
            mirror = tuple(sorted((j, i) for i, j in shared))
            found[Pattern(a, b, min(shared, mirror) if a == b else shared)] = (m, n)
    return found


@given(small_crns(SOLOVEICHIK, most=6))
def test_patterns_hold_every_pair_that_touches(crn):
    system = translate(crn, SOLOVEICHIK)
    real = {pattern for pattern in pairs_by_hand(system) if pattern.shared}
    listed = {pattern for pattern in patterns(system) if pattern.second >= 0}
    assert real <= listed
    # What is listed beyond that does not happen, and example() says so.
    assert {pattern for pattern in listed if example(system, pattern) is not None} == real


def test_one_template_is_enumerated_once_however_many_modules_it_has():
    chain = [Reaction((f"S{i}",), (f"S{i + 1}",)) for i in range(40)]
    short, long = (compose(translate(Crn.of(chain[:n], initial={"S0": 1}), SOLOVEICHIK)) for n in (6, 40))
    assert short.enumerations == long.enumerations
    assert short.patterns == long.patterns


def test_a_truncated_enumeration_proves_nothing():
    crn = Crn.of([Reaction(("A", "B"), ("C", "D"))], initial={"A": 1, "B": 1})
    found = compose(translate(crn, SOLOVEICHIK), EnumerationOptions(max_complex_size=3)).check
    assert found.outcome is Outcome.UNDECIDED
    assert "max_complex_size" in found.detail


def test_a_scheme_whose_gates_bind_histories_is_not_proved_by_pairs():
    system = translate(Crn.of([Reaction(("A",), ("B",))], initial={"A": 1}), SOLOVEICHIK)
    template = system.templates[0]
    bound = dataclasses.replace(template.complexes[1], complex=parse_kernel("s0_h( s0_c( + ) ) s0_a* s0_b"))
    complexes = (template.complexes[0], bound, *template.complexes[2:])
    mutant = dataclasses.replace(system, templates=(dataclasses.replace(template, complexes=complexes),))
    assert compose(mutant).check.outcome is Outcome.UNDECIDED


def test_only_complementary_unpaired_domains_bind():
    gate = parse_kernel("b( c( d + ) ) a*")
    assert can_bind(parse_kernel("h a b c"), gate)
    assert not can_bind(parse_kernel("h b c"), gate)
    assert not can_bind(gate, gate)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
def test_rates_are_those_of_the_whole_system(scheme):
    crn = Crn.of([Reaction(("A", "B"), ("C",)), Reaction(("C",), ("D", "E"))], initial={"A": 1, "B": 1})
    system = translate(crn, scheme)
    rates = compose(system).rates
    expected = [len(t.reactions) for t in system.templates]
    assert [int(np.isfinite(row).sum()) for row in rates] == expected
    whole = found_reactions(peppercorn_system(system), system.form, system_signals(system))
    everything = {round(r, 3) for values in whole.values() for r in values}
    assert {round(r, 3) for r in rates[np.isfinite(rates)].tolist()} <= everything
    assert system.molecules.of_role(Role.FUEL).size > 0


@pytest.mark.parametrize("toeholds", [0, 9])
def test_every_reaction_of_a_composed_system_has_a_rate_with_or_without_a_pool_of_toeholds(toeholds):
    crn = Crn.of([Reaction(("A", "B"), ("C", "D")), Reaction(("C",), ("A", "E"))], initial={"A": 1.0, "B": 1.0})
    system = translate(crn, SOLOVEICHIK, toeholds=toeholds)
    composition = compose(system)
    assert composition.check.outcome is Outcome.PROVED
    for rates, template in zip(composition.rates, system.templates, strict=True):
        assert (rates[: len(template.reactions)] > 0).all()
