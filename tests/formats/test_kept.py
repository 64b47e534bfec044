"""What is kept between runs never decides a result: damaged, foreign and forged files count as absent."""

import importlib
import inspect
import os
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest

from dsdcompile import simulate
from dsdcompile.errors import FormatError
from dsdcompile.formats import kept as keeping
from dsdcompile.formats.code import code_digest
from dsdcompile.formats.finished_pieces import PieceFolder
from dsdcompile.formats.kept import keep, kept
from dsdcompile.formats.store import Store
from dsdcompile.pipeline import PIECES
from dsdcompile.sequences.thermo.vienna import Vienna
from dsdcompile.simulate.batches import Piece
from scripts.fuzzing import caches, mutations


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with Vienna(workers=1) as model:
        yield folder, model, *caches.fill(folder, model)


def test_every_kind_of_file_is_attacked(attacked):
    folder, _, _, files = attacked
    kinds = {name.partition("-")[0].partition(".")[0] for name in files}
    assert kinds == {*caches.READERS, "piece"}
    assert not any(caches.absent(folder, name) for name in files)


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_damaged_caches_give_the_result_of_no_cache(attacked, first):
    folder, model, result, files = attacked
    said = [
        caches.attack(folder, seed, result, files, model, whole=seed % 20 == 0) for seed in range(first, first + 100)
    ]
    assert not any(said), [one for one in said if one]


