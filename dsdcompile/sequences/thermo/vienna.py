"""ViennaRNA in worker processes, with parameters corrected towards SantaLucia 2004: the default backend.

Processes are started with the interrupt signal blocked: Ctrl-C reaches a whole process group, and a worker that is
still importing would answer it with a traceback of its own. What is interrupted is the search, which ends its workers.
They are also started without the program's main module, which each of them would import, and all that it needs with
it, before its first answer.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing import resource_tracker
from types import ModuleType, TracebackType
from typing import Any, Self, final

from dsdcompile.errors import BackendError
from dsdcompile.sequences.cores import cores
from dsdcompile.sequences.thermo import vienna_worker
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Ensemble, Question, provenance
from dsdcompile.sequences.thermo.parameters import NAME


@final
class Vienna:
    """The backend; use it in a ``with`` block, which ends its processes."""

    def __init__(self, conditions: Conditions | None = None, workers: int | None = None) -> None:
        """Prepare ``workers`` processes, one a core by default; they start as questions come."""
        self._conditions = conditions or Conditions()
        self._workers = cores() if workers is None else workers
        self._pool: ProcessPoolExecutor | None = None
        self._known: dict[Question, Ensemble] = {}

    @property
    def conditions(self) -> Conditions:
        """Temperature and salt."""
        return self._conditions

    @property
    def provenance(self) -> dict[str, Any]:
        """Backend, version, parameters and conditions, for the record."""
        return provenance("ViennaRNA", version("ViennaRNA"), NAME, self._conditions)

    def ensembles(self, questions: Sequence[Question]) -> list[Ensemble]:
        """Return the ensemble of each question, in order; each different question is computed once.

        Raises:
            BackendError: strands cannot hang together, or a process died.
        """
        new = sorted({q for q in questions if q not in self._known}, key=lambda q: (-q.length, q.strands, q.target))
        if new:
            chunk = max(1, min(8, len(new) // (4 * self._workers)))
            try:
                with _interrupts_blocked(), _main_hidden():  # processes start as questions are handed over
                    answers = self._processes().map(vienna_worker.answer, new, chunksize=chunk)
                self._known.update(zip(new, answers, strict=True))
            except BrokenProcessPool:
                self.close()
                raise BackendError(
                    f"a ViennaRNA process died, perhaps for want of memory; the longest of {len(new)} complexes asked "
                    f"about has {new[0].length} nt"
                ) from None
        return [self._known[question] for question in questions]

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=vienna_worker.load,
                initargs=(self._conditions,),
            )
        return self._pool

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def __enter__(self) -> Self:
        """Return the backend itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        self.close()


BACKEND = Vienna


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block interrupts in this thread and in processes started from it; one that comes meanwhile arrives afterwards."""
    resource_tracker.ensure_running()  # started with the first process otherwise, and it would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Put an empty main module in the place of the program's, so that processes started meanwhile do not import it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
