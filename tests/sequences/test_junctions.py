import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.helices import Pool, coded
from dsdcompile.sequences.junctions import Stretches

LENGTHS = {"a": 4, "b": 6, "c": 5}
FIRST = {"a": 1, "b": 5, "c": 11}


def pool(strands: list[tuple[str, ...]], words: dict[str, str]) -> Pool:
    letters, places, starts = "", [], [0]
    for strand in strands:
        for token in strand:
            name = token.rstrip("*")
            here = np.arange(FIRST[name], FIRST[name] + LENGTHS[name])
            letters += reverse_complement(words[name]) if token.endswith("*") else words[name]
            places += (-here[::-1] if token.endswith("*") else here).tolist()
        starts.append(len(letters))
    return Pool(coded(letters), np.array(places, dtype=np.int64), np.array(starts, dtype=np.int64))


def by_hand(made: Pool, length: int) -> set[tuple[int, ...]]:
    """Places of every stretch that repeats another, both ways round, by comparing all with all."""
    stretches = set()
    for strand in range(len(made)):
        for at in range(made.starts[strand], made.starts[strand + 1] - length + 1):
            part = slice(at, at + length)
            for flip in (1, -1):
                letters = made.letters[part] if flip == 1 else 3 - made.letters[part][::-1]
                places = made.places[part] if flip == 1 else -made.places[part][::-1]
                stretches.add((tuple(letters.tolist()), tuple(places.tolist())))
    return {
        p
        for x, p in stretches
        for y, q in stretches
        if x == y and all(i != j for i, j in zip(p, q, strict=True)) and sorted(map(abs, p)) != sorted(map(abs, q))
    }


WORDS = {"a": "ACTC", "b": "TACATC", "c": "CTATA"}
STRANDS = [("a", "b", "c"), ("c", "a"), ("b*", "a*")]


def test_a_stretch_across_a_junction_that_occurs_again_is_found():
    twice = {"a": "ACTC", "b": "TACACT", "c": "CTATA"}
    made = pool(STRANDS, twice)
    stretches = Stretches.of(made, 5)
    found = stretches.repeated(made)
    places = {tuple(p) for p in stretches.places[found].tolist()}
    # a b = ACTC-TACACT and b c = TACACT-CTATA both hold ACTCTA
    assert places == {(1, 2, 3, 4, 5), (2, 3, 4, 5, 6), (8, 9, 10, 11, 12), (9, 10, 11, 12, 13)}


def test_shared_domains_and_intended_complements_do_not_count():
    made = pool(STRANDS, WORDS)
    assert len(Stretches.of(made, 5).repeated(made)) == 0
    # 11 in a b c; 5 in c a, but c alone is there already; b* a* is the complement of a b
    assert len(Stretches.of(made, 5).starts) == 11 + 4


@given(st.tuples(*(st.text("ACT", min_size=n, max_size=n) for n in LENGTHS.values())), st.integers(3, 6))
def test_the_screen_finds_what_comparing_all_with_all_finds(words, length):
    made = pool(STRANDS, dict(zip("abc", words, strict=True)))
    stretches = Stretches.of(made, length)
    found = {tuple(p) for p in stretches.places[stretches.repeated(made)].tolist()}
    wanted = by_hand(made, length)
    assert found == {p for p in map(tuple, stretches.places.tolist()) if p in wanted}
