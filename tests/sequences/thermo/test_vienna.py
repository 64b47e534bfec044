import numpy as np
import pytest

from dsdcompile.errors import BackendError, SequenceError
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Question, binding_energies
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy
from dsdcompile.sequences.thermo.parameters import corrected
from dsdcompile.sequences.thermo.vienna import Vienna


def target_energy(answer, conditions):
    return answer.energy - conditions.rt * np.log(answer.probability)


@pytest.mark.parametrize(
    "conditions", [Conditions(25.0, 0.05, 0.0125), Conditions(37.0, 1.0, 0.0), Conditions(50.0, 0.5, 0.0)]
)
def test_duplexes_agree_with_nearest_neighbour_sums(conditions):
    rng = np.random.default_rng(5)
    words = ["".join(rng.choice(list("ACGT"), rng.integers(6, 30))) for _ in range(40)]
    questions = [
        Question((word, reverse_complement(word)), f"{'(' * len(word)}+{')' * len(word)}")
        for word in words
        if word != reverse_complement(word)
    ]
    with Vienna(conditions, workers=1) as model:
        answers = model.ensembles(questions)
    errors = [
        target_energy(answer, conditions) - duplex_energy(question.strands[0], conditions)
        for question, answer in zip(questions, answers, strict=True)
    ]
    assert np.abs(errors).max() < 0.5
    assert np.mean(np.abs(errors)) < 0.25


@pytest.fixture(scope="module")
def model():
    with Vienna(workers=1) as made:
        yield made


def test_a_good_complex_has_its_target(model):
    word = "CATCTTACACTCATC"
    answer = model.ensembles([Question((word, reverse_complement(word)), f"{'(' * 15}+{')' * 15}")])[0]
    assert answer.structure == f"{'(' * 15}+{')' * 15}"
    assert answer.probability > 0.3
    assert answer.defect < 0.05
    assert answer.unpaired[7] < 0.01
    assert answer.mfe >= answer.energy


def test_a_wrong_target_is_improbable(model):
    word = "CATCTTACACTCATC"
    answer = model.ensembles([Question((word, reverse_complement(word)), f"{'.' * 15}+{'.' * 15}")])[0]
    assert answer.probability < 1e-9
    assert answer.defect > 0.9


def test_a_hairpin_is_seen(model):
    answer = model.ensembles([Question(("GCGCGCTTTTGCGCGC",))])[0]
    assert answer.structure == "((((((....))))))"
    assert answer.energy < -5
    assert answer.unpaired[:6].max() < 0.05


def test_three_strands_hang_together(model):
    one, two = "CATCTTACAC", "TCATCCACTA"
    bottom = reverse_complement(one + two)
    target = f"{'(' * 10}+{'(' * 10}+{')' * 20}"
    answer = model.ensembles([Question((one, two, bottom), target)])[0]
    assert answer.structure.count("+") == 2
    assert answer.probability > 0.01


def test_binding_energies_are_of_the_pair_less_its_strands(model):
    word = "CATCTTACACTCATC"
    energy = binding_energies(model, [(word, reverse_complement(word))])[0]
    assert energy == pytest.approx(duplex_energy(word, model.conditions), abs=1.0)


def test_the_record_says_what_was_used(model):
    made = model.provenance
    assert made["backend"] == "ViennaRNA"
    assert "SantaLucia 2004" in made["parameters"]
    assert (made["celsius"], made["sodium_molar"], made["magnesium_molar"]) == (25.0, 0.05, 0.0125)


def test_questions_must_fit():
    with pytest.raises(SequenceError, match="does not fit"):
        Question(("ACT", "AGT"), "(((+))")
    with pytest.raises(SequenceError, match="at least one strand"):
        Question(())


def test_an_unknown_parameter_file_is_refused():
    with pytest.raises(BackendError, match="no stack block"):
        corrected("## RNAfold parameter file v2.0\n", Conditions())
