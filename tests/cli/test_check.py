import json
from pathlib import Path

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.sequences.bases import reverse_complement

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    assert main(["sequences", str(ROOT / "designs/relu.toml"), "--out", str(out), "--quiet"]) == 0
    return out


def test_files_of_a_run_pass(made, capsys):
    assert main(["check", str(made / "system.pil"), str(made / "strands.csv")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 14
    assert all(line.startswith("pass") for line in lines)


def test_spoilt_files_fail_and_say_how(made, tmp_path, capsys):
    text = (made / "strands.csv").read_text()
    table = json.loads((made / "sequence_checks.json").read_text())
    assert table["passed"]
    words = [line.split(",")[3] for line in text.splitlines() if line.startswith("X1p,")]
    history = words[0][:15]
    spoilt = "GCGCGCTTTTGCGCG"
    text = text.replace(history, spoilt).replace(reverse_complement(history), reverse_complement(spoilt))
    (tmp_path / "strands.csv").write_text(text)
    out = tmp_path / "checks.json"
    assert main(["check", str(made / "system.pil"), str(tmp_path / "strands.csv"), "--out", str(out)]) == 1
    assert "FAIL  self-structure" in capsys.readouterr().out
    assert not json.loads(out.read_text())["passed"]


def test_thresholds_come_from_the_design_and_decide_the_exit_status(made, tmp_path, capsys):
    arguments = ["sequences", str(ROOT / "designs/relu.toml"), "--out", str(tmp_path), "--quiet"]
    strict = [*arguments, "--set", "checks.self_energy=-0.1", "--set", "checks.spurious=0.6"]
    strict += ["--set", "sequences.effort=0"]
    assert main(strict) == 1
    out = capsys.readouterr().out
    assert "13 of 14 checks passed" in out
    assert "self-structure:" in out
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["sequences"]["failed"] == ["self-structure"]


def test_bad_files_get_one_message(made, tmp_path, capsys):
    assert main(["check", str(made / "system.pil"), str(tmp_path / "none.csv")]) == 2
    assert "none.csv: no such text file" in capsys.readouterr().err
    assert main(["check", str(made / "strands.csv"), str(made / "strands.csv")]) == 2
    assert "line 1: expected 'length NAME = NUMBER'" in capsys.readouterr().err


def test_nupack_that_is_not_there_gets_one_message(tmp_path, capsys):
    arguments = ["sequences", str(ROOT / "designs/relu.toml"), "--out", str(tmp_path), "--quiet", "--thermo", "nupack"]
    try:
        import nupack  # noqa: F401
    except ImportError:
        assert main(arguments) == 2
        assert "register at nupack.org" in capsys.readouterr().err
    else:
        pytest.skip("NUPACK is installed here")


def test_an_interrupted_search_goes_on_to_the_same_end(tmp_path, capsys, monkeypatch):
    hard = ["--scheme", "chen2013", "--set", "sequences.seed=5", "--quiet"]
    design = str(ROOT / "designs/relu.toml")
    assert main(["sequences", design, "--out", str(tmp_path / "whole"), *hard]) == 0
    real = np.random.default_rng

    def interrupt(seed=None):
        if isinstance(seed, tuple) and seed[1] == 6:
            raise KeyboardInterrupt
        return real(seed)

    monkeypatch.setattr(np.random, "default_rng", interrupt)
    assert main(["sequences", design, "--out", str(tmp_path / "part"), *hard[:-1]]) == 130
    assert "interrupted after 6 steps" in capsys.readouterr().err
    assert not (tmp_path / "part/strands.csv").exists()
    monkeypatch.setattr(np.random, "default_rng", real)
    assert main(["sequences", design, "--out", str(tmp_path / "part"), *hard]) == 0
    for name in ("strands.csv", "sequence_checks.json", "order.xlsx"):
        assert (tmp_path / "part" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
