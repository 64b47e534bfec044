"""A design in whole molecules: silent in the discretised answer, near the curves where there are many."""

import numpy as np
import pytest

from dsdcompile.crn.limit import limit
from dsdcompile.formats.network_file import load_network
from dsdcompile.network.compile import compile_network
from dsdcompile.simulate.curves import curves
from dsdcompile.simulate.ode import simulate
from dsdcompile.stages.counting import count_molecules
from tests.conftest import ROOT

GRID = np.linspace(0, 40, 21)


@pytest.mark.parametrize(("volume", "near"), [(0.01, 1.0), (1.0, 0.1)])
def test_iris_in_a_drop(volume, near):
    crn = compile_network(load_network(ROOT / "designs" / "networks" / "iris.json"))
    inputs = np.random.default_rng(0).normal(0, 1, (30, 4))
    formal = curves("formal", crn, simulate(crn, crn.inlet(inputs)[3], GRID))
    limits = limit(crn, inputs)
    found = count_molecules(crn, formal, inputs, 3, limits, unit=1e-8, volume=volume)
    assert found.per_unit == pytest.approx(6022.14 * volume, rel=1e-5)
    assert found.silent_exactly is True
    assert 25 <= found.labels_agree <= found.examples == 30
    assert 0 < found.deviation < near
    assert found.to_json()["events"] == found.events > 0


def test_without_a_limit_only_the_run_is_counted():
    crn = compile_network(load_network(ROOT / "designs" / "networks" / "relu.json"))
    inputs = np.ones((1, len(crn.inputs)))
    formal = curves("formal", crn, simulate(crn, crn.inlet(inputs)[0], GRID))
    found = count_molecules(crn, formal, inputs, 0, None, unit=1e-8, volume=0.1)
    assert found.silent_exactly is None
    assert found.labels_agree is None
