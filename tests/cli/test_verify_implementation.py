"""``verify SYSTEM.pil --formal`` and ``verify A.crn --against B.crn``: files, verdicts, exit statuses, messages."""

import json

import pytest

from dsdcompile.cli.main import main

GOOD = """length a = 5
length b = 15
length c = 5
length d = 5
length e = 15
length g = 5
length h1 = 15
X = ? a b c
Y = ? d e g
f_G = b( c( h1 d + ) ) a* @constant 100 nM
f_T = h1( d( e g + ) ) c* @constant 100 nM
"""


def _files(tmp_path, pil, crn):
    (tmp_path / "s.pil").write_text(pil)
    (tmp_path / "f.crn").write_text(crn)
    return [
        "verify",
        str(tmp_path / "s.pil"),
        "--formal",
        str(tmp_path / "f.crn"),
        "--quiet",
        "--verifier-seconds",
        "20",
    ]


def test_a_system_with_histories_is_proved_and_its_edit_refuted(tmp_path, capsys):
    assert main([*_files(tmp_path, GOOD, "X -> Y"), "--out", str(tmp_path / "out")]) == 0
    assert "proved: bisimilar: s.pil as an implementation of f.crn" in capsys.readouterr().out
    written = json.loads((tmp_path / "out" / "verification.json").read_text())
    assert (written["verdict"], written["shows"]) == ("proved", "bisimilar")
    assert main([*_files(tmp_path, GOOD.replace("h1( d(", "h1( a("), "X -> Y"), "--out", str(tmp_path / "out")]) == 1
    out = capsys.readouterr().out
    assert "refuted" in out
    assert "no state of the CRN with all its signals free can be reached" in out
    assert "b( c( h1 d + ) ) a*" in out
    assert "<svg" in (tmp_path / "out" / "verification.html").read_text()


def test_a_map_and_further_fuels(tmp_path, capsys):
    renamed = GOOD.replace("X =", "in-1 =").replace("f_T =", "tr =").replace(" @constant 100 nM", "")
    (tmp_path / "map").write_text("in-1 = X  # the input\n")
    command = [*_files(tmp_path, renamed, "X -> Y"), "--map", str(tmp_path / "map")]
    assert main(command) == 0
    assert main([*_files(tmp_path, GOOD.replace(" @constant 100 nM", " @initial 0 nM"), "X -> Y")]) == 1
    given = _files(tmp_path, GOOD.replace(" @constant 100 nM", " @initial 0 nM"), "X -> Y")
    assert main([*given, "--fuels", "f_G,f_T"]) == 0
    assert "refuted" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "crn", "says"),
    [
        (("Y = ? d e g\n", ""), "X -> Y", "no complex is called Y"),
        (("f_G = b( c(", "f_G = b( c"), "X -> Y", "line 10, column"),
        (("100 nM", "-100 nM"), "X -> Y", "line 10, column"),
        (("100 nM", "100 stones"), "X -> Y", "line 10, column"),
        (("", ""), "X -> 2X + Y", "refuted"),
    ],
)
def test_messages(tmp_path, capsys, change, crn, says):
    status = main(_files(tmp_path, GOOD.replace(*change, 1), crn))
    out = capsys.readouterr()
    assert status == (1 if says == "refuted" else 2)
    assert says in out.out + out.err


def test_a_limit_leaves_it_undecided(tmp_path, capsys):
    assert main([*_files(tmp_path, GOOD, "X -> Y"), "--max-complex-size", "2"]) == 1
    assert "undecided" in capsys.readouterr().out


def test_pathway_decomposition(tmp_path, capsys):
    assert main([*_files(tmp_path, GOOD, "X -> Y"), "--notion", "pathways"]) == 0
    assert "pathway decomposition" in capsys.readouterr().out


def test_two_crns(tmp_path, capsys):
    (tmp_path / "a.crn").write_text("fuels = {f}\nA + f -> i\ni -> B\n")
    (tmp_path / "b.crn").write_text("A -> B\n")
    command = ["verify", str(tmp_path / "a.crn"), "--against", str(tmp_path / "b.crn"), "--verifier-seconds", "20"]
    assert main(command) == 0
    (tmp_path / "b.crn").write_text("A -> B\nB -> A\n")
    assert main(command) == 1
    assert "A never comes" in capsys.readouterr().out
    (tmp_path / "b.crn").write_text("A -> C\n")
    assert main(command) == 2
    assert "no species of the implementation is called C" in capsys.readouterr().err


def test_what_goes_with_what(tmp_path, capsys):
    command = _files(tmp_path, GOOD, "X -> Y")
    assert main(command[:2]) == 2
    assert "--formal" in capsys.readouterr().err
    assert main([*command, "--scheme", "chen2013"]) == 2
    assert main(["verify", command[3], "--fuels", "a"]) == 2
