"""From an implementable CRN to the table of modules that implements it."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import BoolArray
from dsdcompile.crn.shape import exchange
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.errors import SchemeError
from dsdcompile.passes.shapes import PADDING, ShapeTable, shape_table
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
    table = shape_table(crn)
    if exchanged is not None and exchanged.any():
        table = _exchanged(table, exchanged)
    _refuse(crn, scheme, table)
    width = max((shape.slots for shape in table.shapes), default=0)
    return DsdSystem(
        scheme=scheme.name,
        crn=crn,
        form=scheme.form,
        lengths=lengths or DomainLengths(),
        templates=tuple(scheme.template(shape) for shape in table.shapes),
        template=table.shape,
        species=table.species[:, :width],
        reaction=np.arange(crn.n_reactions),
        toeholds=toeholds,
    )


def check_buildable(crn: Crn, scheme: Scheme) -> None:
    """Refuse reactions that a scheme cannot build.

    Raises:
        SchemeError: there are some; the message names them and says why.
    """
    _refuse(crn, scheme, shape_table(crn))


def _refuse(crn: Crn, scheme: Scheme, table: ShapeTable) -> None:
    reasons = [scheme.refusal(shape) for shape in table.shapes]
    refused = np.array([reason is not None for reason in reasons], dtype=bool)
    rows = np.flatnonzero(refused[table.shape]).tolist() if len(refused) else []
    if rows:
        raise SchemeError(explain([(crn.reaction(row), str(reasons[table.shape[row]])) for row in rows], scheme.name))


def _exchanged(table: ShapeTable, rows: BoolArray) -> ShapeTable:
    """Return the table with the reactants of some reactions (reactions,) in the other order."""
    shapes, species = [table.shapes[n] for n in table.shape], np.array(table.species)
    for row in np.flatnonzero(rows):
        bound = tuple(int(s) for s in species[row] if s != PADDING)
        shapes[row], bound = exchange(shapes[row], bound)
        species[row, : len(bound)] = bound
    distinct = {shape: number for number, shape in enumerate(dict.fromkeys(shapes))}
    return ShapeTable(tuple(distinct), np.array([distinct[shape] for shape in shapes], dtype=np.int64), species)
