"""BinaryConnect (Courbariaux, Bengio, David 2015) as the paper trains (section 4.3), with PyTorch.

Latent real weights in [-1, 1] are discretised in the forward and backward pass; the gradient goes straight through to
the latent ones, whose updates are scaled by sqrt((fan_in + fan_out) / 1.5) and clipped (the scaling of the published
implementation). No batch normalisation. The epoch that is best on the validation part is kept.

With ``normalise`` the discrete weights of layer l act as W_l c_l, c_l = sqrt(1.5 / (fan_in + fan_out)), so that sums
over hundreds of inputs stay near 1, where the hinge is. ReLU is positively homogeneous, so the network with weights W_l
and biases b_l / (c_1 ... c_l) has the same outputs up to the positive factor 1 / (c_1 ... c_N): the same labels.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.design.tables import TrainingTable
from dsdcompile.errors import DesignError, missing
from dsdcompile.network.network import Layer, Network
from dsdcompile.train.dataset import DataSet

CHECKPOINT = {"epoch", "recipe", "data", "latent", "bias", "optimisers", "best", "kept"}
"""What a checkpoint holds: all that the run so far leaves to the rest, and what tells whose it is."""
Report = Callable[[int, float, float], None]
"""Called after each epoch with its number, its loss and the validation accuracy."""


@final
@dataclass(frozen=True, eq=False)
class Trained:
    """The network of the best epoch of one run, and what chose it."""

    network: Network
    seed: int
    epoch: int
    """The epoch kept, from 1."""
    validation_accuracy: float
    loss: float
    """The loss that helped to choose: over the validation part, or pooled with the training part."""
    train_accuracy: float
    """Accuracy of the kept network on the training part, without dropout."""

    def rank(self, prefer: str) -> tuple[float, float]:
        """Return what compares runs: larger is better."""
        return _rank(prefer, self.validation_accuracy, self.loss)


def pytorch() -> Any:
    """Return the torch module.

    Raises:
        BackendError: PyTorch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise missing("training needs PyTorch", "torch>=2.6") from None
    return torch


