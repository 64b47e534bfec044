"""Files appear whole or not at all, and files that cannot be read or written are one message."""

import os

import pytest

from dsdcompile.errors import FormatError
from dsdcompile.formats.text_file import read_text
from dsdcompile.formats.writing import write_whole


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "strands.csv"
    write_whole(path, "old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FormatError, match=r"strands\.csv: cannot be written: No space left"):
        write_whole(path, "new and longer")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "order.xlsx"
    write_whole(path, b"old")

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_is_one_message(tmp_path):
    (tmp_path / "summary.json").mkdir()
    with pytest.raises(FormatError, match=r"summary\.json: cannot be written"):
        write_whole(tmp_path / "summary.json", "{}")
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FormatError, match="cannot be written"):
        write_whole(tmp_path / "taken" / "summary.json", "{}")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such network file"),
        (lambda path: path.mkdir(), "a folder, not a network file"),
        (lambda path: path.write_bytes(b"ok\xff\xfe"), "byte 3 is not UTF-8 text"),
        (lambda path: path.symlink_to(path), "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_message_that_names_it(tmp_path, make, message):
    path = tmp_path / "net.json"
    make(path)
    with pytest.raises(FormatError, match=rf"net\.json: .*{message}"):
        read_text(path, "network file")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    (tmp_path / "a.crn").write_bytes(b"\xef\xbb\xbfA -> B\n")
    assert read_text(tmp_path / "a.crn") == "A -> B\n"
