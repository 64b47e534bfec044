"""Networks that are right with few strands: chains remember the truth, and fronts choose by what may choose."""

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.formats.network_file import load_network
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.catalogue import named
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.declared import Setting
from dsdcompile.passes.plan import cheapest, plans
from dsdcompile.passes.small.price import tables
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.simulate.batches import Batches
from dsdcompile.train.annealing import MARGIN, errors_and_loss, network_outputs
from dsdcompile.train.chains import Chain, candidates
from dsdcompile.train.dataset import DataSet
from dsdcompile.train.datasets import iris
from dsdcompile.train.front import FOLDS, Recipe, examples_of, folds_of, search_front

SCHEME = find_scheme("soloveichik2010")
MODEL = CostModel(SCHEME.template, SCHEME.accepts, SCHEME.form, DomainLengths(6, 15, 15), 4, 0.2)
RECIPE = Recipe((2,), 2, shifted=True, seed=1, seeds=1, steps=400)


class Shelf:
    """Keeps results in memory, and counts."""

    def __init__(self) -> None:
        self.kept: dict[str, np.ndarray] = {}
        self.puts = 0

    def get(self, key):
        return self.kept.get(key)

    def put(self, key, value):
        self.kept[key] = value
        self.puts += 1


def _chain(seed: int = 1, steps: int = 3000) -> Chain:
    data = iris()
    return Chain((4, 2, 3), examples_of(data, data.train), True, tables(MODEL), 2, 0.001, steps, 100, seed)


def _split() -> DataSet:
    data = iris()
    rows = np.arange(150)
    return DataSet(
        data.features,
        data.labels,
        data.feature_names,
        data.class_names,
        rows[rows % 3 == 0],
        rows[rows % 3 == 1],
        rows[rows % 3 == 2],
    )


def test_the_kernel_evaluates_as_the_network_does():
    rng = np.random.default_rng(3)
    layers = [
        Layer(rng.integers(-2, 3, (5, 4)), rng.normal(size=4), "relu"),
        Layer(rng.integers(-2, 3, (4, 3)), rng.normal(size=3), "relu"),
        Layer(rng.integers(-2, 3, (3, 2)), rng.normal(size=2), "linear"),
    ]
    inputs = rng.normal(size=(5, 40))
    flat = np.concatenate([layer.weights.ravel() for layer in layers])
    biases = np.concatenate([layer.biases for layer in layers])
    found = network_outputs(np.array([5, 4, 3, 2]), flat, biases, inputs)
    np.testing.assert_allclose(found, Network(tuple(layers), "integer")(inputs.T).T, atol=1e-12)


def test_an_example_is_right_only_by_a_margin():
    outputs = np.array([[1.0, 1.0, 1.0], [0.0, 1.0 - MARGIN / 2, 2.0]])
    wrong, loss = errors_and_loss(outputs, np.array([0, 0, 0]))
    assert wrong == 2
    assert 1.0 < loss < 3.0
    assert errors_and_loss(outputs, np.array([0, 0, 1]))[0] == 1


