import pytest
from hypothesis import given

from dsdcompile.crn.text import parse_crn, show_crn
from dsdcompile.errors import FormatError
from tests.strategies import crns


@given(crns())
def test_text_reads_back_to_an_equal_crn(crn):
    assert parse_crn(show_crn(crn, "a title\nof two lines")) == crn


def test_what_users_of_other_tools_write():
    crn = parse_crn(
        """
        # Nuskell and crnsimulator
        formals = {A, B, C}
        A + B -> C + C [k = 1e5]
        2A -> B; A <=> B [kf = 2, kr = 3]
        C ->
        A @i 10
        B @initial 2.5
        """
    )
    assert crn.species == ("A", "B", "C")
    assert [str(r) for r in crn] == [
        "A + B -> 2C [k = 100000.0]",
        "2A -> B",
        "A -> B [k = 2.0]",
        "B -> A [k = 3.0]",
        "C ->",
    ]
    assert crn.initial.tolist() == [10.0, 2.5, 0.0]


def test_units_become_formal_units():
    crn = parse_crn("A + B -> C [k = 1e6 /M/s]\nA -> B [k = 0.6 /min]\nA @i 20 nM", unit=1e-8, time=100.0)
    assert crn.rates.tolist() == pytest.approx([1.0, 1.0])
    assert crn.initial[0] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A + -> B", r"line 1, column 5: found '->', expected a species"),
        ("A B -> C", r"line 1, column 3: found 'B', expected '\+', '->' or '<=>'"),
        ("\nA -> B [k = ]", r"line 2, column 13: found '\]', expected a rate constant"),
        ("A -> B [q = 1]", r"line 1, column 9: found 'q', expected k"),
        ("A -> B % C", r"line 1, column 8: unexpected '%'"),
        ("A @ 10", r"line 1, column 5: found '10', expected 'initial'"),
        ("A @i 10 kg", r"line 1: '10.0 kg': unknown concentration unit 'kg'"),
        ("1.5 A -> B", r"line 1, column 1: found '1.5', expected a whole number of copies"),
        ("99999999999999999999 A -> B", r"expected a whole number of copies up to 1000000"),
        ("A -> B [k = 1 /M/s]", r"on a side with 1 species"),
        ("A -> B\n#! inputs A", r"line 2: unknown pragma"),
    ],
)
def test_errors_name_line_column_and_what_was_expected(text, message):
    with pytest.raises(FormatError, match=message):
        parse_crn(text)
