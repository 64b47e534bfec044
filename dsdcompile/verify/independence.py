"""Whether a CRN's limit is independent of rates: the premise of every proof that keeps a limit only.

The same property decides elsewhere how a CRN is compiled. It is found here by other means, reaction by reaction, so that
a slip there does not become a proof here.
"""

from __future__ import annotations

from collections import Counter

from dsdcompile.crn.crn import Crn


def rate_dependence(crn: Crn) -> str | None:
    """Return why the limit of a CRN may depend on rate constants, or None if it cannot.

    It cannot if the CRN is *noncompetitive* (a species that a reaction uses up is a reactant of no other), every reaction
    uses something up, and reactions can be put in an order in which none makes a reactant of an earlier one, or of its
    own beyond what it takes (Vasic et al., PNAS 2022).
    """
    sides = [tuple(_row(matrix, row) for matrix in (crn.reactants, crn.products)) for row in range(crn.n_reactions)]
    users: dict[int, list[int]] = {}
    makers: dict[int, list[int]] = {}
    for row, (left, right) in enumerate(sides):
        for species in left:
            users.setdefault(species, []).append(row)
        for species in right - left:
            makers.setdefault(species, []).append(row)
    for row, (left, right) in enumerate(sides):
        used_up = left - right
        if not used_up:
            return f"{crn.reaction(row)} uses nothing up and never stops"
        for species in used_up:
            other = next((r for r in users[species] if r != row), None)
            if other is not None:
                return f"{crn.reaction(row)} and {crn.reaction(other)} compete for {crn.species[species]}"
    before = [{r for species in left for r in makers.get(species, ()) if r != row} for row, (left, _) in enumerate(sides)]
    after: dict[int, list[int]] = {}
    for row, needed in enumerate(before):
        for other in needed:
            after.setdefault(other, []).append(row)
    ready = [row for row, needed in enumerate(before) if not needed]
    placed = 0
    while ready:
        row = ready.pop()
        placed += 1
        for other in after.get(row, ()):
            before[other].discard(row)
            if not before[other]:
                ready.append(other)
    if placed < len(sides):
        stuck = next(row for row, needed in enumerate(before) if needed)
        return f"{crn.reaction(stuck)} depends on its own products"
    return None


def _row(matrix: object, row: int) -> Counter[int]:
    one = matrix[[row]]  # type: ignore[index]
    return Counter(dict(zip(one.indices.tolist(), one.data.tolist(), strict=True)))
