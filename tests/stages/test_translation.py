"""Doses: for the corner of the declared box, and reported where they are out of reach."""

from pathlib import Path

import numpy as np
import pytest

from dsdcompile.design.design import check_design
from dsdcompile.dsd.template import Role
from dsdcompile.errors import SchemeError
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.source import read_source
from dsdcompile.stages.translation import translate_crn

RELU = str(Path(__file__).resolve().parents[2] / "designs/networks/relu.json")
SMALL = {"examples": [[0.5]], "low": [-1.0], "high": [1.0]}


def translated(**tables):
    values = {"name": "some", "network": {"file": RELU}, "inputs": SMALL, **tables}
    design = check_design(values, "some")
    source = read_source(design, Path())
    return translate_crn(design, source, compile_crn(design, source))


def largest(found):
    return float(found.dosing.amounts(found.system).max())


def test_fuels_are_dosed_for_the_corner_of_the_box_and_not_only_for_the_examples():
    small, wide = translated(), translated(inputs={**SMALL, "low": [-4.0], "high": [4.0]})
    assert largest(wide) == pytest.approx(4 * largest(small))
    assert wide.turnover.max() == pytest.approx(4.0)


def test_the_margin_is_beyond_the_turnover():
    plain, more = (translated(dosing={"margin": margin}) for margin in (0.0, 0.5))
    assert largest(more) == pytest.approx(1.5 * largest(plain))


@pytest.mark.parametrize("ceiling", ["10 uM", "15 nM"])
def test_fuels_and_signals_above_the_ceiling_are_reported(ceiling):
    found = translated(dosing={"ceiling": ceiling}, inputs={"examples": [[3.0]], "low": [0.0], "high": [3.0]})
    if ceiling == "10 uM":
        assert found.warnings == ()
        return
    fuels, signals = found.warnings
    above = int((found.dosing.amounts(found.system) > 15e-9).sum())
    assert fuels.startswith(f"{above} of {len(found.system.molecules.of_role(Role.FUEL))} fuels stand above 15 nM")
    assert "up to 36 nM for X1p ->" in fuels
    assert signals == "1 signal stands above 15 nM, up to 30 nM for X1p; a smaller kinetics.unit lowers all doses"


def test_reactions_that_no_scheme_builds_are_refused_when_compiling(tmp_path):
    (tmp_path / "three.crn").write_text("A + B + C + E -> A + B + C + D\nA @i 1\n")
    design = check_design({"name": "three", "crn": {"file": "three.crn"}}, "three")
    with pytest.raises(SchemeError, match=r"cannot build A \+ B \+ C \+ E -> A \+ B \+ C \+ D"):
        compile_crn(design, read_source(design, tmp_path))


def test_reactions_are_built_as_they_are_written(tmp_path):
    (tmp_path / "chain.crn").write_text("A -> B; B -> C; A @i 5\n")
    for reduce, modules in ((None, 2), ("none", 2), ("paper", 0)):
        passes = {} if reduce is None else {"reduce": reduce}
        design = check_design({"name": "chain", "crn": {"file": "chain.crn"}, "passes": passes}, "chain")
        source = read_source(design, tmp_path)
        found = translate_crn(design, source, compile_crn(design, source))
        assert found.system.n_modules == modules
        warned = any("nothing is left to build" in warning for warning in found.warnings)
        assert warned == (modules == 0)
    assert np.isclose(found.implementation.crn.initial.sum(), 5e-8)
