"""A design, simulated with the rates and leaks of its own sequences, from the command line to every file."""

from __future__ import annotations

import json
from pathlib import Path

from dsdcompile.cli.main import main
from dsdcompile.sequences.thermo.vienna import Vienna
from dsdcompile.units import show_duration

DESIGNS = Path(__file__).parents[2] / "designs"
QUICK = ("--set", "sequences.effort=0", "--set", "simulate.draws=4", "--set", "verify.whole_modules=1", "--quiet")


def test_what_is_ordered_is_slower_leaks_and_can_be_read_in_between(tmp_path, capsys):
    design = DESIGNS / "relu.toml"
    main(["run", str(design), "--out", str(tmp_path), *QUICK])
    said = capsys.readouterr().out
    assert "as ordered: 90 % complete after" in said
    assert "reading window: from" in said
    summary = json.loads((tmp_path / "summary.json").read_text())
    made = summary["as_ordered"]
    low, middle, high = made["completion_seconds"]
    assert low < middle < high
    assert middle > 0.5 * summary["simulation"]["completion_hours"] * 3600
    assert made["window"]["opens_s"] < made["window"]["closes_s"]
    assert made["leak_bound_molar2"] < 1.1e-14  # the bound that an independent count from the order gives
    end = made["protocol_end"]
    assert middle < end["seconds"] < made["window"]["closes_s"]
    assert (end["labels_agree"], end["examples"]) == (4, 4)
    assert f"the protocol ends after {show_duration(end['seconds'])}" in (tmp_path / "protocol.md").read_text()
    assert end["labels_agree_whole"] == 4
    pure = summary["purity"]
    assert pure["worst_full_length_share"] == round(0.994**62, 4)  # 63 nt, as all strands of this design at most
    assert pure["worst_gate_share"] < pure["purest"]["worst_gate_share"]
    assert "full length: 69% of the worst strand" in said
    told = json.loads((tmp_path / "comparison.json").read_text())["as_ordered"]
    assert len(told["step_rates"]) == made["steps"] == 6
    assert all(10 < step["predicted_per_molar_second"] < 4e6 for step in told["step_rates"])
    assert len(told["leaks"]) == made["leak_reactions"] > 0
    assert "When to read" in (tmp_path / "protocol.md").read_text()
    assert "leak of each output" in (tmp_path / "report.html").read_text()


def test_an_empty_window_fails_the_design_and_says_what_would_open_it(tmp_path, capsys):
    asked = ("--set", "simulate.signal_over_leak=1e9", "--set", "checks.probability=1e-9")
    assert main(["run", str(DESIGNS / "relu.toml"), "--out", str(tmp_path), *QUICK, *asked]) == 1
    assert "reading window: EMPTY" in capsys.readouterr().out


def test_a_second_run_asks_no_thermodynamic_question(tmp_path, monkeypatch):
    assert main(["run", str(DESIGNS / "relu.toml"), "--out", str(tmp_path), *QUICK]) in (0, 1)
    before = files(tmp_path)

    def never(*_):
        raise AssertionError("asked again")

    monkeypatch.setattr(Vienna, "ensembles", never)
    assert main(["run", str(DESIGNS / "relu.toml"), "--out", str(tmp_path), *QUICK]) in (0, 1)
    assert files(tmp_path) == before


def files(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != "timings.json"}
