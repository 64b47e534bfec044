"""Sums made by hand from the table of SantaLucia and Hicks (2004), kcal/mol."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.errors import DesignError
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy, stack_table, stacking_energy

STANDARD = Conditions(37.0, 1.0, 0.0)
WORDS = st.text("ACGT", min_size=2, max_size=40)


def test_sums_by_hand_at_37_degrees_and_1_molar():
    # ATGC: initiation 1.96, one terminal A-T 0.05, AT -0.88, TG (= CA) -1.45, GC -2.24
    assert duplex_energy("ATGC", STANDARD) == pytest.approx(1.96 + 0.05 - 0.88 - 1.45 - 2.24)
    # CGATCG is its own complement: 0.43; CG -2.17, GA -1.30, AT -0.88, TC (= GA) -1.30, CG -2.17
    assert duplex_energy("CGATCG", STANDARD) == pytest.approx(1.96 + 0.43 - 2.17 - 1.30 - 0.88 - 1.30 - 2.17)


def test_temperature_follows_enthalpy():
    # GCGC at 25 C: every term is dH - T (dH - dG37) / 310.15
    def at_25(g37: float, h: float) -> float:
        return h - 298.15 * (h - g37) / 310.15

    wanted = at_25(1.96, 0.2) + at_25(0.43, 0.0) + 2 * at_25(-2.24, -9.8) + at_25(-2.17, -10.6)
    assert duplex_energy("GCGC", Conditions(25.0, 1.0, 0.0)) == pytest.approx(wanted)


def test_salt_by_hand():
    # 12.5 mM magnesium and 50 mM sodium screen like 0.05 + 3.3 sqrt(0.0125) M sodium
    mixed = Conditions(37.0, 0.05, 0.0125)
    assert mixed.ionic_sodium == pytest.approx(0.41896, abs=1e-5)
    wanted = duplex_energy("ATGC", STANDARD) - 3 * 0.114 * math.log(mixed.ionic_sodium)
    assert duplex_energy("ATGC", mixed) == pytest.approx(wanted)


@given(WORDS)
def test_both_strands_of_a_duplex_give_one_energy(word):
    assert duplex_energy(word, STANDARD) == pytest.approx(duplex_energy(reverse_complement(word), STANDARD))


@given(WORDS, WORDS)
def test_stacks_add_up(first, second):
    joint = first[-1] + second[0]
    assert stacking_energy(first + second, STANDARD) == pytest.approx(
        sum(stacking_energy(part, STANDARD) for part in (first, joint, second))
    )


def test_the_table_is_the_sum_of_two_letters():
    table = stack_table(STANDARD)
    assert table[0, 1] == pytest.approx(stacking_energy("AC", STANDARD)) == pytest.approx(-1.44)
    assert not table.flags.writeable


@pytest.mark.parametrize(("sodium", "magnesium"), [(0.0, 0.0), (-0.1, 0.1), (5.0, 0.0), (0.05, -0.01)])
def test_salt_outside_the_parameters_is_refused(sodium, magnesium):
    with pytest.raises(DesignError, match=r"0.01 to 3 M"):
        Conditions(25.0, sodium, magnesium)
