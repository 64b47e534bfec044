"""A data set: features, labels, and which examples train, choose the epoch, and test."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats, frozen_ints
from dsdcompile.errors import FormatError

SHARES = {"test": 0.15, "validation": 0.05}
"""Shares of the rows that a grouped split tests with and chooses by; the paper's virus split has nearly the same."""


@final
@dataclass(frozen=True, eq=False)
class DataSet:
    """Examples with labels."""

    features: FloatArray
    """Raw features (examples, features)."""
    labels: IntArray
    """Class of each example (examples,)."""
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    train: IntArray
    """Rows that train."""
    validation: IntArray
    """Rows that choose the epoch; for IRIS, as in the paper, all rows."""
    test: IntArray
    """Rows whose accuracy is read once, at the end; for IRIS all rows."""
    scaling: Literal["standard", "centre"] = "standard"
    """What a network subtracts and divides by: mean and deviation of each feature, or the mean only (pixels)."""
    groups: tuple[str, ...] | None = None
    """Which group each row belongs to, such as its subject (examples,)."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        object.__setattr__(self, "features", frozen_floats(self.features))
        for name in ("labels", "train", "validation", "test"):
            object.__setattr__(self, name, frozen_ints(getattr(self, name)))

    def part(self, name: str) -> IntArray:
        """Return the rows of ``all``, ``train``, ``validation`` or ``test``."""
        rows: IntArray = np.arange(len(self.labels)) if name == "all" else getattr(self, name)
        return rows

    @property
    def parts(self) -> str:
        """How many rows do what, in words; a row that does all three is no unseen example to test with."""
        counts = [len(rows) for rows in (self.train, self.validation, self.test)]
        used = len(set().union(self.train.tolist(), self.validation.tolist(), self.test.tolist()))
        if counts == [used] * 3:
            return f"all {used} examples train, choose epoch and seed, and test: none of them is unseen"
        shared = f"; {sum(counts) - used} of them are in two parts" if used < sum(counts) else ""
        unused = f"; {len(self.labels) - used} are left out" if used < len(self.labels) else ""
        return f"{counts[0]} examples train, {counts[1]} choose epoch and seed, {counts[2]} test{shared}{unused}"

    @cached_property
    def digest(self) -> str:
        """A hash of all that training sees and a network takes over: which data, and which part is which."""
        words = (self.scaling, *self.feature_names, "", *self.class_names)
        total = hashlib.sha256("\0".join(words).encode())
        for array in (self.features, self.labels, self.train, self.validation, self.test):
            total.update(str(array.shape).encode() + array.tobytes())
        return total.hexdigest()

    def scale(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and deviation (features,) of the training part; a constant feature has deviation 1."""
        part = self.features[self.train]
        deviation = part.std(axis=0)
        if self.scaling == "centre":
            deviation = np.ones_like(deviation)
        return part.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


def grouped(data: DataSet, seed: int) -> DataSet:
    """Return the data split anew so that no group is in two parts, each class in the shares of :data:`SHARES`.

    Groups of each class are taken in random order: for the test part until it has its share of the class's rows, then
    for the validation part, the rest trains. Every row is in a part, those too that the given split leaves out.

    Raises:
        FormatError: the data set has no groups, or a class too few of them.
    """
    if data.groups is None:
        raise FormatError("data.split: a grouped split needs data.group, the columns that name a group")
    names, group = np.unique(np.array(data.groups), return_inverse=True)
    sizes = np.bincount(group)
    classes = np.array([np.bincount(data.labels[group == g]).argmax() for g in range(len(names))])
    rng = np.random.default_rng(seed)
    part_of = np.zeros(len(names), dtype=np.int64)
    for kind in range(len(data.class_names)):
        waiting = list(rng.permutation(np.flatnonzero(classes == kind)))
        total = sizes[waiting].sum()
        for number, share in enumerate(SHARES.values(), start=1):
            count = 0
            while waiting and count < share * total:
                chosen = waiting.pop()
                part_of[chosen] = number
                count += sizes[chosen]
        if not waiting:
            raise FormatError(f"data.split: class {data.class_names[kind]} has too few groups to split them")
    train, test, validation = (np.flatnonzero(part_of[group] == number) for number in range(3))
    return replace(data, train=train, validation=validation, test=test)