def train(
    recipe: TrainingTable, data: DataSet, report: Report | None = None, checkpoint: Path | None = None
) -> Trained:
    """Return the network of the epoch that is best on the validation part (``recipe.prefer`` says by what).

    Features are scaled by the training part's mean and deviation, which the network carries. A checkpoint file, written
    ten times on the way, lets an interrupted run resume, to the same network as without interruption; one of a finished
    run gives its network at once. A GPU is used if there is one.

    Raises:
        BackendError: PyTorch is not installed.
        DesignError: the checkpoint is damaged or of another recipe or other data, or the loss is no longer finite.
    """
    run = _Run(recipe, data)
    first = run.load(checkpoint) if checkpoint is not None and checkpoint.is_file() else 0
    for epoch in range(first, recipe.epochs):
        loss = run.epoch(epoch)
        if not math.isfinite(loss):
            raise DesignError(
                f"training.rate: the loss is {loss} in epoch {epoch + 1} of seed {recipe.seed}; choose a smaller one"
            )
        accuracy = run.validate(epoch)
        if report is not None:
            report(epoch + 1, loss, accuracy)
        done = epoch + 1
        if checkpoint is not None and (done == recipe.epochs or done % max(1, recipe.epochs // 10) == 0):
            run.save(checkpoint, done)
    return run.trained()


def accuracy(network: Network, data: DataSet, part: str) -> float:
    """Return the share of a part's raw examples that a network labels right."""
    rows = data.part(part)
    outputs = network(network.scale(data.features[rows]))
    return float((outputs.argmax(axis=1) == data.labels[rows]).mean())


def _rank(prefer: str, accuracy: float, loss: float) -> tuple[float, float]:
    return (-loss, accuracy) if prefer == "loss" else (accuracy, -loss)


class _Run:
    """The state of one training run."""

    def __init__(self, recipe: TrainingTable, data: DataSet) -> None:
        self.torch = torch = pytorch()
        torch.manual_seed(recipe.seed)
        self.recipe, self.data = recipe, data
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.mean, self.deviation = data.scale()
        self.inputs = (data.features - self.mean) / self.deviation
        self.x = torch.tensor(self.inputs, dtype=torch.float32, device=self.device)
        self.y = torch.tensor(np.array(data.labels), device=self.device)
        self.parts = {
            name: torch.tensor(np.array(getattr(data, name)), device=self.device) for name in ("train", "validation")
        }
        widths = (data.features.shape[1], *recipe.hidden, len(data.class_names))
        shapes = list(itertools.pairwise(widths))
        self.latent = [(torch.rand(a, b, device=self.device) * 2 - 1).requires_grad_() for a, b in shapes]
        self.bias = [torch.zeros(b, device=self.device, requires_grad=True) for _, b in shapes]
        self.scale = [math.sqrt((a + b) / 1.5) for a, b in shapes]
        self.factor = [1.0 / s if recipe.normalise else 1.0 for s in self.scale]
        groups = [{"params": [w], "lr": recipe.rate * s} for w, s in zip(self.latent, self.scale, strict=True)]
        self.optimisers = [torch.optim.Adam(groups, eps=1e-8), torch.optim.Adam(self.bias, lr=recipe.rate, eps=1e-8)]
        self.best: tuple[float, float, int] = (-1.0, math.inf, 0)
        self.kept: list[tuple[IntArray, FloatArray]] = []

    def discrete(self, latent: Any) -> Any:
        """Return the weights that the forward pass uses, with the gradient passed straight through."""
        recipe, torch = self.recipe, self.torch
        if recipe.weights == "binary":
            hard = torch.where(latent >= 0, 1.0, -1.0)
        elif recipe.weights == "ternary":
            hard = torch.where(latent.abs() < recipe.threshold, 0.0, torch.sign(latent))
        else:
            hard = torch.round(latent * recipe.largest)
        return latent + (hard - latent).detach()

    def forward(self, x: Any, *, dropping: bool) -> Any:
        drop = self.recipe.dropout
        for depth, (latent, bias, factor) in enumerate(zip(self.latent, self.bias, self.factor, strict=True)):
            if dropping and drop:
                x = self.torch.nn.functional.dropout(x, drop[min(depth, len(drop) - 1)])
            x = x @ self.discrete(latent)
            x = x + bias if factor == 1.0 else x * factor + bias
            if depth + 1 < len(self.latent):
                x = self.torch.relu(x)
        return x if self.recipe.gain == 1.0 else x * self.recipe.gain

    def loss(self, outputs: Any, labels: Any) -> Any:
        functional = self.torch.nn.functional
        if self.recipe.loss == "cross_entropy":
            return functional.cross_entropy(outputs, labels)
        target = functional.one_hot(labels, outputs.shape[1]) * 2 - 1
        return self.torch.clamp(1 - target * outputs, min=0).square().mean()

    def epoch(self, number: int) -> float:
        """Train one epoch and return its mean loss; what is random in it depends on seed and number only."""
        torch, recipe = self.torch, self.recipe
        fade = 1.0 if recipe.last_rate is None else recipe.last_rate / recipe.rate
        rate = recipe.rate * fade ** (number / max(1, recipe.epochs - 1))
        for group, scale in zip(self.optimisers[0].param_groups, self.scale, strict=True):
            group["lr"] = rate * scale
        self.optimisers[1].param_groups[0]["lr"] = rate
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + number)
        torch.manual_seed(recipe.seed * 1_000_003 + number)
        order = self.parts["train"][torch.randperm(len(self.parts["train"]), generator=generator).to(self.device)]
        total = 0.0
        for rows in torch.split(order, recipe.batch):
            loss = self.loss(self.forward(self.x[rows], dropping=True), self.y[rows])
            for optimiser in self.optimisers:
                optimiser.zero_grad()
            loss.backward()
            for optimiser in self.optimisers:
                optimiser.step()
            with torch.no_grad():
                for latent in self.latent:
                    latent.clamp_(-1, 1)
            total += float(loss.detach()) * len(rows)
        return total / len(order)

    def validate(self, epoch: int) -> float:
        """Return the validation accuracy, and keep the network if it is the best so far."""
        torch, rows = self.torch, self.parts["validation"]
        with torch.no_grad():
            outputs = self.forward(self.x[rows], dropping=False)
            accuracy = float((outputs.argmax(dim=1) == self.y[rows]).float().mean())
            if self.recipe.prefer == "pooled":
                rows = torch.cat([self.parts["train"], rows])
                outputs = self.forward(self.x[rows], dropping=False)
            loss = float(self.loss(outputs, self.y[rows]))
        prefer = self.recipe.prefer
        if not self.kept or _rank(prefer, accuracy, loss) > _rank(prefer, *self.best[:2]):
            self.best = (accuracy, loss, epoch + 1)
            self.kept = [
                (
                    self.discrete(w).detach().round().cpu().numpy().astype(np.int64),
                    b.detach().cpu().numpy().astype(float),
                )
                for w, b in zip(self.latent, self.bias, strict=True)
            ]
        return accuracy

    def trained(self) -> Trained:
        last = len(self.kept) - 1
        folded = np.cumprod(self.factor)
        network = Network(
            layers=tuple(
                Layer(w, b if factor == 1.0 else b / factor, "linear" if i == last else "relu")
                for i, ((w, b), factor) in enumerate(zip(self.kept, folded.tolist(), strict=True))
            ),
            weight_set=self.recipe.weights,
            scale_mean=self.mean,
            scale_deviation=self.deviation,
            input_low=self.inputs[self.data.train].min(axis=0),
            input_high=self.inputs[self.data.train].max(axis=0),
            features=self.data.feature_names,
            labels=self.data.class_names,
            training={
                "method": "BinaryConnect",
                "recipe": self.recipe.model_dump(mode="json"),
                "best_epoch": self.best[2],
                "validation_accuracy": self.best[0],
                "data": self.data.digest,
                "torch": str(self.torch.__version__),
            },
        )
        right = accuracy(network, self.data, "train")
        return Trained(network, self.recipe.seed, self.best[2], self.best[0], self.best[1], right)

    def save(self, path: Path, epoch: int) -> None:
        state = {
            "epoch": epoch,
            "recipe": self.recipe.model_dump_json(),
            "data": self.data.digest,
            "latent": [w.detach() for w in self.latent],
            "bias": [b.detach() for b in self.bias],
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "best": list(self.best),
            "kept": [self.torch.tensor(array) for pair in self.kept for array in pair],
        }
        partial = path.with_name(path.name + ".part")
        self.torch.save(state, partial)
        partial.replace(path)

    def load(self, path: Path) -> int:
        """Take up the state of a checkpoint and return how many epochs it has behind it."""
        try:
            state = self.torch.load(path, weights_only=True, map_location=self.device)
        except Exception as error:  # whatever the unpickler stumbles over in a file that is none of its own
            raise DesignError(f"{path}: not a checkpoint ({type(error).__name__}); remove it to train anew") from None
        if not isinstance(state, dict) or set(state) != CHECKPOINT:
            raise DesignError(f"{path}: not a checkpoint of this version; remove it to train anew")
        if state["recipe"] != self.recipe.model_dump_json():
            raise DesignError(f"{path}: a checkpoint of another recipe; remove it to train anew")
        # Weights trained on other parts may have seen the test part of these.
        if state["data"] != self.data.digest:
            raise DesignError(f"{path}: a checkpoint of other data or another split; remove it to train anew")
        with self.torch.no_grad():
            for own, saved in zip((*self.latent, *self.bias), (*state["latent"], *state["bias"]), strict=True):
                own.copy_(saved)
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.best = (state["best"][0], state["best"][1], int(state["best"][2]))
        arrays = [array.cpu().numpy() for array in state["kept"]]
        self.kept = [(arrays[i], arrays[i + 1]) for i in range(0, len(arrays), 2)]
        return int(state["epoch"])
