"""Figures 2 to 4 of the paper, redrawn from our networks: output values over formal time."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from paper.rows import Case

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.passes.reduce import reduce
from dsdcompile.report.chart import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, Chart, Line, show_chart, y_range
from dsdcompile.simulate.ode import output_species, simulate

STYLE = (
    "<style>text{font:11px sans-serif}.title,.tick,.axis{fill:#333}.title{font-weight:600}.grid{stroke:#e4e4e4}"
    ".target{stroke-dasharray:3 3;opacity:.5}.curve{fill:none;stroke-width:1.6}.name{font-weight:600}</style>"
)
INNER = HEIGHT - TOP - BOTTOM
"""Height of a chart's plot, and side of an image beside it."""
GRID = np.linspace(0.0, 50.0, 251)


def draw(case: Case) -> dict[str, str]:
    """Return file name -> SVG for the figure that a row has in the paper."""
    if case.name == "iris":
        example = int(np.flatnonzero(case.labels == 0)[0])
        reduced = reduce(case.source.formal).crn
        charts = [
            _chart(case, crn, example, title)
            for crn, title in ((case.source.formal, "IRIS CRN"), (reduced, "IRIS CRN, reduced"))
        ]
        shared = y_range(tuple(charts))
        drawn = [_svg(replace(chart, y_range=shared)) for chart in charts]
        return {"figure2a.svg": drawn[0], "figure2b.svg": drawn[1]}
    if case.name == "mnist":
        example = int(np.flatnonzero(case.labels == 4)[0])
        chart = _chart(case, case.source.formal, example, "(b) MNIST CRN")
        return {
            "figure3.svg": _beside(_image(case.data.features[case.data.test[example]], "(a) an image of a 4"), chart)
        }
    if case.name == "virus":
        assert case.source.network is not None
        said = case.source.network(case.inputs).argmax(axis=1)
        wrong = np.flatnonzero(said != case.labels)
        example = int(wrong[0]) if len(wrong) else 0
        names = case.data.class_names
        title = f"Virus CRN: says {names[said[example]]}, truly {names[case.labels[example]]}"
        return {"figure4.svg": _svg(_chart(case, case.source.formal, example, title))}
    return {}


def _chart(case: Case, crn: Crn, example: int, title: str) -> Chart:
    x = case.inputs[example : example + 1]
    run = simulate(crn, crn.inlet(x)[0], GRID, record=output_species(crn))
    values, ends = run.outputs(crn), limit(crn, x)[0]
    names = case.data.class_names
    lines = tuple(Line(name, values[:, i], float(ends[i])) for i, name in enumerate(names))
    return Chart(title, GRID, lines, "formal time", "output")


def _svg(chart: Chart) -> str:
    return show_chart(chart).replace(">", f">{STYLE}", 1) + "\n"


def _image(pixels: FloatArray, title: str) -> str:
    """Return a square grey image, dark where ``pixels`` (side * side,) from 0 to 1 are large, as part of an SVG."""
    side = math.isqrt(len(pixels))
    size = INNER / side
    ink = [(*divmod(place, side), 255 - round(255 * value)) for place, value in enumerate(pixels.tolist()) if value > 0]
    squares = "".join(
        f'<rect x="{LEFT + size * column:.2f}" y="{TOP + size * row:.2f}" width="{size:.2f}" height="{size:.2f}" '
        f'fill="#{3 * f"{grey:02x}"}"/>'
        for row, column, grey in ink
    )
    frame = f'<rect x="{LEFT}" y="{TOP}" width="{INNER}" height="{INNER}" fill="none" stroke="#333"/>'
    return f'<text x="{LEFT:.0f}" y="15" class="title">{title}</text>{squares}{frame}'


def _beside(image: str, chart: Chart) -> str:
    """Return an SVG of an image with a chart to its right."""
    across = LEFT + INNER
    inner = show_chart(chart).replace("<svg ", f'<svg x="{across}" width="{WIDTH}" height="{HEIGHT}" ', 1)
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across + WIDTH:.0f} {HEIGHT:.0f}" role="img">'
    return f"{start}{STYLE}{image}{inner}</svg>\n"
