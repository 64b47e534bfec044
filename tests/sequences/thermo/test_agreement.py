"""Two backends side by side, with answers that a person can compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.thermo.agreement import compared, table
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Ensemble, Question

CONDITIONS = Conditions(25.0, 0.05, 0.0125)
QUESTIONS = [Question(("ACT", "AGT"), "(((+)))"), Question(("ACTACT", "AGTAGT"), "((((((+))))))")]


@dataclass
class Told:
    energies: tuple[float, ...]
    chances: tuple[float, ...]
    conditions: Conditions = CONDITIONS

    @property
    def provenance(self) -> dict[str, Any]:
        return {}

    def ensembles(self, questions: Sequence[Question]) -> list[Ensemble]:
        return [
            Ensemble(energy, energy, "", np.zeros(q.length), probability=chance, defect=1 - chance)
            for q, energy, chance in zip(questions, self.energies, self.chances, strict=True)
        ]


def test_the_table_states_differences_and_marks_where_verdicts_differ() -> None:
    rows = compared(["a", "b"], QUESTIONS, Told((-4.0, -9.0), (0.8, 0.02)), Told((-5.0, -12.0), (0.2, 0.001)))
    assert [row.difference for row in rows] == [-1.0, -3.0]
    assert [row.ratio for row in rows] == pytest.approx([0.25, 0.05])
    head, first, second, last = table(rows, 0.005)
    assert "kcal/mol" in head
    assert not first.endswith("DISAGREE")
    assert second.endswith("DISAGREE")
    assert "-2.00 on average, 2.24 rms, 3.00 at most" in last
    assert "in the median 0.15 times; mean defect 0.590 and 0.899" in last


def test_nothing_to_compare_is_an_error() -> None:
    with pytest.raises(SequenceError, match="target structure"):
        compared([], [], Told((), ()), Told((), ()))
