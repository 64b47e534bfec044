import gzip
import hashlib
import struct
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from dsdcompile.design.tables import DataTable
from dsdcompile.errors import DesignError, FormatError
from dsdcompile.train import datasets
from dsdcompile.train.dataset import grouped
from dsdcompile.train.datasets import LOADERS, iris, load_data, mnist, shrink, table_file
from dsdcompile.train.idx import read_idx


def idx(array: np.ndarray) -> bytes:
    shape = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + shape + array.astype(np.uint8).tobytes()


@pytest.fixture
def digits(tmp_path, monkeypatch):
    """A folder in the form of MNIST with 30 training and 10 test images, plain and gzipped files mixed."""
    monkeypatch.setattr(datasets, "MNIST_TRAIN", 20)
    rng = np.random.default_rng(0)
    folder = tmp_path / "mnist"
    folder.mkdir()
    for number, (stem, count) in enumerate(zip(datasets.MNIST_FILES, (30, 30, 10, 10), strict=True)):
        images = stem.split("-")[1] == "images"
        content = idx(rng.integers(0, 256, (count, 28, 28)) if images else rng.integers(0, 10, count))
        path = folder / stem
        path.write_bytes(content) if number % 2 else path.with_name(stem + ".gz").write_bytes(gzip.compress(content))
    return folder


def test_mnist_is_shrunk_split_and_centred_by_the_training_part_only(digits):
    data = mnist(digits)
    assert data.features.shape == (40, 196)
    assert [len(data.part(name)) for name in ("train", "validation", "test", "all")] == [20, 10, 10, 40]
    raw = read_idx(digits / datasets.MNIST_FILES[0])
    assert data.features[3, 14 * 2 + 5] == pytest.approx(raw[3, 4:6, 10:12].mean() / 255)
    mean, deviation = data.scale()
    np.testing.assert_allclose(mean, data.features[:20].mean(axis=0))
    assert (deviation == 1).all()


def test_labels_that_are_no_digits_are_refused(digits):
    (digits / datasets.MNIST_FILES[1]).write_bytes(idx(np.full(30, 38)))
    with pytest.raises(FormatError, match="a label is 38; images of MNIST are of the digits 0 to 9"):
        mnist(digits)


def test_one_data_folder_serves_several_designs(digits):
    table = DataTable(name="mnist", directory=str(digits.parent))
    np.testing.assert_array_equal(load_data(table, digits).features, mnist(digits).features)


def test_bilinear_sampling_between_four_pixels_is_their_mean():
    assert shrink(np.arange(16.0).reshape(1, 4, 4)).tolist() == [[[2.5, 4.5], [10.5, 12.5]]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\0\x0d\x01\0\0\0\1\0", "not an IDX file of unsigned bytes"),
        (idx(np.zeros(3))[:-1], r"2 bytes for an array of shape \(3,\)"),
        (b"\0\0\x08\x03\0\0", "not an IDX file"),
    ],
)
def test_a_damaged_idx_file_is_named(content, message, tmp_path):
    (tmp_path / "labels").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_idx(tmp_path / "labels")


def test_a_truncated_gzip_or_missing_file_is_named(tmp_path):
    (tmp_path / "labels.gz").write_bytes(gzip.compress(idx(np.zeros(300)))[:-9])
    with pytest.raises(FormatError, match=r"labels\.gz: not a whole gzip file"):
        read_idx(tmp_path / "labels")
    with pytest.raises(FormatError, match="put the standard MNIST files there"):
        read_idx(tmp_path / "images")


TABLE = """sample,a,b,label,split,study,subject,hour
s1,1.0,2.0,flu,train,S,1,5
s2,1.5,2.5,cold,train,S,2,5
s3,0.0,1.0,flu,validation,S,1,9
s4,3.0,0.5,cold,test,S,2,9
s5,9.0,9.0,cold,unused,S,2,9
"""


