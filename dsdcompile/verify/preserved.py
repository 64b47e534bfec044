"""What a rewriting of a CRN must keep, checked on what it made: its reactions, or its limit for every input.

Two invariants, both exact:

- *Reactions*: species that stand for nothing in the CRN before are intermediates. Each is used by one reaction, alone;
  put its products in its place, and the reactions before are back, with their rates. That is all there is to show for
  a rewriting that builds long product lists step by step, whether the CRN has a limit or not.
- *Limit*: any amounts of the species that are supplied, before, and what they stand for, after, end in the same output
  values. Amounts are random integers. As long as no reaction uses two of a species at a time, all numbers are integers
  below 2^53 and floating point is exact; else fractions are computed with.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.limit import has_limit, limit, limit_state
from dsdcompile.crn.matrices import BoolArray, FloatArray, IntArray, Sparse, frozen_sparse
from dsdcompile.verify.identity import row_keys
from dsdcompile.verify.rational import LARGEST, rational_limit
from dsdcompile.verify.verdict import Check, Outcome, Witness

EXAMPLES = 16
"""Random states tried."""
MOST = 100
"""Random amounts are below this."""
EXACT = 2.0**53
"""Integers below this are exact in floating point."""
ROUNDING = 1e-9
"""Initial concentrations are sums of biases, which round: outputs from them agree to this, relative to the largest."""


# -- the limit -------------------------------------------------------------------------------------------------------


def limit_kept(name: str, before: Crn, after: Crn, image: Sparse | None = None) -> Check:
    """Check that a CRN's outputs have the limits that they had before.

    Args:
        name: What is checked.
        before: The CRN before.
        after: The CRN that was made of it.
        image: What each species before stands for (species before, species after); None if it is not known: then the
            two are compared for input values only, to rounding.

    Annihilation that competes with other reactions (:func:`annihilation_kept`) is left out on both sides.
    """
    if len(before.outputs) != len(after.outputs) or len(before.inputs) != len(after.inputs):
        return _refuted(name, "the number of inputs or outputs has changed")
    before, after = (crn if has_limit(crn) else _without_annihilation(crn) for crn in (before, after))
    if not (has_limit(before) and has_limit(after)):
        return Check(name, Outcome.UNDECIDED, "no limit that is independent of rates")
    rng = np.random.default_rng(0)
    values = _values(before, after, rng)
    wanted, found = limit(before, values), limit(after, values)
    apart = np.abs(wanted - found)
    if apart.max(initial=0.0) > ROUNDING * (1.0 + np.abs(wanted).max(initial=0.0)):
        row, column = divmod(int(apart.argmax()), apart.shape[1])
        told = ", ".join(f"{x:g}" for x in values[row])
        return _differs(name, f"input ({told})", column, float(wanted[row, column]), float(found[row, column]))
    if image is None:
        return Check(name, Outcome.PROVED, f"equal for {EXAMPLES} random inputs, to rounding")
    supplied = np.flatnonzero(_supplied(before))
    states = np.zeros((EXAMPLES, before.n_species))
    states[:, supplied] = rng.integers(0, MOST, (EXAMPLES, len(supplied)))
    states[:, supplied] *= rng.random((EXAMPLES, len(supplied))) < 0.75  # nothing there is a case of its own
    left, right = _outputs(before, states), _outputs(after, states @ image.astype(np.float64))
    if left is None or right is None:
        return Check(name, Outcome.UNDECIDED, "too large for exact arithmetic")
    for state, one, other in zip(states, left, right, strict=True):
        at = next((i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), None)
        if at is not None:
            there = (f"{before.species[s]} = {state[s]:g}" for s in supplied[:8] if state[s])
            return _differs(name, f"start {', '.join(there)}", at, float(one[at]), float(other[at]))
    return Check(name, Outcome.PROVED, f"equal, in exact arithmetic, from {EXAMPLES} random states")


def _differs(name: str, given: str, output: int, wanted: float, found: float) -> Check:
    return _refuted(name, f"{given}: output {output + 1} is {found:.6g}, before it was {wanted:.6g}")


def _refuted(name: str, problem: str) -> Check:
    return Check(name, Outcome.REFUTED, problem, (Witness(problem),))


def _values(before: Crn, after: Crn, rng: np.random.Generator) -> FloatArray:
    """Return random input values that both CRNs take (examples, inputs)."""
    values: FloatArray = np.asarray(rng.integers(-MOST, MOST, (EXAMPLES, len(before.inputs))), np.float64) / 8.0
    for crn in (before, after):
        single = crn.inputs[:, 1] == NO_RAIL
        values[:, single] = np.maximum(values[:, single], -crn.offsets[single])
    return values


def _supplied(crn: Crn) -> BoolArray:
    """Return which species are there at the start, of inputs or by themselves (species,)."""
    found: BoolArray = crn.initial > 0
    found[crn.inputs[crn.inputs != NO_RAIL]] = True
    return found


def _outputs(crn: Crn, states: FloatArray) -> Sequence[Sequence[Fraction | float]] | None:
    """Return exact output values from integer states, or None if the CRN is too large for fractions."""
    if crn.net.nnz == 0 or crn.net.data.min() >= -1:
        end = limit_state(crn, states)
        if (states.sum(axis=1) + (crn.products.astype(np.float64).T @ end.turnover.T).sum(axis=0)).max() < EXACT:
            found: list[list[float]] = crn.read(end.state).tolist()
            return found
    if crn.products.nnz > LARGEST:
        return None
    ends = [rational_limit(crn, [Fraction(int(x)) for x in state]) for state in states]
    return [[end[p] - (end[m] if m != NO_RAIL else 0) for p, m in crn.outputs.tolist()] for end in ends]


def _without_annihilation(crn: Crn) -> Crn:
    """Return a CRN without reactions ``p + n ->`` of the rails of its pairs: they leave every difference as it is."""
    twin = np.full(crn.n_species, NO_RAIL)
    twin[crn.pairs[:, 0]], twin[crn.pairs[:, 1]] = crn.pairs[:, 1], crn.pairs[:, 0]
    size = np.diff(crn.reactants.indptr)
    count = np.asarray(crn.reactants.sum(axis=1)).ravel()
    rows = np.flatnonzero((size == 2) & (count == 2) & (np.diff(crn.products.indptr) == 0))
    first = crn.reactants.indptr[rows]
    rows = rows[twin[crn.reactants.indices[first]] == crn.reactants.indices[first + 1]]
    if not len(rows):
        return crn
    kept = np.setdiff1d(np.arange(crn.n_reactions), rows)
    return crn.with_(reactants=crn.reactants[kept], products=crn.products[kept], rates=crn.rates[kept])


# -- reactions -------------------------------------------------------------------------------------------------------


def reactions_kept(name: str, before: Crn, after: Crn, image: Sparse) -> Check:
    """Check that a CRN has the reactions that it had before once intermediates are replaced by what they turn into."""
    place = frozen_sparse(image)
    if (
        (np.diff(place.indptr) != 1).any()
        or (place.data != 1).any()
        or len(np.unique(place.indices)) != len(place.data)
    ):
        return _refuted(name, "a species stands for several, or for none")
    known = place.indices
    new = np.ones(after.n_species, dtype=bool)
    new[known] = False
    if (after.initial[known] != before.initial).any() or after.initial[new].any():
        return _refuted(name, "initial concentrations have changed")
    for table, old in ((after.inputs, before.inputs), (after.outputs, before.outputs)):
        if not np.array_equal(table, np.where(old == NO_RAIL, NO_RAIL, known[old])):
            return _refuted(name, "inputs or outputs are other species")
    contracted = _contracted(after, new)
    if isinstance(contracted, str):
        return _refuted(name, contracted)
    main, products = contracted
    wanted = _rated(before.reactants, before.products, before.rates)
    found = _rated(after.reactants[main][:, known], products[:, known], after.rates[main])
    for key in (*wanted, *found):
        (row, rate), (other, same) = wanted.get(key, (NO_RAIL, 0.0)), found.get(key, (NO_RAIL, 0.0))
        if abs(rate - same) > 1e-12 * max(rate, same):
            told = f"{before.reaction(row)}" if row >= 0 else f"reaction {after.reaction(int(main[other]))}"
            return _refuted(name, f"{told} has rate constant {rate:g} before and, put together again, {same:g} after")
    detail = f"{before.n_reactions} reactions, {int(new.sum())} intermediates replaced by what they turn into"
    return Check(name, Outcome.PROVED, detail)


def _contracted(crn: Crn, new: BoolArray) -> tuple[IntArray, Sparse] | str:
    """Return the reactions that use no intermediate, and their products with every intermediate replaced.

    A text says why that cannot be done.
    """
    uses = crn.reactants.tocsc()[:, np.flatnonzero(new)].tocoo()
    rows, species = uses.coords[0], np.flatnonzero(new)[uses.coords[1]]
    alone = np.asarray(crn.reactants.sum(axis=1)).ravel()[rows] == 1
    if not alone.all():
        return f"{crn.reaction(int(rows[~alone][0]))} uses an intermediate with something else"
    users = np.bincount(species, minlength=crn.n_species)
    if (users[new] != 1).any():
        odd = int(np.flatnonzero(new & (users != 1))[0])
        return f"{users[odd]} reactions use the intermediate {crn.species[odd]}"
    main = np.setdiff1d(np.arange(crn.n_reactions), rows)
    ones = np.ones(len(rows), dtype=np.int64)
    step = sparse.csr_array((ones, (species, rows)), shape=(crn.n_species, crn.n_reactions)) @ crn.products
    there = sparse.diags_array(new.astype(np.int64), dtype=np.int64).tocsr()
    products = frozen_sparse(crn.products[main])
    for _ in range(len(rows) + 1):
        waiting = frozen_sparse(products @ there)
        if not waiting.nnz:
            return main, products
        products = frozen_sparse(products - waiting + waiting @ step)
    return "intermediates turn into each other in a cycle"


def _rated(reactants: Sparse, products: Sparse, rates: FloatArray) -> dict[bytes, tuple[int, float]]:
    """Return the first row and the sum of rate constants of each distinct reaction."""
    found: dict[bytes, tuple[int, float]] = {}
    keys = zip(row_keys(reactants), row_keys(products), strict=True)
    for row, (key, rate) in enumerate(zip((a + b"->" + b for a, b in keys), rates.tolist(), strict=True)):
        first, known = found.get(key, (row, 0.0))
        found[key] = first, known + rate
    return found


def annihilation_kept(name: str, before: Crn, after: Crn, closed: BoolArray) -> Check:
    """Check that all that was added is ``p + n ->`` for pairs that carry nothing but their difference.

    ``closed`` says which pairs those are (pairs,).
    """
    size = before.n_reactions
    same = before.with_(reactants=after.reactants[:size], products=after.products[:size], rates=after.rates[:size])
    if same != before:
        return _refuted(name, "other reactions have changed")
    added = before.with_(reactants=after.reactants[size:], products=after.products[size:], rates=after.rates[size:])
    odd = _without_annihilation(added.with_(pairs=before.pairs[closed]))
    if odd.n_reactions:
        return _refuted(name, f"{odd.reaction(0)} annihilates no pair of rails that carries its difference only")
    return Check(name, Outcome.PROVED, f"{added.n_reactions} pairs of rails whose difference is all that matters")
