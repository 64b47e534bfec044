"""The committed results of scripts/experiments are those of the committed networks."""

import json
import sys

import numpy as np
import pytest

from dsdcompile.crn.limit import limit
from dsdcompile.formats.network_file import load_network
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.reduce import reduce
from tests.conftest import ROOT

RESULTS = ROOT / "scripts/results"
sys.path.append(str(ROOT / "scripts"))

from paper.measure import measure  # noqa: E402
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
    again, kept = measure(read_row(name, tmp_path), dna=False), result(name)
    assert again["test"] == kept["test"]
    for part in kept["agreement"]:
        assert again["agreement"][part]["agree"] == kept["agreement"][part]["agree"]


@pytest.mark.parametrize("name", ["virus", "virus_grouped", pytest.param("mnist_small", marks=pytest.mark.slow)])
def test_accuracy_measured_again_is_the_same(name, shared):
    if not (shared / "data" / name.split("_")[0]).is_dir():
        pytest.skip("no such data")
    case = read_row(name, shared / "data")
    right = int((network_of(name)(case.inputs).argmax(axis=1) == case.labels).sum())
    assert {"examples": len(case.inputs), "correct": right} == result(name)["test"]
