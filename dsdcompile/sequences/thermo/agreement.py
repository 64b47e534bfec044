"""How far two thermodynamic backends agree about the complexes of a system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.thermo.model import Ensemble, Question, ThermoModel


@final
@dataclass(frozen=True, slots=True)
class Compared:
    """A complex with what each backend answers about it."""

    name: str
    length: int
    """nt."""
    one: Ensemble
    other: Ensemble

    @property
    def difference(self) -> float:
        """Free energy of the ensemble, the other's minus the one's, kcal/mol."""
        return self.other.energy - self.one.energy

    @property
    def ratio(self) -> float:
        """Probability of the target structure, the other's over the one's."""
        return (self.other.probability or 0.0) / max(self.one.probability or 0.0, 1e-300)


def compared(
    names: Sequence[str], questions: Sequence[Question], one: ThermoModel, other: ThermoModel
) -> tuple[Compared, ...]:
    """Return what two backends say about some complexes with targets.

    Raises:
        SequenceError: a complex has no target, or there is none.
        BackendError: a backend fails.
    """
    if not questions or not all(question.target for question in questions):
        raise SequenceError("backends are compared on complexes with a target structure; there is none")
    answers = zip(names, questions, one.ensembles(questions), other.ensembles(questions), strict=True)
    return tuple(Compared(name, question.length, a, b) for name, question, a, b in answers)


def table(rows: Sequence[Compared], least: float) -> list[str]:
    """Return the comparison as lines of text: each complex, then mean, root mean square and largest difference.

    Args:
        rows: The complexes.
        least: Probability of a target structure that a check wants; complexes about which the two disagree are marked.
    """
    lines = [f"{'complex':16} {'nt':>4} {'kcal/mol':>18} {'target probability':>20} {'defect':>15}"]
    for row in rows:
        chances = [answer.probability or 0.0 for answer in (row.one, row.other)]
        split = "  DISAGREE" if (chances[0] >= least) != (chances[1] >= least) else ""
        lines.append(
            f"{row.name:16} {row.length:4} {row.one.energy:8.2f} {row.other.energy:9.2f} {chances[0]:9.2g} "
            f"{chances[1]:10.2g} {row.one.defect or 0.0:7.3f} {row.other.defect or 0.0:7.3f}{split}"
        )
    away = np.array([row.difference for row in rows])
    ratio = float(np.median([row.ratio for row in rows]))
    defects = [float(np.mean([answer.defect or 0.0 for answer in side])) for side in _sides(rows)]
    return [
        *lines,
        f"{len(rows)} complexes: energy differs by {away.mean():+.2f} on average, {np.sqrt((away**2).mean()):.2f} rms, "
        f"{np.abs(away).max():.2f} at most (kcal/mol); target probability in the median {ratio:.2g} times; mean defect "
        f"{defects[0]:.3f} and {defects[1]:.3f}",
    ]


def _sides(rows: Sequence[Compared]) -> tuple[list[Ensemble], list[Ensemble]]:
    return [row.one for row in rows], [row.other for row in rows]
