import itertools

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.errors import SequenceError
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign, assign_words
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.bases import gc_fraction, longest_run, reverse_complement
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy
from tests.network.test_compile import random_binary

SCHEME = find_scheme("soloveichik2010")


@pytest.fixture(scope="module")
def sequenced() -> SequencedSystem:
    crn = legalise(reduce(compile_network(random_binary([4, 8, 3]))).crn, SCHEME.accepts, 4).crn
    return assign(translate(crn, SCHEME).inventory, seed=1)


def test_words_keep_their_rules(sequenced):
    for name, domain in sequenced.inventory.domains.items():
        word = sequenced.sequences[name]
        assert len(word) == domain.length
        assert set(word) <= set("ACT")
        assert 0.3 <= gc_fraction(word) <= 0.7
        assert longest_run(word) <= 3


def test_long_words_share_no_8_mer_with_each_other_or_with_complements(sequenced):
    words = [sequenced.sequences[d.name] for d in sequenced.inventory.domains.values() if d.length == 15]
    seen: set[str] = set()
    for word in words:
        own = {strand[i : i + 8] for strand in (word, reverse_complement(word)) for i in range(8)}
        assert not own & seen
        seen |= own


def test_no_two_domains_are_equal_or_complementary(sequenced):
    words = list(sequenced.sequences.values())
    assert len({*words, *map(reverse_complement, words)}) == 2 * len(words)


def test_strands_have_no_run_of_four_even_across_junctions(sequenced):
    for strand in sequenced.inventory.strands:
        assert longest_run(sequenced.strand(strand.domains)) <= 3


def test_paired_domains_of_every_complex_are_complementary(sequenced):
    for part in sequenced.inventory.items:
        sequence = part.complex.sequence
        for here, there in enumerate(part.complex.partners()):
            if there is not None:
                assert sequenced.token(sequence[here]) == reverse_complement(sequenced.token(sequence[there]))


def test_the_seed_decides(sequenced):
    again, other = assign(sequenced.inventory, seed=1), assign(sequenced.inventory, seed=2)
    assert again.sequences == sequenced.sequences
    assert other.sequences != sequenced.sequences


def test_equal_and_complementary_words_are_refused():
    system = translate(parse_crn("A -> B"), SCHEME).inventory
    good = dict(assign(system, seed=1).sequences)
    first, second = itertools.islice((n for n in good if len(good[n]) == 15), 2)
    for bad in (good[first], reverse_complement(good[first])):
        with pytest.raises(SequenceError, match="same sequence or its complement"):
            SequencedSystem(system, {**good, second: bad})


def test_too_many_domains_for_their_length_say_what_would_help():
    chain = "\n".join(f"A{i} -> A{i + 1}" for i in range(60))
    system = translate(parse_crn(chain), SCHEME, DomainLengths(toehold=3, recognition=15))
    with pytest.raises(SequenceError, match=r"too large for one pot: .*toeholds of 3 nt are needed.*scheme.toehold=4"):
        assign(system.inventory, seed=1)


def test_toeholds_bind_alike(sequenced):
    words = [sequenced.sequences[d.name] for d in sequenced.inventory.domains.values() if d.length == 6]
    energies = [duplex_energy(word, Conditions()) for word in words]
    assert max(energies) - min(energies) <= 1.5


SMALL = translate(parse_crn("A -> B"), SCHEME).inventory


def test_fixed_sequences_stay_and_others_keep_away():
    name = next(n for n, d in SMALL.domains.items() if d.length == 15)
    word = "CATCTTACACTCATC"
    found, k = assign_words(SMALL, 1, AssignmentOptions(fixed={name: word}))
    assert found.sequences[name] == word
    kmers = {w[i : i + k] for w in (word, reverse_complement(word)) for i in range(15 - k + 1)}
    others = [w for n, w in found.sequences.items() if n != name]
    assert not any(kmer in other for kmer in kmers for other in others)


def test_forbidden_subsequences_stay_out_of_words_and_complements():
    found = assign(SMALL, 1, AssignmentOptions(forbid=("CAT", "AGT")))
    for word in found.sequences.values():
        assert not any(motif in w for motif in ("CAT", "AGT") for w in (word, reverse_complement(word)))


