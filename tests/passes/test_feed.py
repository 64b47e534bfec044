"""What comes from nothing is made by a strand that stays."""

import json
from dataclasses import replace

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.crn.text import parse_crn
from dsdcompile.passes.feed import feed
from dsdcompile.passes.result import PassResult
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.simulate.ode import simulate
from dsdcompile.verify.preserved import reactions_kept
from dsdcompile.verify.verdict import Outcome

OPEN = "-> A [k = 2]\nA -> [k = 0.5]\n-> B + C\nA + B -> A"


def test_all_reactions_from_nothing_share_one_species_and_nothing_else_changes():
    crn = parse_crn(OPEN)
    made = feed(crn)
    shown = [str(replace(reaction, rate=1.0)) for reaction in made.crn]
    assert shown == [
        "E4 -> A + E4",
        "A ->",
        "E4 -> B + C + E4",
        "A + B -> A",
    ]
    assert made.crn.rates.tolist() == crn.rates.tolist()
    assert made.crn.initial.tolist() == [0, 0, 0, 1]
    assert reactions_kept("x", crn, made.crn, made.image).outcome is Outcome.PROVED
    assert feed(made.crn).crn is made.crn


def test_concentrations_are_those_of_the_formal_crn_at_all_times():
    crn = parse_crn(OPEN)
    times = np.linspace(0.0, 5.0, 11)
    want = simulate(crn, crn.initial, times).states
    made = feed(crn).crn
    found = simulate(made, made.initial, times).states
    np.testing.assert_allclose(found[:, :3], want, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(want[:, 0], 4.0 * (1.0 - np.exp(-0.5 * times)), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda crn: crn.with_(initial=2.0 * crn.initial),
        lambda crn: crn.with_(products=(crn.products * (np.arange(4) < 3)).tocsr()),
        lambda crn: crn.with_(rates=1.01 * crn.rates),
    ],
    ids=["twice as much", "used up", "faster"],
)
def test_a_feed_that_is_not_what_it_replaces_is_refuted(spoil):
    crn = parse_crn(OPEN)
    made = feed(crn)
    wrong = PassResult(spoil(made.crn), made.image, made.origin)
    assert reactions_kept("x", crn, wrong.crn, wrong.image).outcome is Outcome.REFUTED


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_open_systems_and_three_reactants_are_built_in_every_scheme(scheme, tmp_path):
    """-> A, A <=> nothing, and A + B + C <=> D: as in nine CRNs of the literature."""
    file = tmp_path / "open.crn"
    file.write_text("<=> A\nA + B + C <=> D\nB @i 2\nC @i 2\n")
    quick = ["--set", "verify.equivalence=false", "--quiet", "--out", str(tmp_path / "out")]
    status = main(["verify", str(file), "--scheme", scheme.name, *quick])
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["verification"]["verdict"] == ("proved" if scheme.bisimilar else "undecided")
    assert status == (0 if scheme.bisimilar else 1)
    told = " ".join(summary["warnings"])
    assert "without reactants, such as -> A: the strand E5 is taken up and given back" in told
    assert "of fuel, which lasts" in told


def test_a_feed_keeps_its_pace_with_matched_kinetics(tmp_path):
    file = tmp_path / "open.crn"
    file.write_text("#! output A\n-> A [k = 0.05]\nA -> [k = 0.1]\n")
    options = ["--set", "kinetics.mode=matched", "--set", "simulate.until=100 s", "--set", "kinetics.time=2 s"]
    out = tmp_path / "out"
    quick = ["--set", "verify.equivalence=false", "--quiet", "--out", str(out)]
    assert main(["simulate", str(file), *options, *quick]) == 0
    assert json.loads((out / "comparison.json").read_text())["relative_deviation_from_formal"]["implementation"] < 0.05


def test_three_reactants_are_not_matched(tmp_path, capsys):
    file = tmp_path / "three.crn"
    file.write_text("A + B + C -> D\nA -> D\nA @i 1\n")
    assert main(["translate", str(file), "--set", "kinetics.mode=matched", "--out", str(tmp_path / "out")]) == 2
    assert "kinetics of A + B + C -> D cannot be matched" in capsys.readouterr().err