def test_what_a_chain_remembers_is_true():
    chain = _chain()
    met = candidates(chain, chain.run())
    assert len(met) > 5
    assert [one.strands for one in met] == sorted({one.strands for one in met})
    for one in met[:: max(1, len(met) // 6)]:
        network = Network(one.layers, "integer")
        cost = cheapest(
            compile_network(network), Setting(MODEL, chain.examples.lowest), plans("cost", named(["shift"]))
        ).cost
        assert cost.strands == one.strands
        outputs = network(chain.examples.inputs.T)
        own = outputs[np.arange(150), chain.examples.labels]
        outputs[np.arange(150), chain.examples.labels] = -np.inf
        assert int((own - outputs.max(axis=1) < MARGIN).sum()) == one.errors == one.judged(chain.examples)[0]


def test_a_chain_is_its_seed():
    assert (_chain(steps=300).run() == _chain(steps=300).run()).all()
    assert (_chain(steps=300).run() != _chain(2, steps=300).run()).any()
    assert _chain().digest == _chain().digest != _chain(2).digest


def test_folds_part_the_training_rows_evenly():
    data = iris()
    folds = folds_of(data, 1)
    assert len(folds) == FOLDS
    assert sorted(np.concatenate(folds).tolist()) == list(range(150))
    assert all(np.bincount(data.labels[fold], minlength=3).tolist() == [5, 5, 5] for fold in folds)


def test_a_front_chooses_by_its_validation_part_and_goes_on_where_it_was_interrupted():
    shelf = Shelf()
    data = _split()
    front = search_front(data, RECIPE, MODEL, Batches(shelf=shelf))
    assert not front.cross_validated
    assert shelf.puts == len(shelf.kept) > 4
    strands = [point.strands for point in front.points]
    ranks = [(-point.chosen_right, -point.train_right) for point in front.points]
    assert strands == sorted(strands)
    assert ranks == sorted(ranks, reverse=True)
    for point in front.points:
        outputs = point.network(point.network.scale(data.features[data.test]))
        assert point.test_right == int((outputs.argmax(axis=1) == data.labels[data.test]).sum())
    lost = list(shelf.kept)[::3]
    for key in lost:
        del shelf.kept[key]
    shelf.puts = 0
    again = search_front(data, RECIPE, MODEL, Batches(shelf=shelf))
    assert shelf.puts == len(lost)
    assert [(one.strands, one.network.layers[0].weights.tolist()) for one in again.points] == [
        (one.strands, one.network.layers[0].weights.tolist()) for one in front.points
    ]


def test_test_labels_choose_nothing():
    data = _split()
    front = search_front(data, RECIPE, MODEL, Batches())
    labels = data.labels.copy()
    labels[data.test] = 0
    other = DataSet(data.features, labels, data.feature_names, data.class_names, data.train, data.validation, data.test)
    again = search_front(other, RECIPE, MODEL, Batches())
    assert [point.strands for point in front.points] == [point.strands for point in again.points]
    assert [point.test_right for point in front.points] != [point.test_right for point in again.points]


@pytest.fixture
def design(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(
        'name = "small"\n[network]\nfile = "small.json"\n[data]\nname = "iris"\n[passes]\nreduce = "cost"\n'
        'optional = ["shift"]\n'
        '[scheme]\nmax_products = 4\n[training]\nhidden = [1]\nweights = "integer"\n'
    )
    return path


def test_the_command_writes_a_front_and_the_network_asked_for(design, tmp_path, capsys):
    folder = tmp_path / "front"
    search = ["train", str(design), "--front", "--folder", str(folder), "--steps", "300", "--quiet"]
    assert main([*search, "--strands", "60"]) == 0
    rows = (folder / "front.csv").read_text().splitlines()
    assert rows[0].startswith("strands,modules,nucleotides")
    best = int(rows[-1].split(",")[0])
    assert load_network(folder / f"strands_{best:03}.json").title
    assert (tmp_path / "small.json").read_text() in [path.read_text() for path in folder.glob("strands_*.json")]
    assert "10-fold" in (folder / "front.md").read_text()
    assert (folder / "front.svg").read_text().startswith("<svg")
    # Again, from what is kept: out of reach either way.
    (tmp_path / "small.json").unlink()
    capsys.readouterr()
    assert main([*search, "--strands", "1"]) == 2
    assert f"the nearest takes {rows[1].split(',')[0]} strands" in " ".join(capsys.readouterr().err.split())
    assert main([*search, "--accuracy", "1.0"]) == 2
    assert "the nearest has" in capsys.readouterr().err
    assert not (tmp_path / "small.json").exists()


def test_a_front_needs_the_cheapest_plan(design, capsys):
    assert main(["train", str(design), "--front", "--set", "passes.reduce=paper"]) == 2
    assert "passes.reduce" in capsys.readouterr().err
