"""How wrong the bench may be: labels under other rate constants, wrong concentrations, leak and impure gates.

A trial is one tube: one example, one draw of everything that is disturbed, simulated to a stated time, and the label
read. Trials are independent, so the share that keeps its label has a binomial confidence interval (Wilson 1927).

The disturbances, each a small function of a Crn or a state:

- rates: every rate constant times a factor between 10^(-d/2) and 10^(d/2), uniform on the logarithm;
- amounts: what is pipetted, times a normal factor of mean 1 and stated coefficient of variation, never below 0;
- leak: a fuel that releases signals does so untriggered, at a stated rate per second and molecule;
- purity: a share of those fuels is malformed: it takes its trigger and releases nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.errors import SimulationError
from dsdcompile.simulate.batches import Batches, cut, run
from dsdcompile.simulate.completion import final_outputs
from dsdcompile.simulate.trajectory import Tolerances

NORMAL_95 = 1.959963984540054


@final
@dataclass(frozen=True, slots=True)
class Survival:
    """How many labels survive a disturbance."""

    disturbance: str
    """Which, such as ``fuel concentration``."""
    level: float
    """How much, in the disturbance's own unit."""
    trials: int
    survived: int

    @property
    def share(self) -> float:
        """The share of labels that survive."""
        return self.survived / self.trials

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % confidence interval."""
        return wilson(self.survived, self.trials)


def wilson(successes: int, trials: int, z: float = NORMAL_95) -> tuple[float, float]:
    """Return Wilson's score interval of a share.

    >>> [round(end, 4) for end in wilson(9, 10)]
    [0.5958, 0.9821]

    Raises:
        SimulationError: the counts make no sense.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise SimulationError(f"{successes} of {trials} is not a share")
    share, square = successes / trials, z * z / trials
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return (middle - half if successes else 0.0), (middle + half if successes < trials else 1.0)


def vary_rates(crn: Crn, decades: float, random: np.random.Generator) -> Crn:
    """Return a Crn whose rate constants are spread over ``decades`` around their own, each by itself."""
    factors = 10.0 ** random.uniform(-decades / 2, decades / 2, crn.n_reactions)
    return crn.with_(rates=crn.rates * factors)


def vary_amounts(state: FloatArray, species: IntArray, deviation: float, random: np.random.Generator) -> FloatArray:
    """Return a state (species,) where some amounts are off by a relative standard deviation."""
    found = np.array(state)
    found[species] *= np.maximum(0.0, 1.0 + deviation * random.standard_normal(len(species)))
    return found


def releasing(crn: Crn, fuels: IntArray, signals: IntArray) -> IntArray:
    """Return the reactions in which a fuel is used up, none comes back, and signals come free without any (n,)."""
    net = crn.net.tocsc()
    uses = np.asarray((net[:, fuels] < 0).sum(axis=1)).ravel() > 0
    returns = np.asarray((net[:, fuels] > 0).sum(axis=1)).ravel() > 0
    gives = np.asarray((net[:, signals] > 0).sum(axis=1)).ravel() > 0
    takes = np.asarray(crn.reactants.tocsc()[:, signals].sum(axis=1)).ravel() > 0
    return np.flatnonzero(uses & ~returns & gives & ~takes).astype(np.int64)


def with_leak(crn: Crn, fuels: IntArray, signals: IntArray, rate: float) -> Crn:
    """Return a Crn where every fuel that releases signals also does so untriggered, at ``rate`` (/s)."""
    rows = releasing(crn, fuels, signals)
    is_fuel = np.zeros(crn.n_species, dtype=np.int64)
    is_fuel[fuels] = 1
    spontaneous = crn.reactants[rows] @ sparse.diags_array(is_fuel, dtype=np.int64)
    return _extended(crn, spontaneous, crn.products[rows], np.full(len(rows), rate))


def with_purity(crn: Crn, fuels: IntArray, signals: IntArray, share: float) -> tuple[Crn, IntArray, IntArray]:
    """Return a Crn where fuels that release signals have malformed copies, and which copy is of which fuel.

    A malformed copy takes its trigger at the rate of the good ones and releases nothing. The copies (n,) are new
    species at the end; the initial amount of each fuel (n,) is divided between the two as ``share`` to the rest.
    """
    rows = releasing(crn, fuels, signals)
    used = crn.reactants[rows][:, fuels].tocoo()
    owners = np.unique(fuels[used.coords[1]])
    copies = crn.n_species + np.arange(len(owners), dtype=np.int64)
    wide = (crn.n_reactions, crn.n_species + len(owners))
    grown = crn.with_(
        species=crn.species + tuple(f"{crn.species[i]}_malformed" for i in owners),
        reactants=_resized(crn.reactants, wide),
        products=_resized(crn.products, wide),
        initial=np.concatenate([crn.initial, np.zeros(len(owners))]),
    )
    move = sparse.identity(wide[1], dtype=np.int64, format="lil")
    for owner, copy in zip(owners, copies, strict=True):
        move[owner, owner], move[owner, copy] = 0, 1
    takes = grown.reactants[rows] @ sparse.csr_array(move)
    nothing = sparse.csr_array((len(rows), wide[1]), dtype=np.int64)
    made = _extended(grown, takes, nothing, crn.rates[rows])
    initial = np.array(made.initial)
    initial[copies] = (1 - share) * initial[owners]
    initial[owners] *= share
    return made.with_(initial=initial), copies, owners


