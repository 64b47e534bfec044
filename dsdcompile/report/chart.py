"""Line charts as SVG text: a few curves, round ticks, a legend at the curves. The same data give the same bytes."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from html import escape
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.report.drawing import PALETTE

WIDTH, HEIGHT = 360.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 74.0, 26.0, 36.0


@final
@dataclass(frozen=True, eq=False)
class Line:
    """One curve."""

    name: str
    """Written where the curve ends; empty for none."""
    y: FloatArray
    """Values at the chart's x (points,)."""
    target: float | None = None
    """Where it should end: drawn as a dashed line."""
    colour: int | None = None
    """Place in the palette; by default the curve's own place in the chart."""
    dashed: bool = False


@final
@dataclass(frozen=True, eq=False)
class Chart:
    """Curves over a common axis."""

    title: str
    x: FloatArray
    """Abscissae (points,)."""
    lines: tuple[Line, ...]
    x_label: str
    y_label: str
    y_range: tuple[float, float] | None = None
    """Shown range of y; from the curves if None, so that charts side by side can share one."""


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers between two bounds.

    >>> ticks(0.0, 10.0)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def y_range(charts: tuple[Chart, ...]) -> tuple[float, float]:
    """Return the range that shows all curves and targets of some charts, with a little room."""
    values = [
        float(v) for c in charts for line in c.lines for v in (line.y.min(), line.y.max(), line.target) if v is not None
    ]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def show_chart(chart: Chart) -> str:
    """Return the chart as an SVG element."""
    low, high = chart.y_range or y_range((chart,))
    first, last = float(chart.x[0]), float(chart.x[-1])
    inner_w, inner_h = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def px(x: float) -> float:
        return LEFT + (x - first) / ((last - first) or 1.0) * inner_w

    def py(y: float) -> float:
        return TOP + (high - y) / ((high - low) or 1.0) * inner_h

    body = [f'<text x="{LEFT:.0f}" y="15" class="title">{escape(chart.title)}</text>']
    for tick in ticks(low, high):
        body.append(f'<line class="grid" x1="{LEFT}" x2="{LEFT + inner_w}" y1="{py(tick):.1f}" y2="{py(tick):.1f}"/>')
        body.append(f'<text class="tick" x="{LEFT - 6}" y="{py(tick) + 3.5:.1f}" text-anchor="end">{tick:g}</text>')
    for tick in ticks(first, last, 4):
        body.append(
            f'<text class="tick" x="{px(tick):.1f}" y="{TOP + inner_h + 14:.1f}" text-anchor="middle">{tick:g}</text>'
        )
    body.append(
        f'<text class="axis" x="{LEFT + inner_w / 2:.1f}" y="{HEIGHT - 5}" text-anchor="middle">'
        f"{escape(chart.x_label)}</text>"
    )
    middle = TOP + inner_h / 2
    body.append(
        f'<text class="axis" x="11" y="{middle:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 11 {middle:.1f})">{escape(chart.y_label)}</text>'
    )
    named = [number for number, line in enumerate(chart.lines) if line.name]
    names = dict(zip(named, _spread([py(float(chart.lines[n].y[-1])) for n in named]), strict=True))
    for number, line in enumerate(chart.lines):
        stroke = PALETTE[(number if line.colour is None else line.colour) % len(PALETTE)]
        if line.target is not None:
            body.append(
                f'<line class="target" stroke="{stroke}" x1="{LEFT}" x2="{LEFT + inner_w}" '
                f'y1="{py(line.target):.1f}" y2="{py(line.target):.1f}"/>'
            )
        points = " ".join(f"{px(x):.1f},{py(y):.1f}" for x, y in zip(chart.x.tolist(), line.y.tolist(), strict=True))
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        body.append(f'<polyline class="curve" stroke="{stroke}"{dash} points="{points}"/>')
        if number in names:
            body.append(
                f'<text class="name" fill="{stroke}" x="{LEFT + inner_w + 5:.1f}" y="{names[number] + 3.5:.1f}">'
                f"{escape(line.name)}</text>"
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img">'
        f"{''.join(body)}</svg>"
    )


def _spread(places: list[float], apart: float = 12.0, lowest: float = HEIGHT - BOTTOM) -> list[float]:
    """Move labels apart so that none covers another, keeping their order and none below ``lowest`` if there is room.

    >>> _spread([5.0, 98.0, 99.0], 10.0, 100.0)
    [5.0, 90.0, 100.0]
    """
    order = np.argsort(places, kind="stable")
    moved = list(places)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + apart)
    limit = lowest
    for place in order[::-1]:
        moved[place] = min(moved[place], limit)
        limit = moved[place] - apart
    return moved
