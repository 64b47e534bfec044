"""The package as a library: the pipeline's steps as plain functions with defaults, for scripts and notebooks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.errors import SimulationError
from dsdcompile.formats.network_file import load_network as load_network
from dsdcompile.passes import reduce as reduction
from dsdcompile.passes.feed import feed
from dsdcompile.passes.legalise import legalise
from dsdcompile.schemes.translate import translate as translate_crn
from dsdcompile.simulate.curves import Comparison
from dsdcompile.simulate.curves import compare as compare_curves
from dsdcompile.simulate.entrant import Entrant
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.scheme_choice import choose_scheme
from dsdcompile.stages.source import Examples
from dsdcompile.stages.translation import fast, limit_usage
from dsdcompile.stages.verification import verify_modules
from dsdcompile.verify.verdict import Verification

FLOOR = 0.1
"""Turnover, formal units, that every module is fuelled for, as in a design."""


def reduce(crn: Crn) -> Crn:
    """Return the CRN reduced by Algorithm 2 of the paper (see :func:`dsdcompile.passes.reduce.reduce`)."""
    return reduction.reduce(crn).crn


def translate(
    crn: Crn, scheme: str = "soloveichik2010", max_products: int = 4, lengths: DomainLengths | None = None
) -> DsdSystem:
    """Legalise a CRN for a scheme, by its name or the path of a Python file that defines one, and translate it.

    Raises:
        DesignError: there is no such scheme.
        SchemeError: the scheme cannot build a reaction, or it is from outside and breaks the contract.
    """
    chosen = choose_scheme(scheme)
    return translate_crn(legalise(feed(crn).crn, chosen.accepts, max_products).crn, chosen, lengths)


def verify(system: DsdSystem, *, whole: bool = False) -> Verification:
    """Verify the modules of a system, their templates and their composition; ``whole`` enumerates all at once as well.

    Composition says what the whole would show (``enumeration/COMPOSITION.md``), at a cost that does not grow.
    """
    return verify_modules(system, whole=whole)


def compare(
    formal: Crn,
    system: DsdSystem,
    inputs: ArrayLike,
    *,
    unit: float = 1e-8,
    rate: float = 1e6,
    margin: float = 0.2,
    until: float = 50.0,
    points: int = 201,
) -> list[Comparison]:
    """Simulate a formal CRN and its DNA implementation, dosed for these inputs, side by side.

    Args:
        formal: The CRN that was asked for.
        system: Its implementation.
        inputs: Input values (examples, inputs), formal units.
        unit: One formal unit, M.
        rate: Rate constant of every strand displacement step, /M/s.
        margin: Fuel beyond the need, as a fraction.
        until: End, in formal time units of ``1 / (rate * unit)`` s.
        points: Points of each curve.

    Returns:
        One comparison an example.

    Raises:
        CrnError: the CRN has no limit, so its fuels cannot be dosed from one.
        SimulationError: an integration fails, or ``until`` is not positive.
    """
    values = np.atleast_2d(np.asarray(inputs, dtype=np.float64))
    if not until > 0:
        raise SimulationError(f"until = {until}: the time to simulate must be positive")
    used = limit_usage(system.crn, Examples(values, labels=None, corner=None))
    _, _, built = fast(system, used.turnover, unit=unit, rate=rate, margin=margin, floor=FLOOR)
    asked, made = Entrant("formal", formal), Entrant("implementation", built, 1.0 / (rate * unit))
    grid, tolerances = np.linspace(0.0, until, points), Tolerances()
    return [
        compare_curves(asked.draw(row, grid, tolerances), made.draw(row, grid, tolerances), target)
        for row, target in zip(values, limit(formal, values), strict=True)
    ]
