"""Reading windows of curves that are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dsdcompile.simulate.curves import Curves
from dsdcompile.simulate.window import reading_window

TIMES = np.linspace(0.0, 100.0, 10_001)


def made(*outputs: np.ndarray) -> Curves:
    values = np.stack(outputs, axis=1)
    return Curves("x", TIMES, values, np.stack([np.maximum(values, 0), np.maximum(-values, 0)], axis=2), "")


def test_one_output_opens_when_complete_and_closes_when_leak_is_a_third() -> None:
    clean = 2.0 * (1.0 - np.exp(-TIMES))
    window = reading_window(made(clean), made(clean + 0.01 * TIMES), np.array([2.0]), 3.0)
    assert window.opens == pytest.approx(math.log(10.0), abs=0.02)
    assert window.closes == pytest.approx(2.0 / 3.0 / 0.01, abs=0.1)
    assert window.complete == pytest.approx(math.log(10.0), abs=0.01)
    assert not window.empty


def test_a_label_closes_when_leak_makes_it_unreadable_before_it_is_wrong() -> None:
    right, wrong = 2.0 * (1.0 - np.exp(-TIMES)), 1.0 - np.exp(-TIMES)
    leak = 0.02 * TIMES
    window = reading_window(made(right, wrong), made(right, wrong + leak), np.array([2.0, 1.0]), 2.0)
    assert window.closes == pytest.approx(25.0, abs=0.1)  # a lead of 1 over a leak of 0.5
    lenient = reading_window(made(right, wrong), made(right, wrong + leak), np.array([2.0, 1.0]), 0.1)
    assert lenient.closes == pytest.approx(50.0, abs=0.1)  # wrong


def test_leak_that_is_faster_than_the_answer_leaves_no_window() -> None:
    clean = 1.0 - np.exp(-TIMES / 50)
    window = reading_window(made(clean), made(clean + 0.05 * TIMES), np.array([1.0]), 3.0)
    assert window.empty
    assert math.isinf(window.opens)


def test_leak_on_both_rails_counts_though_the_value_stays() -> None:
    clean = 1.0 - np.exp(-TIMES)
    rails = np.stack([clean[:, None] + 0.02 * TIMES[:, None], 0.02 * TIMES[:, None]], axis=2)
    dirty = Curves("x", TIMES, rails[..., 0] - rails[..., 1], rails, "")
    window = reading_window(made(clean), dirty, np.array([1.0]), 2.0)
    assert window.closes == pytest.approx(25.0, abs=0.1)


def test_without_a_limit_it_opens_once_the_course_has_been_seen() -> None:
    wave = np.sin(TIMES * math.pi / 100.0)
    window = reading_window(made(wave), made(wave), None, 3.0)
    assert window.opens == pytest.approx(100.0 * math.asin(0.9) / math.pi, abs=0.1)
    assert math.isinf(window.closes)
    assert math.isinf(window.complete)
    assert reading_window(made(wave), made(wave + 0.02 * TIMES), None, 3.0).empty
