"""Local search from orthogonal words: give one domain another word where the objective is worst; keep what lowers it.

Two rounds. The first sees what is fast to compute and draws a word for a domain of a bad helix, hairpin, junction or
toehold at each step. The second sees partition functions: for the worst strand or gate it draws several words and keeps
the best.

Every step has its own random numbers, made from the seed and the step's number: a search that is interrupted and taken
up again ends where it would have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.board import Board
from dsdcompile.sequences.objective import Objective
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.model import ThermoModel

SAVE_EVERY = 50
"""Steps between two checkpoints."""


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
            "objective_before": self.before.to_json(),
            "objective_after": self.after.to_json(),
            "steps": self.steps,
            "k": self.k,
            "interrupted": self.interrupted,
        }


def most_steps(steps: int) -> int:
    """Return the most steps of both rounds, of a search whose first round has at most ``steps``."""
    return steps + steps // 4


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

    An interrupt at any moment ends the search: the best so far is saved, evaluated (what the checks ask next is known
    by then), and returned. A second one during that evaluation is not caught.

    Args:
        start: Orthogonal words.
        k: Their k.
        model: Partition functions for the second round, and the conditions.
        seed: Seed of every step.
        steps: Most steps of the first round; the second has a quarter of that.
        limits: What the objective keeps its distance from.
        options: What words are made of.
        resume: Where an interrupted search of the same start, seed and steps stopped.
        save: Called with a checkpoint at the start, every ``SAVE_EVERY`` steps, and when interrupted.
        progress: Called with a line now and then.
    """
    options, limits = options or AssignmentOptions(), limits or Limits()

    def lay_out(sequences: Mapping[str, str]) -> Board:
        return Board(start, sequences, k, limits, options, model)

    at = Checkpoint(0, 0, dict(start.sequences)) if resume is None else resume
    done, taken, total = at.step, at.taken, most_steps(steps)
    before = board = None
    interrupted = False
    try:
        save(at)  # before anything that takes long
        first = lay_out(start.sequences)
        structures = first.structures()
        before = first.objective(structures)
        board = first if resume is None else lay_out(at.sequences)
        while done < total:
            if done < steps:
                if not board.step(np.random.default_rng((seed, done))):
                    done = steps
                    continue
            else:
                if done in (steps, at.step):
                    structures = board.structures()
                if not structures.any():
                    break
                structures = board.repair(np.random.default_rng((seed, done)), structures)
            done, taken = done + 1, taken + 1
            if done % SAVE_EVERY == 0:
                progress(f"step {done} of at most {total}: objective {board.fast():.2f} without structures")
                save(Checkpoint(done, taken, dict(board.sequences)))
    except KeyboardInterrupt:
        interrupted = True
        if board is not None:
            board.settle()
            at = Checkpoint(done, taken, dict(board.sequences))
        save(at)
        progress("interrupted; evaluating the best objective so far (interrupt again to stop at once)")
    if before is None:
        first = lay_out(start.sequences)
        before = first.objective(first.structures())
    if board is None:
        board = lay_out(at.sequences)
    after = board.objective(board.structures())
    best = SequencedSystem(start.inventory, board.sequences)
    return SearchResult(best, before, after, taken, k, interrupted)
