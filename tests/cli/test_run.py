import csv
import hashlib
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.formats.results_folder import SUMMARY, TIMINGS
from dsdcompile.report.outputs import OUTPUTS

ROOT = Path(__file__).resolve().parents[2]
NAMES = {output.name for output in OUTPUTS}
TIMED = {TIMINGS}
"""Not the same bytes for the same design: how long it took."""
FILES = NAMES | {SUMMARY} | TIMED
CONTRACT = {
    "formal.crn",
    "reduced.crn",
    "implementable.crn",
    "system.pil",
    "verification.json",
    "simulation.csv",
    "comparison.json",
    "strands.csv",
    "order.xlsx",
    "protocol.md",
    "report.html",
    "summary.json",
}
"""Names that people and other programs rely on."""


def run(*arguments: object) -> int:
    return main([str(a) for a in arguments])


def contents(folder: Path) -> dict[str, str]:
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.iterdir()
        if p.is_file() and p.name not in TIMED
    }


@pytest.fixture(scope="module")
def relu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("relu")
    assert run("run", ROOT / "designs/relu.toml", "--out", out, "--quiet") == 0
    return out


def test_a_run_writes_every_file_of_the_contract(relu):
    assert {p.name for p in relu.iterdir() if p.is_file()} == FILES >= CONTRACT
    summary = json.loads((relu / "summary.json").read_text())
    assert summary["reactions"]["formal"] == 4
    assert summary["reactions"]["implementable"] == summary["modules"] == 2
    assert summary["verification"]["verdict"] == "proved"
    labels = summary["labels"]
    assert labels["formal_agrees"] == labels["reduced_agrees"] == labels["implementation_agrees"] == labels["examples"]
    assert summary["simulation"]["completion_hours"] > 0
    assert {"strands", "nucleotides", "longest_strand", "design", "scheme"} <= set(summary)


def test_the_same_design_gives_the_same_bytes(relu, tmp_path):
    assert run("run", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet") == 0
    assert contents(tmp_path) == contents(relu)


def test_bytes_do_not_depend_on_the_order_of_sets(tmp_path):
    """Python orders sets of texts anew in every process: two processes, two orders, the same files."""
    found = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "dsdcompile", "run", ROOT / "designs/relu.toml", "--out", out, "--quiet"]
        changes = ["--set", "sequences.effort=2", "--set", "verify.equivalence=false", "--set", "scheme.name=chen2013"]
        done = subprocess.run([*command, *changes], env={**os.environ, "PYTHONHASHSEED": seed}, check=False)
        assert done.returncode in (0, 1)
        found.append(contents(out))
    assert found[0] == found[1]
    assert len(found[0]) == len(FILES - TIMED)


def test_another_simulator_agrees_about_formal_and_dna_curves(relu):
    roadrunner = pytest.importorskip("roadrunner")
    rows = list(csv.DictReader((relu / "simulation.csv").read_text().splitlines()))
    unit = json.loads((relu / "comparison.json").read_text())["formal_unit_molar"]
    for name, column, scale in (("formal", "formal_time", 1.0), ("implementation", "time_s", unit)):
        runner = roadrunner.RoadRunner((relu / f"{name}.sbml").read_text())
        runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-10, 1e-12 * scale
        ids = {element.get("name"): element.get("id") for element in ET.parse(relu / f"{name}.sbml").iter()}
        theirs = runner.simulate(0, float(rows[-1][column]), len(rows), [f"[{ids['H1_1p']}]"])
        theirs = np.asarray(theirs)[:, 0] / scale
        np.testing.assert_allclose(theirs, [float(row[f"{name}:H1_1p"]) for row in rows], atol=1e-5)


def test_the_report_needs_nothing_from_outside(relu):
    page = (relu / "report.html").read_text()
    assert "<script" not in page
    assert "href=" not in page
    assert "src=" not in page
    assert page.count("<svg") > 10


