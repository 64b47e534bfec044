"""Where strands meet: temperature and salt, and what they do to energies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from dsdcompile.errors import DesignError

GAS = 1.987204259e-3
"""Gas constant, kcal/mol/K."""
ZERO_CELSIUS = 273.15
"""K."""
WATER = 55.14
"""Molarity of water, M: NUPACK's energies of complexes are on a mole-fraction basis."""


@final
@dataclass(frozen=True, slots=True)
class Conditions:
    """Temperature and salt of the reaction."""

    celsius: float = 25.0
    """Temperature, C."""
    sodium: float = 0.05
    """Monovalent cations, M."""
    magnesium: float = 0.0125
    """Divalent cations, M."""

    def __post_init__(self) -> None:
        """Refuse what the parameters do not reach."""
        if not 0 <= self.celsius <= 100:
            raise DesignError(f"sequences.celsius: {self.celsius:g} C; expected 0 to 100")
        if self.sodium < 0 or self.magnesium < 0 or not 0.01 <= self.ionic_sodium <= 3.0:
            raise DesignError(
                f"sequences: {self.sodium:g} M sodium with {self.magnesium:g} M magnesium is worth "
                f"{self.ionic_sodium:.3g} M sodium; the energy parameters reach from 0.01 to 3 M"
            )

    @property
    def kelvin(self) -> float:
        """Temperature, K."""
        return self.celsius + ZERO_CELSIUS

    @property
    def rt(self) -> float:
        """RT, kcal/mol."""
        return GAS * self.kelvin

    @property
    def ionic_sodium(self) -> float:
        """The sodium concentration that screens as much: Na + 3.3 sqrt(Mg), M.

        SantaLucia and Hicks, Annu. Rev. Biophys. Biomol. Struct. 33:415 (2004), equation 7 and text.
        """
        return self.sodium + 3.3 * math.sqrt(max(self.magnesium, 0.0))

    @property
    def salt_37(self) -> float:
        """What salt adds to each stack at 37 C, kcal/mol: -0.114 ln(effective sodium); 0 at 1 M."""
        return -0.114 * math.log(self.ionic_sodium)
