"""How much of what is ordered is full length: of each strand, of each gate, and what purer strands would gain.

Each coupling of a synthesis fails for a few strands in a thousand, so a strand of n nt is full length with probability
coupling^(n - 1): 53 % of 105 nt at 99.4 %. A gate is whole if all its strands are; a native gel does not part gates
that lack a base from those that do not, so it is not counted on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

from dsdcompile.dsd.inventory import Inventory, StrandRole
from dsdcompile.lab.order import OrderLine, OrderSheet
from dsdcompile.lab.vendor import Vendor


@final
@dataclass(frozen=True, slots=True)
class Purer:
    """The purest strands for gates that the vendor makes."""

    strands: int
    """How many would be ordered otherwise."""
    extra: float
    """What that costs more, in the vendor's currency."""
    worst_gate: float
    """Full-length share of the worst gate then."""


@final
@dataclass(frozen=True, slots=True)
class Purity:
    """Full-length shares of everything."""

    strands: tuple[tuple[OrderLine, float], ...]
    """Every line of the order with its share; what comes from the freezer counts as not purified."""
    items: tuple[tuple[str, float], ...]
    """Every complex and single strand with the share of it in which all strands are full length."""
    gates: tuple[tuple[str, float], ...]
    """Of these the ones of several strands, the worst first."""
    purer: Purer
    currency: str

    @property
    def worst(self) -> tuple[OrderLine, float]:
        """The strand of the least share."""
        return min(self.strands, key=lambda pair: pair[1])

    def sentence(self) -> str:
        """Return the worst shares, and what purer strands would gain."""
        line, share = self.worst
        told = f"full length: {share:.0%} of the worst strand ({line.name}, {line.length} nt, {_made(line)})"
        if self.gates:
            name, whole = self.gates[0]
            told += f", {whole:.0%} of the worst gate ({name})"
        if self.purer.strands and self.gates:
            told += (
                f"; the purest strands for gates would make that {self.purer.worst_gate:.0%} for "
                f"{self.purer.extra:,.0f} {self.currency} more"
            )
        return told

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        line, share = self.worst
        return {
            "worst_full_length_share": round(share, 4),
            "worst_strand": line.name,
            "worst_gate": self.gates[0][0] if self.gates else None,
            "worst_gate_share": round(self.gates[0][1], 4) if self.gates else None,
            "purest": {
                "strands": self.purer.strands,
                "extra_cost": round(self.purer.extra, 2),
                "worst_gate_share": round(self.purer.worst_gate, 4),
            },
        }


def _made(line: OrderLine) -> str:
    return line.purification or "freezer"


def purity(sheet: OrderSheet, inventory: Inventory, vendor: Vendor) -> Purity | None:
    """Return the full-length shares of an order; None if nothing is ordered."""
    if not sheet.lines:
        return None
    share = {line.name: vendor.full_length(line.length, line.purification or vendor.plain) for line in sheet.lines}
    best = {line.name: _purest(line, vendor) for line in sheet.lines}
    name = {strand.domains: strand.name for strand in inventory.strands}
    parts = {item.name: [name[strand] for strand in item.complex.strands] for item in inventory.items}
    wholes = {item: math.prod(share[strand] for strand in strands) for item, strands in parts.items()}
    purest = {item: math.prod(best[strand][0] for strand in strands) for item, strands in parts.items()}
    gates = [item.name for item in inventory.items if item.is_gate]
    more = [best[line.name][1] for line in sheet.lines if best[line.name][0] > share[line.name]]
    return Purity(
        tuple((line, share[line.name]) for line in sheet.lines),
        tuple(wholes.items()),
        tuple(sorted(((name, wholes[name]) for name in gates), key=lambda pair: (pair[1], pair[0]))),
        Purer(len(more), sum(more), min((purest[name] for name in gates), default=1.0)),
        sheet.currency,
    )


def _purest(line: OrderLine, vendor: Vendor) -> tuple[float, float]:
    """Return the largest share that a strand can be bought at, and what that costs more than it does now."""
    now = vendor.full_length(line.length, line.purification or vendor.plain)
    if line.role is not StrandRole.GATE or line.freezer:
        return now, 0.0
    offers = [
        (vendor.full_length(line.length, code), -price)
        for code, _ in vendor.purification
        for price in [vendor.strand_price(line.length, code)]
        if math.isfinite(price)
    ]
    share, price = max(offers)
    return (share, -price - line.price) if share > now else (now, 0.0)
