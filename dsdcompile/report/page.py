"""``report.html``: one self-contained page. Sections are headings with HTML that other modules have made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import final

STYLE = """
:root { --ink: #1c2430; --soft: #5d6878; --line: #dfe3e8; --good: #2f7d4f; --bad: #b3372b; --unsure: #9a6b00; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 2.2rem 1.6rem 4rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.9rem; margin: 0 0 .2rem; font-weight: 650; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .7rem; padding-top: .9rem; border-top: 1px solid var(--line); }
h3 { font-size: .98rem; margin: 1.3rem 0 .4rem; font-weight: 600; }
p { max-width: 75ch; margin: .4rem 0; }
.lead { color: var(--soft); }
.verdict { display: inline-block; padding: .1rem .6rem; border-radius: .3rem; color: #fff; font-weight: 600; }
.proved { background: var(--good); } .refuted { background: var(--bad); }
.undecided, .tested { background: var(--unsure); }
.warning { border-left: 3px solid var(--unsure); padding-left: .7rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { padding: .28rem .9rem .28rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); font-size: .85rem; }
td.n, th.n { text-align: right; }
code, .kernel { font: .84rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
.row { display: flex; flex-wrap: wrap; gap: 1rem 1.4rem; align-items: flex-end; }
figure { margin: 0; } figcaption { font-size: .82rem; color: var(--soft); }
.chart { width: 100%; min-width: 300px; max-width: 420px; height: auto; font-size: 11px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: .6rem; }
.overlay .chart { max-width: 640px; }
.chart .title { font-size: 12.5px; font-weight: 600; } .chart .tick, .chart .axis { fill: #5d6878; font-size: 10.5px; }
.chart .grid { stroke: #e6e9ee; } .chart .curve { fill: none; stroke-width: 1.8; }
.chart .target { stroke-dasharray: 3 4; stroke-width: 1; opacity: .75; } .chart .name { font-size: 11px; }
.complex { max-width: 100%; height: auto; }
@media print { body { max-width: none; } h2 { break-after: avoid; } figure, table { break-inside: avoid; } }
"""


@final
@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    heading: str
    body: str
    """HTML."""


def show_page(title: str, lead: str, sections: Iterable[Section]) -> str:
    """Return the page; ``title`` is text, ``lead`` and section bodies are HTML."""
    parts = "\n".join(f"<section><h2>{escape(s.heading)}</h2>\n{s.body}</section>" for s in sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{lead}\n{parts}\n</body>\n</html>\n"
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()) -> str:
    """Return an HTML table; columns in ``numbers`` are aligned right. Cells are escaped."""
    right = set(numbers)

    def cells(tag: str, row: Sequence[object]) -> str:
        marks = [' class="n"' if i in right else "" for i in range(len(row))]
        return "".join(f"<{tag}{mark}>{escape(str(cell))}</{tag}>" for mark, cell in zip(marks, row, strict=True))

    lines = "".join(f"<tr>{cells('td', row)}</tr>\n" for row in rows)
    return (
        f'<div class="wide"><table><thead><tr>{cells("th", header)}</tr></thead>\n<tbody>{lines}</tbody></table></div>'
    )


def figure(picture: str, caption: str) -> str:
    """Return a figure; ``picture`` is SVG, ``caption`` text."""
    return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of escaped text."""
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{escape(text)}</p>"
