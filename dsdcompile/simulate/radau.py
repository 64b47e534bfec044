"""Radau IIA collocation with five stages: order 9, L-stable (Hairer and Wanner, Solving ODEs II, section IV.5).

The nodes are the roots of the fifth right Radau polynomial; everything else follows from them by linear algebra. The
error estimate is that of the same book, section IV.8: an embedded quadrature of order 5 that also looks at the start.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Polynomial

from dsdcompile.crn.matrices import FloatArray

STAGES = 5
ORDER = 2 * STAGES - 1
"""Order of the step itself."""
ESTIMATE_ORDER = STAGES
"""Order of the embedded quadrature: the estimate shrinks like h to this plus one."""


def _nodes(stages: int) -> FloatArray:
    """Return the right Radau nodes in (0, 1]: the roots of the (s-1)th derivative of x^(s-1) (x-1)^s."""
    polynomial = Polynomial([0.0, 1.0]) ** (stages - 1) * Polynomial([-1.0, 1.0]) ** stages
    found = np.sort(polynomial.deriv(stages - 1).roots().real)
    slope = polynomial.deriv(stages)
    for _ in range(3):
        found = found - polynomial.deriv(stages - 1)(found) / slope(found)
    found[-1] = 1.0
    return np.asarray(found)


def _coefficients(nodes: FloatArray) -> FloatArray:
    """Return the collocation matrix A: integrals from 0 to each node of the Lagrange polynomials (s, s)."""
    powers = np.arange(1, len(nodes) + 1)
    return np.asarray(np.linalg.solve((nodes[:, None] ** (powers - 1)).T, (nodes[:, None] ** powers / powers).T).T)


def _embedded(nodes: FloatArray, weights: FloatArray, at_start: float) -> FloatArray:
    """Return embedded minus own quadrature weights (s,), where the start has weight ``at_start``."""
    powers = np.arange(1, len(nodes) + 1)
    moments = 1.0 / powers - np.where(powers == 1, at_start, 0.0)
    return np.asarray(np.linalg.solve((nodes[:, None] ** (powers - 1)).T, moments) - weights)


def _real_eigenvalue(matrix: FloatArray) -> float:
    values = np.linalg.eigvals(matrix)
    return float(values[np.argmin(np.abs(values.imag))].real)


C: FloatArray = _nodes(STAGES)
"""Nodes (s,), ascending; the last is 1."""
A: FloatArray = _coefficients(C)
"""Collocation matrix (s, s); the last row holds the weights."""
INVERSE: FloatArray = np.asarray(np.linalg.inv(A), dtype=np.float64)
"""A^-1 (s, s)."""
GAMMA = _real_eigenvalue(A)
"""The real eigenvalue of A: weight of the start in the error estimate, and its filter (I - h gamma J)^-1."""
ESTIMATE: FloatArray = _embedded(C, np.asarray(A[-1]), GAMMA)
"""Weights of the stages in the error estimate (s,)."""
POLYNOMIAL: FloatArray = np.asarray(np.linalg.inv(C[:, None] ** np.arange(1, STAGES + 1)))
"""Coefficients of the collocation polynomial: row k - 1 times the changes at the stages belongs to theta^k (s, s)."""


def _highest_node_product() -> float:
    """Return the largest |theta (theta - c_1) ... (theta - c_(s-1))| in a step: how much the last power can bring."""
    theta = np.linspace(0.0, 1.0, 1001)
    return float(np.abs(theta * np.prod(theta[:, None] - C[:-1], axis=1)).max())


LAST_TERM: FloatArray = np.asarray(POLYNOMIAL[-1] * _highest_node_product())
"""Weights of the changes at the stages (s,): the largest share of the polynomial's last Newton term within a step."""
