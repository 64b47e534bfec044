"""Rate constants of leak, as ranges: measured leak, scaled by what it costs to open the end where it starts.

Measured is 1.4 /M/s for 20 nt beside open bases whose last stack is CG (Zhang and Winfree 2009). The strand that
leaves must fray first: by one pair or by two, with or without the stack that it has across a nick, and by all of a
clamp. The least and the most of these four, and the spread of the three-step model on either side, are the range; its
middle on a logarithmic scale is the rate constant.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from dsdcompile.dsd.displacement import NOTHING, Displacement
from dsdcompile.dsd.leak import Leak
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.rates.geometry import Spelled
from dsdcompile.sequences.rates.three_step import FITTED_BRANCH, LEAK, SPREAD, displacement_rate
from dsdcompile.sequences.rates.toeholds import toehold
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import stacking_energy

REFERENCE: Final = "CTACG"
"""The last bases of the measured strand: it frays from its G."""
QUANTILE: Final = 1.6448536269514722
"""Standard deviations from the median to the 95 % quantile."""


@final
@dataclass(frozen=True, slots=True)
class LeakRate:
    """The rate constant of a leak reaction, with its 5 and 95 % quantiles, /M/s."""

    low: float
    middle: float
    high: float


def leak_rates(found: Sequence[Leak], sequences: Mapping[str, str], conditions: Conditions) -> tuple[LeakRate, ...]:
    """Return the rate constants of some leak reactions; the ends at which one can start add up."""
    made = []
    for leak in found:
        ends = [leak_rate(way, sequences, conditions) for way in leak.ways]
        made.append(LeakRate(sum(e.low for e in ends), sum(e.middle for e in ends), sum(e.high for e in ends)))
    return tuple(made)


def leak_rate(way: Displacement, sequences: Mapping[str, str], conditions: Conditions) -> LeakRate:
    """Return the rate constant of displacement from one end of a helix."""
    spelled = Spelled(way, sequences)
    none = toehold("", conditions, inner_first=True)
    branch, held = max(spelled.length(way.branch), 1), spelled.holding(conditions)
    slower = (
        displacement_rate(none, branch, held, conditions).value
        / displacement_rate(none, FITTED_BRANCH, none, conditions).value
    )
    costs = [
        opening_cost(spelled, pairs, conditions, nick=nick) for pairs, nick in itertools.product((1, 2), (True, False))
    ]
    reference = [-stacking_energy(REFERENCE[-1 - pairs :], conditions) for pairs in (1, 1, 2, 2)]
    factors = [math.exp((r - c) / conditions.rt) for r, c in zip(reference, costs, strict=True)]
    base, spread = LEAK * slower, SPREAD**QUANTILE
    low, high = base * min(factors) / spread, base * max(factors) * spread
    return LeakRate(low, math.sqrt(low * high), high)


def opening_cost(spelled: Spelled, pairs: int, conditions: Conditions, *, nick: bool) -> float:
    """Return what it costs to open the end of a helix by some pairs beyond its clamp, kcal/mol, 0 or more.

    ``nick`` says whether the stack across a nick, if there is one, is counted.
    """
    way, joined = spelled.way, spelled.way.joined
    inward, place = -way.outward, way.frays
    strand, clamp = "", spelled.length(way.clamp)
    while place != NOTHING and joined.partner[place] != NOTHING and len(strand) <= clamp + pairs:
        strand = strand + spelled.token(place) if inward > 0 else spelled.token(place) + strand
        place = joined.beside(place, inward)
    size = clamp + pairs + 1
    end = strand[:size] if inward > 0 else strand[-size:]
    cost = -stacking_energy(end, conditions)
    beyond = joined.beside(joined.partner[way.frays], -way.outward)
    if nick and beyond != NOTHING and joined.partner[beyond] != NOTHING:
        across = reverse_complement(spelled.token(beyond))
        step = across[-1:] + end[:1] if inward > 0 else end[-1:] + across[:1]
        cost -= stacking_energy(step, conditions) if len(step) == 2 else 0.0
    return cost
