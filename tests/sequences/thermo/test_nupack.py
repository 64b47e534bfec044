"""The adapter against a recorded stand-in of NUPACK 4's interface: calls by keyword, answers as documented."""

import builtins
import math
import sys
import types
from decimal import Decimal

import numpy as np
import pytest

from dsdcompile.errors import BackendError
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Question
from dsdcompile.sequences.thermo.nupack import Nupack


class Recorder(types.ModuleType):
    """Answers for one duplex, and the calls that were made."""

    __version__ = "4.0.0.23"

    def __init__(self):
        super().__init__("nupack")
        self.calls = []
        self.connected = True

    def Model(self, *, ensemble, material, celsius, sodium, magnesium):  # noqa: N802
        self.calls.append(("Model", ensemble, material, celsius, sodium, magnesium))
        return "the model"

    def pfunc(self, *, strands, model):
        self.calls.append(("pfunc", tuple(strands), model))
        return Decimal("1e12"), -12.5 if self.connected else math.inf

    def mfe(self, *, strands, model):
        assert model == "the model"
        return [types.SimpleNamespace(structure="(((+)))", energy=-12.0, stack_energy=-12.0)] if self.connected else []

    def pairs(self, *, strands, model):
        matrix = np.fliplr(np.eye(6)) * 0.9 + np.eye(6) * 0.1
        return types.SimpleNamespace(to_array=lambda: matrix)

    def structure_energy(self, *, strands, structure, model):
        self.calls.append(("structure_energy", structure))
        return -12.0

    def defect(self, *, structure, strands, model):
        return 0.1


@pytest.fixture
def nupack(monkeypatch):
    made = Recorder()
    monkeypatch.setitem(sys.modules, "nupack", made)
    return made


def test_answers_are_brought_to_one_molar(nupack):
    conditions = Conditions(25.0, 0.05, 0.0125)
    model = Nupack(conditions)
    answer = model.ensembles([Question(("ACT", "AGT"), "(((+)))")])[0]
    shift = conditions.rt * math.log(55.14)
    assert shift == pytest.approx(2.37, abs=0.01)
    assert answer.energy == pytest.approx(-12.5 + shift)
    assert answer.mfe == pytest.approx(-12.0 + shift)
    assert answer.probability == pytest.approx(math.exp(-0.5 / conditions.rt))
    assert answer.defect == 0.1
    assert answer.unpaired == pytest.approx([0.1] * 6)
    assert nupack.calls == [
        ("Model", "stacking", "dna", 25.0, 0.05, 0.0125),
        ("pfunc", ("ACT", "AGT"), "the model"),
        ("structure_energy", "(((+)))"),
    ]
    assert model.provenance["version"] == "4.0.0.23"


def test_strands_that_cannot_hang_together(nupack):
    nupack.connected = False
    with pytest.raises(BackendError, match="cannot hang together"):
        Nupack().ensembles([Question(("AAA", "AAA"))])


def test_salt_that_nupack_does_not_take(nupack):
    with pytest.raises(BackendError, match=r"sequences.sodium: NUPACK takes 0.05 to 1.1 M, not 0.02 M"):
        Nupack(Conditions(25.0, 0.02, 0.0125))


def test_a_missing_installation_gets_one_message(monkeypatch):
    monkeypatch.delitem(sys.modules, "nupack", raising=False)
    real = builtins.__import__

    def refuse(name, *arguments, **more):
        if name == "nupack":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.setattr("importlib.import_module", lambda name: refuse(name))
    with pytest.raises(BackendError, match=r"register at nupack\.org.*pip install -U nupack"):
        Nupack()
