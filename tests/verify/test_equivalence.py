import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.errors import CrnError
from dsdcompile.verify import equivalence
from dsdcompile.verify.equivalence import Claim, Notion, equivalent, task
from dsdcompile.verify.verdict import Outcome

pytest.importorskip("crnverifier")


def claims(formal: str, implementation: str, fuels: tuple[str, ...] = ()) -> Claim:
    asked, built = parse_crn(formal), parse_crn(implementation)
    means = {built.species.index(name): place for place, name in enumerate(asked.species) if name in built.species}
    return Claim(asked, built, np.array([built.species.index(name) for name in fuels], dtype=np.int64), means)


def test_right_and_wrong_implementations_are_told_apart():
    asked = "A + B -> C\nA -> D"
    stuck = "A + G -> I + Z\nI + B -> C + W\nA + G -> D"
    right = claims(asked, f"{stuck}\nI + Z -> A + G", ("G", "Z"))
    wrong = claims(asked, stuck, ("G", "Z"))  # A that waits for B can no longer turn into D
    assert equivalent(right, Notion.BISIMULATION).outcome is Outcome.PROVED
    check = equivalent(wrong, Notion.BISIMULATION)
    assert check.outcome is Outcome.REFUTED
    assert check.witnesses
    assert equivalent(right, Notion.PATHWAYS).outcome is Outcome.PROVED
    assert equivalent(claims("A -> B", "A -> I\nI -> C"), Notion.PATHWAYS).outcome is Outcome.REFUTED


def test_time_that_is_up_decides_nothing():
    check = equivalent(claims("A -> B", "A -> B"), Notion.BISIMULATION, seconds=0.001)
    assert check.outcome is Outcome.UNDECIDED
    assert "no answer" in check.detail


def test_a_missing_verifier_decides_nothing(monkeypatch):
    monkeypatch.setattr(equivalence, "available", lambda: False)
    check = equivalent(claims("A -> B", "A -> B"), Notion.BISIMULATION)
    assert check.outcome is Outcome.UNDECIDED
    assert "not installed" in check.detail


def test_a_verifier_that_breaks_decides_nothing(monkeypatch):
    monkeypatch.setattr(equivalence, "WORKER", "no_such_file.py")
    check = equivalent(claims("A -> B", "A -> B"), Notion.BISIMULATION)
    assert check.outcome is Outcome.UNDECIDED
    assert "failed" in check.detail


def test_fuels_and_reactions_that_do_nothing_are_left_out():
    asked = task(claims("A -> B", "A + F -> B + W\nF + A -> A + F\nA + F -> W + B", ("F",)), Notion.BISIMULATION)
    assert asked["implementation"] == [(["i0"], ["i2", "i3"])]
    assert asked["means"] == {"i0": ["A"], "i2": ["B"]}


def test_a_fuel_cannot_be_a_signal():
    with pytest.raises(CrnError, match="fuel"):
        claims("A -> B", "A -> B", ("A",))
