"""The committed results of scripts/experiments are those of the committed networks."""

import json
import re
import sys

import numpy as np
import pytest

from dsdcompile.crn.limit import limit
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.network_file import load_network
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.reduce import reduce
from dsdcompile.stages.source import read_source
from dsdcompile.train.datasets import iris
from tests.conftest import ROOT

RESULTS = ROOT / "scripts/results"
sys.path.append(str(ROOT / "scripts/studies"))

import experiments  # noqa: E402
from paper.figures import draw  # noqa: E402
from paper.measure import by_kinetics, implementation, measure  # noqa: E402
from paper.rows import ROOT as REPOSITORY  # noqa: E402
from paper.rows import ROWS, read_row  # noqa: E402
from paper.table import show_table  # noqa: E402

LEAST = {"iris": 144, "iris_ternary": 147, "virus": 100, "mnist": 9780}
"""Test examples that must be right."""


def result(name: str) -> dict:
    return json.loads((RESULTS / f"{name}.json").read_text())


def network_of(name: str):
    changes = dict(change.split("=") for change in ROWS[name].changes)
    return load_network(REPOSITORY / "designs" / changes.get("network.file", f"networks/{ROWS[name].design}.json"))


def test_the_table_is_made_of_the_results():
    assert (RESULTS / "experiments.md").read_text() == show_table({name: result(name) for name in ROWS})


@pytest.mark.parametrize("name", ROWS)
def test_counts_are_those_of_the_committed_networks(name):
    network, found = network_of(name), result(name)
    assert (network.title, network.weight_set) == (found["network"], found["weights"])
    formal = compile_network(network)
    reduced = reduce(formal).crn
    assert found["reactions"] == {
        "formal": formal.n_reactions,
        "reduced": reduced.n_reactions,
        "reduced_bimolecular": int((reduced.reactants.sum(axis=1) == 2).sum()),
    }
    x = np.random.default_rng(0).uniform(-1, 1, (3, network.n_inputs))
    outputs = network(x)
    np.testing.assert_allclose(limit(reduced, x), outputs, rtol=1e-9, atol=1e-9 * np.abs(outputs).max())


@pytest.mark.parametrize("name", ROWS)
def test_network_formal_and_reduced_agree_on_every_label(name):
    for part in result(name)["agreement"].values():
        assert part["agree"] == part["examples"] > 0


@pytest.mark.parametrize("name", LEAST)
def test_accuracies_are_at_least_what_was_aimed_at(name):
    assert result(name)["test"]["correct"] >= LEAST[name]


@pytest.mark.parametrize("name", ["iris_ternary", "iris"])
def test_irises_measured_again_give_the_same(name, tmp_path):
    again, kept = measure(read_row(name, tmp_path), dna=True), result(name)
    agreement, expected = again.pop("agreement"), kept.pop("agreement")
    assert again == kept
    for part, found in expected.items():
        assert agreement[part].pop("engine", None) == found.pop("engine", None)
        assert agreement[part] == pytest.approx(found, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", ROWS)
def test_means_and_deviations_are_of_the_seeds_that_the_network_lists(name):
    training = network_of(name).training
    right = [seed["test_correct"] for seed in training["seeds"]]
    assert result(name)["test"]["correct"] in right
    assert result(name)["test"]["examples"] == training["test_examples"]
    found = result(name)["seeds"]
    if len(right) == 1:
        assert found is None
    else:
        shares = np.array(right) / training["test_examples"]
        assert found == pytest.approx({"number": 10, "mean": shares.mean(), "deviation": shares.std(ddof=1)})


@pytest.mark.parametrize("name", ["iris", "virus", "virus_grouped"])
def test_the_chosen_seed_is_the_best_of_the_validation_part_alone(name):
    training = network_of(name).training
    assert training["recipe"]["prefer"] == "accuracy"
    best = max(training["seeds"], key=lambda seed: (seed["validation_accuracy"], -seed["loss"]))
    assert (best["seed"], best["epoch"]) == (training["recipe"]["seed"], training["best_epoch"])
    assert best["test_correct"] == result(name)["test"]["correct"]


@pytest.mark.parametrize("name", ["virus", "virus_grouped"])
def test_dna_measured_again_takes_the_same(name):
    """Which modules there are does not depend on the data, only their doses do."""
    changes = [change for change in ROWS[name].changes if change.startswith("network")]
    path = REPOSITORY / f"designs/{ROWS[name].design}.toml"
    design = load_design(path, changes)
    assert implementation(design, read_source(design, path.parent)) == result(name)["dna"]


NUMBER = re.compile(r"-?\d+\.\d+")


@pytest.mark.parametrize(
    ("name", "data"), [("iris", None), ("virus", "virus"), pytest.param("mnist", "mnist", marks=pytest.mark.slow)]
)
def test_figures_drawn_again_are_the_same(name, data, request, tmp_path):
    if data is not None and not (request.getfixturevalue("shared") / "data" / data).is_dir():
        pytest.skip("no such data")
    folder = tmp_path if data is None else request.getfixturevalue("shared") / "data"
    for file, again in draw(read_row(name, folder)).items():
        kept = (RESULTS / file).read_text()
        assert NUMBER.sub("", kept) == NUMBER.sub("", again)
        np.testing.assert_allclose(*([float(n) for n in NUMBER.findall(text)] for text in (kept, again)), atol=0.11)


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("figure2a", ["setosa", "versicolor", "virginica"]),
        ("figure2b", ["setosa", "versicolor", "virginica"]),
        ("figure3", list("0123456789")),
        ("figure4", ["H1N1", "H3N2", "HRV", "RSV"]),
    ],
)
def test_curves_are_named_by_their_labels(file, names):
    text = (RESULTS / f"{file}.svg").read_text()
    assert [f">{name}</text>" in text for name in names] == [True] * len(names)
    assert text.count("<polyline") == len(names)
    assert ("<rect" in text) == (file == "figure3")
    if file == "figure4":
        said, truth = re.search(r"says (\w+), truly (\w+)<", text).groups()
        assert said != truth
        assert {said, truth} <= set(names)


def test_a_row_asked_for_by_name_must_be_there(tmp_path, capsys, monkeypatch):
    arguments = ["experiments", "mnist", "--data-dir", str(tmp_path), "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)
    assert experiments.main() == 1
    assert "mnist: not measured: " in capsys.readouterr().err


def test_when_kinetics_has_settled_is_read_from_the_crn_alone():
    """A judge who is wrong of every label gets as many labels wrong, and no longer a simulation."""
    network = network_of("iris")
    inputs = network.scale(iris().features)
    crn, outputs = compile_network(network), network(inputs)
    right, wrong = by_kinetics(crn, inputs, outputs), by_kinetics(crn, inputs, -outputs)
    assert right["formal_time"] == wrong["formal_time"] == 100
    assert (right["agree"], right["agree_at_50"]) == (150, 149)
    assert wrong["agree"] < 10


@pytest.mark.parametrize("name", ["virus", "virus_grouped", pytest.param("mnist_small", marks=pytest.mark.slow)])
def test_accuracy_measured_again_is_the_same(name, shared):
    if not (shared / "data" / name.split("_")[0]).is_dir():
        pytest.skip("no such data")
    case = read_row(name, shared / "data")
    right = int((network_of(name)(case.inputs).argmax(axis=1) == case.labels).sum())
    assert {"examples": len(case.inputs), "correct": right} == result(name)["test"]
