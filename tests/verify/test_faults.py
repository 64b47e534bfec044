"""Planted faults: every kind of mistake in strands, tables, doses or enumeration is reported; none passes."""

import dataclasses
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.domain import Scope, base, complement
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.template import TemplateReaction
from dsdcompile.enumeration.check import enumerate_system, system_check
from dsdcompile.enumeration.erasure import ERASED
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import enumerate_complexes
from dsdcompile.report.drawing import draw
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.stages.verification import verify_modules
from dsdcompile.verify.modules import dose_check, net_check, table_check, waste_check
from dsdcompile.verify.verdict import Outcome

TEXT = "A -> B + C\nB + C -> D\nD -> E + E\nA @i 10 nM\n"
SYSTEM = translate(parse_crn(TEXT, unit=1e-8), find_scheme("soloveichik2010"))
SPLIT, JOIN = SYSTEM.templates[:2]
TURNOVER = np.ones(3)


def kernels(template, **changed):
    """Return a template with some complexes replaced, given in kernel notation."""
    parts = tuple(
        dataclasses.replace(c, complex=parse_kernel(changed[c.name])) if c.name in changed else c
        for c in template.complexes
    )
    used = {domain for c in parts for domain in c.complex.domains}
    return dataclasses.replace(template, complexes=parts, slots=tuple(s for s in template.slots if s.name in used))


def with_template(number, changed):
    """Verify the system with one template replaced."""
    templates = tuple(changed if n == number else t for n, t in enumerate(SYSTEM.templates))
    return verify_modules(dataclasses.replace(SYSTEM, templates=templates), whole=False).checks


def tube(rename, system=SYSTEM):
    """Compare what the intended strands do, with tokens replaced by ``rename``, with what is intended."""

    def changed(token):
        new = rename(base(token)) if token != "+" else "+"
        return complement(new) if token.endswith("*") else new

    strands = [
        Complex(tuple(changed(t) for t in c.complex.sequence), c.complex.structure) for c in system.initial_complexes
    ]
    lengths = {name: d.length for name, d in system.domains.items()} | {ERASED: 15}
    for species in range(system.crn.n_species):
        lengths |= {system.domain_name(s, -1, species): system.lengths.of(s.part) for s in system.form.domains}
    return [system_check(system, enumerate_complexes(strands, lengths))]


def replaced(old, new):
    return lambda name: new if name == old else name


def universal(position):
    """Verify the system with one toehold for all species and a domain of its signals that is the same for all."""

    def slot(one):
        return dataclasses.replace(one, scope=Scope.SYSTEM, name=position) if one.position == position else one

    def name(old):
        return position if old.endswith(f"_{position}") else old

    templates = tuple(
        dataclasses.replace(
            t,
            slots=tuple(
                dict.fromkeys(dataclasses.replace(slot(s), species=-1) if slot(s) != s else s for s in t.slots)
            ),
            complexes=tuple(dataclasses.replace(c, complex=c.complex.renamed(name)) for c in t.complexes),
        )
        for t in SYSTEM.templates
    )
    form = dataclasses.replace(SYSTEM.form, domains=tuple(map(slot, SYSTEM.form.domains)))
    return verify_modules(dataclasses.replace(SYSTEM, form=form, templates=templates, toeholds=1), whole=False).checks


def steps(template, *changed):
    return dataclasses.replace(
        template, reactions=tuple(r for r in template.reactions if r.step not in {c.step for c in changed}) + changed
    )


def without_backward_strand():
    dosing = dose(SYSTEM, TURNOVER, unit=1e-8, margin=0.2, floor=0.0)
    fuels = np.array(dosing.fuels)
    fuels[1, [c.name for c in JOIN.fuels].index("B")] = 0.0
    return [dose_check(SYSTEM, dataclasses.replace(dosing, fuels=fuels), TURNOVER)]


def dosed(turnover):
    return [dose_check(SYSTEM, dose(SYSTEM, TURNOVER, unit=1e-8, margin=0.2, floor=0.0), turnover)]


