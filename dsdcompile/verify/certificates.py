"""Certificates: properties of a CRN that a theorem needs, each with the theorem and, where it fails, the reason.

They say what may be expected of a CRN, whatever its rate constants. A rate-dependent CRN fails some of them by nature;
that is no fault of its implementation.
"""

from __future__ import annotations

from collections import Counter
from typing import final

import numpy as np

from dsdcompile.crn.analysis import competition, levels
from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.dsd.template import Template
from dsdcompile.errors import CrnError
from dsdcompile.verify.verdict import Check, Outcome, Witness

NONCOMPETITIVE = "a noncompetitive CRN has at most one limit, whatever its rate constants (Vasic et al., PNAS 2022)"
FEED_FORWARD = "reactions that never feed back exhaust themselves in order, so the limit exists and is computed exactly"
OBLIVIOUS = "outputs that are never used compose: what reads them does not disturb them (Severson et al. 2019)"
DUAL_RAIL = "values are differences of rails, so equal amounts on both rails of a pair cancel (Vasic et al. 2020)"


def rate_independence(crn: Crn, name: str) -> tuple[Check, ...]:
    """Return the certificates that make a limit independent of rates, and outputs safe to read on."""
    return (
        _noncompetitive(crn, f"{name}: noncompetitive"),
        _feed_forward(crn, f"{name}: feed-forward"),
        _oblivious(crn, f"{name}: output-oblivious"),
    )


def _noncompetitive(crn: Crn, name: str) -> Check:
    rival = competition(crn)
    if rival is None:
        return Check(name, Outcome.PROVED, NONCOMPETITIVE)
    reactions = [f"reaction {row + 1}, {crn.reaction(row)}" for row in (rival.consumer, rival.other)]
    problem = f"{rival.species} is consumed by {reactions[0]}, and used by {reactions[1]}"
    return Check(name, Outcome.REFUTED, f"the limit may depend on rate constants: {problem}", (Witness(problem),))


def _feed_forward(crn: Crn, name: str) -> Check:
    try:
        levels(crn)
    except CrnError as error:
        return Check(name, Outcome.REFUTED, str(error), (Witness(str(error)),))
    idle = np.flatnonzero(np.asarray((crn.net < 0).sum(axis=1)).ravel() == 0)
    if len(idle):
        problem = f"reaction {idle[0] + 1}, {crn.reaction(int(idle[0]))}, consumes nothing and never stops"
        return Check(name, Outcome.REFUTED, problem, (Witness(problem),))
    return Check(name, Outcome.PROVED, FEED_FORWARD)


def _oblivious(crn: Crn, name: str) -> Check:
    rails = np.unique(crn.outputs[crn.outputs != NO_RAIL])
    users = np.asarray(crn.reactants.tocsc()[:, rails].sum(axis=1)).ravel()
    if users.any():
        row = int(np.flatnonzero(users)[0])
        problem = f"reaction {row + 1}, {crn.reaction(row)}, uses an output"
        return Check(name, Outcome.REFUTED, problem, (Witness(problem),))
    return Check(name, Outcome.PROVED, OBLIVIOUS)


def dual_rail(crn: Crn, name: str) -> Check:
    """Return the certificate that pairs carry values: one more of both rails of any pair changes no difference.

    With D the products that one more of each rail makes, a pair of rails p and n is covered where

    - no reaction uses p or n: D is empty;
    - ``p -> A`` and ``n -> B`` alone use them, and B is A with rails exchanged: they are each other's negation;
    - they enter a ReLU, ``p -> M + P`` and ``M + n -> N``, and nothing else uses p, n or M: one more of each makes one
      more M, which the one more n takes, and D = P + N holds of each pair both rails or none.

    Refuted by a pair that none of this covers and that is lopsided by itself; undecided if a pair is neither covered
    nor that, as where other reactions take part. Nothing follows for a CRN without pairs.
    """
    name = f"{name}: closed under dual rail"
    if not len(crn.pairs):
        return Check(name, Outcome.UNDECIDED, "not applicable: the CRN has no dual-rail pairs")
    pairs = _Pairs(crn)
    kinds = Counter[str]()
    doubt = None
    for plus, minus in crn.pairs.tolist():
        kind, problem = pairs.judge(plus, minus)
        if kind is Outcome.REFUTED:
            return Check(name, Outcome.REFUTED, problem, (Witness(problem),))
        if kind is Outcome.UNDECIDED:
            doubt = doubt or problem
        else:
            kinds[problem] += 1
    covered = ", ".join(f"{count} {how}" for how, count in sorted(kinds.items()))
    if doubt is not None:
        return Check(name, Outcome.UNDECIDED, f"{doubt} (of {len(crn.pairs)} pairs: {covered or 'none covered'})")
    return Check(name, Outcome.PROVED, f"{DUAL_RAIL}: {len(crn.pairs)} pairs ({covered})")


