"""The enumerated CRN starts with what is in the tube, and goes on as its strands do."""

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.dosing import dose
from dsdcompile.enumeration.check import enumerate_system
from dsdcompile.enumeration.kinetics import enumerated_crn
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate

UNIT = 1e-8


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_a_fuel_that_modules_share_stands_at_the_sum_of_what_they_need(scheme):
    system = translate(parse_crn("#! input A\n#! input C\n#! output B\nA -> B\nC -> B\nA @i 2\nC @i 3"), scheme)
    dosing = dose(system, np.array([2.0, 3.0]), unit=UNIT, margin=0.25, floor=0.0)
    made = enumerated_crn(system, enumerate_system(system), dosing)
    assert made.crn.species[:3] == ("A", "C", "B")
    np.testing.assert_allclose(made.crn.initial[:3], [2 * UNIT, 3 * UNIT, 0.0])
    there = sorted(amount for amount in made.crn.initial[3:].tolist() if amount)
    needed = sorted(amount for amount in dosing.amounts(system).tolist() if amount)
    np.testing.assert_allclose(there, needed)
    assert made.crn.initial[3:].sum() == pytest.approx(dosing.total)


def test_some_scheme_shares_fuels():
    """Else the test above could not fail."""
    crn = parse_crn("#! input A\n#! input C\n#! output B\nA -> B\nC -> B")
    shared = {s.name: int((translate(crn, s).molecules.shared > 1).sum()) for s in SCHEMES}
    assert any(shared.values()), shared
