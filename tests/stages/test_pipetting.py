import json
from pathlib import Path

from dsdcompile.cli.main import main
from dsdcompile.simulate.robustness import Survival
from dsdcompile.stages.pipetting import VARIATIONS, show_pipetting

DESIGNS = Path(__file__).resolve().parents[2] / "designs"


def test_labels_of_iris_survive_small_errors_and_fewer_large_ones(tmp_path):
    changes = ["--set", "verify.whole=never", "--set", "verify.equivalence=false"]
    design = str(DESIGNS / "iris_ternary.toml")
    assert main(["simulate", design, "--out", str(tmp_path), "--quiet", *changes]) == 0
    shares = json.loads((tmp_path / "summary.json").read_text())["simulation"]["labels_survive_pipetting_errors"]
    assert list(shares) == [f"{v:.0%}" for v in VARIATIONS]
    assert shares["2%"] > 0.9
    assert shares["20%"] < shares["2%"]


def test_the_section_shows_counts_and_intervals():
    page = show_pipetting((Survival("everything pipetted", 0.05, 100, 97),), 3600.0)
    assert "97 of 100" in page
    assert "2 h" in page
