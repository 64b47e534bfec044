"""Test-tube equilibrium: how much of each complex there is, from free energies and total strand concentrations.

With u_i the logarithm of the free concentration of strand i, complex j has ln x_j = ln K_j + sum_i A_ji u_i. The totals
are met where the convex function sum_j x_j - sum_i c_i u_i is least (Dirks et al., SIAM Rev. 49:65, 2007, in its dual
form). Newton steps on it, damped where the exponentials are far from quadratic; constants may span tens of decades.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats
from dsdcompile.errors import SimulationError

TOLERANCE: Final = 1e-10
"""Largest relative error of a strand's total."""
MOST_STEPS: Final = 2000


def equilibrium(strands: IntArray, log_constants: FloatArray, totals: FloatArray) -> FloatArray:
    """Return the concentrations of free strands, then of complexes (strands + complexes,), M.

    Args:
        strands: How many of each strand a complex has (complexes, strands).
        log_constants: ln of each complex's association constant from free strands, -dG / RT at 1 M (complexes,).
        totals: Total concentration of each strand, M (strands,); a strand of which there is none takes its complexes
            with it.

    Raises:
        SimulationError: a number is not finite or negative, or Newton's method does not converge.
    """
    totals = np.asarray(totals, dtype=np.float64)
    counts = np.asarray(strands, dtype=np.float64).reshape(-1, len(totals))
    log_constants = np.asarray(log_constants, dtype=np.float64)
    if not (np.isfinite(totals).all() and np.isfinite(log_constants).all() and (totals >= 0).all()):
        raise SimulationError("an equilibrium needs finite constants and totals that are not negative")
    there = totals > 0
    possible = ~(counts[:, ~there] > 0).any(axis=1)
    found = np.zeros(len(totals) + len(counts))
    if there.any():
        made = _solve(counts[possible][:, there], log_constants[possible], totals[there])
        count = int(there.sum())
        found[np.concatenate([there, np.zeros(len(counts), dtype=bool)])] = made[:count]
        found[np.concatenate([np.zeros(len(totals), dtype=bool), possible])] = made[count:]
    return frozen_floats(found)


def _solve(strands: FloatArray, log_constants: FloatArray, totals: FloatArray) -> FloatArray:
    count = len(totals)
    matrix = np.concatenate([np.eye(count), strands])
    constants = np.concatenate([np.zeros(count), log_constants])
    state = _start(matrix, constants, totals)
    amounts = np.exp(constants + matrix @ state)
    for _ in range(MOST_STEPS):
        sums = matrix.T @ amounts
        if np.abs(sums / totals - 1.0).max() < TOLERANCE:
            return amounts
        step = _step(matrix, amounts, sums, totals)
        state, amounts = _damped(matrix, constants, totals, state, amounts, step)
    raise SimulationError("the test-tube equilibrium does not converge; its constants may span too many decades")


def _start(matrix: FloatArray, constants: FloatArray, totals: FloatArray) -> FloatArray:
    """Return a state in which no complex uses more of a strand than there is: every free strand equally scarce."""
    state = np.log(totals)
    sizes = matrix.sum(axis=1)
    over = constants + matrix @ state - np.array([np.log(totals[row > 0].min()) for row in matrix])
    lower = np.zeros(len(totals))
    for row, excess, size in zip(matrix, over, sizes, strict=True):
        if excess > 0:
            lower[row > 0] = np.maximum(lower[row > 0], excess / size)
    return np.asarray(state - lower, dtype=np.float64)


def _step(matrix: FloatArray, amounts: FloatArray, sums: FloatArray, totals: FloatArray) -> FloatArray:
    """Return Newton's step in variables scaled so that each strand's total has curvature one."""
    scale = 1.0 / np.sqrt(sums)
    half = np.sqrt(amounts)[:, None] * matrix * scale
    # least squares on the square root of the Hessian keeps half the digits that the Hessian itself would lose
    r = np.asarray(np.linalg.qr(half)[1], dtype=np.float64)
    right = (totals - sums) * scale
    diagonal = np.abs(np.diag(r))
    if (diagonal > 1e-13 * diagonal.max()).all():
        y = np.asarray(np.linalg.solve(r, np.linalg.solve(r.T, right)), dtype=np.float64)
    else:
        y = np.asarray(np.linalg.lstsq(half.T @ half, right, rcond=1e-15)[0], dtype=np.float64)
    return np.asarray(y * scale, dtype=np.float64)


def _damped(
    matrix: FloatArray,
    constants: FloatArray,
    totals: FloatArray,
    state: FloatArray,
    amounts: FloatArray,
    step: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Take as much of a step as lowers the convex function; no logarithm moves further than 20 at once."""
    size = min(1.0, 20.0 / max(float(np.abs(step).max()), 1e-300))
    slope = float((matrix.T @ amounts - totals) @ step)
    value = float(amounts.sum() - totals @ state)
    for _ in range(60):
        tried = state + size * step
        exponents = constants + matrix @ tried
        if exponents.max() < 600:
            new = np.exp(exponents)
            change = float((new - amounts).sum() - size * (totals @ step))
            if change <= 1e-4 * size * slope + 1e-15 * abs(value):
                return tried, new
        size /= 2
    return tried, new
