import shutil
from dataclasses import replace

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.store import Store
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.stages import notions as stage
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.notions import Judgement, crnverifier, judge_templates, required
from dsdcompile.stages.source import read_source
from dsdcompile.stages.stopwatch import Stopwatch
from dsdcompile.stages.translation import translate_crn
from dsdcompile.stages.verification import verify_system
from dsdcompile.verify.equivalence import Notion
from dsdcompile.verify.verdict import Check, Outcome, Witness


def test_each_template_is_judged_by_both_notions_and_once_only(tmp_path, monkeypatch):
    system = translate(parse_crn("A -> B + C\nC -> D + E\nB + C -> A\n"), find_scheme("soloveichik2010"))
    found = judge_templates(system, Store(tmp_path))
    assert [one.check.name for one in found] == [
        "A -> B + C: CRN bisimulation",
        "A -> B + C: pathway decomposition",
        "A + B -> C: CRN bisimulation",
        "A + B -> C: pathway decomposition",
    ]
    assert {one.check.outcome for one in found} == {Outcome.PROVED}
    checks = tuple(one.check for one in found)
    assert required(system.scheme, found) == (checks[::2], checks[1::2])
    monkeypatch.setattr(stage, "equivalent", lambda *_: pytest.fail("asked again"))
    assert judge_templates(system, Store(tmp_path)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"checks": 1}',
        '[{"name": "A -> B: CRN bisimulation", "outcome": "proved", "detail": "", "witnesses": []}]',
        "[1, 2]",
        '[{"name": "A -> B: CRN bisimulation", "outcome": "fine", "detail": "", "witnesses": []},'
        ' {"name": "A -> B: pathway decomposition", "outcome": "proved", "detail": "", "witnesses": []}]',
        '[{"name": "B -> A: CRN bisimulation", "outcome": "proved", "detail": "", "witnesses": []},'
        ' {"name": "A -> B: pathway decomposition", "outcome": "proved", "detail": "", "witnesses": []}]',
        '[{"name": "A -> B: CRN bisimulation", "outcome": "proved", "detail": "", "witnesses": [7]},'
        ' {"name": "A -> B: pathway decomposition", "outcome": "proved", "detail": "", "witnesses": []}]',
    ],
)
def test_kept_answers_that_do_not_fit_are_asked_for_again(text, monkeypatch):
    system = translate(parse_crn("A -> B\n"), find_scheme("soloveichik2010"))
    kept = []

    class Forged:
        def get(self, kind, key):
            return text

        def put(self, kind, key, value):
            kept.append(value)

    monkeypatch.setattr(stage, "equivalent", lambda *_: Check("", Outcome.REFUTED, "no", (Witness("lost"),)))
    found = judge_templates(system, Forged())
    assert [one.check.outcome for one in found] == [Outcome.REFUTED] * 2
    text = kept[0]
    monkeypatch.setattr(stage, "equivalent", lambda *_: pytest.fail("asked again"))
    assert judge_templates(system, Forged()) == found


def test_an_edited_template_is_judged_again_and_a_refutation_counts(tmp_path):
    system = translate(parse_crn("A -> B + C\n"), find_scheme("soloveichik2010"))
    assert {one.check.outcome for one in judge_templates(system, Store(tmp_path))} == {Outcome.PROVED}
    template = system.templates[0]
    release = template.reactions[-1]
    lost = replace(release, products=tuple(n for n in release.products if n != "P2"))
    edited = replace(template, reactions=(*template.reactions[:-1], lost))
    found = judge_templates(replace(system, templates=(edited,)), Store(tmp_path))
    claimed, _ = required(system.scheme, found)
    assert [(check.name, check.outcome) for check in claimed] == [("A -> B + C: CRN bisimulation", Outcome.REFUTED)]
    assert claimed[0].witnesses
    assert judge_templates(replace(system, templates=(edited,)), Store(tmp_path)) == found


