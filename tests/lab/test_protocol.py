import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.dosing import dose
from dsdcompile.errors import DesignError
from dsdcompile.lab.protocol import BenchOptions, final_concentration, protocol
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate

SYSTEM = translate(
    parse_crn("#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn\nM @i 1"),
    find_scheme("soloveichik2010"),
)


@given(st.floats(0.01, 50), st.floats(0.01, 50), st.floats(-5, 5), st.sampled_from([1e-9, 1e-8]))
def test_volumes_reconcile_with_concentrations(first, second, x, unit):
    dosing = dose(SYSTEM, np.array([first, second]), unit=unit, margin=0.2, floor=0.01)
    steps = protocol(SYSTEM, dosing, np.array([x]), 1)
    for component in steps.components:
        assert final_concentration(component, steps.total) == pytest.approx(component.target, rel=1e-12)
        assert component.volume >= steps.options.smallest
        assert all(1 <= factor <= 1000 for factor in component.dilutions)
        assert component.stock / math.prod(component.dilutions) == pytest.approx(component.working)
    assert sum(c.volume for c in steps.components) + steps.buffer == pytest.approx(steps.total, rel=1e-12)
    assert steps.buffer >= 0
    targets = {c.name: c.target for c in steps.components}
    assert targets["m0_G"] == pytest.approx(first * unit * 1.2)
    assert targets["M"] == pytest.approx(unit)
    for annealing in steps.annealings:
        assert sum(annealing.volumes) + annealing.buffer == pytest.approx(steps.options.anneal_volume)


def test_too_many_components_for_a_tube_are_told_in_numbers():
    dosing = dose(SYSTEM, np.ones(2), unit=1e-8, margin=0.2, floor=0.1)
    with pytest.raises(DesignError, match="at most 2 fit 5 µL"):
        protocol(SYSTEM, dosing, np.array([1.0]), 1, BenchOptions(largest=5.0))
