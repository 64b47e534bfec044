import math
from dataclasses import replace

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.design.tables import TrainingTable
from dsdcompile.errors import DesignError
from dsdcompile.formats.network_file import load_network, show_network
from dsdcompile.train.binaryconnect import _Run, accuracy, train
from dsdcompile.train.dataset import DataSet
from dsdcompile.train.datasets import iris

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
QUICK = TrainingTable(hidden=(8,), epochs=20, rate=0.01, dropout=(0.1, 0.05), seed=3)
NORMALISED = TrainingTable(
    hidden=(16, 5), weights="ternary", loss="cross_entropy", normalise=True, gain=4.0, epochs=20, rate=0.005, seed=3
)
INTEGER = QUICK.model_copy(update={"weights": "integer", "largest": 3, "last_rate": 0.001})
RECIPES = {"plain": QUICK, "normalised": NORMALISED, "integer": INTEGER}


def same(one, other) -> bool:
    return show_network(one.network) == show_network(other.network)


def parted() -> DataSet:
    """Irises in three parts that share no flower."""
    order = np.random.default_rng(0).permutation(150)
    return replace(iris(), train=order[:90], validation=order[90:120], test=order[120:])


def test_the_losses_are_the_papers_squared_hinge_and_cross_entropy():
    rng = np.random.default_rng(1)
    outputs, labels = rng.normal(0, 2, (7, 3)), rng.integers(0, 3, 7)
    signs = np.where(np.arange(3) == labels[:, None], 1, -1)
    found = [
        float(_Run(recipe, iris()).loss(torch.tensor(outputs), torch.tensor(labels))) for recipe in (QUICK, NORMALISED)
    ]
    shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    expected = [(np.maximum(0, 1 - signs * outputs) ** 2).mean(), -np.log(shares[range(7), labels]).mean()]
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [-1, -1, -1, 1, 1, 1, 1]),
        ({"weights": "ternary"}, [-1, -1, 0, 0, 0, 1, 1]),
        ({"weights": "ternary", "threshold": 0.7}, [-1, 0, 0, 0, 0, 0, 1]),
        ({"weights": "integer", "largest": 3}, [-3, -1, -1, 0, 1, 1, 3]),
    ],
)
def test_latent_weights_become_those_of_the_set_and_the_gradient_goes_straight_through(change, expected):
    latent = torch.tensor([-0.9, -0.4, -0.2, 0.0, 0.2, 0.4, 0.9], requires_grad=True)
    found = _Run(QUICK.model_copy(update=change), iris()).discrete(latent)
    assert found.detach().round(decimals=5).tolist() == expected
    (found * torch.arange(7)).sum().backward()
    assert latent.grad.tolist() == list(range(7))


def test_the_rate_falls_geometrically_and_weights_have_it_scaled():
    recipe = QUICK.model_copy(update={"epochs": 5, "rate": 0.01, "last_rate": 0.0001})
    run = _Run(recipe, iris())
    scales = [math.sqrt((4 + 8) / 1.5), math.sqrt((8 + 3) / 1.5)]
    for epoch, rate in enumerate([1e-2, 10**-2.5, 1e-3, 10**-3.5, 1e-4]):
        run.epoch(epoch)
        weights, biases = run.optimisers
        assert [group["lr"] for group in weights.param_groups] == pytest.approx([rate * s for s in scales])
        assert [group["lr"] for group in biases.param_groups] == pytest.approx([rate])
    constant = _Run(QUICK, iris())
    constant.epoch(19)
    assert constant.optimisers[1].param_groups[0]["lr"] == QUICK.rate


def test_units_are_dropped_in_training_only_and_the_rest_is_rescaled():
    run = _Run(QUICK.model_copy(update={"dropout": (0.5,), "hidden": (200,)}), iris())
    with torch.no_grad():
        inputs = torch.ones(400, 4)
        steady, dropped = (run.forward(inputs, dropping=dropping) for dropping in (False, True))
        first, second = (run.discrete(latent) for latent in run.latent)
        expected = torch.relu(inputs @ first + run.bias[0]) @ second + run.bias[1]
    torch.testing.assert_close(steady, expected)
    assert len(torch.unique(steady, dim=0)) == 1
    assert len(torch.unique(dropped, dim=0)) > 300
    without = QUICK.model_copy(update={"dropout": (0.0,)})
    losses = [_Run(recipe, iris()).epoch(0) for recipe in (QUICK, without, QUICK)]
    assert losses[0] == losses[2] != losses[1]


