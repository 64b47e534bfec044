"""The package as a library: the pipeline's steps as plain functions with defaults, for scripts and notebooks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit, limit_state
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.errors import SimulationError
from dsdcompile.formats.network_file import load_network as load_network
from dsdcompile.passes import reduce as reduction
from dsdcompile.passes.legalise import legalise
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate as translate_crn
from dsdcompile.simulate.compare import Comparison, Scale, curves
from dsdcompile.simulate.compare import compare as compare_curves
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.verification import verify_modules
from dsdcompile.verify.verdict import Verification


def reduce(crn: Crn) -> Crn:
    """Return the CRN reduced by Algorithm 2 of the paper (see :func:`dsdcompile.passes.reduce.reduce`)."""
    return reduction.reduce(crn).crn


def translate(
    crn: Crn, scheme: str = "soloveichik2010", max_products: int = 4, lengths: DomainLengths | None = None
) -> DsdSystem:
    """Legalise a CRN for a scheme, and translate it.

    Raises:
        DesignError: there is no such scheme.
        SchemeError: the scheme cannot build a reaction.
    """
    chosen = find_scheme(scheme)
    return translate_crn(legalise(crn, chosen.accepts, max_products).crn, chosen, lengths)


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
    need = limit_state(system.crn, system.crn.inlet(values)).turnover.max(axis=0)
    dosing = dose(system, need, unit=unit, margin=margin, floor=0.1)
    built = implementation(system, dosing, uniform_rates(system, rate)).crn
    scale = Scale(unit, 1.0 / (rate * unit))
    grid = np.linspace(0.0, until, points)
    wanted = limit(formal, values)
    found = []
    for row, target in zip(values, wanted, strict=True):
        asked = curves("formal", formal, simulate(formal, formal.inlet(row)[0], grid))
        state = built.inlet(row * unit)[0]
        run = simulate(built, state, grid * scale.time, Tolerances().scaled(unit))
        found.append(compare_curves(asked, curves("implementation", built, run, scale), target))
    return found
