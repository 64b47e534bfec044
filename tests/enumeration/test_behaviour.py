"""What whole systems show: the right relation, a trace where they do not, and never a proof that states contradict."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

import dsdcompile as dc
from dsdcompile.crn.text import parse_crn
from dsdcompile.enumeration.behaviour import NAME
from dsdcompile.report.headlines import verdict_line
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.verify.verdict import Outcome, Relation

STUDIES = Path(__file__).parents[2] / "scripts" / "studies"
RESULTS = Path(__file__).parents[2] / "scripts" / "results" / "soundness.json"
UNDOING = ("chen2013", "cardelli2013-plain")


def verified(text: str, scheme: str):
    return dc.verify(dc.translate(parse_crn(text), scheme=scheme))


def behaviour(verification):
    return next(check for check in verification.checks if check.name == NAME)


@pytest.mark.parametrize("scheme", UNDOING)
@pytest.mark.parametrize(
    ("text", "trace"),
    [
        ("A -> B\nA -> C\nB + X -> B + Y", "from A + X the strands come to A + Y"),
        ("A + B -> C\nA -> D", "from A + B the strands come to C and then to A + B"),
    ],
)
def test_undoing_refutes_competitive_crns_with_a_trace_in_formal_words(text, trace, scheme):
    found = verified(text, scheme)
    assert found.outcome is Outcome.REFUTED
    assert found.needs is Relation.BISIMILAR
    assert found.shows is None
    (witness,) = behaviour(found).witnesses
    assert trace in witness.problem
    assert "undone" in witness.problem


@pytest.mark.parametrize(("scheme", "shown"), [("chen2013", Relation.SAME_LIMIT), ("srinivas2017", Relation.BISIMILAR)])
def test_noncompetitive_crns_need_the_limit_only(scheme, shown):
    found = verified("A + B -> C\nC -> D + E", scheme)
    assert found.outcome is Outcome.PROVED
    assert found.needs is Relation.SAME_LIMIT
    assert found.shows is shown
    assert verdict_line(found).startswith(f"proved: {shown} (")
    needs = "the same" if shown is found.needs else found.needs
    assert verdict_line(found).endswith(f"needed: {needs}")
    assert found.summary()["shows"] == str(shown)


def test_reversible_reactions_that_are_undone_anyway_are_not_called_bisimilar():
    assert verified("A -> B\nB -> A", "chen2013").outcome is Outcome.UNDECIDED


@pytest.fixture(scope="module")
def study():
    """The oracle, which imports nothing of the verifier, and the script that compares with it."""
    sys.path.insert(0, str(STUDIES))
    try:
        spec = importlib.util.spec_from_file_location("soundness", STUDIES / "soundness.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(STUDIES))


def test_the_oracle_shares_no_code_with_the_verifier():
    assert "import dsdcompile" not in (STUDIES / "reachability.py").read_text()
    assert "from dsdcompile" not in (STUDIES / "reachability.py").read_text()


def test_no_proof_was_contradicted_in_the_committed_run():
    rows = json.loads(RESULTS.read_text())
    assert {*UNDOING, "soloveichik2010"} <= {row["scheme"] for row in rows} <= {scheme.name for scheme in SCHEMES}
    assert not [row for row in rows if row.get("contradicted")]
    undone = [row for row in rows if row["scheme"] in UNDOING and row.get("not_bisimilar")]
    assert undone
    assert all(row["shows"] != "BISIMILAR" for row in undone)


@pytest.mark.parametrize("place", [0, 0.4, 0.8])
def test_a_sample_of_the_committed_run_is_found_again(study, place):
    rows = [row for row in json.loads(RESULTS.read_text()) if row["scheme"] in ("soloveichik2010", "chen2013")]
    row = rows[int(place * len(rows))]
    found = study.judge(row["number"], row["scheme"])
    assert {"number": row["number"], **found} == row


def test_the_oracle_contradicts_a_claim_that_is_wrong(study):
    text = "A -> B\nA -> C\nB + D -> B + E"
    tube = study.tube_of(dc.translate(parse_crn(text), scheme="chen2013"))
    found = study.Enumerated(tube)
    assert study.compare(tube, found, {"A": 1, "D": 1}, "bisimilar") is not None
    single = study.tube_of(dc.translate(parse_crn("A + B -> C"), scheme="chen2013"))
    assert study.compare(single, study.Enumerated(single), {"A": 2, "B": 1}, "limit") is None