@pytest.mark.parametrize("name", RECIPES)
def test_a_few_epochs_learn_irises_with_the_declared_weights(name):
    recipe, data = RECIPES[name], iris()
    losses = []
    run = train(recipe, data, lambda epoch, loss, accuracy: losses.append(loss))
    assert len(losses) == recipe.epochs
    assert losses[-1] < losses[0]
    assert run.validation_accuracy > 0.8
    assert accuracy(run.network, data, "test") == pytest.approx(run.validation_accuracy)
    assert run.network.weight_set == recipe.weights
    assert run.network.widths == (4, *recipe.hidden, 3)


@pytest.mark.parametrize("name", RECIPES)
def test_an_interrupted_run_resumes_to_the_same_network(name, tmp_path):
    recipe, data = RECIPES[name], iris()
    checkpoint = tmp_path / "run.checkpoint"

    def interrupt(epoch: int, loss: float, accuracy: float) -> None:
        if epoch == 13:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train(recipe, data, interrupt, checkpoint)
    seen = []
    resumed = train(recipe, data, lambda epoch, loss, accuracy: seen.append(epoch), checkpoint)
    assert seen[0] == 13
    assert same(resumed, train(recipe, data))
    assert same(resumed, train(recipe, data, None, checkpoint))


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path):
    checkpoint = tmp_path / "run.checkpoint"
    train(QUICK, iris(), None, checkpoint)
    with pytest.raises(DesignError, match="another recipe"):
        train(INTEGER, iris(), None, checkpoint)


@pytest.mark.parametrize("what", ["split", "labels", "features", "names"])
def test_a_checkpoint_of_other_data_is_refused(what, tmp_path):
    """Weights of another split may have been trained on what is now the test part."""
    data, checkpoint = iris(), tmp_path / "run.checkpoint"
    train(QUICK, data, None, checkpoint)
    change = {
        "split": {"train": data.train[:-1]},
        "labels": {"labels": np.roll(data.labels, 1)},
        "features": {"features": data.features * 2},
        "names": {"class_names": data.class_names[::-1]},
    }
    with pytest.raises(DesignError, match="other data or another split; remove it"):
        train(QUICK, replace(data, **change[what]), None, checkpoint)
    assert same(train(QUICK, iris(), None, checkpoint), train(QUICK, iris()))


