"""``--executor``: where large batches are simulated."""

from __future__ import annotations

import concurrent.futures as cf
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from dsdcompile.cli.arguments import EXECUTORS
from dsdcompile.errors import BackendError, DesignError, missing
from dsdcompile.simulate.batches import Executors, here

SMALL = 3_000_000
"""Examples times reactions up to which starting processes takes longer than the work."""
CONNECT_SECONDS = 10
_LOCAL = re.compile(r"(auto|processes|threads)(?::([1-9]\d*))?")


def executors(text: str) -> Executors:
    """Return what ``--executor`` asks for.

    Raises:
        DesignError: the text is none of the forms in :data:`~dsdcompile.cli.arguments.EXECUTORS`.
    """
    if text == "here":
        return here
    if text.startswith("dask://"):
        return _dask("tcp://" + text.removeprefix("dask://"))
    match = _LOCAL.fullmatch(text)
    if match is None:
        raise DesignError(f"--executor {text}: not one of {EXECUTORS.partition(': ')[2]}")
    workers = int(match[2]) if match[2] else os.cpu_count() or 1
    if match[1] == "threads":
        return _always(lambda: cf.ThreadPoolExecutor(workers))
    processes = _always(lambda: cf.ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")))
    return processes if match[1] == "processes" else _when_large(processes)


def _always(make: Callable[[], cf.Executor]) -> Executors:
    @contextmanager
    def opened(_: int) -> Iterator[cf.Executor]:
        with make() as executor:
            yield executor

    return opened


def _when_large(processes: Executors) -> Executors:
    def opened(size: int) -> AbstractContextManager[cf.Executor | None]:
        return processes(size) if size > SMALL else here(size)

    return opened


def _dask(address: str) -> Executors:
    @contextmanager
    def opened(_: int) -> Iterator[cf.Executor]:
        try:
            import distributed
        except ImportError:
            raise missing(
                "--executor dask:// needs Dask's distributed (the same version as the cluster's)", "distributed"
            ) from None
        try:
            client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise BackendError(f"no Dask scheduler answers at {address}: {error}") from None
        try:
            with client:
                yield client.get_executor()
        except (distributed.KilledWorker, cf.CancelledError, OSError, ModuleNotFoundError) as error:
            raise BackendError(
                f"the Dask cluster at {address} did not finish: {error or type(error).__name__}; its workers need "
                "dsdcompile installed; what is finished is kept: run again to go on"
            ) from None

    return opened
