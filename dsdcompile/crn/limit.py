"""The exact t -> infinity state of a noncompetitive feed-forward CRN, and how often each reaction has fired.

In topological order the whole supply of a reaction's reactants is known before the reaction is looked at, and since
nobody else consumes them, the reaction fires until the scarcest is gone (Chen, Doty, Soloveichik 2014). One pass over
the reactions is exact up to float rounding, whatever the rate constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.analysis import competition, levels
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse
from dsdcompile.errors import CrnError


@final
@dataclass(frozen=True, eq=False)
class Limit:
    """The limit of a batch of initial states."""

    state: FloatArray
    """Concentrations at t -> infinity (examples, species)."""
    turnover: FloatArray
    """How often each reaction has fired, in concentration (examples, reactions)."""


def limit_state(crn: Crn, initial: FloatArray) -> Limit:
    """Return the limit for initial states (examples, species).

    Raises:
        CrnError: the CRN is competitive or not feed-forward, so it has no limit of this kind.
    """
    rival = competition(crn)
    if rival is not None:
        raise CrnError(
            f"no unique limit: {rival.species} is consumed by reaction {rival.consumer + 1}, "
            f"{crn.reaction(rival.consumer)}, and used by reaction {rival.other + 1}, {crn.reaction(rival.other)}"
        )
    state = np.array(initial, dtype=np.float64).T.copy()
    turnover = np.zeros((crn.n_reactions, state.shape[1]))
    for level in levels(crn):
        _fire(crn, level, state, turnover)
    return Limit(state.T, turnover.T)


def limit(crn: Crn, inputs: ArrayLike) -> FloatArray:
    """Return output values at t -> infinity (examples, outputs) for input values (examples, inputs).

    Raises:
        CrnError: see :func:`limit_state` and :meth:`Crn.inlet`.
    """
    return crn.read(limit_state(crn, crn.inlet(inputs)).state)


def _fire(crn: Crn, level: IntArray, state: FloatArray, turnover: FloatArray) -> None:
    """Fire the reactions of one level to exhaustion; state is (species, examples), turnover (reactions, examples)."""
    used, change = crn.reactants[level], crn.net[level]
    fired = np.full((len(level), state.shape[1]), np.inf)
    for row, column, need in _entries(used, change):
        present = state[column]
        share = present / need if need > 0 else np.where(present > 0, np.inf, 0.0)
        np.minimum(fired[row], share, out=fired[row])
    if np.isinf(fired).any():
        row = int(level[np.flatnonzero(np.isinf(fired).any(axis=1))[0]])
        raise CrnError(f"no limit: reaction {row + 1}, {crn.reaction(row)}, consumes nothing and never stops")
    turnover[level] = fired
    state += change.T @ fired
    consumed = np.unique((change < 0).nonzero()[1])
    state[consumed] = np.maximum(state[consumed], 0.0)


def _entries(used: Sparse, change: Sparse) -> list[tuple[int, int, int]]:
    """Return (row, species, net consumption) of each reactant; 0 or less marks a catalyst."""
    rows, columns = used.nonzero()
    need = -np.asarray(change[rows, columns]).ravel()
    return list(zip(rows.tolist(), columns.tolist(), need.tolist(), strict=True))
