"""Every committed design whose data the user has to bring compiles without them, to the paper's counts."""

import json

import numpy as np
import pytest

from dsdcompile.cli.main import main
from tests.conftest import ROOT


def compiled(name: str, folder, *arguments: str) -> dict:
    assert main(["compile", str(ROOT / f"designs/{name}.toml"), "--out", str(folder), "--quiet", *arguments]) == 0
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.parametrize(
    ("name", "formal", "reduced", "bimolecular"), [("virus", 148, 52, 32), ("iris_ternary", 20, 11, 3)]
)
def test_counts(name, formal, reduced, bimolecular, tmp_path):
    counts = compiled(name, tmp_path)["reactions"]
    assert (counts["formal"], counts["reduced"], counts["reduced_bimolecular"]) == (formal, reduced, bimolecular)


def test_the_small_iris_network_takes_as_few_strands_as_the_front_promised(tmp_path):
    summary = compiled("iris_small", tmp_path)
    network = json.loads((ROOT / "designs/networks/iris_small.json").read_text())
    assert summary["passes"][-1]["strands"] == network["training"]["strands"]
    assert summary["reactions"]["implementable"] == 2


@pytest.mark.slow
def test_the_small_iris_network_is_proved_ordered_and_right_in_time(tmp_path):
    assert main(["run", str(ROOT / "designs/iris_small.toml"), "--out", str(tmp_path / "b"), "--quiet"]) == 0
    summary = json.loads((tmp_path / "b/summary.json").read_text())
    assert summary["labels"]["correct"] == 146
    assert summary["as_ordered"]["protocol_end"]["labels_agree"] == 150
    assert (tmp_path / "b/protocol.md").exists()


@pytest.mark.slow
def test_the_mnist_network_compiles_to_the_papers_counts(tmp_path):
    counts = compiled("mnist", tmp_path)["reactions"]
    assert (counts["formal"], counts["reduced"], counts["reduced_bimolecular"]) == (4488, 1416, 1024)
    assert counts["implementable"] <= 140_000


def test_without_data_the_user_is_told_and_doses_are_for_the_networks_range(tmp_path, capsys):
    summary = compiled("virus", tmp_path)
    assert "without data.directory the virus examples are not compared" in capsys.readouterr().out
    assert any("range of inputs" in warning for warning in summary["warnings"])


def test_a_folder_without_the_data_is_an_error(tmp_path, capsys):
    design = str(ROOT / "designs/virus.toml")
    assert main(["compile", design, "--out", str(tmp_path / "b"), "--quiet", "--data-dir", str(tmp_path)]) == 2
    assert "gse73072_active_10genes.csv: no such file" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_examples_are_taken_from_the_part_the_design_names(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rows = [f"{rng.normal()},{rng.normal()},{'ab'[i % 2]},{['train', 'validation', 'test'][i % 3]}" for i in range(30)]
    (tmp_path / "t.csv").write_text("x,y,label,split\n" + "\n".join(rows) + "\n")
    (tmp_path / "n.json").write_text(
        '{"weight_set": "binary", "layers": [{"weights": [[1, -1], [-1, 1]], "biases": [0.1, 0.0],'
        ' "activation": "linear"}]}'
    )
    design = tmp_path / "d.toml"
    text = 'name = "d"\n[network]\nfile = "n.json"\n[data]\nname = "csv"\nfile = "t.csv"\n'
    for extra, count in (("", 30), ('part = "test"\n', 10), ('part = "train"\nexamples = 3\n', 3)):
        design.write_text(text + extra)
        arguments = ["simulate", str(design), "--out", str(tmp_path / "b"), "--quiet"]
        assert main([*arguments, "--example", str(count)]) in (0, 1)
        summary = json.loads((tmp_path / "b/summary.json").read_text())
        assert summary["labels"]["examples"] == count
        assert main([*arguments, "--example", str(count + 1)]) == 2
