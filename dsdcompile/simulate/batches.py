"""Many examples in pieces, on any ``concurrent.futures`` executor: local processes, threads, or a Dask cluster.

A piece is a value that says all of its work, so it can run anywhere, be run again if its worker dies, and be known by
its digest when an interrupted run is resumed. Results are collected by the number of the piece: each counts once.
How work is cut into pieces depends on the work alone, so results are the same on every executor.
"""

from __future__ import annotations

import concurrent.futures as cf
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.errors import BackendError
from dsdcompile.simulate.completion import Horizon, horizon
from dsdcompile.simulate.trajectory import Tolerances

MOST_ATTEMPTS = 3
"""How often a pool whose workers died is opened again before the run gives up."""
PIECE_STATES = 200_000
"""Concentrations in a piece, about; a piece has at least :data:`LEAST_EXAMPLES` examples."""
LEAST_EXAMPLES, MOST_EXAMPLES = 8, 64
LEAST_PIECES = 16
"""Pieces of a batch that is large enough, so that few workers end at about the same time."""
MOST_LINES = 20
"""Lines of progress, about."""


class Piece(Protocol):
    """A part of the work: immutable, picklable, and known by a digest of everything its result depends on."""

    @property
    def digest(self) -> str:
        """A hash of all content, the same in every run; the code that runs it is the shelf's to know."""

    def run(self) -> FloatArray:
        """Do the work."""


class Shelf(Protocol):
    """Where finished pieces are kept between runs."""

    def get(self, key: str) -> FloatArray | None:
        """Return the kept result, or None."""

    def put(self, key: str, value: FloatArray) -> None:
        """Keep a result."""


Executors = Callable[[int], AbstractContextManager[cf.Executor | None]]
"""Opens an executor for a number of examples times reactions; None means to work here, one piece after the other."""


@contextmanager
def here(_: int) -> Iterator[None]:
    """Work in this process."""
    yield None


def silence(_: str) -> None:
    """Say nothing."""


@final
@dataclass(frozen=True, eq=False)
class Batches:
    """How large work is done: where, what is kept for later, and who hears of it."""

    executors: Executors = here
    shelf: Shelf | None = None
    progress: Callable[[str], None] = field(default=silence)
    """Called with a line as pieces finish."""


def run_piece(piece: Piece) -> FloatArray:
    """Run one piece: the function that executors are given."""
    return piece.run()


Done = TypeVar("Done", bound=Piece)


def run(pieces: Sequence[Done], size: int, what: str, batches: Batches | None = None) -> list[FloatArray]:
    """Return the result of every piece, in order; each is computed, kept and counted once.

    Args:
        pieces: The work.
        size: Examples times reactions, by which an executor may be chosen.
        what: What a piece holds, for progress lines, such as ``examples``.
        batches: How to do it (default: here and now, keeping nothing).

    Raises:
        SimulationError: a piece failed; pieces finished before are kept on the shelf.
        BackendError: workers kept dying, or a cluster was lost; likewise.
    """
    batches = batches or Batches()
    found: dict[int, FloatArray] = {}
    if batches.shelf is not None:
        for number, piece in enumerate(pieces):
            kept = batches.shelf.get(piece.digest)
            if kept is not None:
                found[number] = kept
    report = _Report(len(pieces), len(found), what, batches.progress)

    def finished(number: int, result: FloatArray) -> None:
        if number in found:
            return
        found[number] = result
        if batches.shelf is not None:
            batches.shelf.put(pieces[number].digest, result)
        report(len(found))

    for attempt in range(MOST_ATTEMPTS):
        waiting = [number for number in range(len(pieces)) if number not in found]
        if not waiting:
            break
        try:
            with batches.executors(size) as executor:
                if executor is None:
                    for number in waiting:
                        finished(number, pieces[number].run())
                else:
                    _on(executor, pieces, waiting, finished)
        except BrokenProcessPool:
            if attempt + 1 == MOST_ATTEMPTS:
                raise BackendError(
                    f"worker processes died {MOST_ATTEMPTS} times with {len(pieces) - len(found)} of {len(pieces)} "
                    "pieces left (memory?); what is finished is kept: run again to go on, with fewer processes"
                ) from None
    return [found[number] for number in range(len(pieces))]


