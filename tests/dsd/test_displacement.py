"""Three-way displacement at domain level, held against what the schemes' designers intend and against leaks by hand."""

from __future__ import annotations

import pytest

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.displacement import displacements
from dsdcompile.dsd.domain import Domain, DomainLengths, Part
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.template import Template, TemplateReaction
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.scheme import Scheme

SHAPES = [
    ReactionShape(left, right)
    for left in [(0,), (0, 0), (0, 1)]
    for right in [(), (0,), (1,), (0, 1), (1, 2), (2, 3)]
    if sorted({*left, *right}) == list(range(len({*left, *right})))
]


def lengths(*names: str, nt: int = 15) -> dict[str, Domain]:
    return {name: Domain(name, Part.RECOGNITION, nt) for name in names}


def ordered(complexes: list[Complex]) -> tuple[Complex, ...]:
    return tuple(sorted((c.canonical() for c in complexes), key=lambda c: (c.sequence, c.structure)))


def ways(template: Template, reaction: TemplateReaction) -> int:
    first, second = (template[name].complex for name in reaction.reactants)
    sizes = {slot.name: Domain(slot.name, slot.part, DomainLengths().of(slot.part)) for slot in template.slots}
    wanted = ordered([template[name].complex for name in reaction.products])
    found = [*displacements(first, second, sizes), *displacements(second, first, sizes)]
    return sum(one.products == wanted for one in found)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
def test_every_intended_step_of_every_scheme_is_one_displacement(scheme: Scheme) -> None:
    steps = [
        (template, reaction)
        for template in [scheme.template(shape) for shape in SHAPES if scheme.refusal(shape) is None]
        for reaction in template.reactions
    ]
    assert steps
    assert {ways(*step) for step in steps} == {1}


def test_toehold_branch_and_hold_are_told_apart() -> None:
    linker = parse_kernel("b( c( e( + ) ) ) a*")
    sizes = {**lengths("h", "b"), **lengths("a", "c", "e", nt=6)}
    (one,) = displacements(parse_kernel("h a b c"), linker, sizes)
    spelled = [[one.joined.tokens[place] for place in part] for part in (one.toehold, one.branch, one.held)]
    assert spelled == [["a"], ["b", "c"], ["e"]]
    assert one.products == ordered([parse_kernel("b c e"), parse_kernel("h a( b( c( + e* ) ) )")])


def test_a_strand_held_by_a_long_domain_stays_and_nothing_has_happened() -> None:
    sizes = {**lengths("b", "e"), **lengths("a", nt=6)}
    assert not list(displacements(parse_kernel("a b"), parse_kernel("b( e( + ) ) a*"), sizes))


@pytest.mark.parametrize(
    ("invader", "target", "starts"),
    [
        ("b", "b( + )", {("b", 1), ("b", -1)}),  # blunt at both ends: from either
        ("x b", "b( + ) t*", {("b", 1), ("b", -1)}),  # beside an open toehold that the invader has not
        ("t b", "b( + ) t*", set()),  # by its toehold: the intended reaction, no leak
        ("b", "a( + b( + ) )", {("b", 1), ("b", -1)}),  # at a nick
        ("b", "k( b( l( + ) ) )", set()),  # inside a helix, behind six pairs at either end: it does not open
    ],
)
def test_leaks_start_where_helices_end(invader: str, target: str, starts: set[tuple[str, int]]) -> None:
    sizes = {**lengths("b"), **lengths("a", "x", "t", "k", "l", nt=6)}
    found = list(displacements(parse_kernel(invader), parse_kernel(target), sizes, leaks=True))
    assert {(one.joined.tokens[one.frays], one.outward) for one in found} == starts
    assert all(not one.toehold for one in found)


def test_a_clamp_stands_between_the_end_and_the_start() -> None:
    sizes = {**lengths("b"), **lengths("k", nt=2)}
    found = list(displacements(parse_kernel("b"), parse_kernel("k( b( k( + ) ) )"), sizes, leaks=True))
    assert {tuple(one.joined.tokens[place] for place in one.clamp) for one in found} == {("k",)}
    assert {tuple(one.joined.tokens[place] for place in one.held) for one in found} == {("k", "k")}


def test_a_gate_leaks_into_the_translator_of_its_own_output() -> None:
    # Soloveichik 2010: what overhangs the gate is what the output strand displaces products with.
    gate, translator = parse_kernel("b( c( d p + ) ) a*"), parse_kernel("d( p( q r + ) ) c*")
    sizes = {**lengths("b", "d", "q"), **lengths("a", "c", "p", "r", nt=6)}
    found = list(displacements(gate, translator, sizes, leaks=True))
    assert any(parse_kernel("d p q r") in one.products for one in found)
    assert not list(displacements(gate, translator, sizes))  # its toehold is shut