def test_the_virus_table_is_read_with_its_split(tmp_path):
    (tmp_path / datasets.VIRUS_FILE).write_text(TABLE)
    data = load_data(DataTable(name="virus", directory="."), tmp_path)
    assert data.feature_names == ("a", "b")
    assert data.class_names == ("cold", "flu")
    assert data.labels.tolist() == [1, 0, 1, 0, 0]
    assert (data.train.tolist(), data.validation.tolist(), data.test.tolist()) == ([0, 1], [2], [3])
    assert data.groups == ("S 1", "S 2", "S 1", "S 2", "S 2")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("2.5", "two"), "line 3, column b: 'two' is not a number"),
        (("2.5", "nan"), "line 3, column b"),
        ((",label", ",kind"), "no column 'label'"),
        (("validation", "train"), "no row has 'validation' in its column split"),
        (("validation", "Train"), "line 4, column split: 'Train'; expected train, validation, test or unused"),
        (("2.5,cold", "2.5,"), "line 3, column label: a row without a label"),
        (("2.5,cold", "2.5"), "line 3: 7 cells; the header has 8"),
        (("2.5,cold", "2.5,2.5,cold"), "line 3: 9 cells; the header has 8"),
        ((",b,", ",a,"), r"line 1: every column needs a name of its own; \['a'\] is none"),
        ((",b,", ",,"), r"every column needs a name of its own; \[''\] is none"),
        (("hour", "day"), "no column 'hour'"),
        (("s2", '"' + "s" * 200_000), "line 3: field larger than"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(change, message, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE.replace(*change))
    with pytest.raises(FormatError, match=message):
        table_file(tmp_path / "t.csv", "label", ignore=("sample", "study", "subject", "hour"))


def test_a_table_that_is_not_utf8_or_not_whole_is_refused(tmp_path):
    (tmp_path / "t.csv").write_bytes("x,label\n1,Müller\n".encode("latin-1"))
    with pytest.raises(FormatError, match=r"t\.csv: not UTF-8 text .*save it as UTF-8"):
        table_file(tmp_path / "t.csv", "label")
    (tmp_path / "t.csv").write_bytes(gzip.compress(TABLE.encode())[:-9])
    with pytest.raises(FormatError, match=r"t\.csv: cannot be read"):
        table_file(tmp_path / "t.csv", "label")
    (tmp_path / "t.csv").write_text("label,split\na,train\n")
    with pytest.raises(FormatError, match="no column is left for features"):
        table_file(tmp_path / "t.csv", "label")


def test_the_virus_design_s_own_label_and_ignored_columns_count(tmp_path):
    (tmp_path / datasets.VIRUS_FILE).write_text(TABLE.replace("label", "kind"))
    data = load_data(DataTable(name="virus", directory=".", label="kind", ignore=("b",)), tmp_path)
    assert data.feature_names == ("a",)
    assert data.class_names == ("cold", "flu")


def test_any_csv_without_a_split_trains_and_tests_on_every_row(tmp_path):
    (tmp_path / "t.csv").write_text("x,y,kind\n1,2,a\n3,4,b\n")
    data = load_data(DataTable(name="csv", file="t.csv", label="kind"), tmp_path)
    assert data.features.tolist() == [[1, 2], [3, 4]]
    assert data.test.tolist() == data.train.tolist() == [0, 1]


def test_a_grouped_split_keeps_groups_together_and_is_the_same_each_time(tmp_path):
    rng = np.random.default_rng(1)
    rows = [f"{rng.normal()},{'AB'[subject % 2]},{subject}" for subject in range(40) for _ in range(5)]
    (tmp_path / "t.csv").write_text("x,label,subject\n" + "\n".join(rows) + "\n")
    table = DataTable(name="csv", file="t.csv", group=("subject",), split="grouped", split_seed=3)
    data = load_data(table, tmp_path)
    parts = [data.part(name) for name in ("train", "validation", "test")]
    subjects = [{data.groups[row] for row in rows} for rows in parts]
    assert sum(map(len, subjects)) == 40
    assert sorted(np.concatenate(parts)) == list(range(200))
    assert [len(rows) for rows in parts] == [160, 10, 30]
    assert load_data(table, tmp_path).test.tolist() == data.test.tolist()


def test_what_the_parts_do_is_told(tmp_path):
    (tmp_path / datasets.VIRUS_FILE).write_text(TABLE)
    data = load_data(DataTable(name="virus", directory="."), tmp_path)
    assert data.parts == "2 examples train, 1 choose epoch and seed, 1 test; 1 are left out"
    shared = replace(data, test=data.train).parts
    assert shared == "2 examples train, 1 choose epoch and seed, 2 test; 2 of them are in two parts; 2 are left out"
    assert datasets.iris().parts.startswith("all 150 examples train, choose epoch and seed, and test")


def test_a_grouped_split_needs_groups():
    with pytest.raises(FormatError, match=r"needs data\.group"):
        grouped(datasets.iris(), 1)


def test_data_that_are_not_there_are_asked_for(tmp_path):
    with pytest.raises(DesignError, match="--data-dir"):
        load_data(DataTable(name="mnist"), tmp_path)
    with pytest.raises(FormatError, match="no such file"):
        load_data(DataTable(name="virus", directory="."), tmp_path)


def test_the_reference_virus_table_has_the_papers_split(shared):
    if not (shared / "data/virus").is_dir():
        pytest.skip("no virus table")
    data = load_data(DataTable(name="virus", directory=str(shared / "data")), shared)
    assert data.features.shape == (698, 10)
    assert [len(data.part(name)) for name in ("train", "validation", "test")] == [558, 34, 104]
    parts = grouped(data, 1)
    assert not {data.groups[r] for r in parts.train} & {data.groups[r] for r in parts.test}


def test_every_data_set_that_a_design_can_name_has_a_loader():
    assert set(get_args(DataTable.model_fields["name"].annotation)) == LOADERS.keys()


def test_irises_have_the_published_means():
    """Fisher (1936), table 2, gives the means; rows 35 and 38 are as he has them, not as in the copy at UCI."""
    data = iris()
    assert data.class_names == ("setosa", "versicolor", "virginica")
    means = [data.features[data.labels == species].mean(axis=0) for species in range(3)]
    np.testing.assert_allclose(means[0], [5.006, 3.428, 1.462, 0.246], atol=1e-12)
    np.testing.assert_allclose(means[1], [5.936, 2.770, 4.260, 1.326], atol=1e-12)
    np.testing.assert_allclose(means[2], [6.588, 2.974, 5.552, 2.026], atol=1e-12)
    np.testing.assert_array_equal(data.features[[34, 37]], [[4.9, 3.1, 1.5, 0.2], [4.9, 3.6, 1.4, 0.1]])
    digest = hashlib.sha256(data.features.tobytes() + data.labels.astype("<i8").tobytes()).hexdigest()
    assert digest[:16] == "aa06b8008ceba42e"