def _resized(matrix: Any, shape: tuple[int, int]) -> Any:
    return sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=shape)


def _extended(crn: Crn, reactants: Any, products: Any, rates: FloatArray) -> Crn:
    return crn.with_(
        reactants=sparse.vstack([crn.reactants, reactants], format="csr"),
        products=sparse.vstack([crn.products, products], format="csr"),
        rates=np.concatenate([crn.rates, rates]),
    )


@final
@dataclass(frozen=True, eq=False)
class Tubes:
    """Some tubes as a piece of work: what their outputs are at a stated time."""

    crns: tuple[Crn, ...]
    """One for all tubes, or one for each."""
    initial: FloatArray
    """States (tubes, species)."""
    time: float
    tolerances: Tolerances

    @property
    def digest(self) -> str:
        """A hash of everything the result depends on."""
        total = hashlib.sha256(f"tubes {' '.join(crn.digest for crn in self.crns)}".encode())
        total.update(str(self.initial.shape).encode() + np.ascontiguousarray(self.initial).tobytes())
        total.update(repr((self.time, self.tolerances)).encode())
        return total.hexdigest()[:32]

    def run(self) -> FloatArray:
        """Return outputs (tubes, outputs)."""
        if len(self.crns) == 1:
            return final_outputs(self.crns[0], self.initial, self.time, self.tolerances)
        each = zip(self.crns, self.initial, strict=True)
        return np.concatenate([final_outputs(crn, one[None], self.time, self.tolerances) for crn, one in each])


Draw = Callable[[int, np.random.Generator], tuple[Crn, FloatArray]]
"""From an example's number and a random stream: the Crn and the initial state (species,) of one tube."""


@final
@dataclass(frozen=True, slots=True)
class Disturbance:
    """Something that goes wrong by so much."""

    name: str
    level: float
    """How much, in the disturbance's own unit."""
    draw: Draw
    """Makes one tube."""


def survival(
    disturbances: Sequence[Disturbance],
    labels: IntArray,
    *,
    trials: int,
    time: float,
    tolerances: Tolerances,
    seed: int,
    batches: Batches | None = None,
) -> tuple[Survival, ...]:
    """Return how many of some random examples keep their label under each of some disturbances.

    Args:
        disturbances: What goes wrong, one at a time.
        labels: The right label of every example (examples,).
        trials: Tubes a disturbance.
        time: When the label is read, in the Crn's unit.
        tolerances: Of the integration.
        seed: The same seed gives the same tubes, and every disturbance the same examples.
        batches: How the work is done.

    Raises:
        SimulationError: an integration fails.
        BackendError: see :func:`dsdcompile.simulate.batches.run`.
    """
    pieces: list[Tubes] = []
    wanted: list[tuple[int, IntArray]] = []  # of each piece: the disturbance, and the right labels (tubes,)
    size = 0
    for number, disturbance in enumerate(disturbances):
        random = np.random.default_rng(seed)
        examples = random.integers(0, len(labels), trials)
        drawn = [disturbance.draw(int(example), random) for example in examples]
        size += sum(crn.n_reactions for crn, _ in drawn)
        for part in cut(trials, drawn[0][0]):
            crns = [crn for crn, _ in drawn[part]]
            shared = all(crn is crns[0] for crn in crns)
            states = np.stack([state for _, state in drawn[part]])
            pieces.append(Tubes((crns[0],) if shared else tuple(crns), states, time, tolerances))
            wanted.append((number, labels[examples[part]]))
    kept = [0] * len(disturbances)
    what = f"of up to {max((len(piece.initial) for piece in pieces), default=0)} tubes with errors"
    for (number, right), outputs in zip(wanted, run(pieces, size, what, batches), strict=True):
        kept[number] += int((outputs.argmax(axis=1) == right).sum())
    return tuple(Survival(one.name, one.level, trials, n) for one, n in zip(disturbances, kept, strict=True))
