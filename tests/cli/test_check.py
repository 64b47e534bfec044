import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.formats import sequence_file
from dsdcompile.sequences import checks
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.rules.catalogue import RULES
from dsdcompile.sequences.rules.each_strand import of_strands
from dsdcompile.sequences.rules.rule import Nothing, Planted, Rule
from dsdcompile.stages import sequencing

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    assert main(["sequences", str(ROOT / "designs/relu.toml"), "--out", str(out), "--quiet"]) == 0
    return out


def test_files_of_a_run_pass(made, capsys):
    assert main(["check", str(made / "system.pil"), str(made / "strands.csv")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(RULES)
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
    assert main([*arguments, "--set", "checks.self_energy=-0.01"]) == 1
    out = capsys.readouterr().out
    assert f"{len(RULES) - 1} of {len(RULES)} checks passed" in out
    assert "self-structure:" in out
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["sequences"]["failed"] == ["self-structure"]


def test_bad_files_get_one_message(made, tmp_path, capsys):
    assert main(["check", str(made / "system.pil"), str(tmp_path / "none.csv")]) == 2
    assert "none.csv: no such file" in capsys.readouterr().err
    assert main(["check", str(made / "strands.csv"), str(made / "strands.csv")]) == 2
    assert "line 1, column 1: expected 'length NAME = NUMBER'" in capsys.readouterr().err


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
        if isinstance(seed, tuple) and seed[1] == 2:
            raise KeyboardInterrupt
        return real(seed)

    monkeypatch.setattr(np.random, "default_rng", interrupt)
    part = tmp_path / "part"
    assert main(["sequences", design, "--out", str(part), *hard]) == 130
    printed = capsys.readouterr()
    said = printed.err.removeprefix("dsdcompile: ").rstrip()
    told = "sequence search interrupted after 2 steps: these are the best so far; the same command goes on from there"
    assert said == told
    assert f"warning: {said}" in printed.out
    for name in ("strands.csv", "order.xlsx", "plates.csv", "protocol.md", "system.pil"):
        assert (part / name).exists()
    assert json.loads((part / "sequence_checks.json").read_text())["interrupted"]
    summary = json.loads((part / "summary.json").read_text())
    assert summary["sequences"]["interrupted"]
    assert said in summary["warnings"]
    monkeypatch.setattr(np.random, "default_rng", real)
    assert main(["sequences", design, "--out", str(part), *hard]) == 0
    assert not json.loads((part / "sequence_checks.json").read_text())["interrupted"]
    for name in ("strands.csv", "sequence_checks.json", "order.xlsx", "summary.json"):
        assert (part / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_an_interrupt_while_checking_an_interrupted_search_ends_the_run_at_once(tmp_path, capsys, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sequencing, "check_sequences", interrupt)
    assert main(["sequences", str(ROOT / "designs/relu.toml"), "--out", str(tmp_path), "--quiet"]) == 130
    assert "interrupted; files already written are whole" in capsys.readouterr().err
    assert not (tmp_path / "strands.csv").exists()


@pytest.mark.parametrize("change", ["sequences.seed=2", "scheme.recognition=16", "checks.repeat=8"])
def test_what_sequences_depend_on_makes_new_ones_in_the_same_folder(made, change, tmp_path, capsys):
    shutil.copytree(made / ".cache", tmp_path / ".cache")
    arguments = ["sequences", str(ROOT / "designs/relu.toml"), "--out", str(tmp_path)]
    main([*arguments, "--set", change])
    assert "searching from" in capsys.readouterr().err
    shutil.rmtree(tmp_path / ".cache")
    found = {name: (tmp_path / name).read_bytes() for name in ("strands.csv", "sequence_checks.json")}
    main([*arguments, "--set", change, "--quiet"])
    assert {name: (tmp_path / name).read_bytes() for name in found} == found
    assert found["sequence_checks.json"] != (made / "sequence_checks.json").read_bytes()


@pytest.mark.parametrize("change", ["lab.longest_strand=62", "checks.run=2", "kinetics.unit='20 nM'"])
def test_what_only_the_checks_depend_on_is_judged_again(made, change, tmp_path, capsys):
    shutil.copytree(made / ".cache", tmp_path / ".cache")
    arguments = ["sequences", str(ROOT / "designs/relu.toml"), "--out", str(tmp_path), "--quiet", "--set", change]
    main(arguments)
    found = (tmp_path / "sequence_checks.json").read_bytes()
    shutil.rmtree(tmp_path / ".cache")
    main(arguments)
    assert (tmp_path / "sequence_checks.json").read_bytes() == found != (made / "sequence_checks.json").read_bytes()


def test_a_rule_that_is_added_judges_what_is_in_a_used_folder(made, tmp_path, capsys, monkeypatch):
    shutil.copytree(made, tmp_path / "used")
    none = Rule("no A", "A in a strand", Nothing(), "another alphabet", _letters, Planted())
    for module in (checks, sequencing, sequence_file):
        monkeypatch.setattr(module, "RULES", (*RULES, none))
    assert main(["sequences", str(ROOT / "designs/relu.toml"), "--out", str(tmp_path / "used")]) == 1
    assert "searching from" not in capsys.readouterr().err
    table = json.loads((tmp_path / "used/sequence_checks.json").read_text())
    assert [check["rule"] for check in table["checks"] if not check["passed"]] == ["no A"]
    assert (tmp_path / "used/strands.csv").read_bytes() == (made / "strands.csv").read_bytes()


def _letters(evidence):
    return of_strands(evidence, lambda sequence: sequence.count("A"))


def test_the_same_request_does_not_search_again(made, tmp_path, capsys):
    shutil.copytree(made, tmp_path / "again")
    assert main(["sequences", str(ROOT / "designs/relu.toml"), "--out", str(tmp_path / "again")]) == 0
    assert "searching from" not in capsys.readouterr().err
    assert (tmp_path / "again/strands.csv").read_bytes() == (made / "strands.csv").read_bytes()


def test_a_strand_longer_than_the_laboratory_orders_fails(made, tmp_path, capsys):
    (tmp_path / "strict.toml").write_text('name = "strict"\n[crn]\nfile = "x.crn"\n[lab]\nlongest_strand = 62\n')
    files = [str(made / "system.pil"), str(made / "strands.csv")]
    assert main(["check", *files, "--design", str(tmp_path / "strict.toml")]) == 1
    (failed,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert "length" in failed


def test_reporters_are_checked_from_files_as_they_were_in_the_run(made):
    table = json.loads((made / "sequence_checks.json").read_text())
    assert main(["check", str(made / "system.pil"), str(made / "strands.csv"), "--out", str(made / "again.json")]) == 0
    again = json.loads((made / "again.json").read_text())
    assert [(c["rule"], c["checked"], c["failed"]) for c in again["checks"]] == [
        (c["rule"], c["checked"], c["failed"]) for c in table["checks"]
    ]
    assert [c["worst"] for c in again["checks"]] == pytest.approx([c["worst"] for c in table["checks"]], nan_ok=True)
