"""Complexes drawn at domain level, as molecular programmers draw them: helices as parallel lines, arrows at 3' ends.

The layout walks the structure from the outside in. A stem goes straight on where the strands are only nicked or have a
stretch unpaired on one side; single-stranded tails of a nick flare away; loops with several stems fan out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import final

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import base

Point = tuple[float, float]
PALETTE = ("#3b6fb6", "#c8553d", "#4d8b55", "#8a5aa8", "#b8860b", "#2a8c8c", "#a83f6f", "#6b6b3a", "#5c5cd6", "#9c6644")
GAP = 13.0
"""Distance between the two strands of a helix, px."""
PER_BASE = 3.4
"""Length drawn for a nt, px."""
SHORTEST = 24.0
"""Shortest domain drawn, px."""
FLARE = math.radians(78)
"""Angle between a helix and a tail that leaves it at a nick: steep, to stay clear of the next domain's name."""
SPREAD = math.radians(105)
"""The same for the first of two tails that leave at one nick."""
FORK = math.radians(27)
"""Angle between the axis of a helix and each of two tails at its end."""


@final
@dataclass
class _Sketch:
    """Line segments and labels as they are laid down."""

    complex: Complex
    lengths: Mapping[str, int]
    segments: list[tuple[int, Point, Point]] = field(default_factory=list)
    """Position in the sequence, from and to (5' to 3')."""
    joins: list[tuple[int, Point, Point]] = field(default_factory=list)
    """Backbone that leads to a position from the domain before it on its strand, where the two are drawn apart."""
    side: dict[int, Point] = field(default_factory=dict)
    """Unit vector from a segment towards its label."""

    def span(self, position: int) -> float:
        length = self.lengths.get(base(self.complex.sequence[position]), 15)
        return max(SHORTEST, PER_BASE * length)

    def line(self, position: int, start: Point, end: Point, side: Point) -> None:
        self.segments.append((position, start, end))
        self.side[position] = side


def _move(point: Point, direction: Point, distance: float) -> Point:
    return point[0] + direction[0] * distance, point[1] + direction[1] * distance


def _turn(direction: Point, angle: float) -> Point:
    """Rotate clockwise on the screen for positive angles (y points down)."""
    cos, sin = math.cos(angle), math.sin(angle)
    return direction[0] * cos - direction[1] * sin, direction[0] * sin + direction[1] * cos


def _lay_out(sketch: _Sketch) -> None:
    partner = sketch.complex.partners()
    items = _items(sketch.complex, partner, 0, len(partner))
    stems = [item for item in items if isinstance(item, tuple)]
    east: Point = (1.0, 0.0)
    if len(stems) == 1:
        at = items.index(stems[0])
        _stem(sketch, partner, stems[0], (0.0, 0.0), east)
        before = [i for i in items[:at] if isinstance(i, int)]
        after = [i for i in items[at + 1 :] if isinstance(i, int)]
        both = bool(before) and bool(after)
        _tail_in(sketch, before, (0.0, 0.0), _turn((-1.0, 0.0), FORK if both else 0.0))
        _tail_out(sketch, after, (0.0, GAP), _turn((-1.0, 0.0), -FORK if both else 0.0))
        return
    cursor: Point = (0.0, 0.0)
    for item in items:
        if isinstance(item, int):
            if sketch.complex.sequence[item] == NICK:
                cursor = _move(cursor, east, 2 * GAP)
                continue
            end = _move(cursor, east, sketch.span(item))
            sketch.line(item, cursor, end, (0.0, -1.0))
            cursor = end
        else:
            _stem(sketch, partner, item, cursor, (0.0, -1.0))
            cursor = _move(cursor, east, GAP)


def _items(complex_: Complex, partner: tuple[int | None, ...], start: int, end: int) -> list[int | tuple[int, int]]:
    """Return what stands between two positions at one level: unpaired positions and nicks, and stems as pairs."""
    items: list[int | tuple[int, int]] = []
    here = start
    while here < end:
        there = partner[here]
        if there is None:
            items.append(here)
            here += 1
        else:
            items.append((here, there))
            here = there + 1
    return items


def _stem(sketch: _Sketch, partner: tuple[int | None, ...], pair: tuple[int, int], start: Point, along: Point) -> None:
    """Draw a paired domain from ``start`` along a direction, and everything its loop encloses."""
    across = _turn(along, math.pi / 2)
    length = sketch.span(pair[0])
    end = _move(start, along, length)
    sketch.line(pair[0], start, end, (-across[0], -across[1]))
    sketch.line(pair[1], _move(end, across, GAP), _move(start, across, GAP), across)
    items = _items(sketch.complex, partner, pair[0] + 1, pair[1])
    stems = [item for item in items if isinstance(item, tuple)]
    if not stems:
        _cap(sketch, [i for i in items if isinstance(i, int)], end, along, across)
    elif len(stems) == 1:
        at = items.index(stems[0])
        left = [i for i in items[:at] if isinstance(i, int)]
        right = [i for i in items[at + 1 :] if isinstance(i, int)]
        _straight_on(sketch, partner, stems[0], left, right, end, along, across)
    else:
        _fan(sketch, partner, items, end, along, across)


