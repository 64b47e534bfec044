"""The sequences that a displacement's rate depends on: its toeholds and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.displacement import NOTHING, Displacement
from dsdcompile.dsd.domain import base
from dsdcompile.errors import SequenceError
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.rates.three_step import Toehold
from dsdcompile.sequences.rates.toeholds import toehold
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Question


@final
@dataclass(frozen=True)
class Spelled:
    """A displacement with sequences: domains that have none (histories of strands made in the tube) are left out."""

    way: Displacement
    sequences: Mapping[str, str]
    """Domain name -> sequence of the unstarred domain."""

    def token(self, place: int) -> str:
        """Return the sequence at a place, 5' to 3'; empty if there is none."""
        if place == NOTHING:
            return ""
        token = self.way.joined.tokens[place]
        sequence = self.sequences.get(base(token), "")
        return reverse_complement(sequence) if token.endswith("*") else sequence

    def length(self, places: tuple[int, ...]) -> int:
        """Return the nucleotides at some places."""
        return sum(len(self.token(place)) for place in places)

    def invading(self, conditions: Conditions) -> Toehold:
        """Return the toehold by which the invader binds."""
        way, joined = self.way, self.way.joined
        if not way.toehold:
            return toehold("", conditions, inner_first=True)
        inner_first = way.branch[0] < way.toehold[0]
        near, far = (way.toehold[0], way.toehold[-1]) if inner_first else (way.toehold[-1], way.toehold[0])
        inner = self.token(joined.beside(near, -1 if inner_first else 1))
        target = dict(zip((*way.toehold, *way.branch), way.targets, strict=True))[far]
        beyond = joined.beside(target, -1 if inner_first else 1)
        outer = (
            reverse_complement(self.token(beyond)) if beyond != NOTHING and joined.partner[beyond] != NOTHING else ""
        )
        return toehold(
            "".join(self.token(place) for place in way.toehold),
            conditions,
            inner=inner[-1:] if inner_first else inner[:1],
            outer=outer[:1] if inner_first else outer[-1:],
            inner_first=inner_first,
        )

    def holding(self, conditions: Conditions) -> Toehold:
        """Return what holds an incumbent when the branch has gone through; the strongest if several are held."""
        joined, toeholds = self.way.joined, [toehold("", conditions, inner_first=True)]
        for group in self._held():
            before, after = joined.beside(group[0], -1), joined.beside(group[-1], 1)
            inner_first = before != NOTHING and joined.partner[before] != NOTHING
            far = group[-1] if inner_first else group[0]
            beyond = joined.beside(joined.partner[far], -1 if inner_first else 1)
            outer = ""
            if beyond != NOTHING and joined.partner[beyond] != NOTHING:
                outer = reverse_complement(self.token(beyond))
            inner = self.token(before if inner_first else after)
            toeholds.append(
                toehold(
                    "".join(self.token(place) for place in group),
                    conditions,
                    inner=inner[-1:] if inner_first else inner[:1],
                    outer=outer[:1] if inner_first else outer[-1:],
                    inner_first=inner_first,
                )
            )
        return min(toeholds[1:] or toeholds, key=lambda one: one.energy)

    def _held(self) -> list[tuple[int, ...]]:
        """Return the held places in stretches."""
        groups: list[tuple[int, ...]] = []
        for place in sorted(self.way.held):
            if groups and self.way.joined.beside(groups[-1][-1], 1) == place:
                groups[-1] = (*groups[-1], place)
            else:
                groups.append((place,))
        return groups

    def branch(self) -> int:
        """Return the nucleotides that the branch migrates through.

        Raises:
            SequenceError: one of its domains has no sequence.
        """
        if any(not self.token(place) for place in self.way.branch):
            raise SequenceError("a domain that is displaced has no sequence")
        return self.length(self.way.branch)


def question(complex_: Complex, sequences: Mapping[str, str]) -> tuple[Question, dict[int, slice]]:
    """Return what to ask a thermodynamic model about a complex, and where each of its domains then is.

    Places count domains without nicks; domains without a sequence are left out of their strands.
    """
    strands, where, place, at = [""], dict[int, slice](), 0, 0
    for token in complex_.sequence:
        if token == NICK:
            strands.append("")
            continue
        sequence = sequences.get(base(token), "")
        strands[-1] += reverse_complement(sequence) if token.endswith("*") else sequence
        where[place] = slice(at, at + len(sequence))
        at += len(sequence)
        place += 1
    return Question(tuple(strand for strand in strands if strand)), where