@pytest.mark.parametrize("kind", ["empty", "junk", "half", "another"])
def test_a_file_that_is_no_checkpoint_is_refused(kind, tmp_path):
    checkpoint = tmp_path / "run.checkpoint"
    train(QUICK, iris(), None, checkpoint)
    if kind == "another":
        torch.save({"epoch": 3}, checkpoint)
    else:
        whole = checkpoint.read_bytes()
        checkpoint.write_bytes({"empty": b"", "junk": b"no archive", "half": whole[: len(whole) // 2]}[kind])
    with pytest.raises(DesignError, match=r"run\.checkpoint: not a checkpoint.*; remove it to train anew"):
        train(QUICK, iris(), None, checkpoint)


def test_a_probability_to_drop_is_below_one():
    with pytest.raises(ValueError, match="should be less than 1"):
        TrainingTable(dropout=(0.1, 1.5))


def test_a_loss_that_is_no_number_ends_the_run():
    with pytest.raises(DesignError, match=r"training\.rate: the loss is (inf|nan) in epoch \d of seed 3"):
        train(QUICK.model_copy(update={"rate": 1e30}), iris())


def test_folding_the_normalisation_changes_outputs_by_one_factor_only():
    data = iris()
    run = _Run(NORMALISED, data)
    run.epoch(0)
    run.validate(0)
    with run.torch.no_grad():
        inside = run.forward(run.x, dropping=False).numpy()
    outside = run.trained().network(run.inputs)
    factor = NORMALISED.gain * np.prod(run.factor)
    np.testing.assert_allclose(inside, outside * factor, rtol=1e-4, atol=1e-5)


def test_the_network_records_the_range_of_its_inputs():
    data = iris()
    network = train(QUICK.model_copy(update={"epochs": 1}), data).network
    scaled = network.scale(data.features)
    np.testing.assert_array_equal(network.input_low, scaled.min(axis=0))
    np.testing.assert_array_equal(network.input_high, scaled.max(axis=0))


@pytest.mark.parametrize("prefer", ["accuracy", "loss", "pooled"])
def test_the_best_epoch_on_the_validation_part_is_kept(prefer):
    data, seen = parted(), []
    recipe = QUICK.model_copy(update={"prefer": prefer})
    run = _Run(recipe, data)
    for epoch in range(recipe.epochs):
        run.epoch(epoch)
        right = run.validate(epoch)
        rows = run.parts["validation"]
        rows = run.torch.cat([run.parts["train"], rows]) if prefer == "pooled" else rows
        with run.torch.no_grad():
            seen.append((right, float(run.loss(run.forward(run.x[rows], dropping=False), run.y[rows]))))
    found = run.trained()
    assert accuracy(found.network, data, "validation") == pytest.approx(found.validation_accuracy)
    best = max(seen, key=lambda entry: (entry[0], -entry[1]) if prefer != "loss" else -entry[1])
    assert (found.validation_accuracy, found.loss) == best


def test_the_seed_is_chosen_by_the_validation_part_even_if_the_test_part_says_the_contrary(tmp_path, capsys):
    """The test part is the validation part under wrong names: what is best for one is worst for the other."""
    data = iris()
    trains = np.random.default_rng(0).random(150) < 0.5
    rows = ["a,b,c,d,label,split"]
    for flower, label, in_training in zip(data.features.tolist(), data.labels.tolist(), trains, strict=True):
        words = {"train": label} if in_training else {"validation": label, "test": (label + 1) % 3}
        rows += [f"{','.join(map(str, flower))},{said},{word}" for word, said in words.items()]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    design = tmp_path / "d.toml"
    design.write_text(
        'name = "d"\n[network]\nfile = "n.json"\n[data]\nname = "csv"\nfile = "t.csv"\n'
        "[training]\nhidden = [2]\nepochs = 4\nrate = 0.01\nseed = 1\n"
    )
    assert main(["train", str(design), "--seeds", "6", "--quiet"]) == 0
    training = load_network(tmp_path / "n.json").training
    seeds = {entry["seed"]: entry for entry in training["seeds"]}
    chosen = seeds[training["recipe"]["seed"]]
    assert chosen == max(seeds.values(), key=lambda entry: (entry["validation_accuracy"], -entry["loss"]))
    assert chosen["test_correct"] < max(entry["test_correct"] for entry in seeds.values())
    out = capsys.readouterr().out
    assert f"{trains.sum()} examples train, {(~trains).sum()} choose epoch and seed, " in out


def test_the_command_trains_several_seeds_and_keeps_the_best_by_validation(tmp_path, capsys):
    design = tmp_path / "d.toml"
    design.write_text(
        'name = "d"\n[network]\nfile = "n.json"\n[data]\nname = "iris"\n'
        "[training]\nhidden = [4]\nepochs = 5\nrate = 0.01\ndropout = [0.0]\nseed = 7\n"
    )
    assert main(["train", str(design), "--seeds", "3", "--quiet"]) == 0
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if line.startswith("seed ")]
    assert [line.split(":")[0] for line in lines] == ["seed 7", "seed 8", "seed 9"]
    assert "all 150 examples train, choose epoch and seed, and test: none of them is unseen" in out
    assert "test over 3 seeds: mean" in out
    network = load_network(tmp_path / "n.json")
    scores = {line.split(":")[0]: float(line.split("validation ")[1].split("%")[0]) for line in lines}
    assert network.training["validation_accuracy"] * 100 == pytest.approx(max(scores.values()), abs=0.01)
    assert [entry["seed"] for entry in network.training["seeds"]] == [7, 8, 9]
    outputs = network(network.scale(iris().features))
    right = int((outputs.argmax(axis=1) == iris().labels).sum())
    assert right in [entry["test_correct"] for entry in network.training["seeds"]]
    assert f"chosen by validation: {right} of 150" in out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d.toml", "n.json"]
    assert main(["train", str(design), "--seeds", "0"]) == 2
