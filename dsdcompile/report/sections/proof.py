"""What was verified, how and under which assumptions; counterexamples are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.report.drawing import colours, draw
from dsdcompile.report.page import Section, figure, paragraph, table
from dsdcompile.stages.results import Results
from dsdcompile.stages.verification import Verified
from dsdcompile.verify.verdict import Outcome, Verification, Witness

ANSWERS = {Outcome.PROVED: "yes", Outcome.TESTED: "not refuted", Outcome.REFUTED: "no", Outcome.UNDECIDED: "not known"}


def section(results: Results) -> Section | None:
    """Return the section, if the design was verified."""
    return None if results.verified is None else Section("Verification", _verification(results.verified))


def _verification(verified: Verified) -> str:
    verification = verified.verification
    rows = [(check.name, check.outcome, check.detail) for check in verification.checks]
    parts = [paragraph(_told(verification)), table(("checked", "outcome", "found"), rows)]
    for check in verification.checks:
        parts += [show_witness(witness) for witness in check.witnesses]
    if verification.certificates:
        known = [(check.name, ANSWERS[check.outcome], check.detail) for check in verification.certificates]
        parts.append(table(("property", "", "what follows, or why not"), known))
    settings = ", ".join(f"{name} = {value}" for name, value in verification.options)
    parts.append(paragraph(f"Made with {', '.join(verification.tools)}: {settings}."))
    parts.append(paragraph("Assumed: " + "; ".join(verification.assumptions) + "."))
    return "\n".join(parts)


def _told(verification: Verification) -> str:
    """Say what is shown, and what has to be."""
    shown = "Nothing is shown" if verification.shows is None else f"Shown: {verification.shows}"
    tested = verification.count(Outcome.TESTED)
    rest = f" {tested} checks are tested on random inputs, not proved." if tested else ""
    return f"{shown}. The design needs: {verification.needs}.{rest}"


def show_witness(witness: Witness, lengths: Mapping[str, int] | None = None) -> str:
    """Draw the complexes of a counterexample, with their kernel notation below."""
    names = sorted({name for c in (*witness.reactants, *witness.products) for name in c.domains})
    paint = colours(names)
    sides = [
        "".join(figure(draw(c, lengths or {}, str, paint), show_kernel(c)) for c in side)
        for side in (witness.reactants, witness.products)
        if side
    ]
    told = "<br>".join(map(escape, witness.problem.splitlines()))
    return f"<h3>{told}</h3><div class='row'>{'<p>→</p>'.join(sides)}</div>"
