import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.report.drawing import colours, draw


@st.composite
def complexes(draw, depth=3):
    """Any connected complexes: nested helices, nicks, tails."""

    def part(level):
        made = []
        for _ in range(draw(st.integers(0, 2))):
            made.append(draw(st.sampled_from(["a", "b", "c*"])))
        if level:
            inner = part(level - 1)
            nick = draw(st.booleans())
            made.append(f"d{level}( {inner} {'+' if nick else 't'} {part(0)} )")
        return " ".join(made)

    text = part(draw(st.integers(0, depth)))
    return parse_kernel(text or "a")


def coordinates(svg):
    root = ET.fromstring(svg)
    box = [float(v) for v in root.attrib["viewBox"].split()]
    points = []
    for element in root.iter():
        names = [("x1", "y1"), ("x2", "y2"), ("x", "y")]
        points += [
            (float(element.get(x)), float(element.get(y))) for x, y in names if element.get(x) and element.get(y)
        ]
        points += [tuple(map(float, corner.split(","))) for corner in (element.get("points") or "").split()]
    return box, points, ["".join(t.itertext()) for t in root.iter() if t.tag.endswith("text")]


@given(complexes())
def test_any_complex_is_drawn_inside_its_frame_with_every_domain_named(found):
    box, points, texts = coordinates(draw(found, {}))
    assert points
    for x, y in points:
        assert box[0] - 1 <= x <= box[0] + box[2] + 1
        assert box[1] - 1 <= y <= box[1] + box[3] + 1
    assert {t for t in found.sequence if t != "+"} <= {text.strip() for text in texts}


def test_a_gate_is_the_same_picture_each_time_and_each_structure_another():
    gate, open_ = parse_kernel("b( c( d + ) ) a*"), parse_kernel("b( c d + ) a*")
    assert draw(gate, {}) == draw(gate, {})
    assert draw(gate, {}) != draw(open_, {})


def test_a_longer_domain_is_drawn_longer():
    strand = Complex(("a",), (".",))
    wide = [coordinates(draw(strand, {"a": nt}))[0][2] for nt in (10, 40)]
    assert wide[1] > wide[0] + 50


@pytest.mark.parametrize("kernel", ["a", "a( )", "a( + )", "a( b( + ) c( + ) d( + ) )"])
def test_corner_cases_are_well_formed(kernel):
    assert ET.fromstring(draw(parse_kernel(kernel), {})).tag.endswith("svg")


def test_forty_domains_have_forty_colours():
    assert len(set(colours([f"d{i}" for i in range(40)]).values())) == 40


def test_a_strand_is_drawn_through_under_the_nick_of_the_other():
    """b* c* is one strand, b and c are two: the gap between b and c is bridged below, in the colour of a domain."""
    lines = [e for e in ET.fromstring(draw(parse_kernel("b( + c( + ) )"), {})).iter() if e.tag.endswith("line")]
    ends = [([float(e.get("x1")), float(e.get("x2"))], float(e.get("y1"))) for e in lines]
    spans = sorted((min(xs), max(xs), y) for xs, y in ends)
    low = max(y for *_, y in spans)
    below = [(a, b) for a, b, y in spans if y == low]
    above = [(a, b) for a, b, y in spans if y != low]
    assert len(above) == 2
    assert above[1][0] - above[0][1] > 2
    assert all(after[0] <= before[1] for before, after in itertools.pairwise(below))
    assert {e.get("stroke-width") for e in lines} == {"2.6"}
