"""The state of a search: sequences, every number the objective adds up, and moves that can be taken back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Final, final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.domain import Part, base
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.helices import (
    Energies,
    Pool,
    all_pairs,
    coded,
    hairpin_energies,
    helix_energies,
    helix_places,
    make_pool,
    renew_words,
    strand_places,
    strand_words,
)
from dsdcompile.sequences.junctions import Stretches
from dsdcompile.sequences.objective import (
    JUNCTION,
    Objective,
    gate_penalties,
    hairpin_penalties,
    motif_penalty,
    pair_penalties,
    strongest_free,
    structure_penalty,
    toehold_penalties,
)
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.rules.toehold_accessibility import alone, open_toeholds
from dsdcompile.sequences.sequenced import SequencedSystem, spell
from dsdcompile.sequences.supply import Supply
from dsdcompile.sequences.thermo.model import Question, ThermoModel
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy

CANDIDATES: Final = 4
"""Words that a repair tries."""
AT_ONCE: Final = 2
"""Gates that a repair asks about before it looks whether a word can still be the best."""


@final
class Board:
    """The state of a search: sequences, and every number the objective adds up."""

    def __init__(
        self,
        start: SequencedSystem,
        sequences: Mapping[str, str],
        k: int,
        limits: Limits,
        options: AssignmentOptions,
        model: ThermoModel,
    ) -> None:
        """Compute everything for ``sequences``, which a search from ``start`` has reached."""
        self.inventory = inventory = start.inventory
        self.sequences = dict(sequences)
        self.limits, self.options, self.model = limits, options, model
        self.energies = Energies.at(model.conditions)
        self.strands = [s.domains for s in inventory.strands]
        self.gates = [item for item in inventory.items if item.is_gate]
        self.backbone = np.array([s in inventory.backbones for s in self.strands], dtype=bool)
        self.with_gate = self.backbone[:, None] | self.backbone[None, :]
        self.toeholds = inventory.of_part(Part.TOEHOLD)
        self.owner = [name for name, d in inventory.domains.items() for _ in range(d.length)]
        self.users: dict[str, list[int]] = {name: [] for name in inventory.domains}
        for number, strand in enumerate(self.strands):
            for name in dict.fromkeys(map(base, strand)):
                self.users[name].append(number)
        self.supply = Supply(start, self.sequences, k, options)
        made = make_pool(SequencedSystem(inventory, self.sequences), self.strands)
        self.letters = made.letters.copy()
        self.pool = Pool(self.letters, made.places, made.starts)
        self.stretches = Stretches.of(self.pool, k + JUNCTION)
        count = len(self.strands)
        self.words = strand_words(self.pool)
        self.perfect = np.array([duplex_energy(self._text(s), model.conditions) for s in range(count)])
        self.helix = np.zeros((count, count))
        """The strongest helix of two strands where it is penalised, else 0: most pairs need not be looked at."""
        self._put_pairs(all_pairs(count))
        self.hairpin = np.array(hairpin_energies(self.pool, np.arange(count), self.energies))
        self.places = [strand_places(inventory, strand).tolist() for strand in self.strands]
        self.motif = np.array([self._motif(s) for s in range(count)])
        self.penalty = np.zeros((count, count))
        """Of every pair of strands, above the diagonal and on it."""
        self._put_penalties(np.arange(count))
        self.junctions = self.stretches.repeated(self.pool)
        self._undo: list[Callable[[], None]] = []

    # -- numbers -----------------------------------------------------------------------------------------------

    def objective(self, structures: FloatArray) -> Objective:
        """Return the terms as they stand."""
        return Objective(
            pairs=float(self.penalty[~self.with_gate].sum()),
            gates=float(self.penalty[self.with_gate].sum()),
            hairpins=float(hairpin_penalties(self.hairpin, self.limits).sum()),
            motifs=float(self.motif.sum()),
            toeholds=float(self._toehold_penalties().sum()),
            junctions=float(len(self.junctions)),
            structures=float(structures.sum()),
        )

    def fast(self) -> float:
        """Return the objective without structures."""
        parts = self.penalty.sum() + hairpin_penalties(self.hairpin, self.limits).sum() + self.motif.sum()
        return float(parts + self._toehold_penalties().sum() + len(self.junctions))

    def structures(self) -> FloatArray:
        """Return the structural penalty of every strand alone, then of every gate (strands + gates,)."""
        subjects = range(len(self.strands) + len(self.gates))
        return self._structures(subjects)

    def _structures(self, subjects: Sequence[int]) -> FloatArray:
        answers = self.model.ensembles([self._question(s) for s in subjects])
        return np.array(
            [
                structure_penalty(answer, [place for _, place in self._open(subject)], self.limits)
                for subject, answer in zip(subjects, answers, strict=True)
            ]
        )

    def _structures_below(self, subjects: Sequence[int], most: float) -> FloatArray:
        """Return the penalties of strands and gates; once their sum is above ``most``, the rest are taken as 0.

        Strands come first, which cost little to ask about, then gates a few at a time.
        """
        found = np.zeros(len(subjects))
        strands = sum(subject < len(self.strands) for subject in subjects)
        cuts = [0, strands, *range(strands + AT_ONCE, len(subjects), AT_ONCE), len(subjects)]
        for first, last in itertools.pairwise(dict.fromkeys(cuts)):
            found[first:last] = self._structures(subjects[first:last])
            if found.sum() > most:
                break
        return found

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
        strands = tuple(spell(strand, self.sequences) for strand in gate.strands)
        return Question(strands, self.inventory.structure(gate))

    def _put_penalties(self, strands: IntArray) -> None:
        """Bring the penalties of all pairs of some strands up to date."""
        helices = self.helix[strands]
        shares = gate_penalties(helices / self._most(strands[:, None], np.arange(len(self.strands))), self.limits)
        rows = np.where(self.with_gate[strands], shares, pair_penalties(helices, self.limits))
        for s, row in zip(strands.tolist(), rows, strict=True):
            self.penalty[s, s:], self.penalty[:s, s] = row[s:], row[:s]

    def _most(self, one: IntArray, two: IntArray) -> FloatArray:
        """Return what the weaker of two strands binds at most, kcal/mol."""
        return np.asarray(np.minimum(np.maximum(self.perfect[one], self.perfect[two]), -1e-9), dtype=np.float64)

    def _toehold_penalties(self) -> FloatArray:
        conditions = self.model.conditions
        energies = np.array([duplex_energy(self.sequences[name], conditions) for name in self.toeholds])
        return toehold_penalties(energies, self.limits)

    def _text(self, strand: int) -> str:
        return spell(self.strands[strand], self.sequences)

    def _motif(self, strand: int) -> float:
        return motif_penalty(self._text(strand), self.places[strand], self.options.banned, self.limits)

    # -- moves -------------------------------------------------------------------------------------------------

    def step(self, rng: np.random.Generator) -> bool:
        """Try another word for a domain of what is bad; return False if nothing is."""
        before = self.fast()
        if before <= 0:
            return False
        name = self._bad_domain(rng)
        if name is not None and self._redraw(name, rng) and self.fast() < before:
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
                room = (old if best is None else best[0]) - self.fast() - rest
                found = self._structures_below(subjects, room + 1e-9)
                total = self.fast() + rest + float(found.sum())
                if total < old and (best is None or total < best[0]):
                    best = (total, self.sequences[name], found)
            self.settle()
        if best is None:
            return structures
        self.supply.swap(self.inventory.domains[name], old_word, best[1])
        self._set(name, best[1])
        self._keep()
        changed = np.array(structures)
        changed[subjects] = best[2]
        return changed

    def _gates_of(self, name: str) -> list[int]:
        count = len(self.strands)
        return [count + i for i, gate in enumerate(self.gates) if name in gate.complex.domains]

    def _bad_structure(self, rng: np.random.Generator, structures: FloatArray) -> str | None:
        """Return a domain of a badly folded strand or gate, the worse the likelier; None if none can move."""
        subject, _ = _reached(structures, rng.random() * structures.sum())
        return self._one_of(sorted(self._complex(subject).domains), rng)

    def _bad_domain(self, rng: np.random.Generator) -> str | None:
        """Return a domain of what is bad and fast to see, the worse the likelier; None if none of it can move."""
        own = hairpin_penalties(self.hairpin, self.limits) + self.motif
        rows, repeated = self.penalty.sum(axis=1) + own, self.junctions
        weights = np.concatenate([rows, self._toehold_penalties(), np.ones(len(repeated))])
        at, rest = _reached(weights, rng.random() * weights.sum())
        if at < len(rows):
            row = self.penalty[at].copy()
            row[at] += own[at]
            return self._blame(at, _reached(row, rest)[0], rng)
        at -= len(rows)
        if at < len(self.toeholds):
            return self._one_of([self.toeholds[at]], rng)
        return self._one_of(self._names(self.stretches.places[repeated[at - len(self.toeholds)]]), rng)

    def _blame(self, one: int, two: int, rng: np.random.Generator) -> str | None:
        """Return a domain that takes part in the strongest helix of two strands, or any of theirs."""
        name = self._one_of(self._names(helix_places(self.pool, one, two, self.energies)), rng)
        return name or self._one_of([base(token) for s in (one, two) for token in self.strands[s]], rng)

    def _names(self, places: IntArray) -> list[str]:
        return [self.owner[abs(int(place)) - 1] for place in places.ravel()]

    def _one_of(self, names: Sequence[str], rng: np.random.Generator) -> str | None:
        """Return one of the names that may get another word; one that is there twice is twice as likely."""
        movable = [name for name in names if name in self.supply.movable]
        return movable[int(rng.integers(len(movable)))] if movable else None

    def _redraw(self, name: str, rng: np.random.Generator) -> bool:
        """Give a domain a new word, to be kept or settled; return False if there is none."""
        found = self.supply.replace(self.inventory.domains[name], self.sequences, rng)
        if found is None:
            return False
        word, undo = found
        self._undo.append(undo)
        self._set(name, word)
        return True

    def _set(self, name: str, word: str) -> None:
        old = self.sequences[name]
        users = np.array(self.users[name])
        helix, hairpin = self.helix[users].copy(), self.hairpin[users].copy()
        perfect, motif = self.perfect[users].copy(), self.motif[users].copy()
        rows, columns, junctions = self.penalty[users].copy(), self.penalty[:, users].copy(), self.junctions

        def undo() -> None:
            self._write(name, old)
            self.helix[users], self.helix[:, users] = helix, helix.T
            self.hairpin[users], self.perfect[users], self.motif[users] = hairpin, perfect, motif
            self.penalty[users], self.penalty[:, users], self.junctions = rows, columns, junctions

        self._undo.append(undo)
        self._write(name, word)
        for s in users:
            self.perfect[s] = duplex_energy(self._text(int(s)), self.model.conditions)
        count = len(self.strands)
        changed = np.zeros(count, dtype=bool)
        changed[users] = True
        pairs = np.stack([np.repeat(users, count), np.tile(np.arange(count), len(users))], axis=1)
        # in the order of all_pairs, so that a board made afresh has the same numbers to the last bit
        self._put_pairs(np.sort(pairs[~changed[pairs[:, 1]] | (pairs[:, 0] <= pairs[:, 1])], axis=1))
        self.hairpin[users] = hairpin_energies(self.pool, users, self.energies)
        for s in users:
            self.motif[s] = self._motif(int(s))
        self._put_penalties(users)
        self.junctions = self.stretches.repeated(self.pool)

    def _write(self, name: str, word: str) -> None:
        self.sequences[name] = word
        for s in self.users[name]:
            self.letters[self.pool.starts[s] : self.pool.starts[s + 1]] = coded(self._text(s))
        renew_words(self.words, self.pool, np.array(self.users[name]))

    def _put_pairs(self, pairs: IntArray) -> None:
        one, two = pairs.T
        enough = strongest_free(self._most(one, two), self.with_gate[one, two], self.limits)
        values = helix_energies(self.pool, pairs, self.energies, words=self.words, enough=enough)
        self.helix[pairs[:, 0], pairs[:, 1]] = values
        self.helix[pairs[:, 1], pairs[:, 0]] = values

    def _keep(self) -> None:
        self._undo.clear()

    def settle(self) -> None:
        """Take back what has not been kept."""
        while self._undo:
            self._undo.pop()()


def _reached(weights: FloatArray, height: float) -> tuple[int, float]:
    """Return which weight a height falls into when all are piled up, and how far into it."""
    tops = np.cumsum(weights)
    at = min(int(np.searchsorted(tops, height, side="right")), len(weights) - 1)
    return at, height - float(tops[at - 1]) if at else height
