"""What a rewriting of a CRN must keep, checked on what it made: its reactions, or its limit for every input.

Two invariants:

- *Reactions*: species that stand for nothing in the CRN before are intermediates. Each is used by one reaction, alone;
  put its products in its place, and the reactions before are back, with their rates. Or they are there from the start
  and no reaction changes how much: then they are a factor of rate constants. That is all there is to show for
  a rewriting that builds long product lists step by step, whether the CRN has a limit or not.
- *Limit*: any amounts of the species that are supplied, before, and what they stand for, after, end in the same output
  values. Shown for all amounts at once where both are the same sums, or few pieces (:mod:`dsdcompile.verify.pieces`).
  Else it is *tested*: from random amounts, near and far apart, in exact arithmetic.
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
from dsdcompile.verify.pieces import Sum, TooLargeError, Unknowns, added, differs, limits_of
from dsdcompile.verify.rational import LARGEST, rational_limit
from dsdcompile.verify.verdict import Check, Outcome, Relation, Witness

EXAMPLES = 16
"""Random states tried with amounts alike, and as many with amounts far apart."""
MOST = 100
"""Random amounts are below this, times a power of two where they are far apart."""
SPREADS = (20, 10, 4, 0)
"""Powers of two up to which amounts are far apart: the largest with which numbers stay exact is taken."""
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
            two are compared for input values only, to rounding where they are tested.

    Annihilation that competes with other reactions (:func:`annihilation_kept`) is left out on both sides.
    """
    if len(before.outputs) != len(after.outputs) or len(before.inputs) != len(after.inputs):
        return _refuted(name, "the number of inputs or outputs has changed")
    before, after = (crn if has_limit(crn) else _without_annihilation(crn) for crn in (before, after))
    if not (has_limit(before) and has_limit(after)):
        return Check(name, Outcome.UNDECIDED, "no limit that is independent of rates")
    tried = _tried(name, before, after, image)
    if tried.outcome is Outcome.REFUTED:
        return tried
    return _exact(name, before, after, image) or tried


def _tried(name: str, before: Crn, after: Crn, image: Sparse | None) -> Check:
    """Compare two CRNs from random input values, and from random states where it is known what these stand for."""
    rng = np.random.default_rng(0)
    values = _values(before, after, rng)
    wanted, found = limit(before, values), limit(after, values)
    apart = np.abs(wanted - found)
    if apart.max(initial=0.0) > ROUNDING * (1.0 + np.abs(wanted).max(initial=0.0)):
        row, column = divmod(int(apart.argmax()), apart.shape[1])
        told = ", ".join(f"{x:g}" for x in values[row])
        return _differs(name, f"input ({told})", column, float(wanted[row, column]), float(found[row, column]))
    if image is None:
        return _tested(name, f"equal for {len(values)} random inputs, to rounding", len(values))
    supplied = np.flatnonzero(_supplied(before))
    for spread in SPREADS:
        states = _states(before, supplied, spread, rng)
        left, right = _outputs(before, states), _outputs(after, states @ image.astype(np.float64))
        if left is not None and right is not None:
            break
    else:
        return Check(name, Outcome.UNDECIDED, "too large for exact arithmetic")
    for state, one, other in zip(states, left, right, strict=True):
        at = next((i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), None)
        if at is not None:
            there = (f"{before.species[s]} = {state[s]:g}" for s in supplied[:8] if state[s])
            return _differs(name, f"start {', '.join(there)}", at, float(one[at]), float(other[at]))
    far = f", amounts up to 2^{spread} times apart" if spread else ""
    return _tested(name, f"equal, in exact arithmetic, from {len(states)} random states{far}", len(states))


def _states(crn: Crn, supplied: IntArray, spread: int, rng: np.random.Generator) -> FloatArray:
    """Return random states of integers (examples, species): half with amounts alike, half with amounts far apart."""
    states = np.zeros((2 * EXAMPLES, crn.n_species))
    shape = (2 * EXAMPLES, len(supplied))
    amounts = rng.integers(0, MOST, shape) * (rng.random(shape) < 0.75)  # nothing there is a case of its own
    amounts[EXAMPLES:] *= 2 ** rng.integers(0, spread + 1, (EXAMPLES, len(supplied)))
    states[:, supplied] = amounts
    return states


def _exact(name: str, before: Crn, after: Crn, image: Sparse | None) -> Check | None:
    """Compare two CRNs for all amounts at once; None if that cannot be done."""
    starts = _starts(before, after, image)
    if starts is None:
        return None
    amounts, one, other = starts
    unknowns = Unknowns(amounts)
    try:
        found = differs(limits_of(before, one, unknowns), limits_of(after, other, unknowns), unknowns)
    except TooLargeError:
        return None
    if isinstance(found, int):
        how = f"in all {found} pieces" if found else "the same sums"
        return Check(name, Outcome.PROVED, f"equal for all amounts: {how}", shows=Relation.SAME_LIMIT)
    if found is None or (image is None and not _free(before, after)):
        return None
    return _confirmed(name, before, after, (one, other), found)


