"""What a search for small networks leaves: the front as a table and a chart, and one network file a point."""

from __future__ import annotations

import numpy as np

from dsdcompile.formats.network_file import show_network
from dsdcompile.report.chart import Chart, Line, show_chart
from dsdcompile.train.front import Front, Point

COLUMNS = (
    "strands",
    "modules",
    "nucleotides",
    "network",
    "weights",
    "training_right",
    "accuracy",
    "spread",
    "test_right",
)
STYLE = (
    "<style>text{font:11px sans-serif;fill:#222}.title{font-weight:bold}.grid{stroke:#ddd}"
    ".curve{fill:none;stroke-width:1.6}</style>"
)


def file_name(point: Point) -> str:
    """Return the name of a point's network file."""
    return f"strands_{point.strands:03}.json"


def front_files(front: Front, name: str) -> dict[str, str]:
    """Return the contents of all files by name."""
    accuracy = np.array([point.accuracy for point in front.points])
    tested = np.array([point.test_right / front.test for point in front.points])
    what = "cross-validated" if front.cross_validated else "validation"
    chart = Chart(
        f"{name}: accuracy against strands",
        np.array([float(point.strands) for point in front.points]),
        (Line(what, accuracy), Line("test", tested)),
        "strands",
        "accuracy",
    )
    files = {file_name(point): show_network(point.network) for point in front.points}
    files["front.csv"] = "".join(",".join(map(str, row)) + "\n" for row in (COLUMNS, *map(_row, front.points)))
    files["front.md"] = front_table(front)
    files["front.svg"] = show_chart(chart).replace('role="img">', f'role="img">{STYLE}', 1) + "\n"
    return files


def front_table(front: Front) -> str:
    """Return the front as a Markdown table."""
    chosen = "10-fold cross-validated" if front.cross_validated else f"of {front.chosen} validation examples"
    lines = [
        f"| strands | modules | nt | network | weights | right of {front.train} | {chosen} | of {front.test} in test |",
        "| ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for point in front.points:
        share = f"{point.accuracy:.1%} ± {point.spread:.1%}"
        if not front.cross_validated:
            share = f"{point.chosen_right} ({share})"
        cells = (
            str(point.strands),
            str(point.modules),
            f"{point.nucleotides:,}",
            point.network.title,
            str(point.n_weights),
            str(point.train_right),
            share,
            str(point.test_right),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _row(point: Point) -> tuple[object, ...]:
    return (
        point.strands,
        point.modules,
        point.nucleotides,
        point.network.title,
        point.n_weights,
        point.train_right,
        round(point.accuracy, 4),
        round(point.spread, 4),
        point.test_right,
    )
