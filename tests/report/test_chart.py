import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.report.chart import Chart, Line, show_chart, ticks, y_range


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_round_few_and_inside(low, width):
    if low + width == low:
        return
    found = ticks(low, low + width)
    assert 1 <= len(found) <= 12
    assert all(low - width * 1e-6 <= t <= low + width * (1 + 1e-6) for t in found)
    steps = np.diff(found)
    assert steps == pytest.approx(np.full(len(steps), steps[0] if len(steps) else 0), rel=1e-3)


def chart(**changes):
    x = np.linspace(0, 10, 21)
    lines = (Line("rising", x / 2, target=5.0), Line("falling <&>", 3 - x))
    return Chart(**{"title": "t", "x": x, "lines": lines, "x_label": "time", "y_label": "y", **changes})


def test_a_chart_holds_each_curve_and_escapes_names():
    root = ET.fromstring(show_chart(chart()))
    texts = {"".join(t.itertext()) for t in root.iter() if t.tag.endswith("text")}
    assert {"rising", "falling <&>", "time", "y", "t"} <= texts


def test_charts_side_by_side_share_a_range_that_holds_all_curves_and_targets():
    low, high = y_range((chart(), chart(lines=(Line("far", np.full(21, 40.0)),))))
    assert low <= -7
    assert high >= 40


def test_a_flat_curve_and_a_single_point_are_drawn():
    flat = chart(lines=(Line("flat", np.zeros(21)),))
    point = chart(x=np.zeros(1), lines=(Line("point", np.ones(1)),))
    for one in (flat, point):
        assert "nan" not in show_chart(one)
        ET.fromstring(show_chart(one))
