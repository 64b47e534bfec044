"""The crosstalk budget in what a run says: also with matched kinetics, and where it is not listed."""

import dataclasses
from pathlib import Path

from dsdcompile.dsd import toehold_crosstalk as module
from dsdcompile.formats.design_file import load_design
from dsdcompile.pipeline import Stage, run
from dsdcompile.report.comparison import comparison, crosstalk_table
from dsdcompile.report.sections.held_up import show_crosstalk

DESIGNS = Path(__file__).resolve().parents[2] / "designs"


def test_matched_kinetics_have_a_curve_with_crosstalk_and_all_complexes_are_listed(tmp_path, monkeypatch):
    design = load_design(DESIGNS / "reversible.toml")
    results = run(design, DESIGNS, tmp_path, stages=(Stage.SIMULATE,), progress=lambda line: None)
    assert results.translated.matching is not None
    assert "crosstalk" in {curves.name for curves in results.simulated.curves}
    table = comparison(results.simulated, results.translated)["crosstalk"]
    talk = results.simulated.crosstalk
    assert table["not_listed"] is None
    assert len(table["complexes"]) == (talk.held + talk.held_by_waste > 0).sum() > 5
    assert "comparison.json" in show_crosstalk(results.translated, results.simulated)
    monkeypatch.setattr(module, "MOST_MODULES", 0)
    silent = module.crosstalk(results.translated.system, results.translated.implementation)
    page = show_crosstalk(results.translated, dataclasses.replace(results.simulated, crosstalk=silent))
    assert "not listed: " in page
    assert crosstalk_table(results.translated, silent)["not_listed"] in page
