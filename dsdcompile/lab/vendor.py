"""What a vendor makes: scales by length, purifications, labels, and what they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

from dsdcompile.errors import DesignError


@final
@dataclass(frozen=True, slots=True)
class Synthesis:
    """One way a vendor makes strands."""

    scale: str
    """The vendor's code."""
    shortest: int
    """nt."""
    longest: int
    """nt."""
    per_base: float
    """Price a nt, in the vendor's currency."""
    delivered: tuple[tuple[str, float], ...]
    """Each purification it comes with, and the least that is then delivered, nmol."""


@final
@dataclass(frozen=True, slots=True)
class Label:
    """A fluorophore or quencher at one end of a strand."""

    name: str
    kind: str
    """``fluorophore`` or ``quencher``."""
    five: str
    """The code at the 5' end."""
    three: str
    """The code at the 3' end."""
    price: float
    quencher: str = ""
    """For a fluorophore: the quencher that suits it."""


@final
@dataclass(frozen=True)
class Vendor:
    """Everything an order form asks for."""

    name: str
    currency: str
    plate_minimum: tuple[tuple[int, int], ...]
    """Least strands of a plate order, by wells of the plate."""
    syntheses: tuple[Synthesis, ...]
    purification: tuple[tuple[str, float], ...]
    """Each purification's code and price a strand."""
    plain: str
    """The purification that is none: desalted, as signals and other single strands are ordered."""
    with_dyes: str
    """The purification of strands with dyes; empty: as gates are."""
    labels: tuple[Label, ...]
    coupling: float
    """Share of strands to which each step of a synthesis adds its base."""
    purified: tuple[tuple[str, float], ...]
    """Least full-length share after each purification that raises it."""

    @property
    def shortest(self) -> int:
        """The shortest strand that can be ordered, nt."""
        return min(s.shortest for s in self.syntheses)

    @property
    def longest(self) -> int:
        """The longest strand that can be ordered, nt."""
        return max(s.longest for s in self.syntheses)

    def label(self, name: str) -> Label:
        """Return a label by name.

        Raises:
            DesignError: the vendor has none of that name.
        """
        for label in self.labels:
            if label.name == name:
                return label
        raise DesignError(f"{self.name} has no label {name!r}; it has {', '.join(label.name for label in self.labels)}")

    def purification_price(self, code: str) -> float:
        """Return the price of a purification, a strand.

        Raises:
            DesignError: the vendor does not offer it.
        """
        known = dict(self.purification)
        if code not in known:
            raise DesignError(f"lab.purification: {self.name} has no {code!r}; it has {', '.join(known)}")
        return known[code]

    def cheapest(self, length: int, purification: str) -> Synthesis | None:
        """Return the cheapest synthesis of a strand of that length with that purification, None if there is none."""
        fitting = [s for s in self.syntheses if s.shortest <= length <= s.longest and purification in dict(s.delivered)]
        return min(fitting, key=lambda s: s.per_base, default=None)

    def full_length(self, length: int, purification: str) -> float:
        """Return the share of strands of that length (nt) that are full length after a purification."""
        return max(self.coupling ** max(length - 1, 0), dict(self.purified).get(purification, 0.0))

    def strand_price(self, length: int, purification: str) -> float:
        """Return the least price of a strand without labels; inf if it is not made."""
        made = self.cheapest(length, purification)
        return math.inf if made is None else length * made.per_base + self.purification_price(purification)

    def pure_enough(self, length: int, share: float) -> str:
        """Return the cheapest purification with at least a full-length share; the purest if none has it.

        Without any synthesis of that length it is the plain one.
        """
        offers = [
            (self.strand_price(length, code), -self.full_length(length, code), code)
            for code, _ in self.purification
            if self.cheapest(length, code) is not None
        ]
        enough = [offer for offer in offers if -offer[1] >= share]
        if enough:
            return min(enough)[2]
        return min(offers, key=lambda offer: (offer[1], offer[0]))[2] if offers else self.plain

    def priced(self, prices: Mapping[str, float]) -> Vendor:
        """Return the vendor with other prices: a base by scale, a strand by purification or label.

        Raises:
            DesignError: nothing of that name has a price, or a price is negative.
        """
        kinds = {
            "scales": [s.scale for s in self.syntheses],
            "purifications": list(dict(self.purification)),
            "labels": [label.name for label in self.labels],
        }
        for name, price in prices.items():
            if not any(name in names for names in kinds.values()):
                known = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items())
                raise DesignError(f"lab.prices: {self.name} has no {name!r}; it has {known}")
            if price < 0:
                raise DesignError(f"lab.prices.{name}: {price}; a price is not negative")
        return replace(
            self,
            syntheses=tuple(replace(s, per_base=prices.get(s.scale, s.per_base)) for s in self.syntheses),
            purification=tuple((code, prices.get(code, price)) for code, price in self.purification),
            labels=tuple(replace(label, price=prices.get(label.name, label.price)) for label in self.labels),
        )
