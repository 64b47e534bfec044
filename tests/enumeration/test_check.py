from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.matching import with_buffers
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Template
from dsdcompile.enumeration.check import enumerate_system, system_check, template_check
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import enumerate_complexes
from dsdcompile.formats.enumeration_file import parse_enumeration, show_enumeration
from dsdcompile.passes.combine import combine
from dsdcompile.passes.legalise import legalise
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.verify.verdict import Outcome

SCHEME = find_scheme("soloveichik2010")


def template(reactants: tuple[int, ...], products: tuple[int, ...]) -> Template:
    return SCHEME.template(ReactionShape.of(reactants, products))


def test_the_refused_shape_fails_where_remote_toeholds_act():
    shape = ReactionShape.of((0, 0), (0,))
    assert not SCHEME.accepts(shape)
    whole = SCHEME.template(shape)
    assert template_check(whole, SCHEME.form, DomainLengths()).outcome is Outcome.PROVED
    check = template_check(whole, SCHEME.form, DomainLengths(), EnumerationOptions(reject_remote=False))
    assert check.outcome is Outcome.REFUTED
    assert "unintended reaction" in check.detail
    assert check.witnesses


def with_complex(whole: Template, name: str, kernel: str) -> Template:
    parts = tuple(replace(c, complex=parse_kernel(kernel)) if c.name == name else c for c in whole.complexes)
    return replace(whole, complexes=parts)


def test_a_gate_with_a_swapped_domain_is_found():
    broken = with_complex(template((0,), (1, 2)), "G", "s0_b( s0_c( d2 s1_a d1 s2_a + ) ) s0_a*")
    check = template_check(broken, SCHEME.form, DomainLengths())
    assert check.outcome is Outcome.REFUTED
    assert "does not happen" in check.detail


def test_a_truncated_enumeration_proves_nothing():
    gate = template((0, 1), (2, 3))
    check = template_check(gate, SCHEME.form, DomainLengths(), EnumerationOptions(max_complex_size=3))
    assert check.outcome is Outcome.UNDECIDED
    assert "max_complex_size" in check.detail


def system_of(text: str) -> DsdSystem:
    return translate(parse_crn(text), SCHEME)


TEXT = "#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn\nYp -> Zn + W\nYn -> Zp + W"


def test_a_whole_system_does_exactly_what_is_intended():
    system = system_of(TEXT)
    enumerated = enumerate_system(system)
    check = system_check(system, enumerated)
    assert check.outcome is Outcome.PROVED, check
    assert parse_enumeration(show_enumeration(enumerated)) == enumerated


def test_a_catalyst_that_is_also_consumed_is_clean():
    system = system_of("#! input A\n#! input B\nA + B -> A + C\nA -> D")
    assert system_check(system, enumerate_system(system)).outcome is Outcome.PROVED


def test_a_missing_fuel_is_found():
    system = system_of(TEXT)
    lengths = {name: domain.length for name, domain in system.inventory.domains.items()}
    tube = [c.complex for c in system.inventory.items if c.name != "m0_T"]
    check = system_check(system, enumerate_complexes(tube, lengths))
    assert check.outcome is Outcome.REFUTED


def test_runs_in_one_process_do_not_disturb_each_other():
    first = enumerate_system(system_of(TEXT))
    enumerate_system(system_of("A + B -> C\n#! input A\n#! input B"), EnumerationOptions(release_cutoff=7))
    assert enumerate_system(system_of(TEXT)) == first


def buffered(text: str) -> DsdSystem:
    """Return a system in which every species has a buffer module."""
    system = system_of(text)
    return with_buffers(system, SCHEME.buffer(), np.arange(system.crn.n_species))


def test_the_buffer_template_is_a_reversible_exchange():
    check = template_check(SCHEME.buffer(), SCHEME.form, DomainLengths())
    assert check.outcome is Outcome.PROVED, check
    assert check.name == "template buffer A -> A"
    assert "2 condensed reactions" in check.detail


@pytest.mark.parametrize(
    "text",
    [
        "A -> 2A\nA + B -> 2B\nB ->\nA @i 1\nB @i 1",
        "A + B <=> C\nA @i 1\nB @i 1",
        "A + B -> C\nA + B -> D\nA @i 1\nB @i 1",
        "X + Y -> 2B\nB + X -> 2X\nB + Y -> 2Y\nX @i 1\nY @i 1",
        "2A -> B\nB -> A\nA @i 1",
    ],
)
def test_buffers_do_not_disturb_modules_of_the_same_species(text):
    system = buffered(text)
    check = system_check(system, enumerate_system(system))
    assert check.outcome is Outcome.PROVED, check


NEEDED, MADE = (st.lists(st.sampled_from("ABC"), min_size=least, max_size=2) for least in (1, 0))


@settings(max_examples=8)
@given(st.lists(st.tuples(NEEDED, MADE), min_size=1, max_size=3))
def test_any_small_system_with_buffers_does_exactly_what_is_intended(rows):
    whole = Crn.of([Reaction(tuple(left), tuple(right)) for left, right in rows], species="ABC")
    legal = legalise(combine(whole).crn, SCHEME.accepts, 2).crn
    system = translate(legal.with_(initial=np.ones(legal.n_species)), SCHEME)
    system = with_buffers(system, SCHEME.buffer(), np.arange(3))
    check = system_check(system, enumerate_system(system))
    assert check.outcome is Outcome.PROVED, check


def test_a_buffer_whose_toehold_is_another_gates_is_found():
    whole = SCHEME.buffer()
    broken = with_complex(whole, "LS", "s0_b( s0_c( + ) ) s0_a*")
    check = template_check(broken, SCHEME.form, DomainLengths())
    assert check.outcome is Outcome.REFUTED
