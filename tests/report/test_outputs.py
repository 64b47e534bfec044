"""One catalogue decides what is written, what is out of date, and what the README says."""

from pathlib import Path

import pytest

from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.results_folder import SUMMARY, TIMINGS
from dsdcompile.pipeline import Stage, run
from dsdcompile.report.outputs import OUTPUTS, Output, outputs, show_outputs

DESIGNS = Path(__file__).resolve().parents[2] / "designs"


@pytest.fixture(scope="module")
def translated(tmp_path_factory):
    out = tmp_path_factory.mktemp("outputs")
    made = run(load_design(DESIGNS / "relu.toml"), DESIGNS, out, stages=(Stage.TRANSLATE,), progress=lambda line: None)
    assert not list(out.iterdir()), "results are values until they are written"
    return made


def test_names_are_given_once():
    names = [output.name for output in OUTPUTS]
    assert len({*names, SUMMARY, TIMINGS}) == len(names) + 2


def test_the_table_has_a_row_for_every_file():
    rows = [line.split("|")[1].strip(" `") for line in show_outputs().splitlines()[2:]]
    assert rows == [*(output.name for output in OUTPUTS), SUMMARY, TIMINGS]


def test_a_run_writes_the_files_of_its_stages_and_nothing_is_out_of_date(translated):
    contents = outputs(translated)
    assert set(contents.files) == {"formal.crn", "reduced.crn", "implementable.crn", "system.pil", "exchange.pil"}
    assert not contents.outdated
    assert contents.known == {output.name for output in OUTPUTS}


def test_a_format_is_one_line_in_the_catalogue(translated):
    """The tour's example: modules by template, as CSV."""
    modules = Output(
        "modules.csv",
        "modules of each template",
        lambda results: results.translated,
        lambda _, made: "".join(f"{shape.shape},{count}\n" for shape, count in counts(made.system)),
    )
    ordered = Output("gels.txt", "", lambda results: results.ordered, lambda _, made: "lanes")
    empty = Output("rates.csv", "", lambda results: results.translated, lambda _, made: None)
    contents = outputs(translated, (modules, ordered, empty))
    assert sum(int(line.split(",")[-1]) for line in contents.files["modules.csv"].splitlines()) == 2
    assert set(contents.files) == {"modules.csv"}
    assert contents.outdated == {"rates.csv"}
    assert contents.known == {"modules.csv", "gels.txt", "rates.csv"}


def counts(system):
    return [(template, len(system.of_template(number))) for number, template in enumerate(system.templates)]
