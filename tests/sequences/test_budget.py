import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths, Part
from dsdcompile.errors import SequenceError
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import budget_of, unlike_toeholds
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.budget import capacity
from dsdcompile.sequences.short_words import most_alike, sieve

SCHEME = find_scheme("soloveichik2010")


@pytest.mark.parametrize(
    ("length", "k", "alphabet", "bound"),
    [(15, 6, "ACT", 72), (15, 7, "ACT", 243), (15, 9, "ACT", 2811), (15, 6, "ACGT", 204), (15, 7, "ACGT", 910)],
)
def test_the_counting_bound(length, k, alphabet, bound):
    assert capacity(length, k, alphabet) == bound


def test_a_budget_counts_what_is_needed_and_what_there_is():
    inventory = translate(parse_crn("#! input A\nA -> B + C"), SCHEME).inventory
    needs = {need.kind: need for need in budget_of(inventory, AssignmentOptions()).needs}
    lengths = [d.length for d in inventory.domains.values()]
    assert needs["long"].needed == lengths.count(15)
    assert needs["toehold"].needed == lengths.count(6)
    assert needs["long"].available == capacity(15, 11, "ACT")
    assert needs["toehold"].available > 200
    assert capacity(15, needs["long"].k, "ACT") >= needs["long"].needed > capacity(15, needs["long"].k - 1, "ACT")


def test_an_impossible_budget_is_refused_before_any_word_is_drawn():
    inventory = translate(parse_crn("\n".join(f"A{i} -> A{i + 1}" for i in range(60))), SCHEME).inventory
    with pytest.raises(SequenceError, match=r"too large for one pot: \d+ recognition.*at most 72 words"):
        budget_of(inventory, AssignmentOptions(last_k=6))


def test_more_toeholds_than_words_of_like_energy_are_told_in_numbers_with_what_would_fit():
    crn = parse_crn("\n".join(f"A{i} + B{i} -> A{i + 1} + C{i}" for i in range(8)))
    short = translate(crn, SCHEME, DomainLengths(5, 15, 15)).inventory
    needed = sum(d.part is Part.TOEHOLD for d in short.domains.values())
    options = AssignmentOptions()
    (line,) = unlike_toeholds(short, options, 0.6)
    five, six = (most_alike(sieve(length, options).words, 0.6, options) for length in (5, 6))
    assert five < needed < six
    assert line.startswith(f"too large for one pot: {needed} toeholds of 5 nt are needed, and at most {five} words")
    assert f"6 nt (--set scheme.toehold=6) have {six}" in line
    assert f"--set scheme.toeholds={five}" in line
    assert unlike_toeholds(short, options, 9.0) == ()
    assert unlike_toeholds(translate(crn, SCHEME, DomainLengths(6, 15, 15)).inventory, options, 0.6) == ()
    assert unlike_toeholds(translate(crn, SCHEME, DomainLengths(5, 15, 15), five).inventory, options, 0.6) == ()
