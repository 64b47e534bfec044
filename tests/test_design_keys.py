import tomllib

import pytest

from dsdcompile.design.design import Design, check_design
from dsdcompile.design.keys import keys_of, show_keys
from dsdcompile.errors import DesignError

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
    ],
)
def test_errors_are_in_the_words_of_a_design_file(table, value, message):
    with pytest.raises(DesignError) as caught:
        check_design({**SOURCE, table: value}, "some.toml")
    assert f"some.toml: {message}" in str(caught.value)
    assert "Python" not in str(caught.value)
    assert "tuple" not in str(caught.value)
