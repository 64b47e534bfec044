"""From the formal CRN to one that the scheme can build."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.design.design import Design
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import DesignError, LimitExceededError
from dsdcompile.passes.annihilate import annihilated
from dsdcompile.passes.catalogue import named
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.declared import Keeps, Setting
from dsdcompile.passes.plan import Step, Tried, cheapest, plans, run_passes
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.result import PassResult
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.schemes.translate import check_buildable
from dsdcompile.stages.scheme_choice import choose_scheme
from dsdcompile.stages.source import Examples, Source


@final
@dataclass(frozen=True, eq=False)
class DesignCrns:
    """The CRNs of a design, from what was asked to what is built."""

    formal: Crn
    reduced: Crn
    """The formal CRN after Algorithm 2 or, with ``passes.reduce = "none"``, after the optional passes alone; what is
    built may come from a cheaper one."""
    implementable: Crn
    meaning: PassResult
    """From formal to implementable species."""
    scheme: Scheme
    lengths: DomainLengths
    max_products: int
    steps: tuple[Step, ...] = ()
    """Every pass with the cost after it, from the formal CRN on."""
    tried: tuple[Tried, ...] = ()
    """The plans that were compared, and what each would have cost."""
    warnings: tuple[str, ...] = ()
    """What was asked for and not done."""

    @property
    def bimolecular(self) -> int:
        """How many reactions of the reduced CRN have two reactants."""
        return int((self.reduced.reactants.sum(axis=1) == 2).sum())

    @property
    def annihilates(self) -> bool:
        """Whether a pass let both rails of a pair react to nothing."""
        return any(step.rewriting.keeps is Keeps.DIFFERENCES for step in self.steps)

    @property
    def annihilates_outputs(self) -> bool:
        """Whether a pass did so with outputs: gates then hold some of what is left of these."""
        crn = self.implementable
        return self.annihilates and bool(np.isin(crn.pairs[annihilated(crn)], crn.outputs).any())


def compile_crn(
    design: Design, source: Source, progress: Callable[[str], None] = lambda line: None, folder: Path = Path()
) -> DesignCrns:
    """Reduce the formal CRN as the design says, and legalise it for the design's scheme.

    A CRN whose kinetics must stay as they are is legalised only. ``progress`` is told the cost after each pass. The
    path of a scheme that is a file starts from ``folder``.

    Raises:
        DesignError: the scheme is unknown, or no reaction fits the longest strand.
        SchemeError: the scheme cannot build a reaction, whatever is done about it, or breaks the contract.
    """
    scheme = choose_scheme(design.scheme.name, folder)
    model = cost_model(design, scheme)
    setting = Setting(model, _lowest(source.examples))
    optional = named(design.passes.optional)
    reduced = None
    if keeps_kinetics(design, source.formal):
        plan = run_passes(source.formal, setting, (), progress, kinetics=True)
    else:
        compared = plans(design.reduction, optional)
        plan = cheapest(source.formal, setting, compared, progress)
        if len(compared) > 1:
            with suppress(LimitExceededError):  # else what was merged stands for it: it has no such lists
                reduced = reduce(source.formal).crn
    check_buildable(plan.legal.crn, scheme)
    return DesignCrns(
        formal=source.formal,
        reduced=plan.reduced.crn if reduced is None else reduced,
        implementable=plan.legal.crn,
        meaning=plan.reduced.then(plan.legal),
        scheme=scheme,
        lengths=model.lengths,
        max_products=model.max_products,
        steps=plan.steps,
        tried=plan.tried,
        warnings=_passed_over(design, source.formal),
    )


def cost_model(design: Design, scheme: Scheme) -> CostModel:
    """Return how a scheme builds reactions with the design's lengths, and what that costs.

    Raises:
        DesignError: no reaction fits the longest strand.
    """
    lengths = DomainLengths(design.scheme.toehold, design.scheme.recognition, design.scheme.recognition)
    most = design.scheme.max_products or products_within(scheme, lengths, design.lab.longest_strand)
    accepts = accepts_within(scheme, lengths, design.lab.longest_strand)
    return CostModel(scheme.template, accepts, scheme.form, lengths, most, design.passes.price)


def _lowest(examples: Examples) -> FloatArray:
    """Return the smallest value of each input over the examples and the declared box (inputs,)."""
    low: FloatArray = np.asarray(examples.inputs.min(axis=0, initial=0.0))
    return low if examples.corner is None else np.asarray(np.minimum(low, -examples.corner[:, 1]))


def keeps_kinetics(design: Design, formal: Crn) -> bool:
    """Return whether reactions must stay as they are, because more than a limit is asked for or there is none."""
    return design.kinetics.mode == "matched" or not has_limit(formal)


def _passed_over(design: Design, formal: Crn) -> tuple[str, ...]:
    """Warn of passes that the design names and that are left out because kinetics must stay as they are."""
    reduction = () if design.passes.reduce in (None, "none") else (f"reduce = {design.passes.reduce}",)
    left_out = (*reduction, *design.passes.optional)
    if not left_out or not keeps_kinetics(design, formal):
        return ()
    why = "the CRN has no limit that rates do not change"
    if design.kinetics.mode == "matched":
        why = "kinetics.mode is matched"
    return (f"passes: {', '.join(left_out)} left out: they keep limits, not kinetics, and {why}",)


def products_within(scheme: Scheme, lengths: DomainLengths, longest: int) -> int:
    """Return the most products of one reaction whose strands stay within ``longest`` nt.

    Raises:
        DesignError: not even two products fit.
    """
    most = 0
    while most < 64 and scheme.longest_strand(most + 1, lengths) <= longest:
        most += 1
    if most < 2:
        needed = scheme.longest_strand(2, lengths)
        raise DesignError(f"lab.longest_strand: two products of {scheme.name} need {needed} nt, {longest} are allowed")
    return most


def accepts_within(scheme: Scheme, lengths: DomainLengths, longest: int) -> Callable[[ReactionShape], bool]:
    """Return which shapes a scheme builds; of more than two reactants, those whose strands stay within ``longest`` nt.

    How many products fit is bounded before, for two reactants.
    """

    def accepts(shape: ReactionShape) -> bool:
        return scheme.accepts(shape) and (len(shape.reactants) <= 2 or scheme.longest_of(shape, lengths) <= longest)

    return accepts
