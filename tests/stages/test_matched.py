"""Rate-dependent designs through the stages: what is compared, how accurate it is, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.formats.design_file import load_design
from dsdcompile.simulate.turnover import usage
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.simulation import Simulated, simulate_all
from dsdcompile.stages.source import read_source
from dsdcompile.stages.translation import Translated, translate_crn

DESIGNS = Path(__file__).resolve().parents[2] / "designs"
NAMES = ("lotka_volterra", "rock_paper_scissors", "consensus", "reversible")


def carry(path: Path, *changes: str) -> tuple[Translated, Simulated]:
    design = load_design(path, changes)
    source = read_source(design, path.parent)
    compiled = compile_crn(design, source)
    translated = translate_crn(design, source, compiled)
    return translated, simulate_all(design, source, compiled, translated, None)


@pytest.mark.parametrize("name", NAMES)
def test_the_deviation_shrinks_in_proportion_to_one_over_the_fuel(name):
    levels = ("1 uM", "4 uM", "16 uM")
    errors = [
        carry(DESIGNS / f"{name}.toml", f"kinetics.c_max={level}", "kinetics.centred=false")[1].deviation(
            "implementation"
        )
        for level in levels
    ]
    slope = np.polyfit(np.log([1, 4, 16]), np.log(errors), 1)[0]
    assert -1.15 < slope < -0.85, errors
    assert errors[0] < 0.15


@pytest.mark.parametrize("name", NAMES)
def test_centred_fuels_are_more_accurate(name):
    plain, centred = (
        carry(DESIGNS / f"{name}.toml", f"kinetics.centred={flag}")[1].deviation("implementation")
        for flag in ("false", "true")
    )
    # One set of doses serves both examples of the majority, whose turnovers differ, so less is gained there.
    assert centred < (0.95 if name == "consensus" else 0.8) * plain


@pytest.mark.parametrize("name", NAMES)
def test_the_larger_fuels_of_the_2010_paper_follow_within_a_hundredth(name):
    translated, simulated = carry(DESIGNS / f"{name}_10uM.toml")
    assert simulated.relative_deviation("implementation") < 0.01
    assert simulated.fuel_left is not None
    assert simulated.fuel_left > 0.99
    assert translated.matching is not None
    assert translated.dosing.unit == pytest.approx(translated.matching.gamma * 1e-9)


def test_both_examples_of_the_majority_are_decided_and_other_curves_are_drawn():
    for example, winner in ((1, 0), (2, 1)):
        simulated = carry(DESIGNS / "consensus.toml", f"simulate.example={example}")[1]
        built = simulated.by_name("implementation")
        assert built is not None
        assert built.outputs[0].tolist() == pytest.approx([[7, 5, 0], [4, 6, 0]][example - 1])
        total = built.outputs[0].sum()
        assert built.outputs[-1].argmax() == winner
        assert built.outputs[-1, winner] == pytest.approx(total, rel=0.02)


def test_fuel_is_dosed_from_the_turnover_simulated_over_the_horizon(tmp_path):
    (tmp_path / "decay.crn").write_text("A -> B [k = 1e-3 /s]\nB -> A [k = 1e-9 /s]\nA @i 10 nM\n")
    (tmp_path / "decay.toml").write_text(
        'name = "decay"\n[crn]\nfile = "decay.crn"\n[dosing]\nmargin = 0.5\nfloor = 1e-9\n'
        '[simulate]\nuntil = "1000 s"\n'
    )
    fast = carry(tmp_path / "decay.toml")[0]
    assert fast.horizon == 1000.0
    assert fast.dosing.fuels[0].tolist() == pytest.approx([1.5e-8 * (1 - np.exp(-1))] * 2, rel=1e-4)
    longer = carry(tmp_path / "decay.toml", "simulate.until=2000 s")[0]
    assert longer.dosing.fuels[0, 0] == pytest.approx(1.5e-8 * (1 - np.exp(-2)), rel=1e-4)
    matched = carry(tmp_path / "decay.toml", "kinetics.mode=matched", "dosing.depletion=0.1")[0]
    fired, present, hurry = 1.5e-8 * (1 - np.exp(-1)), 1e-8, 1e-3 / 1e6
    assert matched.dosing.fuels[0, 0] == pytest.approx((fired + present + hurry) / 0.1, rel=1e-3)


def test_a_noncompetitive_crn_is_dosed_for_its_limit_and_ends_there(tmp_path):
    (tmp_path / "min.crn").write_text(
        "#! input A\n#! input B\n#! output C\nA + B -> C [k = 1e5 /M/s]\n2C -> C + D [k = 1e3 /M/s]\n"
    )
    (tmp_path / "min.toml").write_text(
        'name = "min"\n[crn]\nfile = "min.crn"\n[inputs]\nlow = [0.0, 0.0]\nhigh = [3.0, 3.0]\n'
        'examples = [[3.0, 2.0]]\n[kinetics]\nmode = "matched"\nc_max = "2 uM"\n[simulate]\nwithin = 0.05\n'
    )
    translated, simulated = carry(tmp_path / "min.toml")
    assert translated.horizon is None
    assert simulated.limit is not None
    assert simulated.limit.tolist() == [0.0]
    assert simulated.rest is not None
    assert simulated.relative_deviation("implementation") < 0.02


def test_reactions_that_legalising_adds_are_not_felt(tmp_path):
    # 2A -> A + B goes through an intermediate, and five products through a tree.
    (tmp_path / "wide.crn").write_text(
        "2A -> A + B [k = 1e5 /M/s]\nA + B -> C + D + 2E + F [k = 1e5 /M/s]\nF -> A [k = 1e-3 /s]\n"
        "A @i 30 nM\nB @i 9 nM\n"
    )
    errors = [
        carry(
            tmp_path / "wide.crn",
            "kinetics.mode=matched",
            "scheme.max_products=2",
            f"kinetics.c_max={level}",
            "simulate.until=2 h",
        )[1].relative_deviation("implementation")
        for level in ("10 uM", "40 uM")
    ]
    assert errors[0] < 0.01
    assert errors[1] < errors[0] / 3


def run(*arguments: object) -> int:
    return main([str(a) for a in arguments])


def test_a_run_verifies_buffers_and_lays_the_curves_over_each_other(tmp_path, capsys):
    anyway = ("--set", "kinetics.rate_tolerance=1e9")
    assert run("run", DESIGNS / "lotka_volterra.toml", *anyway, "--out", tmp_path, "--quiet") == 0
    said = capsys.readouterr().out
    assert "matched kinetics: gamma 1.667, 1 buffer module" in said
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["verification"]["verdict"] == "proved"
    assert summary["kinetics"]["gamma"] == pytest.approx(5 / 3)
    assert summary["simulation"]["relative_deviation"] < 0.07
    assert summary["kinetics"]["fuel_lasts_hours"] == 12
    checks = json.loads((tmp_path / "verification.json").read_text())["checks"]
    assert {"template buffer A -> A", "whole system of 4 modules"} <= {check["name"] for check in checks}
    page = (tmp_path / "report.html").read_text()
    overlaid = page.partition('class="overlay"')[2].partition("</svg>")[0]
    assert overlaid.count("<polyline") == 4
    assert overlaid.count("stroke-dasharray") == 2
    assert "buffer of B" in page
    protocol = (tmp_path / "protocol.md").read_text()
    assert "LS" in protocol


def test_strands_that_miss_the_matched_rates_are_not_ordered(tmp_path, capsys):
    quick = ("--set", "sequences.effort=0", "--set", "simulate.draws=2", "--out", tmp_path, "--quiet")
    assert run("run", DESIGNS / "reversible.toml", *quick, "--set", "kinetics.rate_tolerance=1e9") == 1  # it leaks
    assert (tmp_path / "order.xlsx").exists()
    assert run("run", DESIGNS / "reversible.toml", *quick) == 1
    assert "NO ORDER: predicted rate constants of" in capsys.readouterr().out
    names = {path.name for path in tmp_path.iterdir()}  # what the first run left is moved away
    assert not names & {"order.xlsx", "plates.xlsx", "plates.csv", "protocol.md", "robot.csv"}
    assert {"strands.csv", "system.pil", "report.html"} <= names


@pytest.mark.parametrize("command", ["compile", "run"])
@pytest.mark.parametrize("name", NAMES)
def test_a_competitive_crn_alone_is_a_design(command, name, tmp_path, capsys):
    assert run(command, DESIGNS / f"{name}.crn", "--out", tmp_path, "--quiet") == 0
    said = capsys.readouterr().out
    formal = (tmp_path / "formal.crn").read_text().partition("\n")[2]
    assert (tmp_path / "reduced.crn").read_text().partition("\n")[2] == formal
    if command == "run":
        assert "warning: what this CRN does depends on rate constants" in said
        assert "DNA implementation; dashed: formal CRN" in (tmp_path / "report.html").read_text()


def test_what_cannot_be_matched_is_refused_with_the_time_scale_that_can(tmp_path, capsys):
    design = DESIGNS / "lotka_volterra.toml"
    assert run("run", design, "--set", "kinetics.q_max=1e5 /M/s", "--out", tmp_path / "a", "--quiet") == 2
    error = capsys.readouterr().err
    assert "the rates cannot be matched: A + B -> 2B [k = " in error
    assert "/M/s] and what shares" in error
    assert "kinetics.slowdown by 8" in error
    assert 'kinetics.time = "8000 s"' in error
    assert not (tmp_path / "a").exists()
    slower = ("--set", "kinetics.q_max=1e5 /M/s", "--set", "kinetics.slowdown=8")
    assert run("simulate", design, *slower, "--out", tmp_path / "b", "--quiet") == 0
    capsys.readouterr()
    (tmp_path / "plain.crn").write_text("A + B -> 2B [k = 0.4]\nB -> A [k = 0.4]\nA @i 2\nB @i 1\n")
    plain = (tmp_path / "plain.crn", "--set", "kinetics.mode=matched", "--out", tmp_path / "c", "--quiet")
    hurried = ("--set", "kinetics.time=10 s", "--set", "simulate.until=5 min")
    assert run("simulate", *plain, *hurried) == 2
    time = capsys.readouterr().err.partition('kinetics.time = "')[2].partition('"')[0]
    assert run("simulate", *plain, "--set", f"kinetics.time={time}", "--set", "simulate.until=1 h") == 0


def test_a_fuel_that_would_run_out_is_refused(tmp_path, capsys):
    design = DESIGNS / "lotka_volterra.toml"
    assert run("translate", design, "--set", "kinetics.c_max=20 nM", "--out", tmp_path / "a", "--quiet") == 2
    assert "raise it, shorten simulate.until" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


def test_a_protocol_whose_volumes_do_not_close_is_not_written(tmp_path, capsys):
    changes = ("--set", "kinetics.c_max=6 uM", "--out", tmp_path, "--quiet")
    assert run("order", DESIGNS / "lotka_volterra.toml", *changes) == 0
    assert "no protocol: lab: fuels needs" in capsys.readouterr().out
    assert not (tmp_path / "protocol.md").exists()


def test_a_reaction_written_twice_runs_at_the_sum_of_its_rates(tmp_path):
    (tmp_path / "twice.crn").write_text("A + B -> C [k = 1e5 /M/s]\nB + A -> C [k = 3e5 /M/s]\nA @i 2 nM\nB @i 1 nM\n")
    translated, simulated = carry(tmp_path / "twice.crn", "kinetics.mode=matched", "simulate.until=2 h")
    assert (translated.system.reaction >= 0).sum() == 1
    assert simulated.relative_deviation("implementation") < 0.02


def test_growth_without_bound_is_refused_with_its_numbers(tmp_path, capsys):
    (tmp_path / "grow.crn").write_text("A -> 2A\nA @i 1\n")
    assert run("translate", tmp_path / "grow.crn", "--out", tmp_path / "a", "--quiet") == 2
    assert "A -> 2A fires" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["3A -> D", "5A -> D"])
def test_too_many_reactants_to_match_are_named_with_a_way_out(text, tmp_path, capsys):
    (tmp_path / "bad.crn").write_text(f"{text} [k = 1]\nA @i 1\n")
    changes = ("--set", "kinetics.mode=matched", "--out", tmp_path / "a", "--quiet")
    assert run("translate", tmp_path / "bad.crn", *changes) == 2
    error = capsys.readouterr().err
    assert text in error
    assert "A + B <-> AB" in error


@pytest.mark.parametrize(("text", "modules"), [("A + B + C -> D", 1), ("A + B + C + E -> D", 2)])
def test_two_reactants_bind_first_only_where_gates_are_too_small(text, modules, tmp_path, capsys):
    (tmp_path / "many.crn").write_text(f"{text} [k = 1]\nA @i 1\n")
    common = ("translate", tmp_path / "many.crn", "--out", tmp_path / "a", "--quiet")
    assert run(*common) == 0
    assert json.loads((tmp_path / "a/summary.json").read_text())["modules"] == modules
    assert run(*common, "--set", "kinetics.mode=matched") == 2
    assert text in capsys.readouterr().err


def test_a_source_written_as_a_catalyst_makes_a_constant_flow(tmp_path):
    (tmp_path / "flow.crn").write_text("E -> E + A [k = 0.02]\nA -> [k = 0.01]\nE @i 1\n")
    changes = ("kinetics.mode=matched", "kinetics.c_max=20 uM", "simulate.until=10 h")
    simulated = carry(tmp_path / "flow.crn", *changes)[1]
    built = simulated.by_name("implementation")
    assert built is not None
    assert built.outputs[-1].tolist() == pytest.approx([1.0, 2 * (1 - np.exp(-3.6))], rel=0.02)


def test_usage_and_doses_of_a_design_agree():
    path = DESIGNS / "consensus.toml"
    design = load_design(path)
    crn = read_source(design, path.parent).formal
    used = usage(crn, crn.inlet([[7.0, 5.0], [4.0, 6.0], [7.0, 7.0]]), 6 * 3600 / design.kinetics.time_unit)
    auto = load_design(path, ["kinetics.c_max=1 M"]).kinetics
    assert auto.c_max == 1.0
    translated, _ = carry(path)
    assert (used.turnover * translated.dosing.unit * 1.2 < translated.dosing.fuels.max()).all()