def _on(
    executor: cf.Executor, pieces: Sequence[Piece], waiting: list[int], finished: Callable[[int, FloatArray], None]
) -> None:
    """Run pieces on an executor; on any failure what has not begun is cancelled, and what is done is kept."""
    futures = {executor.submit(run_piece, pieces[number]): number for number in waiting}
    try:
        for future in cf.as_completed(futures):
            finished(futures[future], future.result())
    except BaseException:
        for future, number in futures.items():
            if not future.cancel() and future.done() and future.exception() is None:
                finished(number, future.result())
        raise


@final
class _Report:
    """Progress with an estimate from the pieces done in this run."""

    def __init__(self, total: int, before: int, what: str, progress: Callable[[str], None]) -> None:
        self._total, self._before, self._what, self._progress = total, before, what, progress
        self._begun = time.monotonic()
        if before and before < total:
            progress(f"{before} of {total} pieces ({what}) are kept from an earlier run")

    def __call__(self, done: int) -> None:
        if self._total < 2 or done * MOST_LINES // self._total == (done - 1) * MOST_LINES // self._total:
            return
        each = (time.monotonic() - self._begun) / (done - self._before)
        left = each * (self._total - done)
        left_over = f", about {left:.0f} s left" if done < self._total else ""
        self._progress(f"{done} of {self._total} pieces ({self._what}){left_over}")


def cut(count: int, crn: Crn) -> list[slice]:
    """Return ranges of examples for the pieces of a batch: multiples of eight, which engines like."""
    most = PIECE_STATES // max(1, crn.n_species) // 8 * 8
    each = min(MOST_EXAMPLES, max(LEAST_EXAMPLES, min(most, -(-count // LEAST_PIECES // 8) * 8)))
    return [slice(first, min(first + each, count)) for first in range(0, count, each)]


@final
@dataclass(frozen=True, eq=False)
class HorizonPiece:
    """How long some examples need, see :func:`dsdcompile.simulate.completion.horizon`."""

    crn: Crn
    initial: FloatArray
    """States (examples, species)."""
    limit: FloatArray
    """What their outputs tend to (examples, outputs)."""
    within: float
    first: float
    most: float
    tolerances: Tolerances

    @property
    def digest(self) -> str:
        """A hash of everything the result depends on."""
        total = hashlib.sha256(f"horizon {self.crn.digest}".encode())
        for array in (self.initial, self.limit):
            total.update(str(array.shape).encode() + np.ascontiguousarray(array).tobytes())
        total.update(repr((self.within, self.first, self.most, self.tolerances)).encode())
        return total.hexdigest()[:32]

    def run(self) -> FloatArray:
        """Return outputs and, in the last column, the time by which all have come to rest (examples, outputs + 1)."""
        found = horizon(
            self.crn,
            self.initial,
            self.limit,
            within=self.within,
            first=self.first,
            most=self.most,
            tolerances=self.tolerances,
        )
        return np.column_stack([found.outputs, np.full(len(found.outputs), found.time)])


def batch_horizon(
    crn: Crn,
    initial: FloatArray,
    limit: FloatArray,
    *,
    within: float,
    first: float,
    most: float,
    tolerances: Tolerances,
    batches: Batches | None = None,
) -> Horizon:
    """Return :func:`dsdcompile.simulate.completion.horizon` of a large batch, in pieces.

    Raises:
        SimulationError: an integration failed, or an example does not come to rest.
        BackendError: see :func:`run`.
    """
    pieces = [
        HorizonPiece(crn, initial[part], limit[part], within, first, most, tolerances)
        for part in cut(len(initial), crn)
    ]
    tables = run(pieces, len(initial) * crn.n_reactions, f"of up to {len(pieces[0].initial)} examples", batches)
    table = np.concatenate(tables)
    return Horizon(float(table[:, -1].max()), np.asarray(table[:, :-1]), within)
