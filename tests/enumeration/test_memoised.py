"""Memoised enumeration is Peppercorn's own run of the whole, whatever the strands; nothing that cuts it is lost."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.enumeration.check import enumerate_system, peppercorn_system
from dsdcompile.enumeration.forms import Kinds, Numbering, shown
from dsdcompile.enumeration.memoised import SUMMED, enumerate_memoised
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import components, enumerate_complexes
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate

LENGTHS = dict.fromkeys("bhdxy", 15) | dict.fromkeys("act", 5)
FILE = Path(__file__).resolve().parents[2] / "scripts/benchmarks/enumeration.py"


def _benchmark():
    spec = importlib.util.spec_from_file_location("enumeration_benchmark", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BENCHMARK = _benchmark()


@pytest.mark.parametrize("seed", range(2001, 2013))
def test_random_systems_are_as_peppercorn_finds_them(seed):
    said, *_ = BENCHMARK.compare(*BENCHMARK.random_system(seed), BENCHMARK.rules(seed, 30.0))
    assert said.startswith(("same", "rate constants that differ", "open")), said


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_whole_systems_are_equal_to_the_last_digit(scheme):
    text = "A -> B + C; C + D -> E; E + B -> D\nA @i 1\nB @i 1\nD @i 1"
    system = translate(parse_crn(text), scheme)
    ours, theirs = enumerate_system(system), peppercorn_system(system)
    assert ours == theirs
    assert len(ours.reactions) > 5


def test_copies_cost_no_further_enumeration():
    said = []
    tube = [parse_kernel("t x"), parse_kernel("x( + ) t*")]
    sizes = {"t": 5, "x": 15}
    made = []
    for copies in (2, 6):
        names = [{"t": f"t{i}", "x": f"x{i}"} for i in range(copies)]
        lengths = {name[d]: sizes[d] for name in names for d in "tx"}
        many = [c.renamed(name.__getitem__) for name in names for c in tube]
        found = enumerate_memoised(many, lengths, progress=said.append)
        made.append(said[-1].split("from ")[1])
        assert len(found.reactions) == len(enumerate_complexes(many, lengths).reactions) == copies
    assert made[0] == made[1]


def test_macrostates_of_several_structures_are_weighed():
    # The hairpin opens and closes by itself; the invader can bind it open only.
    tube = [parse_kernel("a( h a* ) b"), parse_kernel("b* h* a*"), parse_kernel("h* a*")]
    ours, theirs = (f(tube, LENGTHS) for f in (enumerate_memoised, enumerate_complexes))
    assert any(len(state) > 1 for state in ours.macrostates)
    assert ours.macrostates == theirs.macrostates
    assert [(r.reactants, r.products) for r in ours.reactions] == [(r.reactants, r.products) for r in theirs.reactions]
    assert [r.rate for r in ours.reactions] == pytest.approx([r.rate for r in theirs.reactions], rel=1e-9)


def test_a_catalyst_that_changes_a_fold_is_counted_as_peppercorn_counts_and_said_to_be():
    # One strand folds in two ways that both last; a third one turns one fold into the other by displacing it.
    tube = [parse_kernel("x( t h x* ) y( a y* )"), parse_kernel("x( t h x* ) y a y*"), parse_kernel("t* x*")]
    ours, theirs = (f(tube, LENGTHS) for f in (enumerate_memoised, enumerate_complexes))
    assert [(r.reactants, r.products) for r in ours.reactions] == [(r.reactants, r.products) for r in theirs.reactions]
    assert [r.rate for r in ours.reactions] == pytest.approx([r.rate for r in theirs.reactions], rel=1e-9)


def test_a_transient_complex_in_the_tube_settles_first():
    tube = [parse_kernel("t( x + ) x*")]
    found = enumerate_memoised(tube, {"t": 5, "x": 15})
    assert found == enumerate_complexes(tube, {"t": 5, "x": 15})


POLYMER = [parse_kernel("b d"), parse_kernel("b* d*"), parse_kernel("d* h"), parse_kernel("h* b*")]


def test_dropped_products_are_said():
    rules = EnumerationOptions(max_complex_size=3)
    ours, theirs = (f(POLYMER, LENGTHS, rules) for f in (enumerate_memoised, enumerate_complexes))
    assert ours.limits == theirs.limits != ()
    assert (ours.macrostates, ours.reactions) == (theirs.macrostates, theirs.reactions)


@pytest.mark.parametrize(
    "limit", [{"max_complexes": 8}, {"max_reactions": 5}, {"max_seconds": 0.0}], ids=lambda limit: next(iter(limit))
)
def test_limits_end_it_undecided(limit):
    found = enumerate_memoised(POLYMER, LENGTHS, EnumerationOptions(**limit))
    assert found.macrostates == found.reactions == ()
    assert next(iter(limit)) in found.limits[0]


def test_an_exception_of_peppercorns_is_a_limit(monkeypatch):
    def fail(*_):
        raise AssertionError("planted")

    monkeypatch.setattr("dsdcompile.enumeration.peppercorn.PepperCondensation", fail)
    assert "planted" in enumerate_memoised(POLYMER[:1], LENGTHS).limits[0]


def test_doubts_about_rates_are_carried_on(monkeypatch):
    import peppercornenumerator.condense as theirs

    def doubtful(scc, reactions, epsilon=1e-5):
        theirs.log.error("Condensed reaction rates may be incorrect. planted")
        return dict.fromkeys(scc, 1.0 / len(scc))

    monkeypatch.setattr(theirs, "get_stationary_distribution", doubtful)
    found = enumerate_memoised(POLYMER[:1], LENGTHS)
    assert found.doubts == ("condensed rate constants may be incorrect",)


def test_nothing_in_the_tube_is_nothing():
    assert enumerate_memoised([], {}).macrostates == ()
    assert "as Peppercorn does" in SUMMED


def test_components_are_right_where_peppercorns_search_is_not():
    products = {0: [4], 1: [2, 3], 2: [1], 3: [1, 4], 4: [3, 5], 5: [2]}
    assert sorted(components(list(products), products)) == [[0], [1, 2, 3, 4, 5]]


# -- forms -----------------------------------------------------------------------------------------------------------

SYSTEMS = st.integers(0, 10_000).map(lambda seed: BENCHMARK.random_system(4 * seed))


@given(SYSTEMS, st.randoms(use_true_random=False))
def test_forms_do_not_know_names_or_rotations(system, random):
    complexes, lengths = system
    kinds = Kinds()
    names = sorted(lengths)
    others = [f"{random.random()}"[2:8] + name for name in names]
    rename = dict(zip(names, others, strict=True))
    for complex_ in complexes:
        turned: Complex = complex_
        for _ in range(random.randrange(len(complex_.strands))):
            turned = turned.rotated()
        turned = turned.renamed(rename.__getitem__)
        states = []
        for view, sizes in ((complex_, lengths), (turned, {rename[n]: lengths[n] for n in names})):
            numbering = Numbering(view.domains)
            state = kinds.state([numbering.member(view)], [sizes[n] for n in numbering.names])
            states.append((state.kind, [numbering.names[d] for d in state.domains]))
            assert {numbering.complex(member) for member in state.members()} == {view.canonical()}
        assert states[0][0] is states[1][0]


def test_symmetric_forms_have_one_order_of_names():
    kinds, sizes = Kinds(), [5, 5]
    one = kinds.state([((1, 0, 2), (".", "+", "."))], sizes)
    other = kinds.state([((2, 0, 1), (".", "+", "."))], sizes)
    assert one == other
    assert kinds.named(one.kind, (1, 0)) == kinds.named(one.kind, (0, 1))


def test_only_exterior_loops_are_shown():
    numbering = Numbering("abc")
    loop = numbering.member(parse_kernel("a( b a* c ) c*".replace("a* c", "c")))
    assert shown(*loop) == {numbering.member(parse_kernel("c*"))[0][0]}
