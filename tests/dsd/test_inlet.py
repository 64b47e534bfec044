"""The one way into a tube: formal values in, concentrations in the tube's own unit out."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dsdcompile
from dsdcompile.crn.limit import limit_state
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import Implementation, implementation, uniform_rates
from dsdcompile.dsd.toehold_crosstalk import crosstalk, with_crosstalk
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate

PACKAGE = Path(dsdcompile.__file__).parent
UNIT = 1e-8
CRN = parse_crn(
    "#! input Ap An shift 0.5\n#! input B\n#! output C\nAp + B -> C + D\nAn -> D\nB @initial 2\nC @initial 1"
)


@pytest.fixture(scope="module")
def built() -> Implementation:
    system = translate(CRN, find_scheme("soloveichik2010"))
    need = limit_state(CRN, CRN.inlet([[3.0, 4.0]])).turnover.max(axis=0)
    dosing = dose(system, need, unit=UNIT, margin=0.2, floor=0.1)
    return implementation(system, dosing, uniform_rates(system, 1e6))


def test_a_tube_holds_the_formal_state_times_its_unit_and_all_fuels(built):
    values = [[3.0, 4.0], [-2.0, 0.0]]
    state = built.inlet(values)
    by_name = dict(zip(built.crn.species, state.T, strict=True))
    assert by_name["Ap"] == pytest.approx([3.5e-8, 0.0])
    assert by_name["An"] == pytest.approx([0.0, 1.5e-8])
    assert by_name["B"] == pytest.approx([6e-8, 2e-8])
    assert by_name["C"] == pytest.approx([1e-8, 1e-8])
    assert len(built.fuels) > 0
    assert (state[:, built.fuels] == built.crn.initial[built.fuels]).all()


def test_signals_are_the_first_species_of_the_tube(built):
    values = np.array([[3.0, 4.0], [-2.0, 0.0]])
    assert built.n_signals == CRN.n_species < built.crn.n_species
    assert np.array_equal(built.signals(values), built.inlet(values)[:, : CRN.n_species])
    assert built.signals(values) == pytest.approx(CRN.inlet(values) * UNIT)


def test_unintended_bindings_come_after_the_signals(built):
    system = translate(CRN, find_scheme("soloveichik2010"))
    on = with_crosstalk(built, crosstalk(system, built))
    assert on.crn.n_species > built.crn.n_species
    assert on.n_signals == CRN.n_species


@given(st.floats(-4, 4), st.floats(0, 9))
def test_the_corner_bounds_every_value_in_the_box(value, other):
    most = np.array([[4.0, 4.0], [9.0, 0.0]])
    corner = CRN.corner(most)
    assert (corner >= CRN.inlet([[value, other]])[0]).all()
    assert corner[CRN.index["Ap"]] == 4.5
    assert corner[CRN.index["B"]] == 11.0


def test_the_corner_of_a_tube_is_in_its_unit(built):
    most = np.array([[4.0, 3.5], [9.0, 0.0]])
    assert built.corner(most) == pytest.approx(CRN.corner(most) * UNIT)


def _is_product(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)


def _scaled_inlets(path: Path) -> list[int]:
    """Return the lines of a module that scale what goes into an inlet, or what comes out."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        inlets = [n for n in ast.walk(node) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "inlet"]
        if _is_product(node) and inlets:
            found.append(node.lineno)
        for call in inlets:
            if any(_is_product(n) for argument in call.args for n in ast.walk(argument)):
                found.append(call.lineno)
    return found


def test_nobody_else_knows_the_unit_of_a_tube():
    """Outside the two inlets themselves no value is scaled on its way in, and no state on its way out."""
    own = {PACKAGE / "dsd" / "implementation.py"}
    assert {str(p): lines for p in PACKAGE.rglob("*.py") if p not in own and (lines := _scaled_inlets(p))} == {}
    assert all(_scaled_inlets(path) for path in own)
