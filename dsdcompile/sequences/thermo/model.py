"""What a thermodynamic backend answers. Energies are in kcal/mol at 1 M."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, final

from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.errors import SequenceError
from dsdcompile.sequences.thermo.conditions import Conditions


@final
@dataclass(frozen=True, slots=True)
class Question:
    """A strand, or strands that hang together, and optionally the structure they should have."""

    strands: tuple[str, ...]
    """Sequences 5' to 3', in their order around the circle."""
    target: str = ""
    """Dots and brackets of the intended structure with ``+`` between strands; empty if none is asked about."""

    def __post_init__(self) -> None:
        """Check that the target fits the strands."""
        if not self.strands or not all(self.strands):
            raise SequenceError("a thermodynamic question needs at least one strand with a sequence")
        if self.target and tuple(map(len, self.target.split("+"))) != tuple(map(len, self.strands)):
            raise SequenceError(f"the structure {self.target} does not fit strands of {[*map(len, self.strands)]} nt")

    @property
    def length(self) -> int:
        """Total length, nt."""
        return sum(map(len, self.strands))


@final
@dataclass(frozen=True, eq=False)
class Ensemble:
    """All secondary structures of a question's strands, connected and free of pseudoknots."""

    energy: float
    """Free energy of the ensemble, kcal/mol."""
    mfe: float
    """Free energy of the best structure, kcal/mol."""
    structure: str
    """The best structure, dots and brackets with ``+`` between strands."""
    unpaired: FloatArray
    """Probability of each nucleotide to be unpaired (length,)."""
    probability: float | None = None
    """Probability of the target structure, if one was given."""
    defect: float | None = None
    """Expected fraction of nucleotides that are not as in the target (Zadeh et al. 2011), 0 to 1."""

    def __post_init__(self) -> None:
        """Freeze the array."""
        object.__setattr__(self, "unpaired", frozen_floats(self.unpaired))


class ThermoModel(Protocol):
    """A backend under fixed conditions. The same question always has the same answer."""

    @property
    def conditions(self) -> Conditions:
        """Temperature and salt."""
        ...

    @property
    def provenance(self) -> dict[str, Any]:
        """Backend, version, parameters and conditions, for the record."""
        ...

    def ensembles(self, questions: Sequence[Question]) -> list[Ensemble]:
        """Return the ensemble of each question, in order."""
        ...


def provenance(backend: str, version: str, parameters: str, conditions: Conditions) -> dict[str, Any]:
    """Return what every result must say about where its energies come from."""
    return {
        "backend": backend,
        "version": version,
        "parameters": parameters,
        "celsius": conditions.celsius,
        "sodium_molar": conditions.sodium,
        "magnesium_molar": conditions.magnesium,
    }
