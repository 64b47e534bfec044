"""Local search from orthogonal words: give one domain another word where the objective is worst; keep what lowers it.

Two rounds. The first sees helices and hairpins of the fast screen and draws a word for a domain of a bad helix at each
step. The second sees partition functions: for the worst strand or gate it draws several words and keeps the best. Words
always come from the pool of the start, so no two ever share a k-mer.

Every step has its own random numbers, made from the seed and the step's number: a search that is interrupted and taken
up again ends where it would have ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.domain import base
from dsdcompile.sequences.assignment import AssignmentOptions, make_word_pool, word_rules
from dsdcompile.sequences.budget import SHORT
from dsdcompile.sequences.helices import (
    Energies,
    Pool,
    all_pairs,
    coded,
    hairpin_energies,
    helix_energies,
    helix_places,
    make_pool,
    strand_places,
)
from dsdcompile.sequences.objective import (
    Objective,
    gate_penalties,
    hairpin_penalties,
    motif_penalty,
    pair_penalties,
    structure_penalty,
)
from dsdcompile.sequences.rules.evidence import Limits
from dsdcompile.sequences.rules.toeholds import alone, open_toeholds
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.model import Question, ThermoModel
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy

SAVE_EVERY = 50
"""Steps between two checkpoints."""
CANDIDATES = 4
"""Words that the second round tries at a step."""


@final
@dataclass(frozen=True, eq=False)
class Checkpoint:
    """How far a search is."""

    step: int
    """The next step."""
    taken: int
    """Words tried so far."""
    sequences: dict[str, str]
    """The best so far."""


@final
@dataclass(frozen=True, eq=False)
class SearchResult:
    """What a search found."""

    sequenced: SequencedSystem
    before: Objective
    """Of the orthogonal words alone."""
    after: Objective
    steps: int
    """How many words were tried."""
    k: int
    """No two words share a k-mer."""
    interrupted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "objective_before": _terms(self.before),
            "objective_after": _terms(self.after),
            "steps": self.steps,
            "k": self.k,
            "interrupted": self.interrupted,
        }


def _terms(objective: Objective) -> dict[str, float]:
    return {
        "total": round(objective.total, 4),
        "pairs": round(objective.pairs, 4),
        "gates": round(objective.gates, 4),
        "hairpins": round(objective.hairpins, 4),
        "motifs": round(objective.motifs, 4),
        "structures": round(objective.structures, 4),
    }


def improve(
    start: SequencedSystem,
    k: int,
    model: ThermoModel,
    *,
    seed: int,
    steps: int,
    limits: Limits | None = None,
    options: AssignmentOptions | None = None,
    resume: Checkpoint | None = None,
    save: Callable[[Checkpoint], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> SearchResult:
    """Return better sequences for the same inventory, deterministic by seed.

    Args:
        start: Orthogonal words.
        k: Their k.
        model: Partition functions for the second round, and the conditions.
        seed: Seed of every step.
        steps: Most steps of the first round; the second has a quarter of that.
        limits: What the objective keeps its distance from.
        options: What words are made of.
        resume: Where an interrupted search of the same start, seed and steps stopped.
        save: Called with a checkpoint every ``SAVE_EVERY`` steps, and when interrupted.
        progress: Called with a line now and then.
    """
    options, limits = options or AssignmentOptions(), limits or Limits()
    board = _Board(start, k, limits, options, model)
    structures = board.structures()
    before = board.objective(structures)
    done = taken = 0
    if resume is not None:
        board = _Board(SequencedSystem(start.inventory, resume.sequences), k, limits, options, model)
        structures, done, taken = board.structures(), resume.step, resume.taken
    interrupted = False
    total = steps + steps // 4
    try:
        while done < total:
            if done < steps:
                moved = board.step(np.random.default_rng((seed, done)))
                if not moved:
                    done = steps
                    continue
            else:
                if done == steps:
                    structures = board.structures()
                if not structures.any():
                    break
                structures = board.repair(np.random.default_rng((seed, done)), structures)
            done, taken = done + 1, taken + 1
            if done % SAVE_EVERY == 0:
                progress(f"step {done} of at most {total}: objective {board.objective(structures).total:.2f}")
                save(Checkpoint(done, taken, dict(board.sequences)))
    except KeyboardInterrupt:
        interrupted = True
        board.settle()
        save(Checkpoint(done, taken, dict(board.sequences)))
    after = board.objective(board.structures() if not interrupted else structures)
    best = SequencedSystem(start.inventory, board.sequences)
    return SearchResult(best, before, after, taken, k, interrupted)


@final
class _Board:
    """The state of a search: sequences, and every number the objective adds up."""

    def __init__(
        self, start: SequencedSystem, k: int, limits: Limits, options: AssignmentOptions, model: ThermoModel
    ) -> None:
        self.inventory = inventory = start.inventory
        self.sequences = dict(start.sequences)
        self.k, self.limits, self.options, self.model = k, limits, options, model
        self.energies = Energies.at(model.conditions)
        self.strands = [s.domains for s in inventory.strands]
        self.gates = [item for item in inventory.items if item.is_gate]
        self.backbone = np.array([s in inventory.backbones for s in self.strands], dtype=bool)
        self.movable = {n for n, d in inventory.domains.items() if d.part not in SHORT and n not in options.fixed}
        self.owner = [name for name, d in inventory.domains.items() for _ in range(d.length)]
        self.users: dict[str, list[int]] = {name: [] for name in inventory.domains}
        for number, strand in enumerate(self.strands):
            for name in dict.fromkeys(map(base, strand)):
                self.users[name].append(number)
        self.words = make_word_pool(options, k, np.random.default_rng(0))
        for name in sorted(self.movable):
            self.words.claim(self.sequences[name], min(k, inventory.domains[name].length))
        made = make_pool(start, self.strands)
        self.letters = made.letters.copy()
        self.pool = Pool(self.letters, made.places, made.starts)
        count = len(self.strands)
        pairs = all_pairs(count)
        self.helix = np.zeros((count, count))
        self._put_pairs(pairs)
        self.hairpin = np.array(hairpin_energies(self.pool, np.arange(count), self.energies))
        self.perfect = np.array([duplex_energy(self._text(s), model.conditions) for s in range(count)])
        self.places = [strand_places(inventory, strand).tolist() for strand in self.strands]
        self.motif = np.array([self._motif(s) for s in range(count)])
        self._undo: list[Callable[[], None]] = []

    # -- numbers -----------------------------------------------------------------------------------------------

    def objective(self, structures: FloatArray) -> Objective:
        """Return the terms as they stand."""
        penalty = np.triu(self._pair_penalties())
        with_gate = self.backbone[:, None] | self.backbone[None, :]
        return Objective(
            float(penalty[~with_gate].sum()),
            float(penalty[with_gate].sum()),
            float(hairpin_penalties(self.hairpin, self.limits).sum()),
            float(self.motif.sum()),
            float(structures.sum()),
        )

    def fast(self) -> float:
        """Return the objective without structures."""
        penalty = self._pair_penalties()
        pairs = (penalty.sum() + np.trace(penalty)) / 2
        return float(pairs + hairpin_penalties(self.hairpin, self.limits).sum() + self.motif.sum())

    def structures(self) -> FloatArray:
        """Return the structural penalty of every strand alone, then of every gate (strands + gates,)."""
        subjects = range(len(self.strands) + len(self.gates))
        return self._structures(subjects)

    def _structures(self, subjects: Any) -> FloatArray:
        answers = self.model.ensembles([self._question(s) for s in subjects])
        return np.array(
            [
                structure_penalty(answer, [place for _, place in self._open(subject)], self.limits)
                for subject, answer in zip(subjects, answers, strict=True)
            ]
        )

    def _open(self, subject: int) -> list[tuple[str, slice]]:
        if subject < len(self.strands) and self.backbone[subject]:
            return []
        return open_toeholds(self.inventory, self._complex(subject))

    def _complex(self, subject: int) -> Complex:
        count = len(self.strands)
        return alone(self.strands[subject]) if subject < count else self.gates[subject - count].complex

    def _question(self, subject: int) -> Question:
        if subject < len(self.strands):
            return Question((self._text(subject),))
        gate = self.gates[subject - len(self.strands)].complex
        here = SequencedSystem.unchecked(self.inventory, self.sequences)
        return Question(here.complex(gate), self.inventory.structure(gate))

    def _pair_penalties(self) -> FloatArray:
        with_gate = self.backbone[:, None] | self.backbone[None, :]
        most = np.minimum(np.maximum(self.perfect[:, None], self.perfect[None, :]), -1e-9)
        shares = gate_penalties(self.helix / most, self.limits)
        return np.where(with_gate, shares, pair_penalties(self.helix, self.limits))

    def _text(self, strand: int) -> str:
        return SequencedSystem.unchecked(self.inventory, self.sequences).strand(self.strands[strand])

    def _motif(self, strand: int) -> float:
        return motif_penalty(self._text(strand), self.places[strand], self.options.banned, self.limits)

    # -- moves -------------------------------------------------------------------------------------------------

    def step(self, rng: np.random.Generator) -> bool:
        """Try another word for a domain of a bad helix or hairpin; return False if nothing is bad."""
        before = self.fast()
        if before <= 0:
            return False
        name = self._bad_helix(rng)
        if name is None:
            return True
        if self._redraw(name, rng) and self.fast() < before:
            self._keep()
        else:
            self.settle()
        return True

    def repair(self, rng: np.random.Generator, structures: FloatArray) -> FloatArray:
        """Try several words for a domain of what folds worst; return the structural penalties after."""
        name = self._bad_structure(rng, structures)
        if name is None:
            return structures
        old_word, old = self.sequences[name], self.fast() + float(structures.sum())
        subjects = [*self.users[name], *(self._gates_of(name))]
        rest = float(structures.sum() - structures[subjects].sum())
        best: tuple[float, str, FloatArray] | None = None
        for _ in range(CANDIDATES):
            if self._redraw(name, rng) and self.fast() + rest < old:  # else no structure could make up for it
                found = self._structures(subjects)
                total = self.fast() + rest + float(found.sum())
                if total < old and (best is None or total < best[0]):
                    best = (total, self.sequences[name], found)
            self.settle()
        if best is None:
            return structures
        length = min(self.k, self.inventory.domains[name].length)
        self.words.release(old_word, length)
        self._set(name, best[1])
        self.words.claim(best[1], length)
        self._keep()
        changed = np.array(structures)
        changed[subjects] = best[2]
        return changed

    def _gates_of(self, name: str) -> list[int]:
        count = len(self.strands)
        return [count + i for i, gate in enumerate(self.gates) if name in gate.complex.domains]

    def _bad_structure(self, rng: np.random.Generator, structures: FloatArray) -> str | None:
        """Return a domain of a badly folded strand or gate, the worse the likelier; None if none can move."""
        at = int(np.searchsorted(np.cumsum(structures), rng.random() * structures.sum(), side="right"))
        subject = min(at, len(structures) - 1)
        names = sorted({d for d in self._complex(subject).domains if d in self.movable})
        return names[int(rng.integers(len(names)))] if names else None

    def _bad_helix(self, rng: np.random.Generator) -> str | None:
        """Return a domain of a bad helix or hairpin, the worse the likelier; None if none can move."""
        penalty = np.triu(self._pair_penalties())
        penalty[np.diag_indices_from(penalty)] += hairpin_penalties(self.hairpin, self.limits) + self.motif
        at = int(np.searchsorted(np.cumsum(penalty.ravel()), rng.random() * penalty.sum(), side="right"))
        one, two = divmod(min(at, penalty.size - 1), len(self.strands))
        return self._blame(one, two, rng)

    def _blame(self, one: int, two: int, rng: np.random.Generator) -> str | None:
        """Return a domain that takes part in the strongest helix of two strands, or any of theirs."""
        places = helix_places(self.pool, one, two, self.energies)
        names = [self.owner[abs(int(place)) - 1] for place in places.ravel()]
        names = [n for n in names if n in self.movable]
        if not names:
            names = [base(t) for s in (one, two) for t in self.strands[s] if base(t) in self.movable]
        return names[int(rng.integers(len(names)))] if names else None

    def _redraw(self, name: str, rng: np.random.Generator) -> bool:
        """Give a domain a new word, to be kept or settled; return False if there is none."""
        rules = word_rules(self.inventory.domains[name], self.k, self.options)
        old = self.sequences[name]
        self.words.rng = rng
        word = self.words.draw(rules, effort=20_000)
        if word is None:
            return False

        def undo() -> None:
            self.words.release(word, rules.k)
            self.words.claim(old, rules.k)

        self._undo.append(undo)
        self.words.release(old, rules.k)
        self._set(name, word)
        return True

    def _set(self, name: str, word: str) -> None:
        old = self.sequences[name]
        users = np.array(self.users[name])
        helix, hairpin = self.helix[users].copy(), self.hairpin[users].copy()
        perfect, motif = self.perfect[users].copy(), self.motif[users].copy()

        def undo() -> None:
            self._write(name, old)
            self.helix[users], self.helix[:, users] = helix, helix.T
            self.hairpin[users], self.perfect[users], self.motif[users] = hairpin, perfect, motif

        self._undo.append(undo)
        self._write(name, word)
        count = len(self.strands)
        rows, columns = np.repeat(users, count), np.tile(np.arange(count), len(users))
        once = ~np.isin(columns, users) | (rows <= columns)
        self._put_pairs(np.stack([rows[once], columns[once]], axis=1))
        self.hairpin[users] = hairpin_energies(self.pool, users, self.energies)
        for s in users:
            self.perfect[s] = duplex_energy(self._text(int(s)), self.model.conditions)
            self.motif[s] = self._motif(int(s))

    def _write(self, name: str, word: str) -> None:
        self.sequences[name] = word
        for s in self.users[name]:
            self.letters[self.pool.starts[s] : self.pool.starts[s + 1]] = coded(self._text(s))

    def _put_pairs(self, pairs: IntArray) -> None:
        values = helix_energies(self.pool, pairs, self.energies)
        self.helix[pairs[:, 0], pairs[:, 1]] = values
        self.helix[pairs[:, 1], pairs[:, 0]] = values

    def _keep(self) -> None:
        self._undo.clear()

    def settle(self) -> None:
        """Take back what has not been kept."""
        while self._undo:
            self._undo.pop()()
