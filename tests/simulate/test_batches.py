"""Large batches in pieces: the same results everywhere, nothing computed twice, failures that say so."""

import concurrent.futures as cf
import multiprocessing
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest

from dsdcompile.crn.limit import limit
from dsdcompile.errors import BackendError, SimulationError
from dsdcompile.formats.finished_pieces import PieceFolder
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.simulate import batches as module
from dsdcompile.simulate.batches import Batches, HorizonPiece, batch_horizon, cut, run
from dsdcompile.simulate.completion import horizon
from dsdcompile.simulate.trajectory import Tolerances


def problem(examples=20):
    rng = np.random.default_rng(0)
    network = Network((Layer(rng.choice([-1, 1], (3, 4)), rng.normal(0, 1, 4), "relu"),))
    crn, inputs = compile_network(network), rng.normal(0, 2, (examples, 3))
    options = {"within": 0.01, "first": 20.0, "most": 1e7, "tolerances": Tolerances()}
    return crn, crn.inlet(inputs), limit(crn, inputs), options


@dataclass(frozen=True)
class Count:
    """A piece that says how often it was run, in a file."""

    number: int
    log: str = ""
    fails: bool = False

    @property
    def digest(self):
        return f"count-{self.number}"

    def run(self):
        if self.fails:
            raise SimulationError(f"piece {self.number} is unlucky")
        if self.log:
            with open(self.log, "a") as stream:  # noqa: PTH123
                stream.write(f"{self.number}\n")
        return np.array([[float(self.number)]])


def on(executor):
    @contextmanager
    def opened(_):
        yield executor

    return opened


def test_pieces_together_are_the_batch():
    crn, initial, target, options = problem()
    found = batch_horizon(crn, initial, target, **options)
    whole = horizon(crn, initial, target, **options)
    np.testing.assert_allclose(found.outputs, whole.outputs, atol=1e-4)
    assert found.time == whole.time
    assert np.abs(found.outputs - target).max() <= options["within"]


def test_every_executor_gives_the_same_bytes(monkeypatch):
    monkeypatch.setattr(module, "MOST_EXAMPLES", 8)
    crn, initial, target, options = problem()
    wanted = batch_horizon(crn, initial, target, **options)
    spawn = multiprocessing.get_context("spawn")
    for executor in (cf.ThreadPoolExecutor(2), cf.ProcessPoolExecutor(2, mp_context=spawn)):
        with executor:
            found = batch_horizon(crn, initial, target, **options, batches=Batches(on(executor)))
        np.testing.assert_array_equal(found.outputs, wanted.outputs)
        assert found.time == wanted.time


@pytest.mark.parametrize("count", [0, 1, 7, 8, 100, 1001])
def test_cuts_cover_every_example_once(count):
    crn = problem()[0]
    assert [i for part in cut(count, crn) for i in range(count)[part]] == list(range(count))


def test_work_for_few_workers_is_cut_evenly():
    crn = problem()[0]
    sizes = [part.stop - part.start for part in cut(150, crn)]
    assert sizes == [16] * 9 + [6]


def test_progress_of_many_pieces_is_some_lines():
    lines = []
    run([Count(n) for n in range(1000)], 1, "numbers", Batches(progress=lines.append))
    assert len(lines) == 20
    assert lines[-1] == "1000 of 1000 pieces (numbers)"


def test_an_interrupted_run_goes_on_where_it_was(tmp_path):
    log, shelf = tmp_path / "log", PieceFolder(tmp_path / "pieces")
    pieces = [Count(n, str(log)) for n in range(10)]
    broken = [replace(piece, fails=piece.number == 6) for piece in pieces]
    with pytest.raises(SimulationError, match="piece 6 is unlucky"):
        run(broken, 1, "numbers", Batches(shelf=shelf))
    lines = []
    found = run(pieces, 1, "numbers", Batches(shelf=shelf, progress=lines.append))
    assert [int(value[0, 0]) for value in found] == list(range(10))
    assert sorted(map(int, log.read_text().split())) == list(range(10)), "each piece has been run once in all"
    assert lines[0] == "6 of 10 pieces (numbers) are kept from an earlier run"
    assert re.fullmatch(r"9 of 10 pieces \(numbers\), about \d+ s left", lines[-2])
    assert lines[-1] == "10 of 10 pieces (numbers)"


