"""What reporters show: each takes up its signal for good, in the reaction or in a sample of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.lab.recipe import SAMPLE_SHARE, SHARES_OF, Plan
from dsdcompile.lab.reporters import Reporter
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances


@final
@dataclass(frozen=True, slots=True)
class Expected:
    """What a reporter should show in a well."""

    well: str
    """Such as ``A1``."""
    plan: Plan
    reporter: str
    colour: str
    times: tuple[float, ...]
    """s after the start; one time for a well that is read once."""
    open: tuple[float, ...]
    """Fraction of the reporter that is open at each time."""


def reported(crn: Crn, reporters: Sequence[Reporter], rate: float) -> Crn:
    """Return an implementation CRN (M, s) with reporters: signal + closed -> open, at a rate constant in /M/s.

    A reporter's species has its name, the open one the name of :func:`lit`; nothing has an initial concentration.
    """
    count, more = len(reporters), 2 * len(reporters)
    rows = np.arange(count)
    signals = np.array([crn.index[r.species] for r in reporters], dtype=np.int64)
    ones = np.ones(count, dtype=np.int64)
    shape = (count, crn.n_species + more)
    closed, open_ = crn.n_species + rows, crn.n_species + count + rows
    taken = sparse.coo_array((np.tile(ones, 2), (np.tile(rows, 2), np.concatenate([signals, closed]))), shape=shape)
    made = sparse.coo_array((ones, (rows, open_)), shape=shape)
    room = sparse.csr_array((crn.n_reactions, more), dtype=np.int64)
    return crn.with_(
        species=(*crn.species, *(r.name for r in reporters), *(lit(r) for r in reporters)),
        reactants=sparse.vstack([sparse.hstack([crn.reactants, room]), taken]).tocsr(),
        products=sparse.vstack([sparse.hstack([crn.products, room]), made]).tocsr(),
        rates=np.concatenate([crn.rates, np.full(count, rate)]),
        initial=np.zeros(crn.n_species + more),
    )


def lit(reporter: Reporter) -> str:
    """Return the species of an open reporter."""
    return f"{reporter.name} open"


@final
class Reader:
    """Reads wells of one system in simulation."""

    def __init__(self, crn: Crn, reporters: Sequence[Reporter], rate: float, tolerances: Tolerances) -> None:
        """Take an implementation CRN, its reporters, their rate constant (/M/s) and tolerances in M."""
        self._crn = reported(crn, reporters, rate)
        self._plain = crn
        self._lit = [lit(r) for r in reporters]
        self._tolerances = tolerances

    def courses(self, wells: Sequence[Mapping[str, float]], times: FloatArray) -> FloatArray:
        """Return how many of each reporter are open over time, M (wells, times, reporters).

        Args:
            wells: What is in each at the start, by complex, M.
            times: In s, ascending from 0.
        """
        states = np.stack([_state(self._crn, well) for well in wells])
        return simulate(self._crn, states, times, self._tolerances, record=self._lit).states

    def sample(
        self, reaction: Mapping[str, float], reporters: Mapping[str, float], when: float, after: float
    ) -> FloatArray:
        """Return how many of each reporter are open in a sample, M (reporters,).

        Args:
            reaction: What it is made of, by complex, M.
            reporters: What is in the reading well, by reporter, M.
            when: When the sample is taken, s.
            after: How long after that it is read, s.
        """
        start = _state(self._plain, reaction)
        run = simulate(self._plain, start, [0.0, when], self._tolerances)
        state = _state(self._crn, reporters)
        state[: self._plain.n_species] += np.maximum(run.final, 0.0) * SAMPLE_SHARE / SHARES_OF
        return simulate(self._crn, state, [0.0, after], self._tolerances, record=self._lit).final


def _state(crn: Crn, amounts: Mapping[str, float]) -> FloatArray:
    state = np.zeros(crn.n_species)
    for name, amount in amounts.items():
        state[crn.index[name]] = amount
    return state
