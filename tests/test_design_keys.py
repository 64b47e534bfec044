import tomllib

import pytest

from dsdcompile.design.design import Design, check_design
from dsdcompile.design.keys import keys_of, show_keys
from dsdcompile.errors import DesignError
from dsdcompile.formats.design_file import load_design

SOURCE = {"name": "some", "crn": {"file": "some.crn"}}


def test_the_file_of_all_keys_is_a_design_file_of_all_defaults():
    values = tomllib.loads(show_keys(Design))
    assert check_design({**values, **SOURCE}, "keys") == check_design(SOURCE, "nothing")


def test_every_key_is_in_the_file_with_its_meaning():
    lines = show_keys(Design).splitlines()
    for table in (key for key in keys_of(Design) if keys_of(Design, (key,))):
        assert any(line.removeprefix("# ").startswith(f"[{table}]  # ") for line in lines)
        for key in keys_of(Design, (table,)):
            place = next(i for i, line in enumerate(lines) if line.removeprefix("# ").startswith(f"{key} = "))
            assert lines[place - 1].startswith("# "), key


@pytest.mark.parametrize(
    ("table", "value", "message"),
    [
        ("passes", {"optional": "shift"}, 'passes.optional: expected a list, such as ["a", "b"]'),
        ("verify", {"equivalence": "True"}, "verify.equivalence: expected true or false, not 'True'"),
        ("lab", {"prices": 3}, "lab.prices: expected a table"),
        ("sequences", {"seed": 1.5}, "sequences.seed"),
        ("crn", {}, "crn.file: is missing"),
        ("scheme", {"max_prodcts": 2}, "unknown key scheme.max_prodcts; did you mean 'max_products'?"),
        ("sequences", {"forbid": ["ACN"]}, "sequences.forbid.1: 'ACN' is no sequence; expected letters A, C, G and T"),
        ("sequences", {"fixed": {"b_A": "xyz"}}, "sequences.fixed.b_A: 'xyz' is no sequence"),
        ("sequences", {"gc": [2.0, -1.0]}, "sequences.gc: [2, -1] is no window of fractions; expected 0 <= low < high"),
        ("checks", {"gc": [0.5, 0.5]}, "checks.gc: [0.5, 0.5] is no window"),
        (
            "lab",
            {"colours": ["FAM", "FAM"]},
            "lab.colours: two colours in one well are told apart; 'FAM' is given twice",
        ),
    ],
)
def test_errors_are_in_the_words_of_a_design_file(table, value, message):
    with pytest.raises(DesignError) as caught:
        check_design({**SOURCE, table: value}, "some.toml")
    assert f"some.toml: {message}" in str(caught.value)
    assert "Python" not in str(caught.value)
    assert "tuple" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "key", "zero"),
    [
        ("kinetics", "unit", "0 nM"),
        ("kinetics", "time", "0 s"),
        ("kinetics", "c_max", "0 uM"),
        ("dosing", "ceiling", "0 M"),
        ("simulate", "until", "0 h"),
        ("lab", "stock", "0 M"),
        ("lab", "gate_stock", "0 M"),
        ("lab", "purified_stock", "0 M"),
        ("lab", "reporter", "0 nM"),
    ],
)
def test_what_is_divided_by_is_more_than_nothing(table, key, zero):
    with pytest.raises(DesignError, match=f"^some.toml: {table}.{key}: expected more than 0$"):
        check_design({**SOURCE, table: {key: zero}}, "some.toml")


def test_salt_may_be_none():
    assert check_design({**SOURCE, "sequences": {"magnesium": "0 M", "sodium": "1 M"}}, "x").sequences.magnesium == 0


def test_small_letters_are_read_as_large_ones():
    made = check_design({**SOURCE, "sequences": {"fixed": {"b_A": "acct"}, "forbid": ["ggg"]}}, "some.toml")
    assert made.sequences.fixed == {"b_A": "ACCT"}
    assert made.sequences.forbid == ("GGG",)


def test_keys_that_users_make_up_are_set_on_the_command_line(tmp_path):
    (tmp_path / "some.crn").write_text("A -> B\n")
    changes = ["sequences.fixed.b_A=ACCTACCTACCTACC", "sequences.fixed.a_B=ACCTAC", "lab.prices.25nm=0.3"]
    made = load_design(tmp_path / "some.crn", changes)
    assert made.sequences.fixed == {"b_A": "ACCTACCTACCTACC", "a_B": "ACCTAC"}
    assert made.lab.prices == {"25nm": 0.3}
    for change in ("sequences.seed.more=1", "sequences.fixed.b_A.c=1", "nosuch.key=1", "name.x=1"):
        with pytest.raises(DesignError, match=f"--set {change}: no table"):
            load_design(tmp_path / "some.crn", [change])
