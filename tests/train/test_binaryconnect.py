from dataclasses import replace

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.design.tables import TrainingTable
from dsdcompile.errors import DesignError
from dsdcompile.formats.network_file import load_network, show_network
from dsdcompile.train.binaryconnect import _Run, accuracy, train
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
    data, seen = iris(), []
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
    best = max(seen, key=lambda entry: (entry[0], -entry[1]) if prefer != "loss" else -entry[1])
    assert (found.validation_accuracy, found.loss) == best


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
