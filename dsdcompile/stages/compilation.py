"""From the formal CRN to one that the scheme can build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import has_limit
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.design import Design
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import DesignError
from dsdcompile.passes.combine import combine
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.result import PassResult, unchanged
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.stages.source import Source


@final
@dataclass(frozen=True, eq=False)
class Compiled:
    """The CRNs of a design, from what was asked to what is built."""

    formal: Crn
    reduced: Crn
    implementable: Crn
    meaning: PassResult
    """From formal to implementable species."""
    scheme: Scheme
    lengths: DomainLengths
    max_products: int


def compile_crn(design: Design, source: Source) -> Compiled:
    """Reduce the formal CRN as the design says, and legalise it for the design's scheme.

    Raises:
        DesignError: the scheme is unknown, or no reaction fits the longest strand.
    """
    scheme = find_scheme(design.scheme.name)
    lengths = DomainLengths(
        design.scheme.toehold, design.scheme.recognition, design.scheme.recognition, design.scheme.clamp
    )
    most = design.scheme.max_products or products_within(scheme, lengths, design.lab.longest_strand)
    if keeps_kinetics(design, source.formal):
        reduced = combine(source.formal)
    else:
        reduced = unchanged(source.formal) if design.passes.reduce == "none" else reduce(source.formal)
    implementable = legalise(reduced.crn, scheme.accepts, most)
    return Compiled(source.formal, reduced.crn, implementable.crn, reduced.then(implementable), scheme, lengths, most)


def keeps_kinetics(design: Design, formal: Crn) -> bool:
    """Return whether reactions must stay as they are, because more than a limit is asked for or there is none."""
    return design.kinetics.mode == "matched" or not has_limit(formal)


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


def agreement(design_outputs: FloatArray, outputs: FloatArray) -> int:
    """Return for how many examples two tables of outputs (examples, outputs) name the same label."""
    return int((np.argmax(design_outputs, axis=1) == np.argmax(outputs, axis=1)).sum())
