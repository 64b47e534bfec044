import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.formats.store import Store
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.stages import equivalence
from dsdcompile.stages.equivalence import judge_templates
from dsdcompile.verify.verdict import Outcome


def test_each_template_is_judged_by_both_notions_and_once_only(tmp_path, monkeypatch):
    system = translate(parse_crn("A -> B + C\nC -> D + E\nB + C -> A\n"), find_scheme("soloveichik2010"))
    found = judge_templates(system, Store(tmp_path))
    assert [check.name for check in found] == [
        "A -> B + C: CRN bisimulation",
        "A -> B + C: pathway decomposition",
        "A + B -> C: CRN bisimulation",
        "A + B -> C: pathway decomposition",
    ]
    assert {check.outcome for check in found} == {Outcome.PROVED}
    monkeypatch.setattr(equivalence, "equivalent", lambda *_: pytest.fail("asked again"))
    assert judge_templates(system, Store(tmp_path)) == found


def test_a_scheme_that_is_not_bisimilar_is_told_so(tmp_path):
    system = translate(parse_crn("A -> B\n"), find_scheme("cardelli2013-plain"))
    assert Outcome.REFUTED in {check.outcome for check in judge_templates(system, Store(tmp_path))}


def test_no_answer_is_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setattr(equivalence, "SECONDS", 0.001)
    system = translate(parse_crn("A -> B\n"), find_scheme("soloveichik2010"))
    assert {check.outcome for check in judge_templates(system, Store(tmp_path))} == {Outcome.UNDECIDED}
    monkeypatch.undo()
    assert {check.outcome for check in judge_templates(system, Store(tmp_path))} == {Outcome.PROVED}
