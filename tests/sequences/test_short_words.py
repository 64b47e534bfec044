import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.bases import gc_fraction, longest_run, reverse_complement
from dsdcompile.sequences.short_words import alike_words, far_apart, free_words, least_distance, most_alike, sieve
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy

OPTIONS = AssignmentOptions()


def distance(one: str, two: str) -> int:
    return min(sum(a != b for a, b in zip(one, w, strict=True)) for w in (two, reverse_complement(two)))


def test_a_sieve_says_what_each_filter_leaves():
    every = ["".join(letters) for letters in itertools.product("ACT", repeat=4)]
    plain = [w for w in every if w[0] != w[1] and w[2] != w[3] and w != reverse_complement(w) and longest_run(w) <= 3]
    windowed = [w for w in plain if 0.3 <= gc_fraction(w) <= 0.7]
    words = [w for w in windowed if "CA" not in w and "TG" not in w]
    found = sieve(4, AssignmentOptions(forbid=("ca",)))
    assert (found.every, found.plain, found.windowed) == (81, len(plain), len(windowed))
    assert found.words == tuple(words)
    assert 0 < len(words) < len(windowed) < len(plain)


def test_words_are_alike_while_they_last():
    words = sieve(6, OPTIONS).words
    alike = alike_words(words, 10, OPTIONS)
    energies = [duplex_energy(word, OPTIONS.conditions) for word in alike]
    assert max(energies) - min(energies) <= 2 * OPTIONS.spread
    assert 10 < len(alike) < len(words)
    assert set(alike_words(words, len(words), OPTIONS)) == set(words)
    few = alike_words(words, 10, AssignmentOptions(spread=0.1))
    assert set(few) < set(alike)


@given(st.integers(1, 6), st.integers(0, 3))
def test_free_words_keep_away_from_what_is_taken_and_from_each_other(apart, count):
    words = sieve(6, OPTIONS).words
    taken = words[:count]
    free = free_words(words, apart, taken)
    assert all(distance(w, t) >= apart for w in free for t in taken)
    assert {w for w in words if all(distance(w, t) >= apart for t in taken)} == set(free)
    chosen = far_apart(free, apart, 5)
    assert all(distance(one, two) >= apart for one, two in itertools.combinations(chosen, 2))


@pytest.mark.parametrize(("words", "least"), [(["ACTC"], 4), (["ACTC", "ACTA"], 1), (["ACTC", "AAGT"], 1)])
def test_the_least_distance_minds_complements(words, least):
    # AAGT is the complement of ACTT, one letter from ACTC
    assert least_distance(words) == least


def test_no_words_have_no_neighbours():
    assert free_words([], 2, ["ACTC"]) == far_apart([], 2, 3) == []


def test_where_few_are_alike_the_most_alike_of_all_are_taken():
    words = list(sieve(7, OPTIONS).words)
    energies = np.array([duplex_energy(word, OPTIONS.conditions) for word in words])
    few = alike_words(words, 320, OPTIONS)
    assert len(few) == 320
    ordered = np.sort(energies)
    wanted = min(ordered[i + 319] - ordered[i] for i in range(len(words) - 319))
    own = [duplex_energy(word, OPTIONS.conditions) for word in few]
    assert max(own) - min(own) == pytest.approx(wanted)


def test_no_more_words_are_alike_than_fit_around_one_energy():
    words = list(sieve(6, OPTIONS).words)
    energies = [duplex_energy(word, OPTIONS.conditions) for word in words]
    middles = np.arange(min(energies), max(energies), 0.002)
    wanted = max(sum(abs(energy - middle) <= 0.6 for energy in energies) for middle in middles)
    assert most_alike(words, 0.6, OPTIONS) == wanted
    assert most_alike(words, 99.0, OPTIONS) == len(words)
