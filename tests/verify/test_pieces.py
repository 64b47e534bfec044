"""Limits for all amounts at once: against fractions, against each other, and with the amounts that tell two apart."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.text import parse_crn
from dsdcompile.passes.result import unchanged
from dsdcompile.verify.independence import rate_dependence
from dsdcompile.verify.pieces import Unknowns, differs, limits_of
from dsdcompile.verify.preserved import limit_kept
from dsdcompile.verify.rational import rational_limit
from dsdcompile.verify.verdict import Outcome
from tests.strategies import crns, feed_forward_crns

THREE = "#! input A\n#! input B\n#! input C\n"


def value(some, amounts, unknowns):
    """The value of a sum at given amounts, by the definitions of its unknowns."""
    known = dict(enumerate(amounts))
    for unknown, argument in sorted(unknowns.arguments.items()):
        known[unknown] = max(Fraction(0), sum((c * known[u] for u, c in argument.items()), Fraction(0)))
    return sum((c * known[u] for u, c in some.items()), Fraction(0))


@given(feed_forward_crns(), st.data())
def test_sums_are_what_fractions_compute(crn, data):
    assert rate_dependence(crn) is None
    unknowns = Unknowns(crn.n_species)
    found = limits_of(crn, [{s: 1} for s in range(crn.n_species)], unknowns)
    if unknowns.switched:
        return
    amounts = [Fraction(data.draw(st.integers(0, 400)), 3) for _ in range(crn.n_species)]
    end = rational_limit(crn, amounts)
    assert [value(some, amounts, unknowns) for some in found] == [end[p] for p, _ in crn.outputs.tolist()]


@pytest.mark.parametrize("n", [50, 100, 101, 200, 299, 301])
def test_rare_differences_are_found(n):
    before, after = (parse_crn(f"{THREE}#! output A\nB -> {m} C\nA + C -> W\n") for m in (300, n))
    for image in (None, unchanged(before).image):
        found = limit_kept("x", before, after, image)
        assert found.outcome is Outcome.REFUTED
        assert found.witnesses


def test_the_same_minimum_taken_in_another_order_is_equal_in_every_piece():
    before, after = (
        parse_crn(f"{THREE}#! output Y\n{text}") for text in ("A + B -> D\nD + C -> Y\n", "B + C -> D\nA + D -> Y\n")
    )
    unknowns = Unknowns(3)
    starts = [[{"ABC".index(n): 1} if n in "ABC" else {} for n in crn.species] for crn in (before, after)]
    pieces = differs(limits_of(before, starts[0], unknowns), limits_of(after, starts[1], unknowns), unknowns)
    assert isinstance(pieces, int)
    assert pieces >= 3
    assert limit_kept("x", before, after).outcome is Outcome.PROVED


def test_a_difference_in_a_corner_that_trials_miss_is_found_by_linear_programs():
    # The two differ only where A is more than a million times B.
    far = 10**6
    before = parse_crn("#! input A\n#! input B\n#! output Y\nA -> Y\n")
    after = parse_crn(f"#! input A\n#! input B\n#! output Y\nB -> {far} C\nA + C -> Y\n")
    unknowns = Unknowns(2)
    starts = [[{"AB".index(n): 1} if n in "AB" else {} for n in crn.species] for crn in (before, after)]
    point = differs(limits_of(before, starts[0], unknowns), limits_of(after, starts[1], unknowns), unknowns)
    assert isinstance(point, list)
    assert point[0] > far * point[1]


def test_what_is_only_tried_is_called_tested():
    lines = "".join(f"#! input A{i}\n" for i in range(14)) + "#! output Y\n"
    chain = ["A0 + A1 -> D1\n", *(f"D{i} + A{i + 1} -> {'Y' if i == 12 else f'D{i + 1}'}\n" for i in range(1, 13))]
    other = [
        "A13 + A12 -> E12\n",
        *(f"E{i} + A{i - 1} -> {'Y' if i == 1 else f'E{i - 1}'}\n" for i in range(12, 0, -1)),
    ]
    found = limit_kept("x", parse_crn(lines + "".join(chain)), parse_crn(lines + "".join(other)))
    assert found.outcome is Outcome.TESTED
    assert found.trials >= 16


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("A -> B\nA -> C", "compete for A"),
        ("A + C -> C + B\nC -> D", "compete for C"),
        ("A -> A + B", "never stops"),
        ("A -> B\nB + C -> A", "its own products"),
        ("A + X -> 2 A", "its own products"),
    ],
)
def test_rate_dependence_is_told(text, why):
    assert why in rate_dependence(parse_crn(text))


@given(crns())
def test_rate_dependence_is_that_of_the_definition(crn):
    """Every reaction uses something up that no other touches, and no chain of makers and takers closes."""
    reactions = list(crn)
    used = [{s for s in r.reactants if r.reactants.count(s) > r.products.count(s)} for r in reactions]
    made = [{s for s in r.products if r.products.count(s) > r.reactants.count(s)} for r in reactions]
    alone = all(
        not used[n] & set(other.reactants) for n in range(len(used)) for m, other in enumerate(reactions) if m != n
    )
    feeds = [{m for m, other in enumerate(reactions) if made[n] & set(other.reactants)} for n in range(len(made))]
    for _ in reactions:
        feeds = [direct.union(*(feeds[m] for m in direct)) for direct in feeds]
    closed = any(n in reached for n, reached in enumerate(feeds))
    assert (rate_dependence(crn) is None) == (all(used) and alone and not closed)
