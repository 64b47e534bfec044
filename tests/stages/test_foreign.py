"""Anyone's implementation: our own systems read back are proved, edited by hand they are refuted, with the place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import complement
from dsdcompile.formats.pil_reader import PilComplex, PilFile, read_pil
from dsdcompile.stages.foreign import Asked, Judged, judge_pil
from dsdcompile.verify.verdict import Outcome

FORMAL = "A + B -> C + D\nC -> A\n"
SYSTEM = """
length a_A = 6
length b_A = 15
length c_A = 6
length a_B = 6
length b_B = 15
length c_B = 6
length a_C = 6
length b_C = 15
length c_C = 6
length a_D = 6
length b_D = 15
length c_D = 6
length h = 15
length p = 15
length q = 15
length r = 15
A = h a_A b_A c_A
B = h a_B b_B c_B
C = h a_C b_C c_C
D = h a_D b_D c_D
f_L = b_A( c_A( a_B( + b_B( c_B( p a_C q a_D + ) ) ) ) ) a_A* @constant 100 nM
f_B = b_A c_A a_B @constant 100 nM
f_T = p( a_C( b_C c_C + q( a_D( b_D c_D + ) ) ) ) c_B* @constant 100 nM
f_G = b_C( c_C( r a_A + ) ) a_C* @constant 100 nM
f_U = r( a_A( b_A c_A + ) ) c_C* @constant 100 nM
"""


def _judge(read: PilFile, formal: str = FORMAL) -> Judged:
    return judge_pil(read, parse_crn(formal), Asked(seconds=1e-3), lambda message: None)


def _changed(name: str, change: Callable[[Complex], Complex]) -> PilFile:
    read = read_pil(SYSTEM)
    complexes = tuple(
        dataclasses.replace(found, complex=change(found.complex)) if found.name == name else found
        for found in read.complexes
    )
    assert complexes != read.complexes
    return dataclasses.replace(read, complexes=complexes)


def _swapped(one: str, other: str) -> Callable[[Complex], Complex]:
    return lambda c: c.renamed(lambda name: {one: other, other: one}.get(name, name))


def _renamed(one: str, other: str) -> Callable[[Complex], Complex]:
    return lambda c: c.renamed(lambda name: other if name == one else name)


def _without(*places: int) -> Callable[[Complex], Complex]:
    """Return what takes single domains, by their place in the sequence, out of a complex."""

    def act(complex_: Complex) -> Complex:
        kept = [n for n in range(len(complex_.sequence)) if n not in places]
        return Complex(tuple(complex_.sequence[n] for n in kept), tuple(complex_.structure[n] for n in kept))

    return act


def _lost(strand: int) -> Callable[[Complex], Complex]:
    """Return what takes a strand off a complex; what it was bound to is open."""

    def act(complex_: Complex) -> Complex:
        number, of = 0, []
        for token in complex_.sequence:
            number += token == NICK
            of.append(number)
        partner = complex_.partners()
        structure = [
            "." if there is not None and of[there] == strand else symbol
            for symbol, there in zip(complex_.structure, partner, strict=True)
        ]
        kept = [n for n, o in enumerate(of) if o != strand]
        if complex_.sequence[kept[0]] == NICK:
            kept = kept[1:]
        return Complex(tuple(complex_.sequence[n] for n in kept), tuple(structure[n] for n in kept))

    return act


def _complemented(*names: str) -> Callable[[Complex], Complex]:
    """Return what turns domains of a complex into their complements, on both strands of a helix."""
    return lambda c: Complex(
        tuple(complement(t) if t.removesuffix("*") in names else t for t in c.sequence), c.structure
    )


def _open(place: int) -> Callable[[Complex], Complex]:
    """Return what opens a base pair of domains."""

    def act(complex_: Complex) -> Complex:
        there = complex_.partners()[place]
        assert there is not None
        return Complex(
            complex_.sequence, tuple("." if n in (place, there) else s for n, s in enumerate(complex_.structure))
        )

    return act


def _lengths(**lengths: int) -> PilFile:
    read = read_pil(SYSTEM)
    return dataclasses.replace(read, lengths=read.lengths | lengths)


def _drop(name: str) -> PilFile:
    read = read_pil(SYSTEM)
    return dataclasses.replace(read, complexes=tuple(found for found in read.complexes if found.name != name))


def _plus(*lines: str) -> PilFile:
    return read_pil(SYSTEM + "\n".join(lines))


def _exchanged(one: str, other: str) -> PilFile:
    read = read_pil(SYSTEM)
    by = {found.name: found for found in read.complexes}
    names = {one: other, other: one}

    def act(found: PilComplex) -> PilComplex:
        return dataclasses.replace(found, complex=by[names.get(found.name, found.name)].complex)

    return dataclasses.replace(read, complexes=tuple(map(act, read.complexes)))


EDITS: dict[str, tuple[Callable[[], PilFile], str]] = {
    "toeholds of a gate swapped": (lambda: _changed("f_L", _swapped("a_A", "a_B")), "f_L"),
    "branch domains of a gate swapped": (lambda: _changed("f_L", _swapped("b_A", "b_B")), "f_L"),
    "recognition of an input renamed": (lambda: _changed("f_G", _renamed("b_C", "b_D")), "f_G"),
    "toehold of an input renamed": (lambda: _changed("f_G", _renamed("a_C", "a_D")), "f_G"),
    "a translator's toehold renamed": (lambda: _changed("f_T", _renamed("c_B", "c_A")), "f_T"),
    "a translator's history renamed": (lambda: _changed("f_T", _renamed("p", "r")), "f_T"),
    "a product's recognition renamed": (lambda: _changed("f_T", _renamed("b_C", "b_A")), "f_T"),
    "wrong species made": (lambda: _changed("f_T", _renamed("a_C", "a_A")), "f_T"),
    "a toehold left out": (lambda: _changed("f_G", _without(7)), "f_G"),
    "an output domain left out": (lambda: _changed("f_U", _without(3)), "f_U"),
    "a signal's toehold left out": (lambda: _changed("A", _without(1)), "A"),
    "a strand of a gate lost": (lambda: _changed("f_L", _lost(0)), "f_L"),
    "the output strand lost": (lambda: _changed("f_G", _lost(0)), "f_G"),
    "a product strand lost": (lambda: _changed("f_T", _lost(1)), "f_T"),
    "a toehold complemented": (lambda: _changed("f_G", _complemented("a_C")), "C"),
    "a helix complemented": (lambda: _changed("f_G", _complemented("b_C")), "f_G"),
    "a signal complemented": (lambda: _changed("C", _complemented("b_C")), "C"),
    "a helix opened": (lambda: _changed("f_T", _open(0)), "f_T"),
    "a branch domain so short that it opens": (lambda: _lengths(b_C=3, c_C=3), "f_G"),
    "a fuel missing": (lambda: _drop("f_U"), "C"),
    "the other fuel missing": (lambda: _drop("f_T"), "A"),
    "signals exchanged": (lambda: _exchanged("A", "D"), "A"),
    "inputs in the wrong order": (lambda: _exchanged("B", "C"), "B"),
    "a signal that is a fuel": (lambda: _plus("f_x = h a_D b_D c_D @constant 1 nM"), "f_x"),
    "a fuel that takes a product away": (lambda: _plus("f_x = b_D( c_D( + ) ) a_D* @constant 1 nM"), "f_x"),
    "a fuel that makes a signal": (lambda: _plus("f_x = c_D( + b_A c_A ) a_D* @constant 1 nM"), "f_x"),
    "a fuel that holds a signal": (lambda: _plus("f_x = c_B* b_B* a_B* @constant 1 nM"), "f_x"),
}


def test_the_system_itself_is_proved() -> None:
    judged = _judge(read_pil(SYSTEM))
    assert judged.verification.outcome is Outcome.PROVED


@pytest.mark.parametrize("kind", EDITS)
def test_edits_by_hand_are_refuted_with_the_place(kind: str) -> None:
    edited, place = EDITS[kind]
    judged = _judge(edited())
    told = " ".join(f"{check.detail} {' '.join(map(str, check.witnesses))}" for check in judged.verification.checks)
    assert judged.verification.outcome is Outcome.REFUTED, (kind, told, judged.verification.certificates)
    assert place in told, told