def test_a_damaged_piece_is_computed_again(tmp_path):
    shelf = PieceFolder(tmp_path)
    shelf.put("count-0", np.array([[5.0]]))
    (tmp_path / "count-1.npy").write_bytes(b"half a fi")
    np.save(tmp_path / "count-2.npy", np.array([{}], dtype=object), allow_pickle=True)
    shelf.put("count-3", np.array([[np.nan]]))
    found = run([Count(n) for n in range(4)], 1, "numbers", Batches(shelf=shelf))
    assert [value[0, 0] for value in found] == [5.0, 1.0, 2.0, 3.0]


class Dying(cf.Executor):
    """An executor whose workers die with the second piece, as often as it is told to."""

    def __init__(self, deaths):
        self.deaths = deaths

    def submit(self, function, piece):
        future = cf.Future()
        if piece.number % 2 and self.deaths > 0:
            future.set_exception(cf.process.BrokenProcessPool("a worker died"))
        else:
            future.set_result(function(piece))
        return future


def test_dead_workers_are_replaced_and_nothing_is_lost_or_done_twice(tmp_path):
    pool, log = Dying(2), tmp_path / "log"
    begun = []

    @contextmanager
    def opened(_):
        begun.append(1)
        try:
            yield pool
        finally:
            pool.deaths -= 1

    found = run([Count(n, str(log)) for n in range(9)], 1, "numbers", Batches(opened, PieceFolder(tmp_path)))
    assert [value[0, 0] for value in found] == list(range(9))
    assert len(begun) == 3
    with pytest.raises(BackendError, match="worker processes died 3 times with 4 of 9 pieces left"):
        run([Count(n) for n in range(9)], 1, "numbers", Batches(on(Dying(99))))


class DyingLate(Dying):
    """A pool that dies, once, with the last of forty pieces."""

    def submit(self, function, piece):
        if piece.number == 39 and self.deaths > 0:
            return super().submit(function, piece)
        return Dying(0).submit(function, piece)


def test_what_was_finished_before_a_pool_died_is_counted_once():
    """It is seen twice: as it finishes, and when the remains of the dead pool are gone through."""
    pool, kept = DyingLate(1), []

    @contextmanager
    def opened(_):
        try:
            yield pool
        finally:
            pool.deaths = 0

    class Shelf:
        def get(self, _):
            return None

        def put(self, key, _):
            kept.append(key)

    run([Count(n) for n in range(40)], 1, "numbers", Batches(opened, Shelf()))
    assert sorted(kept) == sorted(f"count-{n}" for n in range(40))


def test_a_process_that_is_really_killed_is_an_error_that_says_so():
    spawn = multiprocessing.get_context("spawn")

    @contextmanager
    def opened(_):
        with cf.ProcessPoolExecutor(1, mp_context=spawn, initializer=os._exit, initargs=(1,)) as executor:
            yield executor

    crn, initial, target, options = problem(3)
    piece = HorizonPiece(crn, initial, target, **options)
    with pytest.raises(BackendError, match="died 3 times with 1 of 1"):
        run([piece], 1, "examples", Batches(opened))


def test_digests_tell_pieces_apart():
    crn, initial, target, options = problem(3)
    piece = HorizonPiece(crn, initial, target, **options)
    others = [
        replace(piece, within=0.02),
        replace(piece, initial=initial * 1.5),
        replace(piece, crn=crn.with_(rates=crn.rates * 2)),
        replace(piece, tolerances=Tolerances(1e-3)),
        replace(piece, first=21.0),
        replace(piece, most=1e6),
    ]
    assert len({piece.digest, *(other.digest for other in others)}) == 7
    assert piece.digest == HorizonPiece(crn, initial.copy(), target, **options).digest
