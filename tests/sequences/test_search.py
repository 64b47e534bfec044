import json
import os
import subprocess
import sys

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import Part
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign_words
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.budget import SHORT
from dsdcompile.sequences.checks import check_sequences
from dsdcompile.sequences.helices import Energies, all_pairs, helix_energies, make_pool
from dsdcompile.sequences.objective import gate_penalties, pair_penalties, structure_penalty
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.rules.spurious_gates import spurious_share
from dsdcompile.sequences.search import Checkpoint, improve
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.short_words import least_distance
from dsdcompile.sequences.thermo.model import Ensemble
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy
from dsdcompile.sequences.thermo.vienna import Vienna

CHAIN = "\n".join(f"A{i} + B{i} -> A{i + 1} + C{i}" for i in range(4))
INVENTORY = translate(parse_crn(CHAIN), find_scheme("soloveichik2010")).inventory
NAME = "b_A1"
OPTIONS = AssignmentOptions(fixed={NAME: "CATCTTACACTCATC"})
STRICT = Limits(spurious=0.3)  # so that there is always something left to lower
START, K = assign_words(INVENTORY, 1, OPTIONS)


@pytest.fixture(scope="module")
def model():
    with Vienna(workers=1) as made:
        yield made


def search(model, **more):
    options = {"seed": 3, "steps": 60, "limits": STRICT, "options": OPTIONS, **more}
    return improve(START, K, model, **options)


@pytest.fixture(scope="module")
def result(model):
    return search(model)


def test_the_objective_falls_and_is_recorded(result):
    assert result.before.total > 1
    assert result.after.total < result.before.total / 2
    numbers = result.to_json()
    assert numbers["objective_before"]["total"] == pytest.approx(result.before.total, abs=1e-3)


def test_what_the_search_keeps_in_its_books_is_what_there_is(model, result):
    again = improve(result.sequenced, K, model, seed=0, steps=0, limits=STRICT, options=OPTIONS)
    assert again.before.total == pytest.approx(result.after.total, abs=1e-9)


def test_words_stay_orthogonal_and_fixed_ones_stay(result):
    assert result.sequenced.sequences[NAME] == OPTIONS.fixed[NAME]
    seen: set[str] = set()
    for name, word in result.sequenced.sequences.items():
        if INVENTORY.domains[name].length == 15:
            own = {w[i : i + K] for w in (word, reverse_complement(word)) for i in range(16 - K)}
            assert not own & seen
            seen |= own


def test_the_seed_decides(model, result):
    assert search(model).sequenced.sequences == result.sequenced.sequences
    assert search(model, seed=4).sequenced.sequences != result.sequenced.sequences


def test_an_interrupted_search_keeps_its_best_and_ends_where_it_would_have(model, result, monkeypatch):
    saved: list[Checkpoint] = []
    calls = iter(range(10**9))
    real = np.random.default_rng

    def interrupt(seed=None):
        if isinstance(seed, tuple) and next(calls) == 20:
            raise KeyboardInterrupt
        return real(seed)

    monkeypatch.setattr(np.random, "default_rng", interrupt)
    part = search(model, save=saved.append)
    monkeypatch.setattr(np.random, "default_rng", real)
    assert part.interrupted
    assert saved[-1].step == part.steps == 20
    assert saved[-1].sequences == dict(part.sequenced.sequences)
    # the objective is of the words that are handed back, their structures too
    assert improve(part.sequenced, K, model, seed=0, steps=0, limits=STRICT, options=OPTIONS).before == part.after
    assert part.after.total < part.before.total
    whole = search(model, resume=saved[-1])
    assert whole.sequenced.sequences == result.sequenced.sequences
    assert whole.to_json() == result.to_json()


class Nervous:
    """A backend whose user interrupts at given questions."""

    def __init__(self, model, at):
        self.model, self.at, self.asked = model, at, 0
        self.conditions = model.conditions

    def ensembles(self, questions):
        self.asked += 1
        if self.asked in self.at:
            raise KeyboardInterrupt
        return self.model.ensembles(questions)


def test_a_search_interrupted_in_its_first_evaluation_hands_back_its_start(model):
    saved: list[Checkpoint] = []
    lines: list[str] = []
    part = search(Nervous(model, {1}), save=saved.append, progress=lines.append)
    assert part.interrupted
    assert part.steps == 0
    assert part.before == part.after
    assert part.sequenced.sequences == START.sequences
    assert [c.step for c in saved] == [0, 0]
    assert saved[0].sequences == dict(START.sequences)
    assert any("interrupted" in line for line in lines)


