"""When the protocol ends, on first-order decays whose times a person can work out."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.simulate.entrant import Entrant
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.protocol_end import ProtocolEnd, latest_complete, protocol_end

TEXT = "#! input A\n#! input B\n#! output P\n#! output Q\nA -> P [{k}]\nB -> Q [{k}]\n"
TIMES = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 400)])
INPUTS = np.array([[2.0, 1.0], [1.0, 3.0]])
WITHIN = Tolerances(1e-6, 1e-9)
DONE = math.log(10.0)
"""90 % of a decay at 1 per formal time."""


def decays(rate: float) -> Entrant:
    return Entrant("as ordered", parse_crn(TEXT.format(k=rate)))


def ended(
    slow: float = 1.0, wanted: tuple[int, ...] = (0, 1), whole: Entrant | None = None, **given: Any
) -> ProtocolEnd:
    def network(_: Any) -> Any:
        return np.eye(2)[list(wanted)]

    source: Any = SimpleNamespace(examples=SimpleNamespace(inputs=INPUTS), network=network)
    crns: Any = SimpleNamespace(formal=parse_crn(TEXT.format(k=1.0)))
    asked: dict[str, Any] = {"complete": (DONE, DONE), "closes": math.inf, "otherwise": 7.0} | given
    return protocol_end(source, crns, decays(1.0), decays(slow), whole, TIMES, WITHIN, **asked)


def test_the_slowest_example_decides_when_all_are_done() -> None:
    limits = INPUTS
    assert latest_complete(decays(0.5), INPUTS, limits, TIMES, WITHIN) == pytest.approx(2 * DONE, rel=1e-2)
    assert latest_complete(decays(0.5), INPUTS, limits, TIMES[:200], WITHIN) == math.inf


def test_an_output_that_hardly_moves_keeps_nobody_waiting() -> None:
    inputs = np.array([[2.0, 0.04]])
    slower = Entrant("as ordered", parse_crn(TEXT.format(k=1.0).replace("B -> Q [1.0]", "B -> Q [0.01]")))
    assert latest_complete(slower, inputs, inputs, TIMES, WITHIN) == pytest.approx(DONE, rel=1e-2)


def test_it_ends_when_the_slowest_course_is_complete_and_says_so() -> None:
    found = ended(complete=(DONE, 3 * DONE))
    assert found.seconds == pytest.approx(3 * DONE, rel=1e-2)
    assert "slowest predicted course" in found.reason
    assert (found.labels_agree, found.labels_agree_slow) == (2, 2)
    assert found.right


def test_it_ends_before_leak_closes_the_window_and_says_so() -> None:
    found = ended(closes=0.5)
    assert found.seconds == pytest.approx(0.5)
    assert "leak" in found.reason


def test_a_wrong_label_then_is_counted() -> None:
    found = ended(wanted=(0, 0))
    assert found.labels_agree == 1
    assert not found.right
    assert "1 of 2 examples" in found.sentence()


def test_labels_without_what_is_malformed_are_counted_apart() -> None:
    swapped = Entrant("whole", parse_crn(TEXT.format(k=1.0).replace("A -> P", "A -> Q").replace("B -> Q", "B -> P")))
    found = ended(whole=swapped)
    assert (found.labels_agree, found.labels_agree_whole) == (2, 0)
    assert "0 if only complexes of full-length strands" in found.sentence()


def test_what_never_completes_says_so() -> None:
    assert "not complete" in ended(complete=(DONE, math.inf)).reason
