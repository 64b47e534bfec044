"""The reaction buffer: the salts that the sequences were judged in, kept as a concentrate.

Strands come in a buffer without salt, so what is made from them takes concentrate for its whole volume and is at 1x;
everything made from that is at 1x already and is filled up with buffer at 1x.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final, final

from dsdcompile.errors import DesignError
from dsdcompile.sequences.thermo.conditions import Conditions

SODIUM, MAGNESIUM, TRIS, EDTA = "Na+", "Mg2+", "Tris", "EDTA"
TRIS_AT_1X = Fraction(10, 1000)
"""M, pH 8.0."""
SOLVENT: Final[Mapping[str, Fraction]] = MappingProxyType({TRIS: Fraction(10, 1000), EDTA: Fraction(1, 10_000)})
"""What strands are dissolved in, M: TE with little EDTA, which binds as much magnesium as there is of it."""
STRENGTHS = (10, 5, 2)
MOST_SODIUM, MOST_MAGNESIUM = Fraction(5), Fraction(4)
"""What dissolves well, M: NaCl to 6.1, MgCl2 to 5.8 at 20 C."""


@final
@dataclass(frozen=True, slots=True)
class Buffer:
    """What everything reacts in."""

    celsius: float
    """Temperature of the reaction, C."""
    sodium: Fraction
    """NaCl at 1x, M."""
    magnesium: Fraction
    """MgCl2 at 1x, M."""
    strength: int
    """How many times more concentrated it is kept."""

    @classmethod
    def of(cls, conditions: Conditions) -> Buffer:
        """Return the buffer that makes some conditions.

        Raises:
            DesignError: so much salt does not dissolve at twice the concentration.
        """
        sodium, magnesium = (Fraction(repr(amount)) for amount in (conditions.sodium, conditions.magnesium))
        for strength in STRENGTHS:
            if strength * sodium <= MOST_SODIUM and strength * magnesium <= MOST_MAGNESIUM:
                return cls(conditions.celsius, sodium, magnesium, strength)
        raise DesignError(
            f"sequences.sodium and magnesium: {float(sodium):g} M and {float(magnesium):g} M cannot be kept at "
            f"{STRENGTHS[-1]}x, as mixing needs; up to {float(MOST_SODIUM / STRENGTHS[-1]):g} M and "
            f"{float(MOST_MAGNESIUM / STRENGTHS[-1]):g} M can"
        )

    @property
    def concentrate(self) -> str:
        """What the concentrate is called."""
        return f"{self.strength}x buffer"

    def contents(self, times: int = 1) -> dict[str, Fraction]:
        """Return what is in it at a multiple of 1x: component -> M."""
        salts = {SODIUM: self.sodium, MAGNESIUM: self.magnesium, TRIS: TRIS_AT_1X}
        return {name: times * amount for name, amount in salts.items() if amount}
