"""Good sequences pass; a set spoilt in one way fails the rule made for it."""

import json

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.formats.sequence_file import parse_report
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.checks import RULES, check_sequences
from dsdcompile.sequences.options import AssignmentOptions
from dsdcompile.sequences.rules.evidence import Limits
from dsdcompile.sequences.rules.finding import Offender, judge
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


def failing(report):
    return {finding.rule for finding in report.findings if not finding.passed}


def test_orthogonal_words_pass(model):
    report = check_sequences(GOOD, model)
    assert report.passed, [f for f in report.findings if not f.passed]
    assert len(report.findings) == len(RULES) == 14
    assert all(finding.checked > 0 for finding in report.findings)
    assert report.provenance["backend"] == "ViennaRNA"
    assert 0 < report.scores["unpaired_probability_min"] <= 1


def test_a_report_reads_back(model):
    report = check_sequences(GOOD, model, Limits(defect=0.001))
    text = json.dumps(report.to_json())
    again = parse_report(json.loads(text))
    assert again.to_json() == report.to_json()
    assert not again.passed
    assert again.limits == report.limits


RUNS = "CATTTTTTACTCATC"
SPOILT = {
    # the recognition domain of A folds onto itself
    "self-structure": {"b_A": "GCGCGCTTTTGCGCG"},
    # what hangs from a translator folds onto itself
    "target structure": {"b_C": "GCGCGCTTTTGCGCG"},
    "ensemble defect": {"b_C": "GCGCGCTTTTGCGCG", "b_D": "CCGGCCTTTTGGCCG"},
    # the history of C is the complement of A's recognition domain but for its ends
    "unintended pairs": {"b_A": "CATCTTACACTCATC", "m0_d1": "CATGAGTGTAAGATC"},
    "crosstalk": {"b_A": "CATCTTACACTCATC", "m0_d1": "CATGAGTGTAAGATC"},
    # A and B differ in four letters
    "spurious gate binding": {
        "a_A": "TCACTA",
        "b_A": "CATCTTACACTCATC",
        "c_A": "ATCACT",
        "a_B": "ACACTA",
        "b_B": "CTTCTTACACTCAAC",
        "c_B": "ATCACA",
    },
    "toehold energy": {"a_A": "ATATTA", "c_A": "GCGGCC"},
    "toehold accessibility": {"a_A": "GCGACG", "b_A": "TTTTCGTCGCATTAT"},
    "runs": {"b_A": RUNS},
    "GC content": {"b_A": "ATTATATAATATATA", "a_A": "ATTATA", "c_A": "TTATTA"},
    "repeats": {"b_C": "CATCTTACACTCATA", "m0_d1": "ACATCTTACACTCAT"},
    "G-quadruplex": {"b_A": "GGGTGGGTGGGTGGG"},
}


@pytest.mark.parametrize("rule", SPOILT)
def test_each_rule_fails_a_set_that_is_bad_for_it(rule, model):
    report = check_sequences(spoilt(**SPOILT[rule]), model)
    assert rule in failing(report)
    finding = next(f for f in report.findings if f.rule == rule)
    assert finding.worst == finding.worst_few[0].value
    assert finding.remedy


def test_forbidden_subsequences_and_lengths_fail(model):
    motif = GOOD.sequences["b_A"][3:9]
    report = check_sequences(GOOD, model, forbid=(motif,), lengths=(30, 60))
    assert {"forbidden", "length"} <= failing(report)


def test_lengths_and_gc_are_shown_as_they_are(model):
    report = check_sequences(spoilt(**SPOILT["GC content"]), model, lengths=(30, 60))
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
    finding = found_by("repeats", spoilt(**SPOILT["repeats"]), model)
    sequence, *marks = finding.worst_few[0].drawing.splitlines()
    first, second = (sequence[mark.index("=") : len(mark)] for mark in marks)
    assert first == second
    assert len(first) == finding.worst
    assert marks[0].index("=") != marks[1].index("=")


def test_a_closed_toehold_is_drawn_where_it_is(model):
    bad = spoilt(**SPOILT["toehold accessibility"])
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
    finding = found_by("crosstalk", spoilt(**SPOILT["crosstalk"]), model)
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
