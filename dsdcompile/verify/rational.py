"""The exact limit in rational arithmetic: an independent route to a CRN's outputs, without any rounding."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from dsdcompile.crn.analysis import levels
from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.limit import has_limit
from dsdcompile.crn.matrices import Sparse
from dsdcompile.verify.identity import Affine
from dsdcompile.verify.verdict import Check, Outcome, Witness

LARGEST = 200_000
"""Stoichiometric entries up to which fractions are worth their time."""
EXAMPLES = 8


def rational_limit(crn: Crn, initial: Sequence[Fraction]) -> list[Fraction]:
    """Return the state (species,) at t -> infinity of a noncompetitive feed-forward CRN, exactly.

    Raises:
        CrnError: the CRN is not feed-forward.
    """
    state = list(initial)
    sides = [[_row(matrix, r) for r in range(crn.n_reactions)] for matrix in (crn.reactants, crn.net)]
    for level in levels(crn):
        for reaction in level.tolist():
            change = dict(sides[1][reaction])
            used = [s for s, _ in sides[0][reaction]]
            if any(change.get(s, 0) >= 0 and state[s] == 0 for s in used):
                continue
            times = min(state[s] / -change[s] for s in used if change.get(s, 0) < 0)
            for species, count in change.items():
                state[species] += count * times
    return state


def _row(matrix: Sparse, row: int) -> list[tuple[int, int]]:
    span = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
    return list(zip(matrix.indices[span].tolist(), matrix.data[span].tolist(), strict=True))


def rational_check(name: str, crn: Crn, formal: Crn, image: Sparse, layers: Sequence[Affine], seed: int = 0) -> Check:
    """Check a CRN against the network on random rational inputs: equality, not tolerance.

    ``image`` (formal species, species of ``crn``) carries the formal initial state over, so that sums of biases do not
    round either.
    """
    if not has_limit(crn) or crn.products.nnz > LARGEST:
        size = f"{crn.products.nnz} stoichiometric entries" if has_limit(crn) else "no limit"
        return Check(name, Outcome.UNDECIDED, f"not tried in rational arithmetic: {size}")
    rng = np.random.default_rng(seed)
    for _ in range(EXAMPLES):
        values = [
            Fraction(int(a), int(b))
            for a, b in zip(
                rng.integers(-99, 100, len(formal.inputs)), rng.integers(1, 50, len(formal.inputs)), strict=True
            )
        ]
        state = rational_limit(crn, _carried(_start(formal, values), image))
        found = [state[p] - (state[m] if m != NO_RAIL else 0) for p, m in crn.outputs.tolist()]
        wanted = _network(layers, values)
        if found != wanted:
            at = next(i for i, (a, b) in enumerate(zip(found, wanted, strict=True)) if a != b)
            problem = (
                f"input ({', '.join(map(str, values))}): output {at + 1} is {float(found[at]):.6g} by the CRN, "
                f"{float(wanted[at]):.6g} by the network"
            )
            return Check(name, Outcome.REFUTED, problem, (Witness(problem),))
    detail = f"equal in rational arithmetic for {EXAMPLES} random rational inputs"
    return Check(name, Outcome.TESTED, detail, trials=EXAMPLES)


def _start(formal: Crn, values: Sequence[Fraction]) -> list[Fraction]:
    state = [Fraction(float(x)) for x in formal.initial]
    for value, offset, (plus, minus) in zip(values, formal.offsets.tolist(), formal.inputs.tolist(), strict=True):
        shifted = value + Fraction(offset)
        if shifted >= 0:
            state[plus] += shifted
        else:
            state[minus] -= shifted
    return state


def _carried(state: Sequence[Fraction], image: Sparse) -> list[Fraction]:
    carried = [Fraction(0)] * image.shape[1]
    for species in range(image.shape[0]):
        if state[species]:
            for new, count in _row(image, species):
                carried[new] += count * state[species]
    return carried


def _network(layers: Sequence[Affine], values: Sequence[Fraction]) -> list[Fraction]:
    found = list(values)
    for layer in layers:
        columns = layer.weights.T.tolist()
        found = [
            sum((w * x for w, x in zip(column, found, strict=True) if w), Fraction(float(b)))
            for column, b in zip(columns, layer.biases.tolist(), strict=True)
        ]
        if layer.relu:
            found = [max(x, Fraction(0)) for x in found]
    return found
