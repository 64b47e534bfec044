"""Formal values in, formal curves out, whatever units a CRN is integrated in; by hand the same."""

import numpy as np
import pytest

from dsdcompile import api
from dsdcompile.crn.limit import largest_turnover
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.errors import CrnError, SimulationError
from dsdcompile.simulate.entrant import Entrant
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances

UNIT, RATE = 1e-8, 1e6
SECOND = 1 / (UNIT * RATE)
CRN = parse_crn("#! input A\n#! input B\n#! output Cp Cn\nA + B -> Cp\nCn @initial 0.25")
GRID = np.linspace(0, 80, 41)


@pytest.fixture(scope="module")
def built():
    system = api.translate(CRN)
    dosing = dose(system, largest_turnover(CRN, [[3.0, 2.0]]), unit=UNIT, margin=0.2, floor=0.1)
    return implementation(system, dosing, uniform_rates(system, RATE))


def test_a_formal_crn_is_drawn_as_it_is():
    drawn = Entrant("formal", CRN).draw(np.array([3.0, 2.0]), GRID, Tolerances(1e-8, 1e-10))
    t = drawn.times
    decay = np.exp(-t)  # A + B -> C at rate 1, from 3 and 2: the difference stays 1
    assert drawn.outputs[:, 0] == pytest.approx(6 * (1 - decay) / (3 - 2 * decay) - 0.25, abs=1e-7)


def test_an_implementation_is_drawn_in_formal_units_and_time(built):
    drawn = Entrant("implementation", built, SECOND).draw(np.array([3.0, 2.0]), GRID, Tolerances())
    start = np.array(built.crn.initial)
    start[built.crn.index["A"]] += 3e-8
    start[built.crn.index["B"]] += 2e-8
    run = simulate(built.crn, start, GRID * SECOND, Tolerances().scaled(UNIT), record=["Cp", "Cn"])
    assert np.array_equal(drawn.times, GRID)
    assert drawn.outputs[:, 0] == pytest.approx((run.of("Cp") - run.of("Cn"))[:, 0] / UNIT, abs=1e-12)


def test_pooled_outputs_are_totals(built):
    values = np.array([3.0, 2.0])
    free = Entrant("implementation", built, SECOND).draw(values, GRID, Tolerances())
    total = Entrant("implementation", built, SECOND, pooled=True).draw(values, GRID, Tolerances())
    states = Entrant("implementation", built, SECOND).run(values, GRID, Tolerances()).states
    held = np.flatnonzero((built.holds == CRN.index["Cp"]) & (np.arange(len(built.holds)) >= CRN.n_species))
    wanted = free.outputs[:, 0] + states[:, held].sum(axis=1) / UNIT
    assert total.outputs[:, 0] == pytest.approx(wanted, abs=1e-9)


def test_the_library_compares_what_the_pipeline_compares(built):
    values, other = np.array([3.0, 2.0]), np.array([1.0, 1.5])
    first, second = api.compare(CRN, api.translate(CRN), [values, other], unit=UNIT, rate=RATE, until=80.0, points=41)
    drawn = Entrant("implementation", built, SECOND).draw(values, GRID, Tolerances())
    assert np.array_equal(first.other.outputs, drawn.outputs)
    assert first.limit == pytest.approx([1.75])
    assert second.limit == pytest.approx([0.75])
    assert first.final_deviation < 0.05 < first.largest_deviation


def test_the_library_says_what_it_cannot_compare():
    with pytest.raises(SimulationError, match="must be positive"):
        api.compare(CRN, api.translate(CRN), [[1.0, 1.0]], until=0.0)
    cycle = parse_crn("#! input A\n#! output B\nA -> B\nB -> A")
    with pytest.raises(CrnError, match="not feed-forward"):
        api.compare(cycle, api.translate(cycle), [[1.0]])
