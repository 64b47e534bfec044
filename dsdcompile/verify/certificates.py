"""Certificates: properties of a CRN that a theorem needs, each with the theorem and, where it fails, the reason.

They say what may be expected of a CRN, whatever its rate constants. A rate-dependent CRN fails some of them by nature;
that is no fault of its implementation.
"""

from __future__ import annotations

from collections import Counter

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
    """Return the certificate that rails are each other's negation: R+ -> A and R- -> B with B as A, rails exchanged.

    It looks at rails that one reaction each uses alone. Reducing substitutes some of those away; what it leaves depends
    on values only because this holds before.
    """
    name = f"{name}: closed under dual rail"
    plus, minus = crn.pairs[:, 0], crn.pairs[:, 1]
    twin = np.arange(crn.n_species)
    twin[plus], twin[minus] = minus, plus
    only = np.flatnonzero(np.asarray(crn.reactants.sum(axis=1)).ravel() == 1)
    reactant = crn.reactants[only].indices
    row_of = np.full(crn.n_species, -1)
    row_of[reactant] = only
    users = np.asarray((crn.reactants > 0).sum(axis=0)).ravel()
    paired = (twin[reactant] != reactant) & (users[reactant] == 1) & (row_of[twin[reactant]] >= 0)
    rows, others = only[paired], row_of[twin[reactant[paired]]]
    turned = crn.products.tocsc()[:, twin].tocsr()
    apart = np.flatnonzero(np.asarray(abs(turned[others] - crn.products[rows]).sum(axis=1)).ravel())
    if len(apart):
        one, other = (f"reaction {r[apart[0]] + 1}, {crn.reaction(int(r[apart[0]]))}" for r in (rows, others))
        problem = f"{one}, and {other}, are not each other's negation"
        return Check(name, Outcome.REFUTED, problem, (Witness(problem),))
    return Check(name, Outcome.PROVED, f"{DUAL_RAIL}: {len(crn.pairs)} pairs")


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
