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


def compared(tmp_path, text, *schemes):
    """Return the exit status and the rows of schemes.csv by scheme."""
    file, out = tmp_path / "small.crn", tmp_path / "out"
    file.write_text(text)
    chosen = [word for scheme in schemes for word in ("--scheme", scheme)]
    status = main(["schemes", str(file), "--out", str(out), "--quiet", *chosen])
    with (out / "schemes.csv").open() as table:
        return status, {row["scheme"]: row for row in csv.DictReader(table)}


def test_one_crn_in_several_schemes_is_what_each_alone_makes_of_it(tmp_path, capsys):
    text = "#! input A\n#! output C\nA -> B + C\nA @initial 10 nM\n"
    status, rows = compared(tmp_path, text, "soloveichik2010", "chen2013")
    assert status == 0
    shown = capsys.readouterr().out
    for name, row in rows.items():
        out = tmp_path / name
        assert main(["simulate", str(tmp_path / "small.crn"), "--scheme", name, "--out", str(out), "--quiet"]) == 0
        summary = json.loads((out / "summary.json").read_text())
        sizes = [int(row[key]) for key in ("modules", "strands", "nucleotides", "longest_strand_nt")]
        assert sizes == [summary[key] for key in ("modules", "strands", "nucleotides", "longest_strand")]
        assert (row["verdict"], row["shows"]) == (summary["verification"]["verdict"], summary["verification"]["shows"])
        comparison = json.loads((out / "comparison.json").read_text())
        done = comparison["completion_formal_time"]["implementation"]
        latest = max(times[done["levels"].index(0.9)] for times in done["outputs"]) * comparison["formal_time_seconds"]
        assert float(row["complete_90_percent_s"]) == pytest.approx(latest, rel=1e-5)
        assert f"{int(row['nucleotides']):,}" in next(line for line in shown.splitlines() if line.startswith(name))
    assert float(rows["chen2013"]["complete_90_percent_s"]) > float(rows["soloveichik2010"]["complete_90_percent_s"])


def test_what_a_scheme_cannot_do_is_in_the_table_too(tmp_path, capsys):
    rivals = "A -> B\nA -> C\nB + D -> B + E\nA @i 1\nD @i 1\n"
    status, rows = compared(tmp_path, rivals, "srinivas2017", "chen2013")
    assert status == 0
    assert [rows[name]["verdict"] for name in ("srinivas2017", "chen2013")] == ["proved", "refuted"]
    assert rows["chen2013"]["needs"] == "bisimilar"
    assert rows["chen2013"]["note"]
    assert compared(tmp_path, rivals, "chen2013")[0] == 1
    status, rows = compared(tmp_path, "A + B + C + D -> A + B + C + E\nA @i 1\n", "srinivas2017")
    assert status == 1
    assert rows["srinivas2017"]["modules"] == ""
    assert "cannot build A + B + C + D" in rows["srinivas2017"]["note"]
    assert "not built" in capsys.readouterr().out
