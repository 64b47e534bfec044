"""NUPACK 4 behind the same interface, for users who have it. It is licensed per user and never required.

Calls follow NUPACK 4's Python interface, all by keyword. NUPACK's energies of complexes are on a mole-fraction basis;
(strands - 1) RT ln(molarity of water) brings them to 1 M.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from typing import Any, Final, final

import numpy as np

from dsdcompile.errors import BackendError
from dsdcompile.sequences.thermo.conditions import WATER, Conditions
from dsdcompile.sequences.thermo.model import Ensemble, Question, provenance

SODIUM: Final = (0.05, 1.1)
"""Sodium concentrations that NUPACK accepts, M."""
MAGNESIUM: Final = (0.0, 0.2)
"""Magnesium concentrations that NUPACK accepts, M."""
HELP: Final = (
    "NUPACK 4 is not installed. It is free for academic use: register at nupack.org, download the package, and run "
    "`pip install -U nupack -f FOLDER/package` in dsdcompile's environment; or leave sequences.thermo at 'vienna'"
)


@final
class Nupack:
    """The backend."""

    def __init__(self, conditions: Conditions | None = None, material: str = "dna") -> None:
        """Find NUPACK and set its model.

        Raises:
            BackendError: NUPACK is not installed, or does not accept the salt.
        """
        self._conditions = conditions or Conditions()
        self._material = material
        for value, (low, high), name in (
            (self._conditions.sodium, SODIUM, "sodium"),
            (self._conditions.magnesium, MAGNESIUM, "magnesium"),
        ):
            if not low <= value <= high:
                raise BackendError(f"sequences.{name}: NUPACK takes {low:g} to {high:g} M, not {value:g} M")
        try:
            self._nupack: Any = importlib.import_module("nupack")
        except ImportError:
            raise BackendError(HELP) from None
        self._model = self._nupack.Model(
            ensemble="stacking",
            material=material,
            celsius=self._conditions.celsius,
            sodium=self._conditions.sodium,
            magnesium=self._conditions.magnesium,
        )

    @property
    def conditions(self) -> Conditions:
        """Temperature and salt."""
        return self._conditions

    @property
    def provenance(self) -> dict[str, Any]:
        """Backend, version, parameters and conditions, for the record."""
        return provenance("NUPACK", str(self._nupack.__version__), f"{self._material}, stacking", self._conditions)

    def ensembles(self, questions: Sequence[Question]) -> list[Ensemble]:
        """Return the ensemble of each question, in order.

        Raises:
            BackendError: NUPACK finds no structure in which the strands hang together.
        """
        return [self._answer(question) for question in questions]

    def close(self) -> None:
        """Nothing to end."""

    def __enter__(self) -> Nupack:
        """Return the backend itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the backend."""
        self.close()

    def _answer(self, question: Question) -> Ensemble:
        strands = list(question.strands)
        shift = (len(strands) - 1) * self._conditions.rt * math.log(WATER)
        energy = float(self._nupack.pfunc(strands=strands, model=self._model)[1])
        best = self._nupack.mfe(strands=strands, model=self._model)
        if not best or not math.isfinite(energy):
            raise BackendError(f"NUPACK: {len(strands)} strands of {question.length} nt cannot hang together")
        unpaired = np.diag(self._nupack.pairs(strands=strands, model=self._model).to_array())
        probability = defect = None
        if question.target:
            target = self._nupack.structure_energy(strands=strands, structure=question.target, model=self._model)
            probability = min(1.0, math.exp((energy - float(target)) / self._conditions.rt))
            defect = float(self._nupack.defect(structure=question.target, strands=strands, model=self._model))
        return Ensemble(
            energy + shift, float(best[0].energy) + shift, str(best[0].structure), unpaired, probability, defect
        )


BACKEND = Nupack