def _nick(sketch: _Sketch, items: list[int]) -> int | None:
    return next((i for i, item in enumerate(items) if sketch.complex.sequence[item] == NICK), None)


def _cap(sketch: _Sketch, items: list[int], end: Point, along: Point, across: Point) -> None:
    """Draw what lies beyond the last pair of a helix: tails at a nick, or a hairpin loop."""
    nick = _nick(sketch, items)
    far = _move(end, across, GAP)
    if nick is not None:
        left, right = items[:nick], items[nick + 1 :]
        both = bool(left) and bool(right)
        _tail_out(sketch, left, end, _turn(along, -FORK if both else 0.0))
        _tail_in(sketch, right, far, _turn(along, FORK if both else 0.0))
        return
    total = sum(sketch.span(i) for i in items)
    radius = max(GAP, total / (2 * math.pi) * 1.2)
    centre = _move(_move(end, across, GAP / 2), along, radius)
    at = end
    for number, item in enumerate(items, start=1):
        angle = math.pi * (1 + number / (len(items) + 1) * 2 - 1 / (len(items) + 1))
        spot = _move(centre, _turn(along, angle), radius)
        sketch.line(item, at, spot if number < len(items) else far, _turn(along, angle))
        at = spot


def _straight_on(
    sketch: _Sketch,
    partner: tuple[int | None, ...],
    pair: tuple[int, int],
    left: list[int],
    right: list[int],
    end: Point,
    along: Point,
    across: Point,
) -> None:
    """Continue a helix past a nick or an unpaired stretch."""
    shift = 0.0
    for side in (left, right):
        shift = max(shift, sum(sketch.span(i) for i in side)) if _nick(sketch, side) is None else max(shift, 3.0)
    start = _move(end, along, shift)
    far_end, far_start = _move(end, across, GAP), _move(start, across, GAP)
    nick = _nick(sketch, left)
    if nick is None:
        _stretch(sketch, left, end, start, (-across[0], -across[1]), pair[0])
    else:
        inside, outside = left[:nick], left[nick + 1 :]
        _tail_out(sketch, inside, end, _turn(along, -SPREAD if outside else -FLARE))
        _tail_in(sketch, outside, start, _turn(along, SPREAD - math.pi if inside else FLARE - math.pi))
    nick = _nick(sketch, right)
    if nick is None:
        _stretch(sketch, right, far_start, far_end, across, right[-1] + 1 if right else pair[1] + 1)
    else:
        inside, outside = right[:nick], right[nick + 1 :]
        _tail_out(sketch, inside, far_start, _turn(along, math.pi - SPREAD if outside else math.pi - FLARE))
        _tail_in(sketch, outside, far_end, _turn(along, SPREAD if inside else FLARE))
    _stem(sketch, partner, pair, start, along)


def _stretch(sketch: _Sketch, items: list[int], start: Point, end: Point, side: Point, after: int) -> None:
    """Draw unpaired domains, or the bare backbone to position ``after``, straight from one point to another."""
    total = sum(sketch.span(i) for i in items)
    if not items:
        if math.dist(start, end) > 0.1:
            sketch.joins.append((after, start, end))
        return
    at = start
    for item in items:
        share = sketch.span(item) / total
        to = (at[0] + (end[0] - start[0]) * share, at[1] + (end[1] - start[1]) * share)
        sketch.line(item, at, to, side)
        at = to


def _fan(
    sketch: _Sketch,
    partner: tuple[int | None, ...],
    items: list[int | tuple[int, int]],
    end: Point,
    along: Point,
    across: Point,
) -> None:
    """Draw a loop with several stems: they leave a circle at equal angles."""
    slots = len(items) + 1
    spans = [sketch.span(i) if isinstance(i, int) and sketch.complex.sequence[i] != NICK else GAP for i in items]
    radius = max(2 * GAP, (sum(spans) + GAP) / (2 * math.pi) * 1.15)
    centre = _move(_move(end, across, GAP / 2), along, radius)
    at = end
    for number, item in enumerate(items, start=1):
        outward = _turn(along, math.pi + 2 * math.pi * number / slots)
        spot = _move(centre, outward, radius)
        if isinstance(item, tuple):
            begin = _move(spot, _turn(outward, math.pi / 2), -GAP / 2)
            sketch.joins.append((item[0], at, begin))
            _stem(sketch, partner, item, begin, outward)
            at = _move(begin, _turn(outward, math.pi / 2), GAP)
        elif sketch.complex.sequence[item] == NICK:
            at = spot
        else:
            sketch.line(item, at, spot, outward)
            at = spot