@final
class _Pairs:
    """What reactions do with the rails of a CRN's pairs."""

    def __init__(self, crn: Crn) -> None:
        self.crn = crn
        self.twin = np.full(crn.n_species, NO_RAIL)
        self.twin[crn.pairs[:, 0]], self.twin[crn.pairs[:, 1]] = crn.pairs[:, 1], crn.pairs[:, 0]
        by_species = crn.reactants.tocsc()
        self.starts: list[int] = by_species.indptr.tolist()
        self.rows: list[int] = by_species.indices.tolist()
        self.sides = [(m.indptr.tolist(), m.indices.tolist(), m.data.tolist()) for m in (crn.reactants, crn.products)]
        self.read = set(crn.outputs.ravel().tolist())

    def users(self, species: int) -> list[int]:
        """Return the reactions that use a species."""
        return self.rows[self.starts[species] : self.starts[species + 1]]

    def side(self, row: int, which: int) -> Counter[int]:
        """Return the reactants (0) or products (1) of a reaction."""
        starts, indices, counts = self.sides[which]
        span = slice(starts[row], starts[row + 1])
        return Counter(dict(zip(indices[span], counts[span], strict=True)))

    def judge(self, plus: int, minus: int) -> tuple[Outcome, str]:
        """Return whether a pair is covered, and how or why not."""
        users = [self.users(rail) for rail in (plus, minus)]
        if not users[0] and not users[1]:
            return Outcome.PROVED, "unused"
        if len(users[0]) > 1 or len(users[1]) > 1:
            return self.doubt(plus, minus, "a rail is used by several reactions")
        rows = [row for used in users for row in used]
        alone = [self.side(row, 0).total() == 1 for row in rows]
        if len(rows) == 2 and all(alone):
            first, second = (self.side(row, 1) for row in rows)
            if second == self.negated(first):
                return Outcome.PROVED, "negations"
            one, other = map(self.told, rows)
            return Outcome.REFUTED, f"{one}, and {other}, are not each other's negation"
        if len(rows) == 1 and all(alone):
            if self.balanced(self.side(rows[0], 1)):
                return Outcome.PROVED, "without effect"
            idle = self.crn.species[minus if users[0] else plus]
            return Outcome.REFUTED, f"{self.told(rows[0])} has no counterpart: nothing uses {idle}"
        for (p, row), (n, taking) in (((plus, rows[0]), (minus, rows[-1])), ((minus, rows[-1]), (plus, rows[0]))):
            if row != taking and self.rectifies(p, row, n, taking):
                return Outcome.PROVED, "ReLUs"
        return self.doubt(plus, minus, "neither two reactions that negate each other nor a ReLU use it")

    def rectifies(self, p: int, row: int, n: int, taking: int) -> bool:
        """Return whether ``row`` is p -> M + P and ``taking`` M + n -> N, with P + N balanced."""
        used, made = self.side(taking, 0), self.side(row, 1)
        middle = [species for species in used if species != n]
        if self.side(row, 0) != Counter({p: 1}) or used[n] != 1 or used.total() != 2 or len(middle) != 1:
            return False
        return (
            made[middle[0]] == 1
            and len(self.users(middle[0])) == 1
            and middle[0] not in self.read
            and self.balanced(made - Counter(middle) + self.side(taking, 1))
        )

    def negated(self, side: Counter[int]) -> Counter[int]:
        """Return a side with rails exchanged; what is no rail stays."""
        return Counter({int(self.twin[s]) if self.twin[s] != NO_RAIL else s: count for s, count in side.items()})

    def balanced(self, made: Counter[int]) -> bool:
        """Return whether products hold as many of either rail of each pair, and else only what nobody looks at."""
        return all(
            made[int(self.twin[s])] == count if self.twin[s] != NO_RAIL else not self.users(s) and s not in self.read
            for s, count in made.items()
        )

    def doubt(self, plus: int, minus: int, why: str) -> tuple[Outcome, str]:
        names = self.crn.species
        return Outcome.UNDECIDED, f"nothing follows for the pair {names[plus]}, {names[minus]}: {why}"

    def told(self, row: int) -> str:
        return f"reaction {row + 1}, {self.crn.reaction(row)}"


def conservation(template: Template) -> Check:
    """Return the certificate that every step of a module keeps its strands: mass is conserved, fuels and waste counted.

    History domains are left as they are: a step neither makes nor loses one.
    """
    name = f"strands of {template.kind} {template.shape}"
    for step in template.reactions:
        sides = [
            Counter(s for part in side for s in template[part].complex.strands)
            for side in (step.reactants, step.products)
        ]
        if sides[0] != sides[1]:
            lost, made = sides[0] - sides[1], sides[1] - sides[0]
            told = [f"{what} {' '.join(s)}" for what, some in (("loses", lost), ("makes", made)) for s in some]
            witness = Witness(
                f"step {step.step} {', '.join(told)}",
                tuple(template[n].complex for n in step.reactants),
                tuple(template[n].complex for n in step.products),
            )
            return Check(name, Outcome.REFUTED, witness.problem, (witness,))
    return Check(name, Outcome.PROVED, f"{len(template.reactions)} steps keep all strands")