def test_a_stage_alone_writes_its_files_and_its_part_of_the_summary(tmp_path):
    assert run("compile", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet") == 0
    assert {p.name for p in tmp_path.iterdir()} == {
        "formal.crn", "reduced.crn", "implementable.crn", "summary.json", "timings.json",
    }  # fmt: skip
    assert run("order", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet") == 0
    assert {"strands.csv", "order.xlsx", "protocol.md"} <= {p.name for p in tmp_path.iterdir()}
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["order"]["strands"] == 16
    assert "verification" not in summary
    assert run("verify", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet") == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["verification"]["verdict"] == "proved"
    assert summary["order"]["strands"] == 16


def test_a_changed_design_does_not_keep_old_numbers_or_files(tmp_path):
    assert run("order", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet") == 0
    strands = (tmp_path / "strands.csv").read_bytes()
    assert run("compile", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet", "--set", "scheme.toehold=7") == 0
    assert "order" not in json.loads((tmp_path / "summary.json").read_text())
    assert {p.name for p in tmp_path.iterdir() if p.is_file()} & NAMES == {
        "formal.crn", "reduced.crn", "implementable.crn",
    }  # fmt: skip
    assert (tmp_path / "earlier/strands.csv").read_bytes() == strands


def test_another_example_keeps_the_strands_that_were_ordered(tmp_path):
    assert run("order", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet") == 0
    assert run("simulate", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet", "--example", 2) == 0
    assert (tmp_path / "strands.csv").exists()
    assert json.loads((tmp_path / "summary.json").read_text())["order"]["strands"] == 16


def test_timings_say_where_the_time_went(relu):
    seconds = json.loads((relu / "timings.json").read_text())["seconds"]
    assert list(seconds)[:4] == ["read", "compile", "translate", "verify"]
    inner = [spent for part, spent in seconds.items() if part.startswith("verify: ")]
    assert len(inner) == 5
    assert 0 < sum(inner) <= seconds["verify"] + 0.01


def test_reactions_alone_are_a_design(tmp_path):
    (tmp_path / "min.crn").write_text("#! input A\n#! input B\n#! output C\nA + B -> C\nA @i 30 nM\nB @i 20 nM\n")
    assert run("run", tmp_path / "min.crn", "--out", tmp_path / "out", "--quiet") == 0
    assert {p.name for p in (tmp_path / "out").iterdir() if p.is_file()} == FILES
    comparison = json.loads((tmp_path / "out/comparison.json").read_text())
    assert comparison["limit"] == [2.0]


BAD = {
    "unknown key": ("[scheme]\nmax_prodcts = 4", "unknown key scheme.max_prodcts; did you mean 'max_products'"),
    "wrong type": ("[scheme]\nmax_products = 'four'", "scheme.max_products"),
    "unknown scheme": ("[scheme]\nname = 'soloveichik2011'", "did you mean 'soloveichik2010'"),
    "negative concentration": (
        "[kinetics]\nunit = '-10 nM'",
        "kinetics.unit: '-10 nM': a concentration cannot be negative",
    ),
    "unit": ("[kinetics]\nunit = '10 parsec'", "unknown concentration unit 'parsec'"),
    "not a number": ("[dosing]\nmargin = nan", "dosing.margin"),
    "example": ("[simulate]\nexample = 9", "simulate.example: 9 of 4 examples"),
    "example outside": ("", "example 1 lies outside the box"),
    "missing network": ("", "nowhere.json: no such network file"),
    "not toml": ("[scheme", "not a TOML file"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_designs_get_one_message_and_write_nothing(kind, tmp_path, capsys):
    extra, message = BAD[kind]
    network = "nowhere.json" if kind == "missing network" else str(ROOT / "designs/networks/relu.json")
    first = 9.0 if kind == "example outside" else 2.0
    inputs = f"[inputs]\nlow = [-3.0]\nhigh = [3.0]\nexamples = [[{first}], [-2.0], [0.5], [-0.5]]"
    design = tmp_path / "bad.toml"
    design.write_text(f'name = "bad"\n[network]\nfile = "{network}"\n{inputs}\n{extra}\n')
    out = tmp_path / "out"
    assert run("run", design, "--out", out, "--quiet") == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert not out.exists()


ONE = '{"weight_set": "binary", "layers": [{"weights": [[1]], "biases": [0.0], "activation": "relu"}]}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"weight_set": "binary", "layers": []}', "layers"),
        (ONE.replace("[[1]]", "[[2]]"), "has a weight 2"),
        (ONE.replace("[0.0]", "[NaN]"), "biases"),
        (ONE.replace("biases", "bias"), "bias"),
        (
            '{"weight_set": "binary", "layers": [{"weights": [[1]], "biases": [0.0], "activation": "relu"},'
            ' {"weights": [[1], [1]], "biases": [0.0], "activation": "linear"}]}',
            "layer 1 has 1 units, but the weights of layer 2 take 2",
        ),
        ('{"weight_set": "binary", "layers": [{"weights": [[1]], "bias": [0], "activation": "relu"}]}', "bias"),
        ("not json", "not a JSON file"),
    ],
)
def test_bad_networks_get_one_message(content, message, tmp_path, capsys):
    (tmp_path / "net.json").write_text(content)
    design = tmp_path / "bad.toml"
    design.write_text('name = "bad"\n[network]\nfile = "net.json"\n[inputs]\nlow = [0.0]\nhigh = [1.0]\n')
    assert run("run", design, "--out", tmp_path / "out", "--quiet") == 2
    error = capsys.readouterr().err
    assert "net.json" in error
    assert message in error
    assert not (tmp_path / "out").exists()


def test_a_pickle_is_never_read(tmp_path, capsys):
    import numpy as np

    np.savez(tmp_path / "net.npz", weights0=np.array([object()], dtype=object), allow_pickle=True)
    design = tmp_path / "bad.toml"
    design.write_text('name = "bad"\n[network]\nfile = "net.npz"\n[inputs]\nlow = [0.0]\nhigh = [1.0]\n')
    assert run("run", design, "--out", tmp_path / "out", "--quiet") == 2
    assert "not an NPZ file of plain arrays" in capsys.readouterr().err


def test_the_example_and_a_key_are_chosen_on_the_command_line(tmp_path):
    changes = ["--example", "2", "--set", "scheme.recognition=18", "--set", "kinetics.unit=20 nM"]
    assert run("run", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet", *changes) == 0
    comparison = json.loads((tmp_path / "comparison.json").read_text())
    assert comparison["example"] == 2
    assert comparison["inputs"] == [-2.0]
    assert comparison["formal_unit_molar"] == 2e-8
    assert comparison["limit"] == [0.0]
    # The longest strand has three recognition or history domains, 3 nt longer each.
    assert json.loads((tmp_path / "summary.json").read_text())["longest_strand"] == 63 + 3 * 3


def test_the_report_alone_is_the_whole_way(relu, tmp_path):
    assert run("report", ROOT / "designs/relu.toml", "--out", tmp_path, "--quiet") == 0
    assert (tmp_path / "report.html").read_bytes() == (relu / "report.html").read_bytes()


def test_reactions_that_compete_are_compiled_and_what_fails_says_why(tmp_path, capsys):
    (tmp_path / "race.crn").write_text("A -> B\nA -> C\nA @i 30 nM\n")
    assert run("compile", tmp_path / "race.crn", "--out", tmp_path / "out", "--quiet") == 0
    assert (tmp_path / "out/implementable.crn").exists()


def test_species_may_be_called_what_complexes_are_called(tmp_path):
    (tmp_path / "odd.crn").write_text("m0_L + X -> m0_T\nm0_L @i 20 nM\nX @i 10 nM\n")
    assert run("simulate", tmp_path / "odd.crn", "--out", tmp_path / "out", "--quiet") == 0
    pil = (tmp_path / "out/system.pil").read_text()
    assert "\nm0_L = " in pil
    assert "\nmm0_L = " in pil


def test_without_declared_outputs_what_accumulates_is_read(tmp_path):
    (tmp_path / "min.crn").write_text("A + B -> C\nA @i 30 nM\nB @i 20 nM\n")
    assert run("run", tmp_path / "min.crn", "--out", tmp_path / "out", "--quiet") == 0
    assert json.loads((tmp_path / "out/comparison.json").read_text())["limit"] == [2.0]


@pytest.mark.parametrize(
    ("reactions", "message"),
    [
        ("A + B + C + E -> A + B + C + D\n", "A + B + C + E -> A + B + C + D"),
        ("A + -> B\n", "line 1"),
        ("A -> B [k = fast]\n", "line 1"),
    ],
)
def test_reactions_that_cannot_be_built_or_read_are_named(reactions, message, tmp_path, capsys):
    (tmp_path / "bad.crn").write_text(reactions)
    assert run("run", tmp_path / "bad.crn", "--out", tmp_path / "out", "--quiet") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change", ["scheme.max_products", "nosuch.key=1", "scheme.max_products=two", "=3"])
def test_a_bad_change_on_the_command_line_is_refused(change, tmp_path, capsys):
    assert run("run", ROOT / "designs/relu.toml", "--out", tmp_path / "out", "--quiet", "--set", change) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_schemes_and_keys_are_listed(capsys):
    assert run("schemes") == 0
    assert "soloveichik2010" in capsys.readouterr().out
    assert run("keys") == 0
    assert "# max_products = ..." in capsys.readouterr().out
