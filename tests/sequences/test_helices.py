import itertools
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.helices import (
    Energies,
    Pool,
    all_pairs,
    coded,
    draw_helix,
    hairpin_energies,
    helix_energies,
    helix_places,
    strand_words,
)
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import TERMINAL_AT, at_temperature, duplex_energy

CONDITIONS = Conditions()
ENERGIES = Energies.at(CONDITIONS)
WORDS = st.text("ACGT", min_size=4, max_size=14)


def pool(*sequences: str, places: np.ndarray | None = None) -> Pool:
    letters = coded("".join(sequences))
    starts = np.cumsum([0, *map(len, sequences)]).astype(np.int64)
    return Pool(letters, np.arange(1, len(letters) + 1) if places is None else places, starts)


def one_pair(first: str, second: str) -> float:
    return float(helix_energies(pool(first, second), np.array([[0, 1]]), ENERGIES)[0])


def without_loops(first: str, second: str) -> float:
    """The best uninterrupted helix, by trying every one: a bound from above."""
    dangle = ENERGIES.terms[2]
    best = 0.0
    for i, j in itertools.combinations(range(len(first) + 1), 2):
        part = first[i:j]
        where = second.find(reverse_complement(part))
        while where >= 0:
            energy = duplex_energy(part, CONDITIONS)
            if part == reverse_complement(part):
                energy -= at_temperature((0.43, 0.0), CONDITIONS)
            energy += dangle * ((i > 0 or where + len(part) < len(second)) + (j < len(first) or where > 0))
            best = min(best, energy)
            where = second.find(reverse_complement(part), where + 1)
    return best


@given(st.text("ACGT", min_size=6, max_size=30))
def test_a_perfect_duplex_is_the_nearest_neighbour_sum_or_better(word):
    found = one_pair(word, reverse_complement(word))
    wanted = duplex_energy(word, CONDITIONS)
    if word == reverse_complement(word):
        wanted -= at_temperature((0.43, 0.0), CONDITIONS)
    assert found <= min(0.0, wanted) + 1e-9
    # leaving frayed ends out can gain no more than their dangles and the end terms
    assert found >= min(0.0, wanted) - 4.0


@given(WORDS, WORDS)
def test_nothing_uninterrupted_is_missed(first, second):
    assert one_pair(first, second) <= without_loops(first, second) + 1e-9


@given(WORDS, WORDS)
def test_the_order_of_two_strands_does_not_matter(first, second):
    assert one_pair(first, second) == pytest.approx(one_pair(second, first), abs=1e-9)


def test_a_bulge_and_a_mismatch_by_hand():
    stack = ENERGIES.stack
    first, second = "GCGTCGC", reverse_complement("GCGTCGC")
    bulged = one_pair(first, second[:3] + "C" + second[3:])
    # GCGA and CGC around an extra C: one stack stays across the bulge of one
    whole = duplex_energy(first, CONDITIONS)
    assert bulged == pytest.approx(whole + ENERGIES.bulge[1], abs=1e-6)
    mismatched = one_pair("GCGTCGC", "GCGCCGC")  # T opposite C in the middle, but shifted helices may be better
    by_hand = ENERGIES.terms[0] + ENERGIES.interior[2] + stack[2, 1] * 2 + stack[1, 2] * 2
    assert mismatched <= by_hand + 1e-9


def trying_everything(x, px, y, py, energies, hairpin):
    """The recurrence as it is defined, every cell and step: the best energy and its pairs, last first."""
    best, before = {}, {}
    least, last = 0.0, None
    for i in range(len(x)):
        for j in range(len(y) - 1, -1, -1):
            if x[i] + y[j] != 3 or px[i] + py[j] == 0 or (hairpin and i - j < 4):
                continue
            end = float(energies.terms[1]) if x[i] in (0, 3) else 0.0
            dangle = float(energies.terms[2])
            begins = energies.hairpin[min(i - j - 1, 60)] + end if hairpin else energies.terms[0] + end
            if not hairpin and (i > 0 or j < len(y) - 1):
                begins += dangle
            best[i, j], before[i, j] = float(begins), None
            for a, b in itertools.product(range(7), repeat=2):
                there = (i - 1 - a, j + 1 + b)
                if a + b > 6 or there not in best:
                    continue
                stack = float(energies.stack[x[i - 1 - a], x[i]])
                if a and b:
                    step = float(energies.interior[a + b]) + 0.3 * abs(a - b)
                else:
                    step = float(energies.bulge[a + b]) + stack if a + b == 1 else float(energies.bulge[a + b])
                step = stack if a + b == 0 else step
                if best[there] + step < best[i, j]:
                    best[i, j], before[i, j] = best[there] + step, there
            whole = best[i, j] + end + (dangle if i < len(x) - 1 or j > 0 else 0.0)
            if whole < least:
                least, last = whole, (i, j)
    pairs = []
    while last is not None:
        pairs.append(last)
        last = before[last]
    return least, pairs


STRANDS = st.one_of(st.text("ACGT", min_size=6, max_size=26), st.text("CG", min_size=6, max_size=26))
BULGED = st.builds(
    lambda before, loop, after: (before + after, reverse_complement(after) + loop + reverse_complement(before)),
    st.text("ACGT", min_size=2, max_size=4), st.text("ACGT", max_size=3), st.text("ACGT", min_size=2, max_size=6),
)  # fmt: skip


