"""``report.html``: everything a run has made, on one page."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from dsdcompile.report.headlines import headlines, verdict_line
from dsdcompile.report.page import Section, show_page
from dsdcompile.report.sections import (
    agreement,
    doses,
    held_up,
    module_drawings,
    pipetting_errors,
    predicted,
    proof,
    purity,
    rate_constants,
    sequence_checks,
    sizes,
    strand_counts,
    time_course,
)
from dsdcompile.stages.results import Results

SECTIONS: tuple[Callable[[Results], Section | None], ...] = (
    sizes.section,
    time_course.section,
    predicted.section,
    agreement.section,
    pipetting_errors.section,
    module_drawings.section,
    rate_constants.section,
    doses.section,
    proof.section,
    held_up.section,
    sequence_checks.section,
    strand_counts.section,
    purity.section,
)
"""The page from top to bottom; each returns None where the run has not made what it shows."""


def show_report(results: Results) -> str:
    """Return the page for whatever stages have been made."""
    sections = [made for section in SECTIONS if (made := section(results)) is not None]
    return show_page(f"{results.design.name}: {_subject(results)}", _lead(results), sections)


def _subject(results: Results) -> str:
    network = results.source.network
    what = "a CRN" if network is None else f"a {network.title} network with {network.weight_set} weights"
    return f"{what} in DNA"


def _lead(results: Results) -> str:
    """Return the headlines as paragraphs, below the verdict as a badge."""
    lines = [f'<p class="lead">{escape(line)}</p>' for line in headlines(results, verdict=False)]
    if results.verified is not None:
        outcome = results.verified.verification.outcome
        told = verdict_line(results.verified.verification).removeprefix(outcome)
        lines.insert(0, f'<p><span class="verdict {outcome}">{outcome}</span>{escape(told)}</p>')
    return "\n".join(lines)
