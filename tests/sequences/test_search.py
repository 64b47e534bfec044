import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import AssignmentOptions, assign_words
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.inventory import Inventory
from dsdcompile.sequences.rules.evidence import Limits
from dsdcompile.sequences.search import Checkpoint, improve
from dsdcompile.sequences.thermo.vienna import Vienna

CHAIN = "\n".join(f"A{i} + B{i} -> A{i + 1} + C{i}" for i in range(4))
INVENTORY = Inventory.of(translate(parse_crn(CHAIN), find_scheme("soloveichik2010")))
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
    assert part.interrupted
    assert saved[-1].step == part.steps == 20
    assert saved[-1].sequences == dict(part.sequenced.sequences)
    assert part.after.total <= part.before.total
    monkeypatch.setattr(np.random, "default_rng", real)
    whole = search(model, resume=saved[-1])
    assert whole.sequenced.sequences == result.sequenced.sequences
    assert whole.to_json() == result.to_json()


def test_progress_is_reported(model):
    lines: list[str] = []
    search(model, progress=lines.append)
    assert lines
    assert all("objective" in line for line in lines)
