"""``verification.html``: the verdict on someone's implementation, counterexamples drawn."""

from __future__ import annotations

from html import escape

from dsdcompile.report.page import Section, paragraph, show_page, table
from dsdcompile.report.sections.proof import show_witness
from dsdcompile.stages.foreign import Judged


def show_judged(judged: Judged, implementation: str, formal: str) -> str:
    """Return the page."""
    verification = judged.verification
    checks = (*verification.checks, *verification.certificates)
    rows = [(check.name, check.outcome, check.detail) for check in checks]
    witnesses = [show_witness(witness, judged.lengths) for check in checks for witness in check.witnesses]
    settings = ", ".join(f"{name} = {value}" for name, value in verification.options)
    outcome = escape(str(verification.outcome))
    lead = f'<p><span class="verdict {outcome}">{outcome}</span> as an implementation of {escape(formal)}</p>'
    sections = [Section("Checked", table(("checked", "outcome", "found"), rows))]
    if witnesses:
        sections.append(Section("Counterexample", "\n".join(witnesses)))
    about = [paragraph(text) for text in verification.assumptions]
    about.append(paragraph(f"Made with {', '.join(verification.tools)}{': ' if settings else ''}{settings}."))
    sections.append(Section("What it rests on", "\n".join(about)))
    return show_page(implementation, lead, sections)