@pytest.mark.parametrize("kind", mutations.KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_of_damage_damages(attacked, kind):
    _, _, _, files = attacked
    rng = np.random.default_rng(1)
    changed = [kind(data, rng) != data for data in files.values() for _ in range(20)]
    assert sum(changed) > 10


def test_a_base_of_kept_sequences_that_flips_searches_again(attacked):
    folder, model, result, files = attacked
    (name,) = [name for name in files if name.startswith("sequences-")]
    at = files[name].index(b'"b_A": "') + 8
    other = b"A" if files[name][at : at + 1] != b"A" else b"C"
    for one, content in files.items():
        if one.startswith(("sequences-", "piece")):
            (folder / one).write_bytes(content)
        else:
            (folder / one).unlink(missing_ok=True)
    (folder / name).write_bytes(files[name][:at] + other + files[name][at + 1 :])
    assert caches.sequenced(folder, model) == result


def test_what_a_digest_is_of_must_all_be_the_same(tmp_path):
    path = tmp_path / "one"
    keep(path, b"content", "made by this")
    assert kept(path, "made by this") == b"content"
    assert kept(path, "made by that") is None
    path.rename(tmp_path / "two")
    assert kept(tmp_path / "two", "made by this") is None
    assert kept(path, "made by this") is None


def test_no_file_and_files_beyond_all_size_are_absent_without_being_read(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")  # reading it would wait for a writer
    with (tmp_path / "vast").open("wb") as stream:
        stream.truncate(745 << 30)
    assert [kept(tmp_path / name) for name in ("folder", "pipe", "vast", "none")] == [None] * 4
    monkeypatch.setattr(keeping, "LARGEST", 3)
    keep(tmp_path / "large", b"four")
    assert not (tmp_path / "large").exists()


def test_a_place_that_cannot_be_written_keeps_nothing(tmp_path):
    store = Store(tmp_path / "file" / "in the way")
    (tmp_path / "file").write_text("")
    store.put("kind", "key", "text")
    assert store.get("kind", "key") is None
    (tmp_path / "cache" / "kind-old").mkdir(parents=True)
    store = Store(tmp_path / "cache")
    store.put("kind", "key", "text")
    assert store.get("kind", "key") == "text"
    (tmp_path / "cache" / "kind-new").mkdir()
    store.put("kind", "new", "text")
    assert store.get("kind", "new") is None


def test_a_store_keeps_the_latest_of_each_kind(tmp_path):
    store = Store(tmp_path)
    for kind, key in (("a", "1"), ("b", "1"), ("a", "2")):
        store.put(kind, key, f"{kind}{key}\n")
    assert [store.get(*one) for one in (("a", "1"), ("a", "2"), ("b", "1"))] == [None, "a2\n", "b1\n"]


def test_pieces_are_arrays_for_other_tools_and_made_again_when_their_code_changes(tmp_path):
    value = np.array([[1.0, 2.5]])
    PieceFolder(tmp_path, "code 1").put("one", value)
    np.testing.assert_array_equal(np.load(tmp_path / "one.npy"), value)
    np.testing.assert_array_equal(PieceFolder(tmp_path, "code 1").get("one"), value)
    assert PieceFolder(tmp_path, "code 2").get("one") is None


def test_a_piece_of_another_type_is_absent_even_if_its_digest_fits(tmp_path):
    for name, value in (("f4", np.ones((2, 2), dtype=np.float32)), ("nan", np.array([np.nan]))):
        np.save(tmp_path / f"{name}.npy", value)
        keep(tmp_path / f"{name}.npy", (tmp_path / f"{name}.npy").read_bytes())
        assert PieceFolder(tmp_path).get(name) is None


FORGED = {
    "a step before the first": ("search", '"step": 0', '"step": -5'),
    "a step after the last": ("search", '"step": 0', '"step": 3000'),
    "more tries than steps": ("search", '"taken": 0', '"taken": 4'),
    "half a step": ("search", '"step": 0', '"step": 2.5'),
    "RNA": ("search", "T", "U"),
    "a domain less": ("search", '"b_A"', '"b_Z"'),
    "no end": ("sequences", '"interrupted": false', '"interrupted": true'),
    "an infinite objective": ("sequences", '"pairs": 0.0', '"pairs": 1e999'),
    "no objective": ("sequences", '"pairs"', '"pears"'),
    "a rule that is not": ("checks", '"rule": "runs"', '"rule": "walks"'),
    "no number": ("checks", '"worst": ', '"worst": true, "other": '),
    "macrostates that are not": ("enumeration", '"reactions": [[[', '"reactions": [[[-1, '),
    "too deep": ("checks", "{", "[" * 100_000),
}


@pytest.mark.parametrize("said", FORGED)
def test_what_a_digest_fits_is_still_checked(attacked, said):
    folder, _, _, files = attacked
    kind, old, new = FORGED[said]
    (name,) = [name for name in files if name.startswith(f"{kind}-")]
    (folder / name).write_bytes(files[name])
    text = Store(folder).get(*name.split("-", 1))
    caches.READERS[kind](text)
    assert old in text
    with pytest.raises(FormatError):
        caches.READERS[kind](text.replace(old, new))


def test_code_is_known_by_its_source_and_by_what_it_imports(tmp_path, monkeypatch):
    search = code_digest("dsdcompile.sequences.search")
    assert search == code_digest("dsdcompile.sequences.search") != code_digest("dsdcompile.sequences.assignment")
    real = Path.read_bytes

    def edited(name):
        monkeypatch.setattr(Path, "read_bytes", lambda path: real(path) + b"# more\n" * path.match(f"*/{name}"))
        code_digest.cache_clear()
        return code_digest("dsdcompile.sequences.search")

    assert edited("sequences/search.py") != search
    assert edited("dsd/domain.py") != search, "what is imported from what is imported"
    assert edited("rules/forbidden.py") == search, "the search does not ask this rule"
    monkeypatch.undo()
    code_digest.cache_clear()


def test_the_code_of_every_kind_of_piece_is_in_the_digest_of_kept_pieces():
    modules = [importlib.import_module(f"dsdcompile.simulate.{one.name}") for one in iter_modules(simulate.__path__)]
    kinds = {
        value
        for module in modules
        for value in vars(module).values()
        if inspect.isclass(value) and {"digest", "run"} <= vars(value).keys() and value is not Piece
    }
    assert kinds == set(PIECES)
