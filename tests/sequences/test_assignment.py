import itertools

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import SequenceError
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.bases import gc_fraction, longest_run, reverse_complement
from dsdcompile.sequences.sequenced import SequencedSystem
from tests.network.test_compile import random_binary

SCHEME = find_scheme("soloveichik2010")


@pytest.fixture(scope="module")
def sequenced() -> SequencedSystem:
    crn = legalise(reduce(compile_network(random_binary([4, 8, 3]))).crn, SCHEME.accepts, 4).crn
    return assign(translate(crn, SCHEME), seed=1)


def test_words_keep_their_rules(sequenced):
    for name, domain in sequenced.system.domains.items():
        word = sequenced.sequences[name]
        assert len(word) == domain.length
        assert set(word) <= set("ACT")
        assert 0.3 <= gc_fraction(word) <= 0.7
        assert longest_run(word) <= 3


def test_long_words_share_no_8_mer_with_each_other_or_with_complements(sequenced):
    words = [sequenced.sequences[d.name] for d in sequenced.system.domains.values() if d.length == 15]
    seen: set[str] = set()
    for word in words:
        own = {strand[i : i + 8] for strand in (word, reverse_complement(word)) for i in range(8)}
        assert not own & seen
        seen |= own


def test_no_two_domains_are_equal_or_complementary(sequenced):
    words = list(sequenced.sequences.values())
    assert len({*words, *map(reverse_complement, words)}) == 2 * len(words)


def test_strands_have_no_run_of_four_even_across_junctions(sequenced):
    for strand in sequenced.system.strands:
        assert longest_run(sequenced.strand(strand.domains)) <= 3


def test_paired_domains_of_every_complex_are_complementary(sequenced):
    for part in sequenced.system.initial_complexes:
        sequence = part.complex.sequence
        for here, there in enumerate(part.complex.partners()):
            if there is not None:
                assert sequenced.token(sequence[here]) == reverse_complement(sequenced.token(sequence[there]))


def test_the_seed_decides(sequenced):
    again, other = assign(sequenced.system, seed=1), assign(sequenced.system, seed=2)
    assert again.sequences == sequenced.sequences
    assert other.sequences != sequenced.sequences


def test_equal_and_complementary_words_are_refused():
    system = translate(parse_crn("A -> B"), SCHEME)
    good = dict(assign(system, seed=1).sequences)
    first, second = itertools.islice((n for n in good if len(good[n]) == 15), 2)
    for bad in (good[first], reverse_complement(good[first])):
        with pytest.raises(SequenceError, match="same sequence or its complement"):
            SequencedSystem(system, {**good, second: bad})


def test_too_many_domains_for_their_length_say_what_would_help():
    chain = "\n".join(f"A{i} -> A{i + 1}" for i in range(60))
    system = translate(parse_crn(chain), SCHEME, DomainLengths(toehold=3, recognition=15))
    with pytest.raises(SequenceError, match=r"toeholds of 3 nt are needed.*scheme.toehold=4"):
        assign(system, seed=1)
