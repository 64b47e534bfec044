import csv
import json

import pytest

from dsdcompile.cli.main import main
from dsdcompile.cli.schemes import describe
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme


def test_schemes_are_listed_with_cost_and_guarantees(capsys):
    assert main(["schemes"]) == 0
    shown = capsys.readouterr().out
    for scheme in SCHEMES:
        assert scheme.name in shown
        assert scheme.citation in " ".join(shown.split())
        told = " ".join(describe(scheme).split())
        assert told in " ".join(shown.split())
        assert scheme.guarantees in told
        assert f"kinetics: {scheme.kinetics}" in told
        assert scheme.caveat in told
        assert f"reactants: up to {scheme.reactants} a gate" in told
        assert ("it needs that" in told) == (not scheme.remote)
    assert "A + B -> C + D" in shown
    assert "cardelli2013        |      13     390      84   |      15     474     105" in shown


@pytest.mark.parametrize("name", [scheme.name for scheme in SCHEMES if scheme.name != "soloveichik2010"])
def test_a_crn_file_runs_in_every_scheme(name, tmp_path):
    file = tmp_path / "join.crn"
    file.write_text("#! input A\n#! input B\n#! output C\nA + B -> C + D\nD -> C\nA @initial 20 nM\nB @initial 10 nM\n")
    quick = ["--set", "verify.equivalence=false"]
    assert main(["simulate", str(file), "--scheme", name, "--out", str(tmp_path / "out"), *quick]) == 0
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["scheme"] == name
    assert summary["verification"]["verdict"] == "proved"
    told = json.loads((tmp_path / "out/verification.json").read_text())["assumptions"]
    assert any("not bisimilar" in text for text in told) != find_scheme(name).bisimilar


@pytest.mark.parametrize("name", ["two-domain", "chen2013"])
def test_a_network_runs_the_whole_way_with_two_domain_signals(name, tmp_path):
    quick = ["--set", "sequences.effort=40", "--set", "verify.equivalence=false"]
    assert main(["run", "designs/relu.toml", "--scheme", name, "--out", str(tmp_path), *quick]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["verification"]["verdict"] == "proved"
    assert summary["labels"]["implementation_agrees"] == summary["labels"]["examples"] == 4
    with (tmp_path / "strands.csv").open() as file:
        strands = [row for row in csv.DictReader(file) if row["role"] != "reporter"]
    assert len(strands) == summary["strands"]
    assert len({row["sequence"] for row in strands}) == len(strands)


def test_an_unknown_scheme_is_named_with_those_there_are(capsys, tmp_path):
    assert main(["run", "designs/relu.toml", "--scheme", "cardeli2013", "--out", str(tmp_path)]) == 2
    assert "did you mean 'cardelli2013'" in capsys.readouterr().err
