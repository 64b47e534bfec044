"""How likely the toehold of a step is open: asked about each complex once, whatever number of steps it takes part in.

The chance is the least of any of the toehold's bases, in the free invader and in the complex it invades: exact where
one helix hides all of it, and never too low.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.complex import Complex
from dsdcompile.dsd.displacement import Displacement
from dsdcompile.sequences.rates.geometry import question
from dsdcompile.sequences.thermo.model import Question, ThermoModel


@final
@dataclass(frozen=True)
class Opening:
    """Bases of a complex that must be open for a step."""

    question: Question
    places: tuple[tuple[int, int], ...]
    """Where each domain begins and ends, from 0, without nicks."""


Shares = Callable[[Sequence[Opening]], Sequence[float]]
"""Answers with the probability that each is open."""


def openings(
    way: Displacement, invader: Complex, target: Complex, sequences: Mapping[str, str]
) -> tuple[Opening, Opening]:
    """Return what must be open for a displacement: the toehold in the invader, and in what is invaded."""
    there = [place - way.joined.border for place in way.targets[: len(way.toehold)]]
    asked = [(question(invader, sequences), way.toehold), (question(target, sequences), there)]
    one, other = (
        Opening(about, tuple((where[place].start, where[place].stop) for place in places))
        for (about, where), places in asked
    )
    return one, other


def open_shares(asked: Sequence[Opening], model: ThermoModel) -> tuple[float, ...]:
    """Return the probability that each is open.

    Raises:
        BackendError: the thermodynamic backend fails.
    """
    questions = list(dict.fromkeys(opening.question for opening in asked))
    unpaired = dict(zip(questions, (answer.unpaired for answer in model.ensembles(questions)), strict=True))
    found = []
    for opening in asked:
        here = unpaired[opening.question]
        least = min((float(here[start:stop].min(initial=1.0)) for start, stop in opening.places), default=1.0)
        found.append(min(max(least, 0.0), 1.0))
    return tuple(found)
