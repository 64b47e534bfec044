"""Fuels last, to the last digit: what is short by less than can be weighed out is short."""

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.dosing import Dosing, dose
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.verify.modules import dose_check
from dsdcompile.verify.verdict import Outcome

TURNOVER = np.array([3.0, 5.0])
UNIT = 1e-8


def dosed(scheme, margin: float):
    """Return A -> B and C -> B, which share fuels in some schemes, with fuels for their turnover and a margin."""
    system = translate(parse_crn("#! input A\n#! input C\n#! output B\nA -> B\nC -> B"), scheme)
    return system, dose(system, TURNOVER, unit=UNIT, margin=margin, floor=0.0)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize(("margin", "outcome"), [(0.0, Outcome.PROVED), (-1e-9, Outcome.REFUTED)])
def test_exactly_enough_is_enough_and_any_less_is_not(scheme, margin, outcome):
    assert dose_check(*dosed(scheme, margin), TURNOVER).outcome is outcome


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_a_single_fuel_that_is_short_is_named_with_what_is_there_and_what_is_used(scheme):
    system, dosing = dosed(scheme, 0.0)
    for place in range(len(system.templates[0].fuels)):
        fuels = dosing.fuels.copy()
        fuels[1, place] *= 0.95
        check = dose_check(system, Dosing(UNIT, fuels), TURNOVER)
        assert check.outcome is Outcome.REFUTED
        assert check.detail == "1 fuels run out"
        (witness,) = check.witnesses
        assert "there" in witness.problem


def test_what_is_spare_is_the_least_of_all():
    system, dosing = dosed(find_scheme("soloveichik2010"), 0.5)
    fuels = dosing.fuels.copy()
    fuels[1, 1] *= 2
    assert dose_check(system, Dosing(UNIT, fuels), TURNOVER).detail == "each is at least 1.5 times what is used"
    assert dose_check(system, Dosing(UNIT, fuels), 0 * TURNOVER).detail == "none is used"
