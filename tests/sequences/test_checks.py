"""Good sequences pass; a set spoilt in one way fails the rule made for it."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.text import parse_crn
from dsdcompile.errors import SequenceError
from dsdcompile.formats.sequence_file import parse_report, show_report
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.checks import check_sequences
from dsdcompile.sequences.rules import catalogue
from dsdcompile.sequences.rules.catalogue import RULES, thresholds
from dsdcompile.sequences.rules.evidence import gather
from dsdcompile.sequences.rules.finding import Offender, judge
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.rules.repeats import longest_repeat
from dsdcompile.sequences.rules.rule import Planted
from dsdcompile.sequences.rules.toehold_energy import TOEHOLD_SPREAD
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.vienna import Vienna

SYSTEM = translate(parse_crn("#! input A B\nA -> C + D\nB + C -> E"), find_scheme("soloveichik2010"))
GOOD = assign(SYSTEM.inventory, seed=1)


@pytest.fixture(scope="module")
def model():
    with Vienna(workers=1) as made:
        yield made


def spoilt(**words: str) -> SequencedSystem:
    return assign(GOOD.inventory, 1, AssignmentOptions(fixed=words))


def test_orthogonal_words_pass(model):
    report = check_sequences(GOOD, model)
    assert report.passed, [f for f in report.findings if not f.passed]
    assert [finding.rule for finding in report.findings] == [rule.name for rule in RULES]
    assert all(finding.checked > 0 for finding in report.findings)
    assert report.provenance["backend"] == "ViennaRNA"
    assert 0 < report.scores["unpaired_probability_min"] <= 1


def test_a_report_reads_back(model):
    report = check_sequences(GOOD, model, Limits(defect=0.001))
    again = parse_report(show_report(report))
    assert again.to_json() == report.to_json()
    assert not again.passed
    assert all(again.limits[threshold] == report.limits[threshold] for threshold in thresholds())


def planted(name: str) -> SequencedSystem:
    (rule,) = [rule for rule in RULES if rule.name == name]
    return spoilt(**rule.planted.words)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_passes_good_sequences_and_fails_what_is_planted_for_it(rule, model):
    usual, bad = Planted(), rule.planted
    assert bad != usual
    good = gather(GOOD, model, Limits(), forbidden=usual.forbid, lengths=usual.lengths)
    assert rule.judge(good).passed
    evidence = gather(spoilt(**bad.words), model, Limits(), forbidden=bad.forbid, lengths=bad.lengths)
    finding = rule.judge(evidence)
    assert not finding.passed
    assert finding.rule == rule.name
    assert finding.worst == finding.worst_few[0].value
    assert finding.remedy == rule.remedy != ""


@pytest.mark.parametrize("rule", [r for r in RULES if r.passing.thresholds], ids=lambda rule: rule.name)
def test_each_threshold_decides_alone_and_what_stands_at_it_passes(rule, model):
    sequenced = spoilt(**rule.planted.words)
    worst = rule.judge(gather(sequenced, model, Limits())).worst
    (threshold,) = rule.passing.thresholds
    for factor, passes in ((0.0, True), (1e-9, False)):
        low, _ = rule.passing.bounds(gather(sequenced, model, Limits()))
        stricter = worst + factor if math.isfinite(low) and worst < low else worst - factor
        value = (stricter, 1.0) if isinstance(threshold.default, tuple) else stricter
        evidence = gather(sequenced, model, Limits(**{threshold.key: value}))
        assert rule.judge(evidence).passed is passes, rule.judge(evidence)


def test_rules_and_thresholds_have_names_of_their_own():
    assert len({rule.name for rule in RULES}) == len(RULES)
    keys = [threshold.key for threshold in thresholds()]
    assert len(set(keys)) == len(keys)


def test_every_file_of_rules_is_in_the_catalogue():
    folder = Path(catalogue.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if "\nRULE = " in path.read_text()}
    assert files == {rule.measure.__module__.rpartition(".")[2] for rule in RULES}


def test_a_limit_that_no_rule_has_is_refused(model):
    with pytest.raises(SequenceError, match="no check has a threshold 'defekt'"):
        check_sequences(GOOD, model, Limits(defekt=0.1))


def test_lengths_and_gc_are_shown_as_they_are(model):
    report = check_sequences(planted("GC content"), model, lengths=(30, 60))
    found = {finding.rule: finding for finding in report.findings}
    lengths = [len(GOOD.strand(strand.domains)) for strand in GOOD.inventory.strands]
    assert found["length"].limit == "30 to 60"
    assert found["length"].failed == sum(not 30 <= length <= 60 for length in lengths)
    beyond = {length: max(30 - length, length - 60) for length in lengths}
    assert beyond[int(found["length"].worst)] == max(beyond.values()) > 0
    assert found["GC content"].limit == "0.25 to 0.75"
    assert found["GC content"].worst < 0.25


def test_the_worst_of_a_window_is_nearest_to_an_edge_or_furthest_beyond():
    def worst(*values):
        measured = [Offender((str(value),), value) for value in values]
        return judge("r", "q", measured, at_least=0.0, at_most=1.0, remedy="none")

    assert worst(0.5, 0.9, 0.2).worst == 0.9
    assert worst(0.5, 1.2, -0.5).worst == -0.5
    assert (worst(0.0, 1.0).failed, worst(1.2, -0.5).failed) == (0, 2)


def test_a_repeat_is_drawn_with_both_places(model):
    finding = found_by("repeats", planted("repeats"), model)
    sequence, *marks = finding.worst_few[0].drawing.splitlines()
    first, second = (sequence[mark.index("=") : len(mark)] for mark in marks)
    assert first == second
    assert len(first) == finding.worst
    assert marks[0].index("=") != marks[1].index("=")


@pytest.mark.parametrize(
    ("sequence", "places", "found"),
    [
        ("ACGTACGT", [1, 2, 3, 4, 1, 2, 3, 4], (0, 0, 0)),  # a domain that a strand has twice
        ("ACGTACGT", [1, 2, 3, 4, 5, 6, 7, 8], (4, 0, 4)),  # two domains with the same letters
        ("ACGTGACGT", [1, 2, 3, 4, 9, 1, 2, 3, 4], (1, 2, 4)),  # a domain twice, and G once more
        ("AAAAA", [1, 2, 3, 4, 5], (4, 0, 1)),  # overlapping itself
    ],
)
def test_a_domain_is_no_repeat_of_itself(sequence, places, found):
    assert longest_repeat(sequence, places) == found


@given(st.text("AC", min_size=1, max_size=12), st.data())
def test_the_longest_repeat_is_that_of_comparing_all_with_all(sequence, data):
    places = data.draw(st.lists(st.integers(1, 6), min_size=len(sequence), max_size=len(sequence)))
    every = [
        (length, i, j)
        for length in range(1, len(sequence))
        for i in range(len(sequence) - length)
        for j in range(i + 1, len(sequence) - length + 1)
        if sequence[i : i + length] == sequence[j : j + length]
        and all(places[i + k] != places[j + k] for k in range(length))
    ]
    length, i, j = longest_repeat(sequence, places)
    assert length == max((found[0] for found in every), default=0)
    assert not length or (length, i, j) in every


@pytest.mark.parametrize("word", ["GCGGCC", "ATATTA"])
def test_a_toehold_that_is_too_strong_deviates_as_much_as_one_that_is_too_weak(word, model):
    finding = found_by("toehold energy", spoilt(a_A=word), model)
    assert not finding.passed
    assert finding.worst_few[0].names == ("a_A",)
    assert finding.worst > Limits()[TOEHOLD_SPREAD]


def test_a_closed_toehold_is_drawn_where_it_is(model):
    bad = planted("toehold accessibility")
    finding = found_by("toehold accessibility", bad, model)
    for offender in finding.worst_few:
        sequence, structure, marks = offender.drawing.splitlines()
        under = slice(marks.index("="), marks.rindex("=") + 1)
        assert sequence[under] == bad.token(offender.names[1])
        assert set(structure[under]) <= set("().")
    assert "a_A" in {offender.names[1] for offender in finding.worst_few}
    sequence, structure, marks = finding.worst_few[0].drawing.splitlines()
    assert structure[marks.index("=")] in "()"


def test_a_toehold_beyond_a_nick_is_marked_where_it_is(model):
    sequenced = spoilt(a_A="GCGACG", m0_d1="TTTTGCGACGTTATC")
    finding = found_by("toehold accessibility", sequenced, model)
    after_nicks = 0
    for offender in finding.worst_few:
        sequence, _, marks = offender.drawing.splitlines()
        under = slice(marks.index("="), marks.rindex("=") + 1)
        assert sequence[under] == sequenced.token(offender.names[1])
        after_nicks += "+" in sequence[: under.start]
    assert after_nicks > 0


def test_crosstalk_is_drawn_with_its_partner_and_how_much_there_is(model):
    finding = found_by("crosstalk", planted("crosstalk"), model)
    *helix, said = finding.worst_few[0].drawing.splitlines()
    assert "|||||||||" in helix[1]
    amount, partner = said.split(" nM with ")
    assert partner in {"itself", *(strand.name for strand in GOOD.inventory.strands)} - set(finding.worst_few[0].names)
    assert 0 < float(amount) <= 100


def found_by(rule, sequenced, model):
    return next(f for f in check_sequences(sequenced, model).findings if f.rule == rule)


def test_the_complement_of_a_domain_is_not_taken_for_a_crossbinding(model):
    # exact complements are intended by name; the same letters under another name are not
    word = GOOD.sequences["b_A"]
    other = reverse_complement(word[:-1]) + ("A" if word[0] != "T" else "C")
    report = check_sequences(spoilt(b_A=word, b_E="CACATTCTCCATTAC", m1_d1=other), model)
    pairs = next(f for f in report.findings if f.rule == "unintended pairs")
    assert not pairs.passed
    assert "|||||||||" in pairs.worst_few[0].drawing
