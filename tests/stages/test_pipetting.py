import json
from pathlib import Path

from dsdcompile.cli.main import main
from dsdcompile.stages.pipetting import VARIATIONS

DESIGNS = Path(__file__).resolve().parents[2] / "designs"


def test_labels_of_iris_survive_small_errors_and_fewer_large_ones(tmp_path):
    changes = ["--set", "verify.whole=never", "--set", "verify.equivalence=false"]
    design = str(DESIGNS / "iris_ternary.toml")
    assert main(["simulate", design, "--out", str(tmp_path), "--quiet", *changes]) == 0
    shares = json.loads((tmp_path / "summary.json").read_text())["simulation"]["labels_survive_pipetting_errors"]
    assert list(shares) == [f"{v:.0%}" for v in VARIATIONS]
    assert shares["2%"] > 0.9
    assert shares["20%"] < shares["2%"]