def _free(before: Crn, after: Crn) -> bool:
    """Return whether all amounts at the start are input values: no pairs of rails, and nothing else there."""
    return all((crn.inputs[:, 1] == NO_RAIL).all() and not crn.initial.any() for crn in (before, after))


def _confirmed(
    name: str, before: Crn, after: Crn, starts: tuple[list[Sum], list[Sum]], amounts: list[Fraction]
) -> Check | None:
    """Return a refutation by amounts for which outputs differ, once fractions have shown that they do."""
    ends = []
    for crn, start in zip((before, after), starts, strict=True):
        state = [sum((c * amounts[u] for u, c in one.items()), Fraction(0)) for one in start]
        end = rational_limit(crn, state)
        ends.append([end[p] - (end[m] if m != NO_RAIL else 0) for p, m in crn.outputs.tolist()])
    at = next((i for i, (a, b) in enumerate(zip(*ends, strict=True)) if a != b), None)
    if at is None:
        return None
    whole = np.lcm.reduce([a.denominator for a in amounts])
    there = (
        f"{before.species[s]} = {sum(c * amounts[u] * int(whole) for u, c in one.items())}"
        for s, one in enumerate(starts[0])
        if one
    )
    return _differs(
        name, f"start {', '.join(there)}", at, float(ends[0][at] * int(whole)), float(ends[1][at] * int(whole))
    )


def _starts(before: Crn, after: Crn, image: Sparse | None) -> tuple[int, list[Sum], list[Sum]] | None:
    """Return how many amounts are unknown, and what is there of each species of both CRNs at the start, in these."""
    one: list[Sum] = [{} for _ in range(before.n_species)]
    other: list[Sum] = [{} for _ in range(after.n_species)]
    if image is not None:
        place = frozen_sparse(image)
        supplied = np.flatnonzero(_supplied(before)).tolist()
        for unknown, species in enumerate(supplied):
            one[species] = {unknown: 1}
            span = slice(int(place.indptr[species]), int(place.indptr[species + 1]))
            for to, count in zip(place.indices[span].tolist(), place.data[span].tolist(), strict=True):
                other[to] = added(other[to], {unknown: count})
        return len(supplied), one, other
    if not np.array_equal(before.offsets, after.offsets):
        return None
    if not np.array_equal(before.inputs[:, 1] == NO_RAIL, after.inputs[:, 1] == NO_RAIL):
        return None
    unknowns = 0
    for left, right in zip(before.inputs.T.tolist(), after.inputs.T.tolist(), strict=True):
        for here, there in zip(left, right, strict=True):
            if here != NO_RAIL:
                one[here], other[there] = added(one[here], {unknowns: 1}), added(other[there], {unknowns: 1})
                unknowns += 1
    for start, crn in ((one, before), (other, after)):
        for species in np.flatnonzero(crn.initial).tolist():  # in units of an amount that is 1
            start[species] = added(start[species], {unknowns: Fraction(float(crn.initial[species]))})
    return unknowns + 1, one, other


def _tested(name: str, detail: str, trials: int) -> Check:
    return Check(name, Outcome.TESTED, detail, trials=trials, shows=Relation.SAME_LIMIT)


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
    stays = new & (after.initial > 0) & (np.asarray(abs(after.net).sum(axis=0)).ravel() == 0)
    after, new = _without(after, stays), new & ~stays
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
    return Check(name, Outcome.PROVED, detail, shows=Relation.BISIMILAR)


def _without(crn: Crn, stays: BoolArray) -> Crn:
    """Return a CRN in which species that are there for good (species,) are factors of rate constants instead."""
    if not stays.any():
        return crn
    others = sparse.diags_array((~stays).astype(np.int64), dtype=np.int64).tocsr()
    amounts = np.where(stays, crn.initial, 1.0)
    return crn.with_(
        reactants=(crn.reactants @ others).tocsr(),
        products=(crn.products @ others).tocsr(),
        rates=crn.rates * np.exp(crn.reactants @ np.log(amounts)),
        initial=np.where(stays, 0.0, crn.initial),
    )


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
    extra = before.with_(reactants=after.reactants[size:], products=after.products[size:], rates=after.rates[size:])
    odd = _without_annihilation(extra.with_(pairs=before.pairs[closed]))
    if odd.n_reactions:
        return _refuted(name, f"{odd.reaction(0)} annihilates no pair of rails that carries its difference only")
    detail = f"{extra.n_reactions} pairs of rails whose difference is all that matters"
    return Check(name, Outcome.PROVED, detail, shows=Relation.SAME_LIMIT)