def test_a_search_interrupted_before_anything_is_computed_has_a_checkpoint_already(model, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    saved: list[Checkpoint] = []
    monkeypatch.setattr("dsdcompile.sequences.board.helix_energies", interrupt)
    with pytest.raises(KeyboardInterrupt):  # once from the search, once from its last evaluation
        search(model, save=saved.append)
    assert [c.sequences for c in saved] == [dict(START.sequences)] * 2


def test_the_second_interrupt_ends_it(model):
    saved: list[Checkpoint] = []
    with pytest.raises(KeyboardInterrupt):
        search(Nervous(model, {1, 2}), save=saved.append)
    assert saved[-1].sequences == dict(START.sequences)


def test_an_interrupted_second_round_goes_on_to_the_same_end(model):
    start, k = spoilt(b_A1="GCGCGCTTTTGCGCG")
    options = {"seed": 3, "steps": 20, "limits": ONLY_STRUCTURES}
    whole = improve(start, k, model, **options)
    saved: list[Checkpoint] = []
    part = improve(start, k, Nervous(model, {12}), save=saved.append, **options)
    assert part.interrupted
    assert saved[-1].step > 20, "within the second round"
    assert whole.before.total > part.after.total >= whole.after.total
    assert improve(start, k, model, resume=saved[-1], **options).to_json() == whole.to_json()
    # what has been mended is not tried again, though the start was bad
    last = Checkpoint(22, whole.steps, dict(whole.sequenced.sequences))
    assert whole.after.total == 0
    assert improve(start, k, model, resume=last, **options).to_json() == whole.to_json()


def spoilt(**words: str) -> tuple[SequencedSystem, int]:
    """Return orthogonal words around some that are bad, and their k."""
    return assign_words(INVENTORY, 1, AssignmentOptions(fixed=words))


OPEN = {
    "self_energy": -99.0, "toehold_unpaired": 0.0, "probability": 1e-30, "defect": 1.0, "pair_energy": -99.0,
    "spurious": 9.0, "crosstalk": 1.0, "toehold_spread": 9.0, "run": 99, "gc": (0.0, 1.0), "repeat": 99,
}  # fmt: skip
USUAL = Limits()


def only(*keys: str) -> Limits:
    """Return usual limits for some keys, and no limits for all others."""
    return Limits(**{key: value for key, value in OPEN.items() if key not in keys})


LOOSE, ONLY_STRUCTURES = only(), only("defect", "probability")
TERMS = {
    # b_A1 is almost the complement of A2's, so two free strands bind
    "pairs": ({"b_A1": "CATCTTACACTCATC", "b_A2": "CATGAGTGTAAGATC"}, {"pair_energy"}, "unintended pairs"),
    # A1 and B1 differ in four letters, so each wedges itself into the gates of the other
    "gates": (
        {
            "a_A1": "TCACTA",
            "b_A1": "CATCTTACACTCATC",
            "c_A1": "ATCACT",
            "a_B1": "ACACTA",
            "b_B1": "CTTCTTACACTCAAC",
            "c_B1": "ATCACA",
        },
        {"spurious"},
        "spurious gate binding",
    ),
    "hairpins": ({"b_A1": "GCGCGCTTTTGCGCG"}, {"self_energy"}, "self-structure"),
    "motifs": ({"b_A1": "CATTTTTTACTCATC"}, {"run"}, "runs"),
    "toeholds": ({"a_A1": "ATATTA"}, {"toehold_spread"}, "toehold energy"),
    "structures": ({"b_A1": "GCGCGCTTTTGCGCG"}, {"defect", "probability"}, "ensemble defect"),
}


@pytest.mark.parametrize("term", TERMS)
def test_every_term_alone_makes_the_search_mend_what_it_is_for(term, model):
    words, kept, rule = TERMS[term]
    limits = only(*kept)
    start, k = spoilt(**words)
    assert not passes(rule, start, model)
    found = improve(start, k, model, seed=3, steps=160, limits=limits)
    assert getattr(found.before, term) > 0
    assert getattr(found.after, term) < getattr(found.before, term) / 10
    assert passes(rule, found.sequenced, model)


def passes(rule: str, sequenced: SequencedSystem, model) -> bool:
    report = check_sequences(sequenced, model, USUAL)
    return next(finding for finding in report.findings if finding.rule == rule).passed


def test_junctions_that_repeat_are_mended(model):
    # a_A1 b_A1 and b_B2 c_B2 have twelve letters in common, across both junctions
    start, k = spoilt(a_A1="TACACT", b_A1="CATCTTACACTCATC", b_B2="TCTACTTACTACACT", c_B2="CATCTT")
    found = improve(start, k, model, seed=3, steps=60, limits=LOOSE)
    assert found.before.junctions > 0
    assert found.before.total == found.before.junctions
    assert found.after.junctions == 0


def test_what_only_a_toehold_can_mend_is_mended(model):
    # b_A1 is fixed and holds the complement of a_A1: that toehold is never open in the strand that has both
    fixed = {n: w for n, w in START.sequences.items() if INVENTORY.domains[n].part not in SHORT}
    fixed["b_A1"] = "TTTTCTAGTGATCAT"
    options = AssignmentOptions(fixed=fixed)
    start = assign_words(INVENTORY, 1, AssignmentOptions(fixed={**fixed, "a_A1": "TCACTA"}))[0]
    limits = only("toehold_unpaired")
    found = improve(start, K, model, seed=3, steps=80, limits=limits, options=options)
    assert found.before.structures > 0
    assert not passes("toehold accessibility", start, model)
    assert passes("toehold accessibility", found.sequenced, model)
    assert found.sequenced.sequences["a_A1"] != "TCACTA"
    assert {n: found.sequenced.sequences[n] for n in fixed} == fixed


def test_toeholds_stay_apart_and_alike(result):
    toeholds = [w for n, w in result.sequenced.sequences.items() if INVENTORY.domains[n].part is Part.TOEHOLD]
    before = [w for n, w in START.sequences.items() if INVENTORY.domains[n].part is Part.TOEHOLD]
    assert set(toeholds) != set(before)
    assert least_distance(toeholds) >= least_distance(before)
    energies = [duplex_energy(word, OPTIONS.conditions) for word in toeholds]
    assert max(energies) - min(energies) <= 2 * OPTIONS.spread


def test_the_objective_is_the_sum_of_its_terms(result):
    numbers = result.to_json()["objective_after"]
    assert sum(v for name, v in numbers.items() if name != "total") == pytest.approx(numbers["total"], abs=1e-3)
    assert all(name in str(result.after) for name in numbers if name != "total")


def test_workers_and_hash_seeds_change_nothing(result, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(ELSEWHERE)
    for seed, workers in (("1", 1), ("2", 2)):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run(
            [sys.executable, str(script), str(workers)],
            capture_output=True, text=True, check=True, timeout=300, env=environment,
        )  # fmt: skip
        assert json.loads(done.stdout) == [dict(result.sequenced.sequences), result.to_json()]


ELSEWHERE = f"""
import json
import sys

from dsdcompile.crn.text import parse_crn
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign_words
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.helices import Energies, all_pairs, helix_energies, make_pool
from dsdcompile.sequences.objective import gate_penalties, pair_penalties
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.rules.spurious_gates import spurious_share
from dsdcompile.sequences.search import improve
from dsdcompile.sequences.thermo.vienna import Vienna

if __name__ == "__main__":
    inventory = translate(parse_crn({CHAIN!r}), find_scheme("soloveichik2010")).inventory
    options = AssignmentOptions(fixed={dict(OPTIONS.fixed)!r})
    start, k = assign_words(inventory, 1, options)
    with Vienna(workers=int(sys.argv[1])) as model:
        found = improve(start, k, model, seed=3, steps=60, limits=Limits(spurious=0.3), options=options)
    print(json.dumps([dict(found.sequenced.sequences), found.to_json()]))
"""


def test_progress_is_reported(model):
    lines: list[str] = []
    search(model, progress=lines.append)
    assert lines
    assert all("objective" in line for line in lines)


class Counting:
    """A backend that counts what it is asked."""

    def __init__(self, model):
        self.model, self.conditions, self.asked = model, model.conditions, 0

    def ensembles(self, questions):
        self.asked += len(questions)
        return self.model.ensembles(questions)


def test_a_word_that_is_worse_already_is_not_asked_about_further_and_nothing_else_changes(model, monkeypatch):
    limits = Limits(**{**OPEN, "defect": 0.03, "probability": 0.2})
    start, k = spoilt(b_A1="GCGCGCTTTTGCGCG")
    options = {"seed": 3, "steps": 40, "limits": limits}
    few = Counting(model)
    found = improve(start, k, few, **options)
    monkeypatch.setattr("dsdcompile.sequences.board.AT_ONCE", 10**6)
    all_ = Counting(model)
    whole = improve(start, k, all_, **options)
    assert whole.to_json() == found.to_json()
    assert whole.sequenced.sequences == found.sequenced.sequences
    assert whole.before.structures > whole.after.structures
    assert few.asked < all_.asked


def test_a_limit_of_zero_lets_every_probability_pass() -> None:
    answer = Ensemble(-10.0, -10.0, "(+)", np.zeros(2), probability=0.0, defect=0.0)
    assert structure_penalty(answer, [], Limits(probability=0.0)) == 0.0
    assert structure_penalty(answer, [], Limits(probability=0.005)) > 0.0


def test_what_the_screen_leaves_out_has_no_penalty(model, result):
    strands = [strand.domains for strand in INVENTORY.strands]
    gate = np.array([strand in INVENTORY.backbones for strand in strands])
    for sequenced, claimed in ((START, result.before), (result.sequenced, result.after)):
        pairs = all_pairs(len(strands))
        helices = helix_energies(make_pool(sequenced, strands), pairs, Energies.at(model.conditions))
        perfect = np.array([duplex_energy(sequenced.strand(strand), model.conditions) for strand in strands])
        with_gate = gate[pairs].any(axis=1)
        shares = spurious_share(helices[with_gate], pairs[with_gate], perfect)
        assert claimed.gates == pytest.approx(gate_penalties(shares, STRICT).sum(), abs=1e-9)
        assert claimed.pairs == pytest.approx(pair_penalties(helices[~with_gate], STRICT).sum(), abs=1e-9)
    assert result.before.gates > 1
