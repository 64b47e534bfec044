"""How much of each fuel stands in the tube, and why so much."""

from __future__ import annotations

import numpy as np

from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.stages.results import Results
from dsdcompile.stages.translation import Translated, module_label
from dsdcompile.units import show_concentration


def section(results: Results) -> Section | None:
    """Return the section, if the design was translated."""
    return None if results.translated is None else Section("Doses", _doses(results.translated))


def _doses(translated: Translated) -> str:
    dosing, system = translated.dosing, translated.system
    amounts = dosing.amounts(system)
    why = "at the most often their reactions fire over the declared inputs, plus the margin"
    if translated.matching is not None:
        why = "far above what their reactions use, so that rate constants hardly change"
    if not system.n_modules:
        return paragraph("No fuels: there is nothing to build.")
    text = (
        f"Fuels stand {why}: "
        f"{show_concentration(float(np.min(amounts[amounts > 0], initial=np.inf)))} to "
        f"{show_concentration(translated.largest_dose)}, {show_concentration(dosing.total)} in all."
    )
    worst = np.argsort(-amounts, kind="stable")[:5]
    rows = [
        (named.name, module_label(system, named.module), show_concentration(float(amounts[n])))
        for n, named in ((n, system.molecule(int(n))) for n in worst)
    ]
    warnings = "".join(paragraph(warning, "warning") for warning in translated.warnings)
    return paragraph(text) + warnings + table(("highest doses", "first needed for", "dose"), rows, (2,))