@given(
    st.one_of(st.tuples(STRANDS, STRANDS), BULGED, BULGED.map(lambda pair: pair[::-1])), st.integers(-8, 8),
    st.sampled_from([Conditions(), Conditions(50.0, 0.5, 0.0), Conditions(5.0, 1.0, 0.0)]),
)  # fmt: skip
@example(("ACTCTGTA", "TACAGCAGT"), 99, Conditions())  # a bulge of one that only just pays
@example(("TACAGCAGT", "ACTCTGTA"), 99, Conditions())
def test_what_is_left_out_changes_no_bit(strands, shift, conditions):
    first, second = strands
    energies = Energies.at(conditions)
    places = np.concatenate([np.arange(1, len(first) + 1), -np.arange(1, len(second) + 1)[::-1] - shift])
    both = pool(first, second, places=places)
    x, y, px, py = coded(first), coded(second), places[: len(first)], places[len(first) :]
    energy, pairs = trying_everything(x, px, y, py, energies, hairpin=False)
    assert helix_energies(both, np.array([[0, 1]]), energies)[0] == energy
    words = strand_words(both)
    for enough in (energy, np.nextafter(energy, -99.0), energy / 2, energy - 1.0, -3.0):
        found = helix_energies(both, np.array([[0, 1]]), energies, words=words, enough=np.array([enough]))[0]
        assert found == (energy if energy <= enough else 0.0)
    assert helix_places(both, 0, 1, energies).tolist() == [[px[i], py[j]] for i, j in pairs]
    for number, (letters, own) in enumerate([(x, px), (y, py)]):
        wanted, _ = trying_everything(letters, own, letters, own, energies, hairpin=True)
        assert hairpin_energies(both, np.array([number]), energies)[0] == wanted


def test_intended_pairs_do_not_count():
    word = "CATCTTACACTCATC"
    bottom = reverse_complement(word)
    places = np.concatenate([np.arange(1, 16), -np.arange(1, 16)[::-1]])
    apart = pool(word, bottom)
    meant = pool(word, bottom, places=places)
    pair = np.array([[0, 1]])
    assert helix_energies(apart, pair, ENERGIES)[0] < -15
    assert helix_energies(meant, pair, ENERGIES)[0] > -4
    assert draw_helix(apart, 0, 1, ENERGIES).splitlines()[0] == f"5'-{word}-3'"
    assert len(helix_places(apart, 0, 1, ENERGIES)) == 15


def test_a_shifted_repeat_of_intended_domains_does_count():
    repeat = "ACTACTACTACTACT"
    places = np.concatenate([np.arange(1, 16), -np.arange(1, 16)[::-1]])
    both = pool(repeat, reverse_complement(repeat), places=places)
    assert helix_energies(both, np.array([[0, 1]]), ENERGIES)[0] < -9


def test_a_drawing_lines_up_a_bulge():
    lines = draw_helix(pool("GCGCACGCGC", "GCGCGCGC"), 0, 1, ENERGIES).splitlines()
    assert len(lines) == 3
    top, marks, bottom = lines[0][3:-3], lines[1][3:], lines[2][3:-3]
    assert len(top) == len(marks) == len(bottom)
    pairs = [(t, b) for t, m, b in zip(top, marks, bottom, strict=True) if m == "|"]
    assert all(b == reverse_complement(t) for t, b in pairs)


def test_hairpins_by_hand():
    made = pool("GCGCGCTTTTGCGCGC", "ACACACACACACACAC")
    found = hairpin_energies(made, np.array([0, 1]), ENERGIES)
    stacks = ENERGIES.stack[2, 1] * 3 + ENERGIES.stack[1, 2] * 2
    assert found[0] == pytest.approx(stacks + ENERGIES.hairpin[4])
    assert found[1] == 0.0


@settings(max_examples=20)
@given(st.lists(st.text("ACGT", min_size=10, max_size=25), min_size=2, max_size=12))
def test_threads_do_not_change_anything(sequences):
    made = pool(*sequences)
    pairs = np.repeat(all_pairs(len(sequences)), 3, axis=0)
    assert (helix_energies(made, pairs, ENERGIES, 1) == helix_energies(made, pairs, ENERGIES, 3)).all()


@pytest.mark.slow
def test_all_pairs_of_300_strands_take_less_than_a_minute():
    rng = np.random.default_rng(3)
    made = pool(*("".join(rng.choice(list("ACT" if i % 3 else "AGT"), 60)) for i in range(300)))
    begun = time.monotonic()
    found = helix_energies(made, all_pairs(300), ENERGIES)
    assert len(found) == 45150
    assert time.monotonic() - begun < 60


def test_terminal_pairs_count_once_an_end():
    # AT ends: two terminal terms, as in the duplex sum
    assert TERMINAL_AT[0] == 0.05
    assert one_pair("ACGCGCGT", "ACGCGCGT") == pytest.approx(
        duplex_energy("ACGCGCGT", CONDITIONS) - at_temperature((0.43, 0.0), CONDITIONS)
    )
