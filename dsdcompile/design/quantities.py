"""Types of design keys that are written with a unit, such as ``"10 nM"``, and held as numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, final

from pydantic import AfterValidator, BeforeValidator, Field

from dsdcompile import units
from dsdcompile.errors import DesignError


@final
@dataclass(frozen=True, slots=True)
class Quantity:
    """How a number with a unit is read, and written."""

    read: Callable[[str], float]
    show: Callable[[float], str]
    example: str

    def validator(self) -> BeforeValidator:
        """Return what pydantic calls before it checks the number."""
        return BeforeValidator(self._number)

    def _number(self, value: object) -> float:
        if not isinstance(value, str):
            raise ValueError(f"expected text with a unit, such as {self.example!r}")
        try:
            return self.read(value)
        except DesignError as error:
            raise ValueError(str(error)) from None


def _bimolecular(text: str) -> float:
    rate, molecularity = units.rate_constant(text)
    if molecularity != 2:
        raise DesignError(f"{text!r} is a rate of one reactant; expected /M/s")
    return rate


def _positive(value: float) -> float:
    if value <= 0:
        raise ValueError("expected more than 0")
    return value


_MOLAR = Quantity(units.concentration, units.show_concentration, "10 nM")
_SECONDS = Quantity(units.duration, units.show_duration, "24 h")
_PER_MOLAR_SECOND = Quantity(_bimolecular, lambda rate: f"{rate:g} /M/s", "1e6 /M/s")
Molar = Annotated[float, _MOLAR.validator(), _MOLAR]
"""Written as text with a unit, held in M."""
PositiveMolar = Annotated[float, _MOLAR.validator(), _MOLAR, AfterValidator(_positive)]
"""The same, and more than 0: what is divided by, or what 0 of makes no sense."""
PositiveSeconds = Annotated[float, _SECONDS.validator(), _SECONDS, AfterValidator(_positive)]
"""Written as text with a unit, held in s, and more than 0."""
PerMolarSecond = Annotated[float, _PER_MOLAR_SECOND.validator(), _PER_MOLAR_SECOND]
"""Written as text with a unit, held in /M/s."""

Floats = Annotated[tuple[float, ...], Field(strict=False)]
"""A TOML array of numbers."""


def _window(value: tuple[float, float]) -> tuple[float, float]:
    low, high = value
    if not 0 <= low < high <= 1:
        raise ValueError(f"[{low:g}, {high:g}] is no window of fractions; expected 0 <= low < high <= 1")
    return value


Window = Annotated[tuple[float, float], Field(strict=False), AfterValidator(_window)]
"""Two fractions: the least and the largest."""


def _bases(value: str) -> str:
    if not value or set(value.upper()) - set("ACGT"):
        raise ValueError(f"{value!r} is no sequence; expected letters A, C, G and T")
    return value.upper()


Bases = Annotated[str, AfterValidator(_bases)]
"""A sequence of A, C, G and T; small letters are read as large ones."""
