"""How much of each gate is made of full-length strands, and what purer strands would gain."""

from __future__ import annotations

from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.stages.results import Results

WORST = 8
"""Gates and strands that are listed."""


def section(results: Results) -> Section | None:
    """Return the section, if strands are ordered."""
    pure = None if results.ordered is None else results.ordered.purity
    if pure is None:
        return None
    text = paragraph(
        f"{pure.sentence()}. Each coupling of a synthesis fails now and then (the vendor's table says how often). A "
        "native gel does not part gates that lack a base from whole ones, so it is not counted on."
    )
    strands = sorted(pure.strands, key=lambda pair: (pair[1], pair[0].name))[:WORST]
    first = table(
        ("worst strands", "nt", "purification", "full length"),
        [(line.name, str(line.length), line.purification or "freezer", f"{share:.0%}") for line, share in strands],
        (1, 3),
    )
    second = table(
        ("worst gates", "all strands full length"), [(name, f"{share:.0%}") for name, share in pure.gates[:WORST]], (1,)
    )
    return Section("Full-length strands", text + first + (second if pure.gates else ""))
