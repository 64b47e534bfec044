"""Limits as piecewise linear functions of what is there at the start, exactly, for all amounts at once.

In an order in which no reaction makes what an earlier one takes, every reaction fires as often as the scarcest of its
reactants allows: min(P, N) = P - relu(P - N), with P and N sums of amounts and of earlier relus. Each relu is an
unknown of its own, named by its argument up to a positive factor. Two CRNs whose outputs are the same sums of the same
unknowns have the same limits. Where they are not, the unknowns are few and nothing is a catalyst, every combination of
signs that can occur is gone through: in each piece outputs are linear, and linear programs in fractions say whether
they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import final

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.verify.independence import in_order, sides

MOST_TERMS = 300_000
"""Terms of all sums of one comparison."""
MOST_PIECES = 300
"""Pieces that are gone through."""
MOST_AMOUNTS = 12
"""Amounts at the start, and unknowns beside them, up to which pieces are gone through."""

Number = int | Fraction
Sum = dict[int, Number]
"""Coefficients by unknown; none is 0."""


class TooLargeError(Exception):
    """The comparison would take too long."""


@final
@dataclass
class Unknowns:
    """The amounts at the start, and what has been given a name since."""

    amounts: int
    """Unknowns below this are amounts at the start."""
    named: dict[object, int] = field(default_factory=dict)
    arguments: dict[int, Sum] = field(default_factory=dict)
    """The argument of each relu."""
    switched: bool = False
    """Whether some unknown is what a catalyst lets happen."""
    terms: int = 0

    def relu(self, value: Sum) -> Sum:
        """Return max(value, 0) as a sum."""
        if all(c >= 0 for c in value.values()):
            return value
        if all(c <= 0 for c in value.values()):
            return {}
        scale = _scale(value)
        lead = value[min(value)]
        plain: Sum = {u: c / scale if lead > 0 else -c / scale for u, c in value.items()}
        unknown = self.name(_key(plain))
        self.arguments.setdefault(unknown, plain)
        return {unknown: scale} if lead > 0 else added(value, {unknown: scale})

    def switch(self, on: Sum, value: Sum) -> Sum:
        """Return value where ``on`` is more than 0, else nothing."""
        if not on or not value:
            return {}
        self.switched = True
        scale = _scale(value)
        key = (
            "switch",
            _key({u: c / _scale(on) for u, c in on.items()}),
            _key({u: c / scale for u, c in value.items()}),
        )
        return {self.name(key): scale}

    def name(self, key: object) -> int:
        """Return the unknown of that name."""
        return self.named.setdefault(key, self.amounts + len(self.named))

    def count(self, value: Sum) -> Sum:
        """Count the terms of a sum.

        Raises:
            TooLargeError: there are too many.
        """
        self.terms += len(value) + 1
        if self.terms > MOST_TERMS:
            raise TooLargeError
        return value


def limits_of(crn: Crn, start: Sequence[Sum], unknowns: Unknowns) -> list[Sum]:
    """Return the limit of each output of a CRN that has one, from what is there of each species at the start.

    Raises:
        TooLargeError: the sums have too many terms.
    """
    order = in_order(crn)
    state: list[Sum] = [dict(value) for value in start]
    reactions = sides(crn)
    for row in order:
        left, right = reactions[row]
        used = left - right
        fired: Sum | None = None
        for species, count in used.items():
            there = {u: _over(c, count) for u, c in state[species].items()}
            fired = there if fired is None else added(fired, unknowns.relu(added(fired, there, -1)), -1)
        for species in left.keys() - used.keys():
            fired = unknowns.switch(state[species], fired or {})
        if not fired:
            continue
        unknowns.count(fired)
        for species in left.keys() | right.keys():
            change = right[species] - left[species]
            if change:
                state[species] = unknowns.count(added(state[species], fired, change))
    rails = crn.outputs.tolist()
    return [added(state[plus], state[minus], -1) if minus != NO_RAIL else state[plus] for plus, minus in rails]


def differs(before: Sequence[Sum], after: Sequence[Sum], unknowns: Unknowns) -> list[Fraction] | int | None:
    """Return amounts at the start for which outputs differ, else in how many pieces they are equal; None if unknown.

    0 pieces: they are the same sums.
    """
    apart = [change for one, other in zip(before, after, strict=True) if (change := added(one, other, -1))]
    if not apart:
        return 0
    if unknowns.switched or len(unknowns.named) + unknowns.amounts > MOST_AMOUNTS:
        return None
    pieces = 0
    waiting: list[tuple[dict[int, Sum], list[Sum]]] = [({u: {u: 1} for u in range(unknowns.amounts)}, [])]
    while waiting:
        known, cone = waiting.pop()
        if len(known) == unknowns.amounts + len(unknowns.named):
            pieces += 1
            if pieces > MOST_PIECES:
                return None
            for change in apart:
                flat = _put(change, known)
                for sign in (1, -1):
                    value, point = _largest({u: sign * c for u, c in flat.items()}, cone, unknowns.amounts)
                    if value > 0:
                        return point
            continue
        unknown = len(known)
        argument = _put(unknowns.arguments[unknown], known)
        negated: Sum = {u: -c for u, c in argument.items()}
        if _largest(argument, cone, unknowns.amounts)[0] > 0:
            waiting.append(({**known, unknown: argument}, [*cone, negated]))
            if _largest(negated, cone, unknowns.amounts)[0] <= 0:
                continue  # never negative here
        waiting.append(({**known, unknown: {}}, [*cone, argument]))
    return pieces


def added(one: Sum, other: Mapping[int, Number], times: Number = 1) -> Sum:
    """Return one sum plus a multiple of another."""
    found = dict(one)
    for unknown, count in other.items():
        value = found.get(unknown, 0) + times * count
        if value:
            found[unknown] = value
        else:
            found.pop(unknown, None)
    return found


def _put(value: Sum, known: Mapping[int, Sum]) -> Sum:
    """Return a sum with every unknown replaced by what it is."""
    found: Sum = {}
    for unknown, count in value.items():
        found = added(found, known[unknown], count)
    return found


def _over(value: Number, count: int) -> Number:
    return value if count == 1 else Fraction(value) / count


def _scale(value: Sum) -> Fraction:
    """Return the positive factor that makes a sum's coefficients whole numbers without a common divisor."""
    below = lcm(*(Fraction(c).denominator for c in value.values()))
    above = gcd(*(int(c * below) for c in value.values()))
    return Fraction(above, below)


