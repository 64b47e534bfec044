"""``dsdcompile enumerate``: PIL that Peppercorn reads and wrote the same, a CRN, exit statuses, errors with lines."""

import peppercornenumerator as peppercorn
import pytest

from dsdcompile.cli.main import main
from dsdcompile.crn.text import parse_crn
from dsdcompile.errors import FormatError
from dsdcompile.formats.pil_reader import read_pil

PIL = """length t = 5
sequence x = ACGTACGTACGTACG : 15
sup-sequence 1s = t x
X = 1s @initial 10 nM
2-G = x( + ) t* @c 0.1 uM
spare = t @i 0 M
"""


@pytest.mark.filterwarnings("ignore")  # of Peppercorn's parser
def test_output_is_peppercorns(tmp_path, capsys):
    (tmp_path / "a.pil").write_text(PIL)
    assert main(["enumerate", str(tmp_path / "a.pil"), "--remote", "--crn", str(tmp_path / "a.crn"), "--quiet"]) == 0
    ours = capsys.readouterr().out.splitlines()
    enumerator, theirs = peppercorn.enumerate_pil(PIL, condensed=True, detailed=False, release_cutoff=9)
    sides = [line.split("]")[1] for line in theirs.splitlines() if line.startswith("reaction")]
    assert len(sides) == len([line for line in ours if line.startswith("reaction")]) == 1
    assert [line for line in ours if line.startswith("macrostate")][:2] == [
        "macrostate 2-G = [2-G]",
        "macrostate X = [X]",
    ]
    assert "2-G = x( + ) t* @constant 100 nM" in ours
    assert "spare = t @initial 0 nM" in ours
    rate = next(float(r.rate_constant[0]) for r in enumerator.condensed_reactions)
    crn = parse_crn(
        (tmp_path / "a.crn").read_text().replace("10 nM", "10").replace("100 nM", "100").replace(" /M/s", "")
    )
    assert crn.rates[0] == pytest.approx(rate * 1e9, rel=1e-12)  # it has written, and kept, /nM/s
    enumerator.clear()
    again = read_pil("\n".join(ours))
    assert len(again.results) == 5
    assert [c.name for c in again.complexes] == ["spare", "2-G", "X", "e1", "e2"]


def test_what_is_cut_short_exits_1_and_says_so(tmp_path, capsys):
    (tmp_path / "p.pil").write_text("length a = 15\nlength b = 15\nA = a b\nB = a* b*\n")
    assert main(["enumerate", str(tmp_path / "p.pil"), "--max-complex-size", "3"]) == 1
    out, err = capsys.readouterr()
    assert "# INCOMPLETE: products were dropped" in out
    assert "INCOMPLETE" in err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("length a = 5\n", "no complex is in the tube"),
        ("length a = 5\nA = a b\n", "line 2, column 1: no line gives the length of domain b"),
        ("length a = 5\nA = a @initial -1 nM\n", "line 2, column 7: '@initial -1 nM'"),
        ("length a = 5\nA = a @often 1 nM\n", "line 2"),
        ("length a = 5\nA = a @initial 1 g\n", "line 2"),
        ("length a = 5\nlength a = 6\n", "line 2, column 1: domain a has 6 nt here and 5 nt above"),
        ("length a = 5\nA = a(\n", "line 2"),
        ("length a = 5\nA = a\nA = a a\n", "line 3, column 1: A stands on line 2 already"),
        ("sequence a = ACGT : 5\n", "line 1, column 14: ACGT has 4 nt, not 5"),
        ("what is this\n", "line 1, column 1: expected"),
    ],
)
def test_bad_files_exit_2_with_the_line(text, says, tmp_path, capsys):
    (tmp_path / "bad.pil").write_text(text)
    assert main(["enumerate", str(tmp_path / "bad.pil")]) == 2
    assert says in capsys.readouterr().err


def test_dialects():
    read = read_pil(
        "domain a = short\nlength b = long\nstrand s = a b\nstrand q = b* : 15\nstructure g = s + q : .(+)\n"
        "h = b^( a ) @i 1e2nM\n"
        "k = s( + )\n"
    )
    assert read.lengths == {"a": 5, "b": 15}
    sequences = [found.complex.sequence for found in read.complexes]
    assert sequences == [("a", "b", "+", "b*"), ("b", "a", "b*"), ("a", "b", "+", "b*", "a*")]
    assert read.complexes[1].amount == pytest.approx(1e-7)
    with pytest.raises(FormatError, match="line 2, column 15: no line above says what strand s"):
        read_pil("length a = 5\nstructure g = s : .\n")