def miscounted():
    once = parse_crn(TEXT.replace("E + E", "E"), unit=1e-8)
    return [table_check(dataclasses.replace(SYSTEM, crn=once))]


def misbound():
    species = np.array(SYSTEM.species)
    species[0, [1, 2]] = species[0, [2, 0]]
    return [table_check(dataclasses.replace(SYSTEM, species=species))]


WRONG_ORDER = "d2( s2_a( s2_b s2_c + d1( s1_a( s1_b s1_c + ) ) ) ) s0_c*"
FAULTS = {
    "a swapped domain": lambda: with_template(0, kernels(SPLIT, G="s0_b( s0_c( d2 s1_a d1 s2_a + ) ) s0_a*")),
    "a gate with strands in the wrong order": lambda: with_template(0, kernels(SPLIT, T=WRONG_ORDER)),
    "a history domain of another module": lambda: tube(replaced("m1_d1", "m0_d1")),
    "a missing backward strand": without_backward_strand,
    "an exposed toehold on waste": lambda: [
        waste_check(
            kernels(SPLIT, G="s0_b( s0_c( d1 s1_a d2 s2_a + s1_a* ) ) s0_a*", W1="s0_h s0_a( s0_b( s0_c( + s1_a* ) ) )")
        )
    ],
    "waste that reacts": lambda: [waste_check(steps(SPLIT, TemplateReaction(("W1", "X"), ("O", "T"), "again")))],
    "two species sharing a recognition domain": lambda: tube(replaced("b_B", "b_A")),
    "complementary toeholds": lambda: tube(replaced("a_B", "a_A*")),
    "a wrong product": lambda: [
        net_check(
            dataclasses.replace(
                SPLIT,
                complexes=tuple(dataclasses.replace(c, species=0) if c.name == "P2" else c for c in SPLIT.complexes),
            )
        )
    ],
    "a lost product": lambda: [net_check(steps(SPLIT, TemplateReaction(("O", "T"), ("P1", "W2"), "release")))],
    "a reactant that is not used up": lambda: [
        net_check(steps(JOIN, TemplateReaction(("X2", "H"), ("X2", "O", "W1"), "second")))
    ],
    "a dose too small": lambda: dosed(TURNOVER * [1.0, 1.3, 1.0]),
    "a wrong stoichiometric count": miscounted,
    "a module bound to other species": misbound,
    "a truncated enumeration": lambda: [
        system_check(SYSTEM, enumerate_system(SYSTEM, EnumerationOptions(max_complex_size=3)))
    ],
    "universal toeholds and recognition domains": lambda: universal("b"),
}


UNDECIDED = {"a truncated enumeration"}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_is_reported(fault):
    checks = [check for check in FAULTS[fault]() if check.outcome is not Outcome.PROVED]
    assert checks
    wanted = Outcome.UNDECIDED if fault in UNDECIDED else Outcome.REFUTED
    assert wanted in {check.outcome for check in checks}
    for check in checks:
        assert check.detail
        if check.outcome is Outcome.REFUTED:
            assert check.witnesses
    for witness in (w for check in checks for w in check.witnesses):
        assert witness.problem
        for complex_ in (*witness.reactants, *witness.products):
            ET.fromstring(draw(complex_, {}))


def test_faults_of_strands_show_the_complexes_involved():
    by_table = {"a wrong stoichiometric count", "a module bound to other species", "a truncated enumeration"}
    for fault, plant in FAULTS.items():
        if fault not in by_table:
            assert any(w.reactants for check in plant() for w in check.witnesses), fault


def test_without_faults_everything_passes():
    verification = verify_modules(SYSTEM, whole=True)
    assert verification.outcome is Outcome.PROVED, verification
    assert dosed(TURNOVER)[0].outcome is Outcome.PROVED
    assert tube(lambda name: name)[0].outcome is Outcome.PROVED
