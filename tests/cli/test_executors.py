"""``--executor``: what it accepts, and a real Dask cluster that loses a worker in the middle of a run."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dsdcompile.cli.executors import executors
from dsdcompile.crn.limit import limit
from dsdcompile.errors import BackendError, DesignError
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.simulate import batches as module
from dsdcompile.simulate.batches import Batches, batch_horizon
from dsdcompile.simulate.trajectory import Tolerances

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("text", ["", "cluster", "processes:0", "processes:x", "here:2", "http://a:1"])
def test_anything_else_is_refused(text):
    with pytest.raises(DesignError, match="not one of auto"):
        executors(text)


def test_auto_starts_processes_for_large_work_only():
    with executors("auto")(1000) as executor:
        assert executor is None
    with executors("auto:1")(10**9) as executor:
        assert executor is not None


def test_threads_work():
    with executors("threads:2")(1) as executor:
        assert executor.submit(sum, [1, 2]).result() == 3


class Counting:
    """A shelf that keeps nothing but counts what it is given, and calls back after some pieces."""

    def __init__(self, after, then):
        self.put_keys, self.after, self.then = [], after, then

    def get(self, _):
        return None

    def put(self, key, _):
        self.put_keys.append(key)
        if len(self.put_keys) == self.after:
            self.then()


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own."""
    pytest.importorskip("distributed")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "5"}
    started = []

    def start(*arguments):
        log = tmp_path / f"log-{len(started)}"
        with log.open("w") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
                stderr=stream, stdout=stream, env=environment, cwd=tmp_path,
            )  # fmt: skip
        started.append(process)
        return process, log

    try:
        _, log = start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
        address = _seen(log, r"Scheduler at:\s+tcp://(127\.0\.0\.1:\d+)")
        workers = [
            start("dask_worker", f"tcp://{address}", "--no-nanny", "--nthreads", "1", "--no-dashboard")
            for _ in range(2)
        ]
        for _, worker_log in workers:
            _seen(worker_log, r"Registered to:\s+(tcp)")
        yield address, [process for process, _ in workers]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def _seen(log, pattern, seconds=60):
    for _ in range(seconds * 10):
        match = re.search(pattern, log.read_text())
        if match:
            return match[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_a_dask_cluster_that_loses_a_worker_loses_nothing(cluster, monkeypatch):
    address, workers = cluster
    monkeypatch.setattr(module, "MOST_EXAMPLES", 8)
    rng = np.random.default_rng(0)
    crn = compile_network(Network((Layer(rng.choice([-1, 1], (6, 10)), rng.normal(0, 1, 10), "relu"),)))
    inputs = rng.normal(0, 2, (320, 6))
    options = {"within": 0.01, "first": 20.0, "most": 1e7, "tolerances": Tolerances(1e-10, 1e-12)}
    work = (crn, crn.inlet(inputs), limit(crn, inputs))
    shelf = Counting(5, workers[0].kill)
    found = batch_horizon(*work, **options, batches=Batches(executors(f"dask://{address}"), shelf))
    assert workers[0].wait(timeout=10) != 0
    assert workers[1].poll() is None
    assert len(shelf.put_keys) == len(set(shelf.put_keys)) == 40, "every piece is counted once"
    wanted = batch_horizon(*work, **options)
    np.testing.assert_array_equal(found.outputs, wanted.outputs)
    assert found.time == wanted.time


def test_no_scheduler_is_one_message(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("dsdcompile.cli.executors.CONNECT_SECONDS", 1)
    with (
        pytest.raises(BackendError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        executors("dask://127.0.0.1:9")(1),
    ):
        pass
