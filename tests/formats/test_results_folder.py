"""What is written beside what an earlier run left."""

import json

import pytest

from dsdcompile.errors import FormatError
from dsdcompile.formats.results_folder import EARLIER, SUMMARY, TIMINGS, Contents, write_results

KNOWN = frozenset({"strands.csv", "protocol.md", "system.pil"})


def contents(files=(), request="a", outdated=(), **summary):
    made = {name: f"{name} of {request}\n" for name in files}
    return Contents(made, frozenset(outdated), KNOWN, {"request": request, **summary}, {"read": 0.1})


def names(folder):
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_stages_of_one_request_add_to_each_other(tmp_path):
    write_results(contents(["strands.csv"], order=20, modules=3), tmp_path)
    write_results(contents(["system.pil"], modules=4, verification="proved"), tmp_path)
    assert names(tmp_path) == {"strands.csv", "system.pil", SUMMARY, TIMINGS}
    assert json.loads((tmp_path / SUMMARY).read_text()) == {
        "request": "a", "order": 20, "modules": 4, "verification": "proved",
    }  # fmt: skip
    assert json.loads((tmp_path / TIMINGS).read_text()) == {"seconds": {"read": 0.1}}
    assert not (tmp_path / EARLIER).exists()


def test_what_another_request_left_moves_and_its_numbers_go(tmp_path):
    write_results(contents(["strands.csv", "system.pil"], order=20), tmp_path)
    (tmp_path / "my_notes.txt").write_text("mine")
    write_results(contents(["system.pil"], request="b"), tmp_path)
    assert names(tmp_path) == {"system.pil", "my_notes.txt", SUMMARY, TIMINGS}
    assert names(tmp_path / EARLIER) == {"strands.csv"}
    assert (tmp_path / EARLIER / "strands.csv").read_text() == "strands.csv of a\n"
    assert json.loads((tmp_path / SUMMARY).read_text()) == {"request": "b"}


def test_what_is_no_longer_true_of_the_same_request_moves_alone(tmp_path):
    write_results(contents(["strands.csv", "protocol.md", "system.pil"]), tmp_path)
    write_results(contents(["strands.csv"], outdated=["protocol.md"]), tmp_path)
    assert names(tmp_path) == {"strands.csv", "system.pil", SUMMARY, TIMINGS}
    assert names(tmp_path / EARLIER) == {"protocol.md"}


@pytest.mark.parametrize("text", ["", "[1]", "{broken", '"a"'])
def test_a_summary_that_cannot_be_read_is_another_request(text, tmp_path):
    (tmp_path / SUMMARY).write_text(text)
    (tmp_path / "strands.csv").write_text("of whatever")
    write_results(contents(["system.pil"]), tmp_path)
    assert names(tmp_path / EARLIER) == {"strands.csv"}
    assert json.loads((tmp_path / SUMMARY).read_text()) == {"request": "a"}


def test_a_number_that_is_none_leaves_the_summary_as_it_was(tmp_path):
    write_results(contents(order=20), tmp_path)
    with pytest.raises(FormatError, match="not a finite number"):
        write_results(contents(order=float("nan")), tmp_path)
    assert json.loads((tmp_path / SUMMARY).read_text())["order"] == 20