def _key(value: Sum) -> frozenset[tuple[int, Number]]:
    return frozenset(value.items())


def _largest(aim: Sum, cone: Sequence[Sum], amounts: int) -> tuple[Fraction, list[Fraction]]:
    """Return the largest value of a sum, and where: amounts >= 0, total at most 1, each sum of ``cone`` at most 0.

    A simplex method in fractions with Bland's rule, which always ends; the origin is a first vertex.
    """
    zero = Fraction(0)
    rows = [[Fraction(some.get(u, 0)) for u in range(amounts)] for some in cone] + [[Fraction(1)] * amounts]
    width, height = amounts + len(rows), len(rows)
    table = [row + [Fraction(int(i == at)) for i in range(height)] + [zero] for at, row in enumerate(rows)]
    table[-1][-1] = Fraction(1)
    cost = [-Fraction(aim.get(u, 0)) for u in range(amounts)] + [zero] * (height + 1)
    basis = list(range(amounts, width))
    while True:
        enters = next((column for column in range(width) if cost[column] < 0), None)
        if enters is None:
            break
        ratios = [(table[r][-1] / table[r][enters], basis[r], r) for r in range(height) if table[r][enters] > 0]
        leaves = min(ratios)[2]  # the total is bounded, so there is one
        pivot = table[leaves][enters]
        table[leaves] = [value / pivot for value in table[leaves]]
        for row in (*(table[r] for r in range(height) if r != leaves), cost):
            factor = row[enters]
            if factor:
                row[:] = [value - factor * there for value, there in zip(row, table[leaves], strict=True)]
        basis[leaves] = enters
    point = [zero] * amounts
    for place, column in enumerate(basis):
        if column < amounts:
            point[column] = table[place][-1]
    return cost[-1], point