@pytest.mark.parametrize(
    ("fixed", "forbid", "message"),
    [
        ({"nowhere": "ACT"}, (), "sequences.fixed.nowhere: there is no such domain"),
        ({"b_A": "ACT"}, (), "sequences.fixed.b_A: expected 15 letters of ACGT, not 'ACT'"),
        ({"b_A": "CATCTTACACTCATC"}, ("TTACA",), "contains TTACA, which sequences.forbid bans"),
        ({"b_A": "CATCTTACACTCATC", "m0_d1": "CATCTTACACTCATC"}, (), "complement as b_A; one of the two needs another"),
        ({"b_A": "CATCTTACACTCATC", "m0_d1": "GATGAGTGTAAGATG"}, (), "complement as b_A; one of the two needs another"),
        ({"a_A": "ACATGT"}, (), "ACATGT is its own complement and would bind itself; another word is needed"),
        (
            {"b_A": "ACT", "nowhere": "ACT", "m0_d1": "CATCTTACACTCATX"},
            (),
            "fixed.b_A: expected 15 .*; sequences.fixed.nowhere: there .*; sequences.fixed.m0_d1: expected 15",
        ),
    ],
)
def test_fixed_sequences_that_cannot_be_are_named(fixed, forbid, message):
    with pytest.raises(SequenceError, match=message):
        assign(SMALL, 1, AssignmentOptions(fixed=fixed, forbid=forbid))


def test_lower_case_is_read():
    word = "CATCTTACACTCATC"
    options = AssignmentOptions(fixed={"b_A": word.lower()}, forbid=("aatt",))
    assert assign(SMALL, 1, options).sequences["b_A"] == word
    assert options.banned == ("AATT",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"forbid": ("A",)},
            r"toeholds of 6 nt are needed, 0 words exist \(729 over ACT, 308 of them .*, 222 of these within "
            r"sequences.gc = \[0.3, 0.7\], 0 of these without .*\); a shorter sequences.forbid would help",
        ),
        ({"gc": (0.9, 1.0)}, r"0 of these within sequences.gc = \[0.9, 1\], .*; a wider sequences.gc would help"),
        ({"gc": (0.4, 0.45)}, r"0 of these within sequences.gc = \[0.4, 0.45\], .*; a wider sequences.gc would help"),
    ],
)
def test_the_filter_that_leaves_no_toehold_is_named(options, message):
    with pytest.raises(SequenceError, match=message) as caught:
        assign(SMALL, 1, AssignmentOptions(**options))
    assert "scheme.toehold" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gc": (0.34, 0.35)}, "no word of 15 nt over ACT is left by sequences.gc"),
        ({"forbid": ("TTT", "AC", "CA", "AA", "TA", "AT", "CTC")}, "no word of 15 nt over ACT is left by"),
    ],
)
def test_the_filter_that_leaves_no_long_word_is_named(options, message):
    toeholds = {name: word for name, word in assign(SMALL, 1).sequences.items() if len(word) == 6}
    only = Inventory({n: d for n, d in SMALL.domains.items() if n not in toeholds}, ())
    with pytest.raises(SequenceError, match=message):
        assign(only, 1, AssignmentOptions(**options))


def test_k_starts_where_it_is_told_to_and_must_not_start_beyond_its_end():
    assert assign_words(SMALL, 1, AssignmentOptions(first_k=8))[1] == 8
    with pytest.raises(SequenceError, match=r"sequences.first_k = 9 is above sequences.last_k = 8"):
        AssignmentOptions(first_k=9, last_k=8)


def test_the_spread_of_toeholds_is_the_users(sequenced):
    energies = {}
    for spread in (0.1, 0.5):
        found = assign(SMALL, 1, AssignmentOptions(spread=spread)).sequences
        energies[spread] = [duplex_energy(word, Conditions()) for word in found.values() if len(word) == 6]
    assert max(energies[0.1]) - min(energies[0.1]) <= 0.2
    assert max(energies[0.5]) - min(energies[0.5]) > 0.2


def test_a_network_too_large_for_one_pot_is_told_so_in_numbers():
    chain = "\n".join(f"A{i} -> A{i + 1}" for i in range(700))
    inventory = translate(parse_crn(chain), SCHEME, toeholds=20).inventory
    with pytest.raises(SequenceError, match=r"too large for one pot: 14\d\d recognition.* at most 820 words"):
        assign(inventory, 1, AssignmentOptions(last_k=8))
