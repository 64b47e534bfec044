"""The labels of all examples: the network's beside those of every CRN."""

from __future__ import annotations

from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.stages.results import Results
from dsdcompile.stages.simulation import Simulated
from dsdcompile.units import show_duration


def section(results: Results) -> Section | None:
    """Return the section, if the design was simulated."""
    return None if results.simulated is None else Section("All examples", _labels(results.simulated))


def _labels(simulated: Simulated) -> str:
    labels = simulated.labels
    rows = [
        ("network = true label", labels.correct),
        ("formal CRN (exact limit) = network", labels.formal_agrees),
        ("reduced CRN (exact limit) = network", labels.reduced_agrees),
        ("DNA implementation (kinetics, at rest) = network", labels.implementation_agrees),
    ]
    shown = [(name, f"{count} of {labels.examples}") for name, count in rows if count is not None]
    if not shown:
        return paragraph("No network to compare with.")
    error = ""
    if simulated.rest is not None:
        error = paragraph(
            f"All examples are at rest in the DNA implementation after {show_duration(simulated.rest)}; "
            "the labels are read then. Units whose weighted sum is near zero come to rest last, like 1/t."
        )
    if labels.largest_limit_error is not None:
        error += paragraph(f"Largest difference between a limit and the network: {labels.largest_limit_error:.2g}.")
    return table(("agreement of labels", "examples"), shown, (1,)) + error
