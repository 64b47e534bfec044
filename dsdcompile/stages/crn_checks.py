"""Verification of the CRNs on the way from what was asked to what is built: each pass, and both ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit
from dsdcompile.passes.annihilate import annihilated, unannihilated
from dsdcompile.passes.declared import Keeps, Pass
from dsdcompile.passes.rails import closed_pairs
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.result import PassResult, unchanged
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.source import Source
from dsdcompile.verify.certificates import dual_rail, rate_independence
from dsdcompile.verify.identity import Affine, identity_check
from dsdcompile.verify.preserved import annihilation_kept, limit_kept, reactions_kept
from dsdcompile.verify.rational import rational_check
from dsdcompile.verify.verdict import Check, Outcome, Witness

MOST_EXPRESSIONS = 20_000
"""Reactions of an implementable CRN whose expressions are compared directly; larger ones are expanded first."""
MOST_RATIONAL = 100_000
"""Stoichiometric entries up to which random inputs are tried in fractions."""
ANNIHILATED = "what both rails hold may react to nothing: one more of each changes no output, so one less does neither"


def crn_checks(source: Source, compiled: DesignCrns) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return what a design's CRNs must fulfil, and certificates that are known but not asked for.

    Of every design it is asked that each pass keeps what it must, and that what is built does what the formal CRN
    does. Where a network is compiled, it is asked too that the CRNs are the network, and have the certificates without
    which their limit would not be its answer.
    """
    formal, (built, removed) = compiled.formal, without_annihilation(compiled)
    certificates = [dual_rail(formal, "formal CRN"), *removed]
    what = "implementable CRN, annihilation apart" if removed else "implementable CRN"
    for name, crn in (("formal CRN", formal), (what, built)):
        certificates += rate_independence(crn, name)
    passes = tuple(_passes(compiled))
    if source.network is None:
        return (*passes, *_ends(compiled)), tuple(certificates)
    layers = [Affine(layer.weights, layer.biases, layer.activation == "relu") for layer in source.network.layers]
    expanded = built.n_reactions > MOST_EXPRESSIONS
    checks = [
        identity_check("formal CRN = network", formal, layers),
        identity_check("reduced CRN = network", compiled.reduced, layers),
        identity_check(
            f"{what}{', expanded,' if expanded else ''} = network",
            reduce(built).crn if expanded else built,
            layers,
        ),
    ]
    if formal.products.nnz + built.products.nnz <= MOST_RATIONAL:
        plain = unchanged(formal).image
        for name, crn, image in (("formal", formal, plain), ("implementable", built, compiled.meaning.image)):
            checks.append(rational_check(f"{name} CRN = network, in fractions", crn, formal, image, layers))
    if all(check.outcome is Outcome.PROVED for check in checks[:3]):  # for all inputs: what is tested is a second route
        passes = tuple(replace(check, second=check.outcome is Outcome.TESTED) for check in passes)
        checks = [replace(check, second=check.outcome is Outcome.TESTED) for check in checks]
    return (*certificates, *passes, *checks), ()


def without_annihilation(compiled: DesignCrns) -> tuple[Crn, tuple[Check, ...]]:
    """Return the implementable CRN without what the annihilate passes added, and the certificate that it is the same.

    Without such a pass nothing is taken away: a reaction ``S+ + S- ->`` is then the user's own.
    """
    crn = compiled.implementable
    if not compiled.annihilates:
        return crn, ()
    plain, closed = unannihilated(crn)
    names = [f"({crn.species[p]}, {crn.species[n]})" for p, n in crn.pairs[annihilated(crn)].tolist()]
    name = "implementable CRN: annihilated pairs carry nothing but their difference"
    if closed.all():
        return plain, (Check(name, Outcome.PROVED, f"{ANNIHILATED}: {', '.join(names[:3])}; {len(names)} in all"),)
    problem = f"both rails of {names[int(np.argmin(closed))]} matter by themselves"
    return crn, (Check(name, Outcome.REFUTED, problem, (Witness(problem),)),)


def _passes(compiled: DesignCrns) -> Iterator[Check]:
    """Yield a check of every pass: its invariant, on the CRN before and the one it made."""
    before = compiled.formal
    for step in compiled.steps:
        yield pass_check(step.rewriting, before, step.result)
        before = step.result.crn
    name = "implementable CRN is what the passes made"
    if before == compiled.implementable:
        yield Check(name, Outcome.PROVED, f"{len(compiled.steps)} steps")
    else:
        yield Check(name, Outcome.REFUTED, "it is another one", (Witness("the implementable CRN is another one"),))


def pass_check(one: Pass, before: Crn, made: PassResult) -> Check:
    """Check that what a pass made of the CRN ``before`` keeps what the pass declares to keep."""
    name = f"pass {one.name} keeps {one.keeps}"
    match one.keeps:
        case Keeps.REACTIONS:
            return reactions_kept(name, before, made.crn, made.image)
        case Keeps.LIMIT:
            return limit_kept(name, before, made.crn, made.image)
        case Keeps.DIFFERENCES:
            return annihilation_kept(name, before, made.crn, closed_pairs(before))
        case _:
            assert_never(one.keeps)


def _ends(compiled: DesignCrns) -> Iterator[Check]:
    """Yield whether what is built is what was asked: by limits where there are any, else by reactions."""
    formal, built, image = compiled.formal, compiled.implementable, compiled.meaning.image
    if not has_limit(formal):
        yield reactions_kept("implementable CRN = formal CRN, by reactions", formal, built, image)
    elif has_limit(built):
        # Where it has none, since legalising closed a cycle or rails annihilate, the passes are checked one by one.
        yield limit_kept("implementable CRN = formal CRN, by limits", formal, built, image)
    if has_limit(formal):
        yield limit_kept("reduced CRN = formal CRN, by limits", formal, compiled.reduced)
    elif formal.species == compiled.reduced.species:
        same = unchanged(formal).image
        yield reactions_kept("reduced CRN = formal CRN, by reactions", formal, compiled.reduced, same)
