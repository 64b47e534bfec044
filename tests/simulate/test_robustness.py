"""Disturbances do what they say, to a linker with its fuels; survival counts labels."""

import concurrent.futures as cf
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.errors import SimulationError
from dsdcompile.formats.finished_pieces import PieceFolder
from dsdcompile.simulate.batches import Batches
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.robustness import (
    Disturbance,
    Tubes,
    releasing,
    survival,
    vary_amounts,
    vary_rates,
    wilson,
    with_leak,
    with_purity,
)
from dsdcompile.simulate.trajectory import Tolerances

SIGNALS = np.array([0, 1, 2, 3])


def two_linkers():
    """X + Y -> P and Z -> 2 Q as a scheme builds them: signals first, then fuels and intermediates."""
    names = ["X", "Y", "P", "Q", "L", "B", "T", "H", "O", "G", "U", "V"]
    reactions = [
        Reaction(("X", "L"), ("H", "B"), 1.0),
        Reaction(("H", "B"), ("X", "L"), 1.0),
        Reaction(("Y", "H"), ("O",), 1.0),
        Reaction(("O", "T"), ("P",), 1.0),
        Reaction(("P", "G"), ("U",), 1.0),
        Reaction(("U", "V"), ("Q", "Q"), 1.0),
    ]
    initial = {"X": 2.0, "Y": 1.5, "L": 5.0, "B": 5.0, "T": 5.0, "G": 4.0, "V": 4.0}
    return Crn.of(reactions, species=names, initial=initial, outputs=["Q", "X"])


def fuels(crn):
    return np.array([crn.index[name] for name in ("L", "B", "T", "G", "V")])


def test_signals_are_released_by_the_last_steps():
    crn = two_linkers()
    assert releasing(crn, fuels(crn), SIGNALS).tolist() == [3, 5]


def test_a_leak_releases_products_without_input():
    crn = two_linkers()
    leaky = with_leak(crn, fuels(crn), SIGNALS, 0.1)
    assert [str(r).split(" [")[0] for r in list(leaky)[6:]] == ["T -> P", "V -> 2Q"]
    start = np.array(crn.initial)
    start[SIGNALS] = 0.0
    run = simulate(leaky, start, [0.0, 1.0], Tolerances(1e-9, 1e-12))
    assert run.of("T")[-1, 0] == pytest.approx(5 * np.exp(-0.1), rel=1e-6)
    made = 4 * (1 - np.exp(-0.1))
    released = run.of("P")[-1, 0] + run.of("U")[-1, 0] + run.of("Q")[-1, 0] / 2
    assert released >= made
    np.testing.assert_array_equal(simulate(crn, start, [0.0, 1.0]).of("Q"), 0.0)


def test_malformed_fuels_take_their_trigger_and_give_nothing():
    crn = two_linkers()
    impure, copies, owners = with_purity(crn, fuels(crn), SIGNALS, 0.9)
    assert [impure.species[i] for i in copies] == ["T_malformed", "V_malformed"]
    assert [impure.species[i] for i in owners] == ["T", "V"]
    np.testing.assert_allclose(impure.initial[copies] + impure.initial[owners], crn.initial[owners])
    assert [sorted(r.reactants) for r in list(impure)[6:]] == [["O", "T_malformed"], ["U", "V_malformed"]]
    assert [r.products for r in list(impure)[6:]] == [(), ()]
    end = simulate(impure, impure.initial, [0.0, 1e5], Tolerances(1e-9, 1e-12))
    assert end.of("Q")[-1, 0] == pytest.approx(2 * 1.5 * 0.9 * 0.9, rel=1e-3)
    pure, _, _ = with_purity(crn, fuels(crn), SIGNALS, 1.0)
    whole = simulate(pure, pure.initial, [0.0, 1e5], Tolerances(1e-9, 1e-12))
    assert whole.of("Q")[-1, 0] == pytest.approx(3.0, rel=1e-3)


def test_rates_are_spread_over_the_decades_asked_for():
    crn = Crn.of([Reaction((f"A{i}",), (f"B{i}",), 5.0) for i in range(4000)])
    spread = np.log10(vary_rates(crn, 2.0, np.random.default_rng(0)).rates / 5.0)
    assert -1 <= spread.min() < -0.99
    assert 0.99 < spread.max() <= 1
    assert abs(spread.std() - 2 / np.sqrt(12)) < 0.02


def test_amounts_have_the_stated_variation():
    state = np.full(20_000, 3.0)
    found = vary_amounts(state, np.arange(0, 20_000, 2), 0.1, np.random.default_rng(0))
    np.testing.assert_array_equal(found[1::2], 3.0)
    assert abs(found[::2].mean() - 3) < 0.02
    assert abs(found[::2].std() / 3 - 0.1) < 0.005
    assert vary_amounts(state, np.arange(20_000), 5.0, np.random.default_rng(0)).min() == 0


