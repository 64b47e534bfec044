import dataclasses

import pytest
from hypothesis import given

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.template import TemplateReaction
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.verify.certificates import conservation, dual_rail, rate_independence
from dsdcompile.verify.verdict import Outcome
from tests.strategies import crns, networks


def outcomes(crn: Crn) -> list[Outcome]:
    return [check.outcome for check in rate_independence(crn, "x")]


@given(networks())
def test_networks_have_every_certificate(network):
    formal = compile_network(network)
    assert dual_rail(formal, "x").outcome is Outcome.PROVED
    for crn in (formal, reduce(formal).crn):
        assert set(outcomes(crn)) == {Outcome.PROVED}


@given(crns())
def test_the_first_two_certificates_are_what_the_limit_needs(crn):
    assert (set(outcomes(crn)[:2]) == {Outcome.PROVED}) == has_limit(crn)


def test_competing_reactions_are_named():
    crn = Crn.of([Reaction(("A",), ("B",)), Reaction(("A", "C"), ("D",))], outputs=["B"])
    check = rate_independence(crn, "x")[0]
    assert check.outcome is Outcome.REFUTED
    assert "reaction 1, A -> B" in check.detail
    assert "reaction 2, A + C -> D" in check.detail


def test_cycles_and_used_outputs_are_named():
    crn = Crn.of([Reaction(("A",), ("B",)), Reaction(("B",), ("A",))], outputs=["B"])
    _, forward, oblivious = rate_independence(crn, "x")
    assert "depends on its own products" in forward.detail
    assert "reaction 2, B -> A, uses an output" in oblivious.detail


def test_a_rail_that_is_not_the_negation_of_its_twin_is_named():
    crn = Crn.of(
        [Reaction(("Ap",), ("Bp",)), Reaction(("An",), ("Bp",))],
        pairs=[("Ap", "An"), ("Bp", "Bn")],
        outputs=[("Bp", "Bn")],
    )
    check = dual_rail(crn, "x")
    assert check.outcome is Outcome.REFUTED
    assert "An -> Bp" in check.detail


def test_every_step_of_every_scheme_keeps_its_strands():
    for scheme in SCHEMES:
        for reactants, products in (((0,), (1, 2)), ((0, 1), (2, 3)), ((0,), ()), ((0, 0), (1,))):
            shape = ReactionShape.of(reactants, products)
            if scheme.accepts(shape):
                assert conservation(scheme.template(shape)).outcome is Outcome.PROVED, (scheme.name, str(shape))


def test_a_step_that_loses_a_strand_is_named():
    template = find_scheme("soloveichik2010").template(ReactionShape.of((0,), (1, 2)))
    steps = (TemplateReaction(("X", "G"), ("O",), "forward"), *template.reactions[1:])
    check = conservation(dataclasses.replace(template, reactions=steps))
    assert check.outcome is Outcome.REFUTED
    assert "loses" in check.detail
    assert check.witnesses[0].reactants


def pairs_of(*reactions: Reaction, extra: tuple[tuple[str, str], ...] = ()) -> Crn:
    pairs = (("Xp", "Xn"), ("Yp", "Yn"), *extra)
    return Crn.of(list(reactions), pairs=pairs, inputs=[("Xp", "Xn")], outputs=[("Yp", "Yn")])


def test_a_rail_without_a_counterpart_is_no_negation():
    check = dual_rail(pairs_of(Reaction(("Xp",), ("Yp",))), "x")
    assert check.outcome is Outcome.REFUTED
    assert "nothing uses Xn" in check.detail


@pytest.mark.parametrize(
    "reactions",
    [
        (Reaction(("Xp",), ("Yp",)), Reaction(("Xn", "Q"), ("Yn",))),
        (Reaction(("Xp", "Wp"), ("Yp",)), Reaction(("Xn", "Wn"), ("Yp", "Yp"))),
        (Reaction(("Xp",), ("M", "Yp")), Reaction(("M", "Xn"), ("Yp",))),
        (Reaction(("Xp",), ("M", "Yp")), Reaction(("M", "Xn"), ("Yn",)), Reaction(("M",), ("Yp",))),
        (Reaction(("Xp",), ("Yp",)), Reaction(("Xn",), ("Yn",)), Reaction(("Xp", "Q"), ())),
    ],
)
def test_pairs_that_the_argument_does_not_cover_prove_nothing(reactions):
    check = dual_rail(pairs_of(*reactions), "x")
    assert check.outcome is Outcome.UNDECIDED
    assert "nothing follows" in check.detail


@pytest.mark.parametrize(
    ("reactions", "how"),
    [
        ((Reaction(("Xp",), ("Yp",)), Reaction(("Xn",), ("Yn",))), "1 negations, 1 unused"),
        ((Reaction(("Xp",), ("M", "Yp")), Reaction(("M", "Xn"), ("Yn",))), "1 ReLUs, 1 unused"),
        ((Reaction(("Xn",), ("M", "Yp")), Reaction(("M", "Xp"), ("Yn",))), "1 ReLUs, 1 unused"),
        ((Reaction(("Xp",), ("W",)),), "1 unused, 1 without effect"),
    ],
)
def test_covered_pairs_say_how(reactions, how):
    check = dual_rail(pairs_of(*reactions), "x")
    assert check.outcome is Outcome.PROVED
    assert how in check.detail


def test_without_pairs_nothing_is_proved():
    check = dual_rail(Crn.of([Reaction(("A",), ("B",))]), "x")
    assert check.outcome is Outcome.UNDECIDED
    assert "not applicable" in check.detail
