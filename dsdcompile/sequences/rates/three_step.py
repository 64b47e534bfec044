"""The rate constant of a strand displacement from its toeholds: the three-step model of Zhang and Winfree (2009).

An invader binds its toehold (k_f), its branch migrates through the domain it shares with the incumbent (k_b), and the
incumbent, if a toehold of its own still holds it, leaves by itself::

    k = k_f k_b k_r(m) / (k_r(n) k_r(m) + k_r(n) k_b + k_r(m) k_b)          k_r(x) = k_f (2 / b) exp(dG(x) / RT)

with n the invading toehold, m the incumbent's, and b the nucleotides that the branch migrates through (JACS 131:17303;
the paper's b - m). dG is a nearest-neighbour sum: see :mod:`dsdcompile.sequences.rates.toeholds`. Initiation is
SantaLucia's, so that three constants are left to fit. ``scripts/fit_rates`` fits them to the paper's measured table, by
least squares on ln k with a soft L1 loss; the numbers below are what it prints.

Structure that hides a toehold must open first: the probability that both are open multiplies the rate constant, which
is exact in both limits (binding is then slower, unbinding is not).

The residuals are spread by a factor of :data:`SPREAD` (one standard deviation of ln k, held-out rows). Outside the
range of what was measured a constant is extrapolated, and its spread is squared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, final

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.thermo.conditions import Conditions

LEAK: Final = 1.4
"""Displacement of 20 nt without a toehold, beside 15 unpaired nt, 25 C, 12.5 mM Mg: /M/s (Zhang and Winfree 2009)."""
FITTED_BRANCH: Final = 20
"""Length of the domain for which ``migration`` is stated, nt."""


@final
@dataclass(frozen=True, slots=True)
class Constants:
    """What the three-step model needs besides energies."""

    binding: float
    """k_f, /M/s."""
    migration: float
    """k_b of 20 nt, /s; it goes with the inverse square of the length, as a random walk does."""
    held: float
    """What must be added to the energy of an incumbent's toehold, kcal/mol."""


FITTED: Final = Constants(binding=3.6e6, migration=2.6, held=-1.3)
"""Fitted by ``scripts/fit_rates``."""
SPREAD: Final = 1.75
"""Factor by which a measured constant differs from a predicted one, one standard deviation."""


@final
@dataclass(frozen=True, slots=True)
class Toehold:
    """A toehold's length and the free energy of binding by it alone."""

    length: int
    """nt; 0 for none."""
    energy: float
    """kcal/mol at 1 M, initiation included."""


@final
@dataclass(frozen=True, slots=True)
class Rate:
    """A predicted rate constant."""

    value: float
    """Median, /M/s."""
    spread: float
    """One standard deviation of its logarithm, as a factor: 2 says that two thirds lie within half and double."""
    extrapolated: tuple[str, ...] = ()
    """In which respects it is outside what was measured."""

    @property
    def interval(self) -> tuple[float, float]:
        """The 5 and 95 % quantiles, /M/s."""
        factor = self.spread**1.6448536269514722
        return self.value / factor, self.value * factor


def displacement_rate(
    invading: Toehold,
    branch: int,
    incumbent: Toehold,
    conditions: Conditions,
    *,
    open_share: float = 1.0,
    constants: Constants = FITTED,
) -> Rate:
    """Return the rate constant of a toehold-mediated displacement or toehold exchange.

    Args:
        invading: The toehold by which the invader binds.
        branch: How many nucleotides of the incumbent the invader replaces.
        incumbent: What still holds the incumbent then; of length 0 if nothing does.
        conditions: Temperature (salt is in the energies).
        open_share: Probability that the invading toehold is open, in the invader and in what it invades.
        constants: Of the model.

    Raises:
        SequenceError: the branch is empty or the share is no probability.
    """
    if branch < 1 or not 0.0 <= open_share <= 1.0:
        raise SequenceError(f"a displacement of {branch} nt with a toehold that is open {open_share:g} of the time")
    migration = constants.migration * (FITTED_BRANCH / branch) ** 2
    leave = _unbinding(invading.energy, branch, conditions, constants)
    release = math.inf
    if incumbent.length:
        release = _unbinding(incumbent.energy + constants.held, branch, conditions, constants)
    # k_f k_b k_r(m) / (k_r(n) k_r(m) + k_r(n) k_b + k_r(m) k_b), divided by k_b k_r(m): finite where nothing holds
    value = constants.binding / (leave / migration + (leave / release) + 1.0)
    beyond = _beyond(invading, branch, incumbent)
    return Rate(open_share * value, SPREAD**2 if beyond else SPREAD, beyond)


def _unbinding(energy: float, branch: int, conditions: Conditions, constants: Constants) -> float:
    """Return k_r, /s."""
    return constants.binding * (2.0 / branch) * math.exp(min(energy / conditions.rt, 600.0))


def _beyond(invading: Toehold, branch: int, incumbent: Toehold) -> tuple[str, ...]:
    """Return in which respects a step is outside the table, by the constants below."""
    respects = []
    if branch > LONGEST_BRANCH:
        respects.append(f"branch of {branch} nt, measured to {FITTED_BRANCH}")
    if invading.length > LONGEST_INVADING:
        respects.append(f"invading toehold of {invading.length} nt, measured to {LONGEST_INVADING}")
    if incumbent.length > LONGEST_HOLDING:
        respects.append(f"incumbent held by {incumbent.length} nt, measured to {LONGEST_HOLDING}")
    if incumbent.length and incumbent.length - invading.length > MOST_UPHILL:
        respects.append(
            f"incumbent held by {incumbent.length} nt against {invading.length}, measured to {MOST_UPHILL} more"
        )
    return tuple(respects)


LONGEST_BRANCH: Final = 22
"""Up to 2 nt more than were measured change a constant by less than a quarter, well within its spread."""
LONGEST_INVADING: Final = 15
LONGEST_HOLDING: Final = 7
MOST_UPHILL: Final = 2
