"""The three-step model: measured rates, limits that theory gives, and what toeholds are worth."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.rates.three_step import FITTED, LEAK, SPREAD, Rate, Toehold, displacement_rate
from dsdcompile.sequences.rates.toeholds import toehold
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy

TABLES = [Path(__file__).parents[up] / "shared" / "data" / "kinetics" / "zhang2009.csv" for up in (4, 5)]
BRANCH, TOEHOLD = "CCCTCATTCAATACCCTACG", "TCTCCATGTCACTTC"  # Zhang and Winfree (2009)
THEIRS = Conditions(25.0, 0.0, 0.0125)
FREE = Toehold(0, 1.9)
ENERGIES = st.floats(-15.0, 2.0)


def predicted(invading: int, incumbent: int) -> Rate:
    near = toehold(TOEHOLD[:invading], THEIRS, inner=BRANCH[-1], inner_first=True)
    far = toehold(BRANCH[:incumbent], THEIRS, inner=BRANCH[incumbent], inner_first=False)
    return displacement_rate(near, len(BRANCH) - incumbent, far, THEIRS)


def test_measured_rates_are_met() -> None:
    table = next((path for path in TABLES if path.is_file()), None)
    if table is None:
        pytest.skip("the measured table is not part of the repository")
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pairs = [(int(r["invading_toehold_nt"]), int(r["incumbent_toehold_nt"])) for r in rows]
    factor = np.abs(
        np.log([predicted(*pair).value / float(r["rate_per_M_s"]) for pair, r in zip(pairs, rows, strict=True)])
    )
    assert len(rows) > 30
    assert math.exp(float(np.median(factor))) < 1.6
    assert math.exp(float(np.quantile(factor, 0.95))) < 4.0


@pytest.mark.parametrize(("invading", "incumbent", "measured"), [(0, 0, LEAK), (3, 0, 1080.0), (6, 0, 2.36e6)])
def test_three_published_rates_lie_in_the_interval(invading: int, incumbent: int, measured: float) -> None:
    low, high = predicted(invading, incumbent).interval
    assert low < measured < high
    assert not predicted(invading, incumbent).extrapolated


def test_exchange_is_slower_by_orders_when_the_incumbent_is_held_better() -> None:
    # measured: 407 against 50,500 /M/s
    assert 10 < predicted(4, 0).value / predicted(4, 6).value < 1000


@given(ENERGIES, ENERGIES, st.integers(5, 40))
def test_no_step_is_faster_than_binding_and_stronger_toeholds_are_faster(a: float, b: float, branch: int) -> None:
    weak, strong = (displacement_rate(Toehold(5, e), branch, FREE, THEIRS).value for e in (max(a, b), min(a, b)))
    assert weak <= strong <= FITTED.binding


@given(ENERGIES, ENERGIES, ENERGIES, st.integers(5, 40))
def test_an_incumbent_that_is_held_better_makes_the_step_slower(n: float, a: float, b: float, branch: int) -> None:
    held = [displacement_rate(Toehold(5, n), branch, Toehold(5, e), THEIRS).value for e in (max(a, b), min(a, b))]
    assert held[1] <= held[0] <= displacement_rate(Toehold(5, n), branch, FREE, THEIRS).value


@given(ENERGIES, ENERGIES, st.integers(5, 40), st.floats(0, 1))
def test_the_published_formula(n: float, m: float, branch: int, share: float) -> None:
    k_b = FITTED.migration * (20 / branch) ** 2
    k_n, k_m = (FITTED.binding * 2 / branch * math.exp(e / THEIRS.rt) for e in (n, m + FITTED.held))
    wanted = FITTED.binding * k_b * k_m / (k_n * k_m + k_n * k_b + k_m * k_b)
    found = displacement_rate(Toehold(5, n), branch, Toehold(5, m), THEIRS, open_share=share).value
    assert found == pytest.approx(share * wanted, rel=1e-9)


def test_forward_and_backward_rates_differ_by_the_difference_of_toeholds_far_below_saturation() -> None:
    # Detailed balance holds up to the energy by which a held toehold is stronger, which both directions see alike.
    a, b = Toehold(3, -1.0), Toehold(4, -2.0)
    forth, back = (displacement_rate(x, 20, y, THEIRS).value for x, y in ((a, b), (b, a)))
    slow = Toehold(3, 1.0), Toehold(4, 0.5)
    assert forth < back
    forth, back = (displacement_rate(x, 20, y, THEIRS).value for x, y in (slow, slow[::-1]))
    assert math.log(back / forth) == pytest.approx(0.5 / THEIRS.rt, rel=0.02)


def test_a_toehold_between_two_helices_is_worth_a_stack_more_on_each_side() -> None:
    lone = toehold("TCTCCA", THEIRS, inner_first=True)
    assert lone.energy == pytest.approx(duplex_energy("TCTCCA", THEIRS))
    inner = toehold("TCTCCA", THEIRS, inner="G", inner_first=True)
    both = toehold("TCTCCA", THEIRS, inner="G", outer="C", inner_first=True)
    assert both.energy < inner.energy - 1.0 < lone.energy - 2.0


@given(st.text("ACGT", min_size=1, max_size=12), st.sampled_from("ACGT"), st.sampled_from("ACGT"))
def test_either_strand_of_a_toehold_tells_the_same_energy(sequence: str, inner: str, outer: str) -> None:
    here = toehold(sequence, THEIRS, inner=inner, outer=outer, inner_first=True)
    turned = [reverse_complement(s) for s in (sequence, inner, outer)]
    there = toehold(turned[0], THEIRS, inner=turned[1], outer=turned[2], inner_first=False)
    assert here.energy == pytest.approx(there.energy)


def test_what_was_not_measured_says_so_and_is_less_certain() -> None:
    long = displacement_rate(toehold("ACCT" * 5, THEIRS, inner_first=True), 20, FREE, THEIRS)
    assert "20 nt" in long.extrapolated[0]
    assert long.spread > SPREAD
    held = displacement_rate(Toehold(2, -1.0), 15, Toehold(8, -9.0), THEIRS)
    assert len(held.extrapolated) == 2
    assert not displacement_rate(Toehold(6, -8.0), 21, FREE, THEIRS).extrapolated
    assert "branch of 27 nt" in displacement_rate(Toehold(6, -8.0), 27, FREE, THEIRS).extrapolated[0]


def test_the_interval_is_that_of_a_lognormal() -> None:
    random = np.random.default_rng(0)
    drawn = 1e4 * np.exp(math.log(2.0) * random.standard_normal(200_000))
    assert Rate(1e4, 2.0).interval == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])), rel=0.02)


def test_nonsense_is_refused() -> None:
    with pytest.raises(SequenceError, match="0 nt"):
        displacement_rate(FREE, 0, FREE, THEIRS)
    with pytest.raises(SequenceError, match="ACGT"):
        toehold("ACU", THEIRS, inner_first=True)
