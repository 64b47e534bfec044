"""BinaryConnect (Courbariaux, Bengio, David 2015) as the paper trains (section 4.3), with PyTorch.

Latent real weights in [-1, 1] are discretised in the forward and backward pass; the gradient goes straight through to
the latent ones, whose updates are scaled by sqrt((fan_in + fan_out) / 1.5) and clipped (the scaling of the published
implementation). No batch normalisation. The epoch that is best on the validation part is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.design import TrainingTable
from dsdcompile.errors import BackendError
from dsdcompile.network.network import Layer, Network
from dsdcompile.train.datasets import DataSet

Report = Callable[[int, float, float], None]
"""Called after each epoch with its number, its loss and the validation accuracy."""


def pytorch() -> Any:
    """Return the torch module.

    Raises:
        BackendError: PyTorch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise BackendError("training needs PyTorch: pip install 'dsdcompile[train]'") from None
    return torch


def train(
    recipe: TrainingTable, data: DataSet, report: Report | None = None, checkpoint: Path | None = None
) -> Network:
    """Return the network of the epoch with the best validation accuracy (the lower loss breaks ties).

    Features are standardised by the training part's mean and deviation, which the network carries as its scaling; MNIST
    pixels, already centred, are left as they are by passing a data set with unit scaling. A checkpoint file, written
    after every tenth part of the way, lets an interrupted run resume; the same recipe gives the same network on one
    machine.

    Raises:
        BackendError: PyTorch is not installed.
    """
    run = _Run(recipe, data)
    first = run.load(checkpoint) if checkpoint is not None and checkpoint.is_file() else 0
    for epoch in range(first, recipe.epochs):
        loss = run.epoch(epoch)
        accuracy = run.validate(epoch, loss)
        if report is not None:
            report(epoch + 1, loss, accuracy)
        if checkpoint is not None and (epoch + 1) % max(1, recipe.epochs // 10) == 0:
            run.save(checkpoint, epoch + 1)
    return run.network()


class _Run:
    """The state of one training run."""

    def __init__(self, recipe: TrainingTable, data: DataSet) -> None:
        self.torch = torch = pytorch()
        torch.manual_seed(recipe.seed)
        self.recipe, self.data = recipe, data
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.mean, self.deviation = _scaling(data)
        scaled = (data.features - self.mean) / self.deviation
        self.x = torch.tensor(scaled, dtype=torch.float32, device=self.device)
        self.y = torch.tensor(np.array(data.labels), device=self.device)
        self.parts = {
            name: torch.tensor(np.array(getattr(data, name)), device=self.device) for name in ("train", "validation")
        }
        widths = (data.features.shape[1], *recipe.hidden, len(data.class_names))
        shapes = [(widths[i], widths[i + 1]) for i in range(len(widths) - 1)]
        self.latent = [(torch.rand(a, b, device=self.device) * 2 - 1).requires_grad_() for a, b in shapes]
        self.bias = [torch.zeros(b, device=self.device, requires_grad=True) for _, b in shapes]
        self.scale = [math.sqrt((a + b) / 1.5) for a, b in shapes]
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
        for depth, (latent, bias) in enumerate(zip(self.latent, self.bias, strict=True)):
            if dropping and drop:
                x = self.torch.nn.functional.dropout(x, drop[min(depth, len(drop) - 1)])
            x = x @ self.discrete(latent) + bias
            if depth + 1 < len(self.latent):
                x = self.torch.relu(x)
        return x

    def loss(self, outputs: Any, labels: Any) -> Any:
        functional = self.torch.nn.functional
        if self.recipe.loss == "cross_entropy":
            return functional.cross_entropy(outputs, labels)
        target = functional.one_hot(labels, outputs.shape[1]) * 2 - 1
        return self.torch.clamp(1 - target * outputs, min=0).square().mean()

    def epoch(self, number: int) -> float:
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

    def validate(self, epoch: int, loss: float) -> float:
        torch, rows = self.torch, self.parts["validation"]
        with torch.no_grad():
            outputs = self.forward(self.x[rows], dropping=False)
            accuracy = float((outputs.argmax(dim=1) == self.y[rows]).float().mean())
            loss = float(self.loss(outputs, self.y[rows]))
        if (accuracy, -loss) > (self.best[0], -self.best[1]):
            self.best = (accuracy, loss, epoch + 1)
            self.kept = [
                (
                    self.discrete(w).detach().round().cpu().numpy().astype(np.int64),
                    b.detach().cpu().numpy().astype(float),
                )
                for w, b in zip(self.latent, self.bias, strict=True)
            ]
        return accuracy

    def network(self) -> Network:
        last = len(self.kept) - 1
        unscaled = not self.mean.any() and (self.deviation == 1).all()
        return Network(
            layers=tuple(Layer(w, b, "linear" if i == last else "relu") for i, (w, b) in enumerate(self.kept)),
            weight_set=self.recipe.weights,
            scale_mean=None if unscaled else self.mean,
            scale_deviation=None if unscaled else self.deviation,
            features=self.data.feature_names,
            labels=self.data.class_names,
            training={
                "method": "BinaryConnect",
                "recipe": self.recipe.model_dump(mode="json"),
                "best_epoch": self.best[2],
                "validation_accuracy": self.best[0],
                "torch": str(self.torch.__version__),
            },
        )

    def save(self, path: Path, epoch: int) -> None:
        state = {
            "epoch": epoch,
            "recipe": self.recipe.model_dump_json(),
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
        state = self.torch.load(path, weights_only=True, map_location=self.device)
        if state["recipe"] != self.recipe.model_dump_json():
            return 0
        with self.torch.no_grad():
            for own, saved in zip((*self.latent, *self.bias), (*state["latent"], *state["bias"]), strict=True):
                own.copy_(saved)
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.best = (state["best"][0], state["best"][1], int(state["best"][2]))
        arrays = [array.cpu().numpy() for array in state["kept"]]
        self.kept = [(arrays[i], arrays[i + 1]) for i in range(0, len(arrays), 2)]
        return int(state["epoch"])


def _scaling(data: DataSet) -> tuple[FloatArray, FloatArray]:
    """Return the training part's mean and deviation a feature; for data that are already centred pixels 0 and 1."""
    if data.centred:
        return np.zeros(data.features.shape[1]), np.ones(data.features.shape[1])
    part = data.features[data.train]
    deviation = part.std(axis=0)
    return part.mean(axis=0), np.where(deviation > 0, deviation, 1.0)
