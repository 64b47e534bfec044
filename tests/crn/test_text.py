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
    "rates", ["[kf = 18, kr = 77]", "[fw = 18, bw = 77]", "[18, 77]", "[kr = 77, k = 18]", "[bw=77,kf=1.8e1]"]
)
def test_rates_are_read_as_other_tools_write_them(rates):
    assert [str(r) for r in parse_crn(f"A <=> B {rates}")] == ["A -> B [k = 18.0]", "B -> A [k = 77.0]"]


def test_a_rate_without_a_name_and_both_micro_signs():
    text = "A + B -> C [1e-6]\nA -> B [2 /min]\nA @i 3 \u00b5M\nB @i 3 \u03bcM\nA + A -> B [1 /\u00b5M/s]"
    crn = parse_crn(text, unit=1e-6, time=60.0)
    assert crn.rates.tolist() == pytest.approx([1e-6, 2.0, 60.0])
    assert crn.initial.tolist() == pytest.approx([3.0, 3.0, 0.0])


def test_an_output_may_be_declared_without_a_reaction():
    assert parse_crn("#! species Q\n#! output Q\nA -> B").outputs.tolist() == [[0, -1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A <=> B [kf = 1e5]", r"line 1, column 18: found '\]', expected ', kr = '"),
        ("A <=> B [bw = 1e5]", r"line 1, column 18: found '\]', expected ', kf = '"),
        ("A <=> B [1e5]", r"line 1, column 13: found '\]', expected ','"),
        ("A -> B [1, 2]", r"line 1, column 10: found ',', expected '\]'"),
        ("A -> B [fw = 1]", r"line 1, column 9: found 'fw', expected k"),
        ("A <=> B [fw = 1, kf = 2]", r"line 1, column 18: found 'kf', expected kf once"),
        ("A @constant 5", r"line 1, column 4: found 'constant', expected 'initial' .*no species can be held constant"),
        ("A @i 1\nA -> B\n#! output C", r"line 3, column 11: found 'C', expected a species of a reaction"),
        ("A \u00b5M -> B", r"line 1, column 3: found '\u00b5M', expected"),
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
