"""From an implementable CRN to the table of modules that implements it."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import BoolArray, IntArray, Sparse
from dsdcompile.crn.shape import ReactionShape, bind, exchange
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.errors import SchemeError
from dsdcompile.schemes.scheme import Scheme, explain


def translate(
    crn: Crn,
    scheme: Scheme,
    lengths: DomainLengths | None = None,
    toeholds: int = 0,
    exchanged: BoolArray | None = None,
) -> DsdSystem:
    """Return the DSD system in which every reaction of ``crn`` is one module of ``scheme``.

    ``toeholds`` is the size of a shared pool of toehold domains, 0 for toeholds of each species' own. ``exchanged``
    says which reactions have their two reactants in the other order (reactions,); by default the species of lower
    index comes first.

    Raises:
        SchemeError: the scheme cannot build a reaction; the message names it and says why.
    """
    shapes: dict[ReactionShape, int] = {}
    template = np.zeros(crn.n_reactions, dtype=np.int64)
    bound: list[tuple[int, ...]] = []
    refused = []
    why: dict[ReactionShape, str | None] = {}
    left, right = _rows(crn.reactants), _rows(crn.products)
    for row in range(crn.n_reactions):
        shape, species = bind(left[row], right[row])
        if exchanged is not None and exchanged[row]:
            shape, species = exchange(shape, species)
        if shape not in why:
            why[shape] = scheme.refusal(shape)
        reason = why[shape]
        if reason is not None:
            refused.append((crn.reaction(row), reason))
        template[row] = shapes.setdefault(shape, len(shapes))
        bound.append(species)
    if refused:
        raise SchemeError(explain(refused, scheme.name))
    return DsdSystem(
        scheme=scheme.name,
        crn=crn,
        form=scheme.form,
        lengths=lengths or DomainLengths(),
        templates=tuple(scheme.template(shape) for shape in shapes),
        template=template,
        species=_padded(bound),
        reaction=np.arange(crn.n_reactions),
        toeholds=toeholds,
    )


def _rows(matrix: Sparse) -> list[list[int]]:
    """Return each row's column indices, repeated by their counts."""
    repeated = np.repeat(matrix.indices, matrix.data)
    ends = np.concatenate([[0], np.cumsum(matrix.data)])[matrix.indptr]
    return [part.tolist() for part in np.split(repeated, ends[1:-1])] if matrix.shape[0] else []


def _padded(rows: list[tuple[int, ...]]) -> IntArray:
    width = max((len(row) for row in rows), default=0)
    table = np.full((len(rows), width), -1, dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table