def _tail_out(sketch: _Sketch, items: list[int], start: Point, direction: Point) -> None:
    """Draw a 3' tail that leaves ``start``."""
    side = _turn(direction, -math.pi / 2)
    for item in items:
        end = _move(start, direction, sketch.span(item))
        sketch.line(item, start, end, side)
        start = end


def _tail_in(sketch: _Sketch, items: list[int], end: Point, direction: Point) -> None:
    """Draw a 5' tail that ends at ``end``, lying in ``direction`` from it."""
    side = _turn(direction, math.pi / 2)
    for item in reversed(items):
        start = _move(end, direction, sketch.span(item))
        sketch.line(item, start, end, side)
        end = start


def colours(names: list[str]) -> dict[str, str]:
    """Return a colour for each domain name, in order: the palette, then darker and lighter rounds of it."""
    return {name: _shade(*divmod(i, len(PALETTE))) for i, name in enumerate(dict.fromkeys(names))}


def _shade(turn: int, place: int) -> str:
    if turn == 0:
        return PALETTE[place]
    towards, share = (0 if turn % 2 else 255), 0.4 + 0.15 * min((turn - 1) // 2, 2)
    mixed = (round(int(PALETTE[place][at : at + 2], 16) * (1 - share) + towards * share) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def draw(
    complex_: Complex,
    lengths: Mapping[str, int],
    label: Callable[[str], str] = str,
    colour: Mapping[str, str] | None = None,
) -> str:
    """Return an SVG element that shows a complex.

    Args:
        complex_: What is drawn.
        lengths: Length of each domain, nt.
        label: What is written at a domain, from its name; a part after ``_`` is set as an index.
        colour: CSS colour of each domain name; chosen in order of appearance if missing.
    """
    sketch = _Sketch(complex_, lengths)
    _lay_out(sketch)
    paint = dict(colour or colours([base(t) for t in complex_.sequence if t != NICK]))
    points = [point for _, start, end in sketch.segments for point in (start, end)]
    left, top = min(x for x, _ in points) - 22, min(y for _, y in points) - 24
    width, height = max(x for x, _ in points) + 22 - left, max(y for _, y in points) + 24 - top
    strokes = [paint.get(base(token), "#555") for token in complex_.sequence]
    body = [_line(start, end, strokes[position]) for position, start, end in sketch.joins]
    ends = {i for i in range(len(complex_.sequence)) if _is_end(complex_, i)}
    for position, start, end in sketch.segments:
        token = complex_.sequence[position]
        stroke = strokes[position]
        body.append(_line(start, end, stroke))
        if position in ends:
            body.append(_arrow(start, end, stroke))
        body.append(_label(token, start, end, sketch.side[position], label, stroke))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="complex" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{left:.1f} {top:.1f} {width:.1f} {height:.1f}" role="img">{"".join(body)}</svg>'
    )


def _is_end(complex_: Complex, position: int) -> bool:
    return complex_.sequence[position] != NICK and complex_.sequence[position + 1 : position + 2] in ((), (NICK,))


def _line(start: Point, end: Point, stroke: str) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
        f'stroke="{stroke}" stroke-width="2.6" stroke-linecap="butt"/>'
    )


def _arrow(start: Point, end: Point, stroke: str) -> str:
    size = math.dist(start, end) or 1.0
    along = ((end[0] - start[0]) / size, (end[1] - start[1]) / size)
    tip = _move(end, along, 6.0)
    wings = [_move(end, _turn(along, sign * math.pi / 2), 4.2) for sign in (1, -1)]
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in (tip, *wings))
    return f'<polygon points="{corners}" fill="{stroke}"/>'


def _label(token: str, start: Point, end: Point, side: Point, label: Callable[[str], str], stroke: str) -> str:
    x, y = _move(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), side, 10.5)
    name, _, index = label(base(token)).partition("_")
    star = "*" if token.endswith("*") else ""
    small = f'<tspan dy="2.5" font-size="8">{escape(index)}</tspan>' if index else ""
    back = '<tspan dy="-2.5">*</tspan>' if index and star else star
    return (
        f'<text x="{x:.1f}" y="{y + 3.6:.1f}" text-anchor="middle" font-size="11" fill="{stroke}">'
        f"{escape(name)}{small}{back}</text>"
    )
