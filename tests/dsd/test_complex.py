import pytest

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.kernel import parse_kernel, show_kernel
from dsdcompile.errors import FormatError

GATE = "b( c( d e + ) ) a*"


def test_kernel_notation_reads_back():
    assert show_kernel(parse_kernel(GATE)) == GATE
    assert parse_kernel("b(c(d e+))a*") == parse_kernel(GATE)


def test_rotations_of_one_molecule_have_one_canonical_form():
    gate = parse_kernel("a( b( + c( + ) d ) ) e")
    turned = gate.rotated()
    assert turned != gate
    assert turned.strands == (*gate.strands[1:], gate.strands[0])
    assert turned.canonical() == gate.canonical() == turned.rotated().canonical()
    assert turned.rotated().rotated() == gate
    pairs = {frozenset((gate.sequence[i], gate.sequence[j])) for i, j in enumerate(gate.partners()) if j is not None}
    again = {
        frozenset((turned.sequence[i], turned.sequence[j])) for i, j in enumerate(turned.partners()) if j is not None
    }
    assert pairs == again


@pytest.mark.parametrize(
    ("sequence", "structure", "message"),
    [
        (("a", "b"), ("(", ")"), "not its complement"),
        (("a", "a*"), ("(", "."), "never closed"),
        (("a", "a*"), (".", ")"), "bracket too many"),
        (("a", "+", "b"), (".", "+", "."), "hang together"),
        (("a",), (".", "."), "structure of 2 symbols"),
    ],
)
def test_impossible_complexes_are_refused(sequence, structure, message):
    with pytest.raises(FormatError, match=message):
        Complex(sequence, structure)


@pytest.mark.parametrize("text", ["a( b", "a )", "a & b", "a( b( ) "])
def test_kernel_errors_say_where(text):
    with pytest.raises(FormatError):
        parse_kernel(text)
