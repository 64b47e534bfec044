import multiprocessing
import subprocess
import sys

import numpy as np
import pytest

from dsdcompile.errors import BackendError, SequenceError
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Question
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy
from dsdcompile.sequences.thermo.parameters import corrected
from dsdcompile.sequences.thermo.vienna import Vienna


def duplex(word):
    return Question((word, reverse_complement(word)), f"{'(' * len(word)}+{')' * len(word)}")


def target_energy(answer, conditions):
    return answer.energy - conditions.rt * np.log(answer.probability)


@pytest.mark.parametrize(
    "conditions", [Conditions(25.0, 0.05, 0.0125), Conditions(37.0, 1.0, 0.0), Conditions(50.0, 0.5, 0.0)]
)
def test_duplexes_agree_with_nearest_neighbour_sums(conditions):
    rng = np.random.default_rng(5)
    words = ["".join(rng.choice(list("ACGT"), n)) for n in (6, 8, 12, 16, 20, 25, 30, 40, 50, 60) for _ in range(4)]
    # stacks that all round the same way
    words += [(unit * 60)[:59] for unit in ("AAC", "AC", "AG", "A", "G", "ATC")]
    words = [word for word in words if word != reverse_complement(word)]
    with Vienna(conditions, workers=1) as model:
        answers = model.ensembles([duplex(word) for word in words])
    errors = [
        target_energy(answer, conditions) - duplex_energy(word, conditions)
        for word, answer in zip(words, answers, strict=True)
    ]
    assert np.abs(errors).max() < 0.3, "0.005 kcal/mol a stack, by rounding"
    assert np.mean(np.abs(errors)) < 0.05


STANDARD = Conditions(37.0, 1.0, 0.0)


def test_published_energies_come_out_of_the_library():
    # SantaLucia and Hicks (2004): the worked example CGTTGA, -5.35 kcal/mol, and the ten stacks of Table 1
    published = {
        "AA": -1.00, "AT": -0.88, "TA": -0.58, "CA": -1.45, "GT": -1.44, "CT": -1.28, "GA": -1.30, "CG": -2.17,
        "GC": -2.24, "GG": -1.84,
    }  # fmt: skip
    wholes = {step: f"GCTAC{step}CAGTCC" for step in published}
    with Vienna(STANDARD, workers=1) as model:
        example = model.ensembles([duplex("CGTTGA")])[0]
        assert target_energy(example, STANDARD) == pytest.approx(-5.35, abs=0.005)
        for step, whole in wholes.items():
            # the same ends around one and around two copies of the step's letters: the difference is two stacks
            doubled = whole.replace(f"C{step}C", f"C{step}{step}C")
            one, two = (target_energy(a, STANDARD) for a in model.ensembles([duplex(whole), duplex(doubled)]))
            joint = step[1] + step[0]
            other = published.get(joint, published.get(reverse_complement(joint)))
            assert two - one == pytest.approx(published[step] + other, abs=0.005)


def test_a_process_that_dies_is_one_error_and_the_next_question_has_new_processes():
    with Vienna(workers=1) as model:
        model.ensembles([Question(("ACTCATC",))])
        for process in multiprocessing.active_children():
            process.kill()
        with pytest.raises(BackendError, match=r"a ViennaRNA process died.*the longest of 2 .* has 8 nt"):
            model.ensembles([Question(("ACTCATCC",)), Question(("ACT",))])
        assert model.ensembles([Question(("ACTCATCC",))])[0].structure == "........"


INTERRUPTED = """
import os, signal, threading
from dsdcompile.sequences.thermo.model import Question
from dsdcompile.sequences.thermo.vienna import Vienna

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
    threading.Timer({delay}, lambda: os.killpg(0, signal.SIGINT)).start()
    try:
        with Vienna(workers=1) as model:
            model.ensembles([Question(("ACTCAT" * 8 + "A" * (i % 50) + "C" * (i // 50),)) for i in range(2000)])
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.parametrize("delay", [0.1, 1.0])
def test_an_interrupt_of_the_process_group_is_only_the_parents(delay, tmp_path):
    # while a worker imports, numba and numpy would print a traceback of their own
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED.format(delay=delay))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, start_new_session=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted\n", "", 0)


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
    both = (word, reverse_complement(word))
    pair, *alone = model.ensembles([Question(both), *(Question((one,)) for one in both)])
    energy = pair.energy - sum(one.energy for one in alone)
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
