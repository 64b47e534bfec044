import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.absent import NO_SPECIES
from dsdcompile.dsd.domain import complement
from dsdcompile.dsd.kernel import parse_kernel, show_kernel
from dsdcompile.dsd.template import Role
from dsdcompile.errors import SchemeError
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.parts import Assembly, Gap, Top, gap, invade, ladder, strand, top


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3)), min_size=1, max_size=6))
def test_a_ladder_has_one_bottom_strand_that_pairs_with_all_tops(rungs):
    rungs = [*rungs, (False, 1)]
    pieces, number = [], 0
    for bare, length in rungs:
        domains = tuple(f"d{number + i}" for i in range(length))
        number += length
        pieces.append(Gap(domains) if bare else Top(domains, left=("h",)))
    made = ladder(*pieces)
    *tops, bottom = made.strands
    whole = [domain for piece in pieces for domain in piece.paired]
    assert bottom == tuple(complement(domain) for domain in reversed(whole))
    assert tops == [piece.strand for piece in pieces if isinstance(piece, Top)]
    assert made.structure.count("(") == sum(len(p.paired) for p in pieces if isinstance(p, Top))
    assert parse_kernel(show_kernel(made)) == made


def test_walking_displaces_and_bares():
    pieces = [gap("t"), top("x u"), top("b"), top("a t"), top("a")]
    pieces, gone = invade(pieces, ("t", "x"))
    assert pieces == (top("t x"), gap("u"), top("b"), top("a t"), top("a"))
    assert gone == [("x", "u")]
    pieces, gone = invade(pieces, ("u", "b", "a"))
    assert pieces == (top("t x"), top("u b a"), gap("t"), top("a"))
    assert gone == [("b",), ("a", "t")]
    pieces, gone = invade([top("x"), top("t a"), gap("t")], ("a", "t"), leftward=True)
    assert pieces == (top("x"), gap("t"), top("a t"))
    assert gone == [("t", "a")]


@pytest.mark.parametrize("invader", ["t y", "u x", "t x u b a t a z"])
def test_a_strand_that_does_not_fit_is_an_error(invader):
    with pytest.raises(SchemeError, match="cannot walk"):
        invade([gap("t"), top("x u"), top("b")], tuple(invader.split()))


def test_equal_complexes_are_one_and_doses_add_up():
    build = Assembly()
    assert build.other("W", strand("x t")) == "W"
    assert build.fuel("C", strand("x t"), 0.5) == "W"
    assert build.fuel("K", strand("x t")) == "W"
    assert build.complexes["W"].role is Role.FUEL
    assert build.complexes["W"].dose == 1.5
    with pytest.raises(SchemeError, match="two complexes"):
        build.fuel("W", strand("y t"))


def test_only_the_first_step_of_a_walk_holds_the_signal_that_walks():
    build = Assembly()
    build.fuel("G", ladder(gap("t"), top("x u"), top("b")))
    build.signal("s0", 0, strand("t x"))
    build.fuel("H", strand("u b"))
    build.walk("G", [gap("t"), top("x u"), top("b")], [("t", "x"), ("u", "b")], holds=0)
    assert {name: part.species for name, part in build.complexes.items()} == {
        "G": NO_SPECIES, "s0": 0, "H": NO_SPECIES, "G1": 0, "W1": NO_SPECIES, "G2": NO_SPECIES, "W2": NO_SPECIES
    }  # fmt: skip
    # The first strand leaves a toehold bare, so it may return; the second covers all.
    assert [(r.reactants, r.products, r.step) for r in build.reactions] == [
        (("s0", "G"), ("W1", "G1"), "forward"),
        (("W1", "G1"), ("s0", "G"), "reverse"),
        (("H", "G1"), ("W2", "G2"), "commit"),
    ]


@pytest.mark.parametrize(
    ("name", "kernels"),
    [
        (
            "cardelli2013",
            {
                "J": "s0_x( t( + s1_x( u( + b( + a( t( + a( + ) ) ) ) ) ) ) ) t*",
                "F": "s1_x( + u( s0_x( + t( s2_x( + t( a( + t* ) ) ) ) ) ) )",
                "L": "u b a",
                "C1": "s0_x t",
                "C2": "s1_x u",
                "K1": "s2_x t",
            },
        ),
        (
            "cardelli2013-plain",
            {
                "J": "s0_x( t( + s1_x( u( + a( t( + a( + ) ) ) ) ) ) ) t*",
                "F": "s0_x( + t( s2_x( + t( a( + t* ) ) ) ) )",
                "L": "u a",
                "K1": "s2_x t",
                "D": "s1_x( + u* )",
            },
        ),
        (
            "chen2013",
            {
                "J": "s0_x( s1_t( + s1_x( tr( + r( tq( + ) ) ) ) ) ) s0_t*",
                "F": "i( + s2_t( s2_x( + tr( r( + tq* ) ) ) ) )",
                "R": "tr r",
                "K1": "s2_x tr",
                "K2": "i s2_t",
            },
        ),
        (
            "lakin2012",
            {
                "G": "s0_x( t( + s1_x( t( + d1( t( s2_x + ) ) ) ) ) ) t*",
                "H": "t d1 t",
                "C1": "s0_x t",
                "C2": "s1_x t",
            },
        ),
        (
            "srinivas2017",
            {
                "R": "s0_m( s0_s( s1_f( + s1_m( s1_s( d1 s2_f + ) ) ) ) ) s0_f*",
                "Y": "s0_m s0_s s1_f",
                "T": "d1( s2_f( s2_m s2_s + ) ) s1_s*",
            },
        ),
    ],
)
def test_fuels_of_a_join_are_those_of_the_docstring(name, kernels):
    template = find_scheme(name).template(ReactionShape.of((0, 1), (2,)))
    wanted = {fuel: parse_kernel(kernel).canonical() for fuel, kernel in kernels.items()}
    assert {fuel.name: fuel.complex.canonical() for fuel in template.fuels} == wanted
