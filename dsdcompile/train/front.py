"""The front of accuracy against strands: many annealing chains, and a choice among what they met.

Chains differ in their hidden layers, in what a strand costs them, and in their seed; each remembers its best network at
every number of strands. Where the data have a validation part of their own, it chooses among the networks of one number
of strands, the training part breaking ties. Where they have none (IRIS), the training part chooses, and the recipe is
cross-validated: every fold is searched anew with as many strands, and its left-out examples are labelled once.
The test part chooses nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import CrnError
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Network
from dsdcompile.passes.catalogue import named
from dsdcompile.passes.cost import Cost, CostModel
from dsdcompile.passes.declared import Setting
from dsdcompile.passes.plan import cheapest, plans
from dsdcompile.passes.small.price import Tables, tables
from dsdcompile.simulate.batches import Batches, run
from dsdcompile.train.chains import Candidate, Chain, Examples, candidates
from dsdcompile.train.dataset import DataSet

ROUNDING = 1e-9
"""Accuracies closer than this are the same."""
FOLDS = 10
STRAND_PRICES = (0.0002, 0.0005, 0.001, 0.002)
"""Energies a strand: from a thirtieth to a third of one example of 150."""
MOST_STRANDS = 400
"""Networks of more strands are not remembered."""
FOLD_SHARE = 4
"""A fold is searched with this part of the chains."""


@final
@dataclass(frozen=True, slots=True)
class Recipe:
    """How a front is searched."""

    hidden: tuple[int, ...]
    """Units of each hidden layer, at most."""
    largest: int
    """Largest weight."""
    shifted: bool
    seed: int
    seeds: int
    """How many chains of each kind."""
    steps: int
    """Moves a chain."""

    def shapes(self) -> list[tuple[int, ...]]:
        """Return the hidden layers that chains start from: those of the recipe, halved and halved again, and none.

        >>> Recipe((8,), 1, True, 1, 1, 10).shapes()
        [(), (1,), (2,), (4,), (8,)]
        """
        found: list[tuple[int, ...]] = [()]
        units = self.hidden
        while units:
            found.insert(1, units)
            if max(units) == 1:
                break
            units = tuple(-(-unit // 2) for unit in units)
        return found


@final
@dataclass(frozen=True, eq=False)
class Point:
    """A network of the front."""

    strands: int
    network: Network
    train_right: int
    """Training examples labelled right, by a margin."""
    chosen_right: int
    """Examples of the part that chose labelled right, by a margin."""
    accuracy: float
    """Accuracy that chose: on the validation part, or cross-validated."""
    spread: float
    """Its standard deviation: of a share of so few examples, or over the folds."""
    test_right: int
    """Test examples labelled right; read once, when all points had been chosen."""
    modules: int
    nucleotides: int

    @property
    def n_weights(self) -> int:
        """How many weights are not 0."""
        return sum(int(np.count_nonzero(layer.weights)) for layer in self.network.layers)


@final
@dataclass(frozen=True, eq=False)
class Front:
    """Networks by ascending strands, each better than all before it."""

    points: tuple[Point, ...]
    cross_validated: bool
    train: int
    """Training examples."""
    chosen: int
    """Examples of the part that chose."""
    test: int
    """Test examples."""

    def within(self, strands: int) -> Point | None:
        """Return the best network of at most so many strands."""
        fitting = [point for point in self.points if point.strands <= strands]
        return fitting[-1] if fitting else None

    def reaching(self, accuracy: float) -> Point | None:
        """Return the network of fewest strands whose accuracy, validated or cross-validated, is at least so much."""
        return next((point for point in self.points if point.accuracy >= accuracy - ROUNDING), None)


def has_validation(data: DataSet) -> bool:
    """Return whether examples choose that do not train."""
    return not np.isin(data.validation, data.train).any()


def search_front(
    data: DataSet,
    recipe: Recipe,
    model: CostModel,
    batches: Batches,
    progress: Callable[[str], None] = lambda line: None,
) -> Front:
    """Search the front.

    Args:
        data: Examples.
        recipe: How.
        model: How the scheme builds, and what counts: the plan that it calls cheapest.
        batches: Where chains run; finished ones are kept on its shelf, so that an interrupted search goes on.
        progress: Told of the front so far.

    Raises:
        CrnError: gates take too few or too many products for small networks to be priced.
    """
    by, examples = tables(model), examples_of(data, data.train)
    chains = _chains(examples, recipe, by, recipe.seeds, recipe.seed)
    chosen_by = examples_of(data, data.validation)
    own = has_validation(data)
    watch = _Watch(chains, lambda met: progress(_told(_best(met, None), len(data.train))), batches)
    met = watch.run("chains")
    best = _best(met, chosen_by if own else None)
    folds: list[list[Candidate]] = []
    held: list[Examples] = []
    if not own:
        folds, held = _folded(data, recipe, by, batches, progress)
    points = []
    for found in best:
        wrong, _ = found.judged(chosen_by)
        shares = [_share(found.strands, fold, examples) for fold, examples in zip(folds, held, strict=True)]
        right = len(chosen_by.labels) - wrong
        accuracy = float(np.mean(shares)) if shares else right / len(chosen_by.labels)
        spread = float(np.std(shares, ddof=1)) if shares else _deviation(right, len(chosen_by.labels))
        network = _network(found, data, recipe)
        cost = _confirmed(network, found, recipe, model, examples)
        test = network(network.scale(data.features[data.test])).argmax(axis=1)
        points.append(
            Point(
                strands=found.strands,
                network=network,
                train_right=len(data.train) - found.errors,
                chosen_right=right,
                accuracy=accuracy,
                spread=spread,
                test_right=int((test == data.labels[data.test]).sum()),
                modules=cost.modules,
                nucleotides=cost.nucleotides,
            )
        )
    return Front(tuple(points), not own, len(data.train), len(chosen_by.labels), len(data.test))


def _confirmed(network: Network, found: Candidate, recipe: Recipe, model: CostModel, examples: Examples) -> Cost:
    """Return what the full compile says that a network costs; it must be what the search was told.

    Raises:
        CrnError: it is not.
    """
    setting = Setting(model, examples.lowest)
    cost = cheapest(compile_network(network), setting, plans("cost", named(("shift",) if recipe.shifted else ()))).cost
    if cost.strands != found.strands:
        raise CrnError(f"a network was priced at {found.strands} strands in the search, and compiles to {cost.strands}")
    return cost


class _Watch:
    """Runs chains, keeps what they met as it comes, and tells of it."""

    def __init__(self, chains: Sequence[Chain], tell: Callable[[list[Candidate]], None], batches: Batches) -> None:
        self.by_digest = {chain.digest: chain for chain in chains}
        self.chains, self.tell, self.batches = chains, tell, batches
        self.met: list[Candidate] = []

    def get(self, key: str) -> FloatArray | None:
        """Take a kept result."""
        kept = None if self.batches.shelf is None else self.batches.shelf.get(key)
        if kept is not None:
            self.met += candidates(self.by_digest[key], kept)
        return kept

    def put(self, key: str, value: FloatArray) -> None:
        """Keep a result, and tell."""
        if self.batches.shelf is not None:
            self.batches.shelf.put(key, value)
        self.met += candidates(self.by_digest[key], value)
        self.tell(self.met)

    def run(self, what: str) -> list[Candidate]:
        """Return what all chains met, in their order: which finished first changes nothing."""
        size = sum(chain.steps * len(chain.examples.labels) for chain in self.chains)
        results = run(self.chains, size, what, replace(self.batches, shelf=self))
        return [found for chain, met in zip(self.chains, results, strict=True) for found in candidates(chain, met)]


def _chains(examples: Examples, recipe: Recipe, tables: Tables, seeds: int, first: int) -> list[Chain]:
    ends = (len(examples.inputs), int(examples.labels.max()) + 1)
    return [
        Chain(
            (ends[0], *hidden, ends[1]),
            examples,
            recipe.shifted,
            tables,
            recipe.largest,
            strand_price,
            recipe.steps,
            MOST_STRANDS,
            first + number,
        )
        for number in range(seeds)
        for hidden in recipe.shapes()
        for strand_price in STRAND_PRICES
    ]


def examples_of(data: DataSet, rows: IntArray) -> Examples:
    """Return these rows, scaled by the training part."""
    mean, deviation = data.scale()
    scaled = (data.features - mean) / deviation
    return Examples(np.ascontiguousarray(scaled[rows].T), data.labels[rows], scaled.min(axis=0))


def _best(met: Sequence[Candidate], chosen_by: Examples | None) -> list[Candidate]:
    """Return the front: of each number of strands the best network, where it is better than all of fewer."""

    def key(found: Candidate) -> tuple[float, ...]:
        return found.key if chosen_by is None else (found.judged(chosen_by)[0], found.errors, found.loss)

    front: list[Candidate] = []
    least: tuple[float, ...] = (math.inf,)
    for strands in sorted({found.strands for found in met}):
        here = min((found for found in met if found.strands == strands), key=key)
        # A smaller loss alone is no better network.
        if key(here)[:-1] < least:
            least = key(here)[:-1]
            front.append(here)
    return front


def _folded(
    data: DataSet, recipe: Recipe, tables: Tables, batches: Batches, progress: Callable[[str], None]
) -> tuple[list[list[Candidate]], list[Examples]]:
    """Return what chains met without each fold, and the fold."""
    held: list[Examples] = []
    chains: list[Chain] = []
    for rows in folds_of(data, recipe.seed):
        part = replace(data, train=np.setdiff1d(data.train, rows), validation=rows)
        chains += _chains(
            examples_of(part, part.train), recipe, tables, max(1, recipe.seeds // FOLD_SHARE), recipe.seed
        )
        held.append(examples_of(part, rows))
    progress(f"cross-validating with {len(chains)} chains on {FOLDS} folds")
    # All folds at once: workers start once.
    each = len(chains) // FOLDS
    size = sum(chain.steps * len(chain.examples.labels) for chain in chains)
    results = run(chains, size, "chains of cross-validation", batches)
    met = [candidates(chain, result) for chain, result in zip(chains, results, strict=True)]
    folds = [[one for some in met[each * k : each * (k + 1)] for one in some] for k in range(FOLDS)]
    return folds, held


def folds_of(data: DataSet, seed: int) -> list[IntArray]:
    """Return the rows of each fold: every class spread evenly, groups (if there are any) kept together."""
    rng = np.random.default_rng(seed)
    names = np.arange(len(data.labels)) if data.groups is None else np.unique(data.groups, return_inverse=True)[1]
    kinds: dict[int, int] = {}
    for row in data.train.tolist():
        kinds.setdefault(int(names[row]), int(data.labels[row]))
    fold: dict[int, int] = {}
    for kind in sorted(set(kinds.values())):
        members = rng.permutation(sorted(group for group, its in kinds.items() if its == kind))
        fold.update({int(group): (number + kind) % FOLDS for number, group in enumerate(members)})
    place = np.array([fold[int(names[row])] for row in data.train.tolist()])
    return [data.train[place == number] for number in range(FOLDS)]


def _share(strands: int, met: Sequence[Candidate], held: Examples) -> float:
    """Return the share of left-out examples that the best network of at most so many strands labels right."""
    fitting = [found for found in met if found.strands <= strands]
    if not fitting:
        return 0.0
    wrong, _ = min(fitting, key=lambda found: found.key).judged(held)
    return 1.0 - wrong / len(held.labels)


def _deviation(right: int, count: int) -> float:
    """Return the standard deviation of a share of so many examples."""
    share = right / count
    return math.sqrt(share * (1 - share) / count)


def _network(found: Candidate, data: DataSet, recipe: Recipe) -> Network:
    mean, deviation = data.scale()
    inputs = (data.features - mean) / deviation
    largest = max(int(abs(layer.weights).max(initial=0)) for layer in found.layers)
    return Network(
        found.layers,
        "ternary" if largest <= 1 else "integer",
        mean,
        deviation,
        inputs.min(axis=0),
        inputs.max(axis=0),
        data.feature_names,
        data.class_names,
        {
            "method": "annealing by accuracy and strands",
            "strands": found.strands,
            "seed": recipe.seed,
            "seeds": recipe.seeds,
            "steps": recipe.steps,
            "data": data.digest,
        },
    )


def _told(front: Sequence[Candidate], count: int) -> str:
    shown = ", ".join(f"{found.strands}: {count - found.errors}" for found in front[-8:])
    return f"front so far, training examples right of {count} by strands: {shown}"