def test_templates_that_are_not_judged_are_listed_with_the_reason(tmp_path):
    system = translate(parse_crn("A -> 2B + C + D\nA + B -> A + B\n"), find_scheme("soloveichik2010"))
    found = judge_templates(system, Store(tmp_path))
    checks = tuple(one.check for one in found)
    assert [check.outcome for check in checks] == [Outcome.UNDECIDED] * 4
    assert "5 molecules" in checks[0].detail
    assert "changes nothing" in checks[2].detail
    assert required(system.scheme, found) == ((), checks)


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("cardelli2013", "2A -> A + B", 1),
        ("cardelli2013", "A -> A + B", 1),
        ("cardelli2013", "A + B -> A", 2),
        ("cardelli2013", "A + B -> C", 2),
        ("cardelli2013-plain", "A -> 2A", 1),
        ("cardelli2013-plain", "2A -> A", 1),
        ("cardelli2013-plain", "2A -> A + B", 2),
        ("chen2013", "2A -> A + B", 2),
    ],
)
def test_what_crnverifier_is_known_not_to_answer_is_not_asked(name, text, asked, tmp_path, monkeypatch):
    notions = []

    def answer(claim, notion, seconds):
        notions.append(notion)
        return Check("it", Outcome.PROVED, "as told")

    monkeypatch.setattr(stage, "equivalent", answer)
    system = translate(parse_crn(text), find_scheme(name))
    found = judge_templates(system, Store(tmp_path))
    assert sorted(notions) == sorted(tuple(Notion)[:asked])
    assert [one.check.outcome for one in found] == [Outcome.PROVED, [Outcome.UNDECIDED, Outcome.PROVED][asked - 1]]
    assert ("known to find no answer" in found[1].check.detail) == (asked == 1)
    assert judge_templates(system, Store(tmp_path)) == found
    assert len(notions) == asked  # kept, though one is undecided


def test_a_scheme_that_claims_nothing_is_held_to_nothing():
    refuted = Check("A -> B", Outcome.REFUTED, "no")
    judged = (Judgement(Notion.BISIMULATION, refuted),)
    assert required("chen2013", judged) == ((), (refuted,))
    assert required("cardelli2013", judged) == ((refuted,), ())
    assert required("cardelli2013", (Judgement(Notion.PATHWAYS, refuted),)) == ((), (refuted,))


def test_the_whole_verifier_counts_a_refuted_bisimulation(tmp_path, monkeypatch):
    (tmp_path / "small.crn").write_text("#! input A\nA -> B")
    design = load_design(tmp_path / "small.crn", ["kinetics.unit='10 nM'"])
    source = read_source(design, tmp_path)
    compiled = compile_crn(design, source)
    translated = translate_crn(design, source, compiled)

    def verify():
        return verify_system(design, source, compiled, translated, Store(tmp_path / "no"), Stopwatch()).verification

    assert verify().outcome is Outcome.PROVED
    assert crnverifier() in verify().tools
    for answer in (Outcome.REFUTED, Outcome.UNDECIDED):
        monkeypatch.setattr(stage, "equivalent", lambda *_, answer=answer: Check("", answer, "so it says"))
        shutil.rmtree(tmp_path / "no")
        found = verify()
        if answer is Outcome.REFUTED:
            assert found.outcome is Outcome.REFUTED
        else:
            assert found.outcome is Outcome.PROVED
            assert [c.detail for c in found.certificates if c.outcome is answer].count("so it says") == 2


def test_a_scheme_that_is_not_bisimilar_is_told_so(tmp_path):
    system = translate(parse_crn("A -> B\n"), find_scheme("cardelli2013-plain"))
    assert Outcome.REFUTED in {one.check.outcome for one in judge_templates(system, Store(tmp_path))}


def test_no_answer_is_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "SECONDS", 0.001)
    system = translate(parse_crn("A -> B\n"), find_scheme("soloveichik2010"))
    assert {one.check.outcome for one in judge_templates(system, Store(tmp_path))} == {Outcome.UNDECIDED}
    monkeypatch.undo()
    assert {one.check.outcome for one in judge_templates(system, Store(tmp_path))} == {Outcome.PROVED}