@given(st.integers(1, 2000), st.data())
def test_wilson_holds_the_share_and_is_symmetric(trials, data):
    successes = data.draw(st.integers(0, trials))
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    other = wilson(trials - successes, trials)
    assert (1 - other[1], 1 - other[0]) == pytest.approx((low, high))
    # the end points solve |share - p| = z sqrt(p (1 - p) / n), which defines the interval
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            spread = 1.959963984540054 * np.sqrt(end * (1 - end) / trials)
            assert abs(successes / trials - end) == pytest.approx(spread, rel=1e-6)


def test_survival_counts_labels():
    crn = Crn.of([Reaction(("A",), ("B",)), Reaction(("C",), ("D",))], outputs=["B", "D"])
    index = crn.index

    def right(example):
        state = np.zeros(4)
        state[index["A" if example == 0 else "C"]] = 1.0
        return state

    def draw(example, random):
        return crn, right(example if random.random() < 0.7 else 1 - example)

    options = {"trials": 400, "time": 20.0, "tolerances": Tolerances(), "seed": 3}
    coin, fair = Disturbance("coin", 0.3, draw), Disturbance("none", 0.0, lambda example, _: (crn, right(example)))
    found = survival([coin, fair], np.array([0, 1]), **options)
    assert [(one.disturbance, one.level, one.trials) for one in found] == [("coin", 0.3, 400), ("none", 0.0, 400)]
    assert found[0].interval[0] < 0.7 < found[0].interval[1]
    assert found[1].survived == 400
    assert survival([coin, fair], np.array([0, 1]), **options) == found


def test_every_disturbance_meets_the_same_examples_and_the_same_draws():
    crn = Crn.of([Reaction(("A",), ("B",)), Reaction(("C",), ("D",))], outputs=["B", "D"])
    met: dict[str, list[tuple[int, float]]] = {"one": [], "two": [], "three": []}

    def drawing(name):
        def draw(example, random):
            met[name].append((example, random.random()))
            return crn, np.eye(4)[0]

        return draw

    disturbances = [Disturbance(name, 0.0, drawing(name)) for name in met]
    survival(disturbances, np.array([0, 1, 0, 1]), trials=40, time=1.0, tolerances=Tolerances(), seed=3)
    assert met["one"] == met["two"] == met["three"]
    assert {example for example, _ in met["one"]} == {0, 1, 2, 3}


def coins(crns):
    """Tubes whose Crn is one for all or one for each, and what survives."""
    labels = np.array([0, 1])

    def draw(example, random):
        state = np.zeros(4)
        state[0 if (example == 0) == (random.random() < 0.7) else 2] = 1.0
        return crns(random), state

    def outcome(batches):
        return survival(
            [Disturbance("a", 1.0, draw), Disturbance("b", 2.0, draw)], labels, trials=100, time=20.0,
            tolerances=Tolerances(), seed=3, batches=batches,
        )  # fmt: skip

    return outcome


@pytest.mark.parametrize("several", [False, True])
def test_trials_go_through_executors_and_shelves_like_other_work(several, tmp_path):
    crn = Crn.of([Reaction(("A",), ("B",)), Reaction(("C",), ("D",))], outputs=["B", "D"])
    outcome = coins((lambda random: vary_rates(crn, 1.0, random)) if several else (lambda _: crn))
    wanted, lines, shelf = outcome(None), [], PieceFolder(tmp_path)
    threads = cf.ThreadPoolExecutor(2)
    with threads:
        assert outcome(Batches(lambda _: nullcontext(threads), shelf, lines.append)) == wanted
    assert lines[-1] == "26 of 26 pieces (of up to 8 tubes with errors)"
    lines.clear()
    assert outcome(Batches(shelf=shelf, progress=lines.append)) == wanted
    assert lines == [], "nothing was left to do"


def test_digests_tell_tubes_apart():
    crn = two_linkers()
    tubes = Tubes((crn,), crn.initial[None], 5.0, Tolerances())
    others = [
        replace(tubes, crns=(vary_rates(crn, 1.0, np.random.default_rng(0)),)),
        replace(tubes, initial=2 * tubes.initial),
        replace(tubes, time=6.0),
        replace(tubes, tolerances=Tolerances(1e-3)),
    ]
    assert len({tubes.digest, *(other.digest for other in others)}) == 5


def test_impossible_counts_are_refused():
    with pytest.raises(SimulationError, match="3 of 2 is not a share"):
        wilson(3, 2)
