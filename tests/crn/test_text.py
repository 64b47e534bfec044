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
        ("A -> B % C", r"line 1, column 8: found '%', expected a species"),
        ("A @ 10", r"line 1, column 5: found '10', expected 'initial'"),
        ("A @i 10 kg", r"line 1, column 6: '10.0 kg': unknown concentration unit 'kg'"),
        ("1.5 A -> B", r"line 1, column 1: found '1.5', expected a whole number of copies"),
        (
            "99999999999999999999 A -> B",
            r"line 1, column 1: found .* expected a whole number of copies from 1 to 1000000",
        ),
        (
            "A -> B [k = 1 /M/s]",
            r"line 1, column 13: found '1 /M/s', expected a rate constant of a reaction with 1 reactant",
        ),
        ("A -> B\n#! inputs A", r"line 2, column 4: found 'inputs', expected 'input', 'output'"),
        ("0 A -> B", r"line 1, column 1: found '0', expected a whole number of copies from 1"),
        ("A -> B [k = 1e999]", r"line 1, column 13: found '1e999', expected a positive rate constant within the range"),
        ("A -> B [k = 0]", r"line 1, column 13: found '0', expected a positive rate constant"),
        ("A -> B [k = 1, k = 2]", r"line 1, column 16: found 'k', expected k once"),
        ("A -> B [k = 5 /s/q]", r"line 1, column 13: '5 /s/q': unknown rate unit"),
        ("A @i 1e999", r"line 1, column 6: found '1e999', expected a concentration within the range"),
        ("A @i 1\nA @i 2", r"line 2, column 1: found 'A', expected a species other than A"),
        ("formals = {A B}", r"line 1, column 14: found 'B', expected ',' or '}'"),
        ("A -> B #! input", r"line 1, column 16: found the end of the line, expected a species"),
        ("#! input A B C", r"line 1, column 14: found 'C', expected 'shift' or the end of the line"),
        ("#! input A A", r"line 1, column 12: found 'A', expected another species"),
        ("#! input A\n#! input A", r"line 2, column 10: found 'A', expected a species that is no rail of another"),
        ("#! input A shift nan", r"line 1, column 18: found 'nan', expected a finite number"),
        ("#! input A shift", r"line 1, column 17: found the end of the line, expected a number"),
        ("#! pair A", r"line 1, column 10: found the end of the line, expected a species"),
        ("#! output A-B", r"line 1, column 11: found 'A-B', expected a species"),
    ],
)
def test_errors_name_line_column_and_what_was_expected(text, message):
    with pytest.raises(FormatError, match=message):
        parse_crn(text)
