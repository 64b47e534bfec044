"""Input shift: add a constant to an input, so that it is never negative and needs no minus rail (PNAS 2022).

With x >= -2::

    Xp -> A      Xn -> B          becomes          Xp -> A, given x + 2,      and 2 more B initially

An input x is the difference of Xp = x + c and Xn = c whatever c is, if the pair carries nothing but its difference.
With c fixed, Xn is an initial concentration and no input: half the input species. Where only ``Xn -> B`` uses it, its
products are there from the beginning instead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.errors import CrnError
from dsdcompile.passes.declared import Choice, Keeps, Pass, Setting
from dsdcompile.passes.rails import closed_pairs, conversions
from dsdcompile.passes.reduce import substitute
from dsdcompile.passes.result import PassResult, unchanged


def shift(crn: Crn, lowest: ArrayLike) -> PassResult:
    """Return the CRN whose closed input pairs have one rail; it accepts values from ``lowest`` up.

    Args:
        crn: The CRN.
        lowest: The smallest value of each input (inputs,), in the CRN's units.

    Raises:
        CrnError: the values have another shape or are not finite.
    """
    low: FloatArray = np.asarray(lowest, dtype=np.float64)
    if low.shape != (len(crn.inputs),) or not np.isfinite(low).all():
        raise CrnError(f"a shift needs the smallest value of each of {len(crn.inputs)} inputs, finite; got {low.shape}")
    closed = {frozenset(pair) for pair in crn.pairs[closed_pairs(crn)].tolist()}
    chosen = np.array([frozenset(pair) in closed and NO_RAIL not in pair for pair in crn.inputs.tolist()], dtype=bool)
    same = unchanged(crn)
    if not chosen.any():
        return same
    offset = np.where(chosen, np.maximum(-(low + crn.offsets), 0.0), 0.0)
    inputs, initial = np.array(crn.inputs), np.array(crn.initial)
    minus = inputs[chosen, 1]
    np.add.at(initial, minus, offset[chosen])
    inputs[chosen, 1] = NO_RAIL
    given = PassResult(crn.with_(inputs=inputs, initial=initial, offsets=crn.offsets + offset), same.image, same.origin)
    rows, reactant = conversions(given.crn)
    rows = rows[np.isin(reactant, minus) & ~np.isin(reactant, crn.outputs)]
    return given.then(substitute(given.crn, rows)) if len(rows) else given


def _run(crn: Crn, setting: Setting) -> PassResult:
    return unchanged(crn) if setting.lowest is None else shift(crn, setting.lowest)


SHIFT = Pass(
    "shift",
    _run,
    Keeps.LIMIT,
    "add a constant to inputs that can be negative, so that they need one rail",
    "#! input Xp Xn\n#! output Yp Yn\nXp -> Yp\nXn -> Yn",
    choice=Choice("with input shift", "with both rails of inputs"),
)
