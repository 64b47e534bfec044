"""What small networks cost: from weights to modules, strands and nucleotides, exact, in well under a millisecond.

A strand with a domain of its module's own is the module's; one without is shared by all that name the same owners, and
counted once (:mod:`dsdcompile.passes.cost`). Which strands a reaction of a shape takes is read off the scheme's
templates once. Of the plans that ``passes.reduce = "cost"`` compares, the cheaper one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, final

import numpy as np

from dsdcompile.crn.matrices import BoolArray, FloatArray, IntArray
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import Scope, base
from dsdcompile.dsd.template import DomainSlot
from dsdcompile.errors import CrnError
from dsdcompile.jit import jitted_as_written
from dsdcompile.passes.cost import CostModel, strands_of
from dsdcompile.passes.small.closed_kernel import cancel
from dsdcompile.passes.small.dense import NONE, Board, copied, formal, sizes
from dsdcompile.passes.small.draws import Words, seeded
from dsdcompile.passes.small.rewrite_kernel import inline, merge, modules_for, remove_dead, shift
from dsdcompile.passes.small.sharing_kernel import share_products

MOST_PRODUCTS = 8
"""Products of one gate up to which all shapes are tabled: there are two to the power of this many for each side."""
SYSTEM, REACTANTS = -1, -2
"""Owners of a domain that are no species of the reaction."""
REFUSED = 1 << 40
"""What a CRN costs that the scheme cannot build as it is."""


class Tables(NamedTuple):
    """Strands of every shape of one or two reactants and up to ``most`` products, none of them a reactant."""

    most: int
    accepted: BoolArray
    """Whether the scheme builds a shape (shapes,)."""
    own: IntArray
    """Strands with a domain of the module's own: how many, and their nt (shapes, 2)."""
    shared: IntArray
    """Of each other strand: its pattern, ``NONE`` for none, its nt, and its domains' owners by label, padded with
    ``SYSTEM`` (shapes, strands, 2 + domains)."""
    signal: IntArray
    """The same of a signal alone (2 + domains,)."""
    seed: Words
    """State of the generator that breaks ties in sharing."""


def tables(model: CostModel) -> Tables:
    """Return a scheme's strands as tables.

    Raises:
        CrnError: gates take fewer than two or more than :data:`MOST_PRODUCTS` products.
    """
    most = model.max_products
    if not 2 <= most <= MOST_PRODUCTS:
        raise CrnError(f"gates of {most} products: small networks are priced for gates of 2 to {MOST_PRODUCTS}")
    patterns: dict[tuple[object, ...], int] = {}
    form = model.form.domains
    signal = _described(patterns, form, ["" for _ in form], model)
    rows: list[tuple[bool, tuple[int, int], list[list[int]]]] = []
    for reactants in ((0,), (0, 1)):
        for number in range(1 << most):
            shape = shape_of(reactants, number)
            accepted = model.accepts(shape)
            own, others = _strands(patterns, shape, model) if accepted else ((0, 0), [])
            rows.append((accepted, own, others))
    deep = max(len(others) for _, _, others in rows)
    wide = max(len(signal), *(len(one) for _, _, others in rows for one in others), 2)
    shared = np.full((len(rows), deep, wide), SYSTEM, dtype=np.int64)
    shared[:, :, 0] = NONE
    for at, (_, _, others) in enumerate(rows):
        for number, one in enumerate(others):
            shared[at, number, : len(one)] = one
    padded = np.full(wide, SYSTEM, dtype=np.int64)
    padded[: len(signal)] = signal
    return Tables(
        most,
        np.array([accepted for accepted, _, _ in rows], dtype=bool),
        np.array([own for _, own, _ in rows], dtype=np.int64),
        shared,
        padded,
        seeded(0),
    )


def shape_of(reactants: tuple[int, ...], number: int) -> ReactionShape:
    """Return the shape of a number: 1 and then a bit for each further product, set where another species begins."""
    products: list[int] = []
    if number:
        label = len(reactants)
        products.append(label)
        for bit in range(number.bit_length() - 1):
            label += (number >> bit) & 1
            products.append(label)
    return ReactionShape(reactants, tuple(products))


def _strands(
    patterns: dict[tuple[object, ...], int], shape: ReactionShape, model: CostModel
) -> tuple[tuple[int, int], list[list[int]]]:
    template = model.template(shape)
    slots = {slot.name: slot for slot in template.slots}
    count, nucleotides = 0, 0
    others: list[list[int]] = []
    for strand in strands_of(template):
        named = [slots[base(token)] for token in strand]
        if any(slot.scope is Scope.MODULE for slot in named):
            count, nucleotides = count + 1, nucleotides + sum(model.lengths.of(slot.part) for slot in named)
        else:
            others.append(_described(patterns, named, strand, model))
    return (count, nucleotides), others


def _described(
    patterns: dict[tuple[object, ...], int], slots: Sequence[DomainSlot], strand: Sequence[str], model: CostModel
) -> list[int]:
    """Return a strand's pattern, its length in nt, and the owners of its domains."""
    spots = tuple(
        (slot.scope, slot.position if slot.scope in (Scope.SPECIES, Scope.FOREIGN) else slot.name, token.endswith("*"))
        for slot, token in zip(slots, strand, strict=True)
    )
    length = sum(model.lengths.of(slot.part) for slot in slots)
    owners = {Scope.SYSTEM: SYSTEM, Scope.REACTANTS: REACTANTS}
    owned = [owners.get(slot.scope, max(slot.species, 0)) for slot in slots]
    return [patterns.setdefault((length, spots), len(patterns)), length, *owned]


@final
class SmallPrice:
    """The price of networks by one cost model: hidden layers of ReLU units, a linear last layer, small integers."""

    def __init__(self, model: CostModel) -> None:
        """Read the scheme's templates."""
        self.tables = tables(model)

    def __call__(
        self, weights: Sequence[IntArray], biases: Sequence[FloatArray], lowest: FloatArray | None = None
    ) -> tuple[int, int, int]:
        """Return modules, strands and nucleotides of the cheapest plan; with ``lowest``, its inputs are shifted.

        Args:
            weights: Of each layer (units before, units).
            biases: Of each layer (units,).
            lowest: The smallest value of each input (inputs,).

        Raises:
            CrnError: a reaction's shape is none that the scheme builds as it is, or layers do not chain.
        """
        widths = np.array([weights[0].shape[0], *(one.shape[1] for one in weights)], dtype=np.int64)
        if any(one.shape[1] != other.shape[0] for one, other in pairwise(weights)):
            raise CrnError("the layers' shapes do not chain")
        flat = np.concatenate([one.ravel() for one in weights]).astype(np.int64)
        bias = np.concatenate(list(biases)).astype(np.float64)
        low = np.zeros(widths[0]) if lowest is None else np.asarray(lowest, dtype=np.float64)
        modules, strands, nucleotides = price(widths, flat, bias, low, lowest is not None, self.tables)
        if modules >= REFUSED:
            raise CrnError("a reaction has a shape that small networks are not priced for")
        return int(modules), int(strands), int(nucleotides)


@jitted_as_written
def price(
    widths: IntArray, weights: IntArray, biases: FloatArray, lowest: FloatArray, shifted: bool, by: Tables
) -> tuple[int, int, int]:
    """Return modules, strands and nucleotides of a network (see :func:`formal`), inputs shifted or not."""
    board = formal(widths, weights, biases)
    if shifted:
        shift(board, lowest)
    remove_dead(board)
    merge(board)
    cancel(board)
    plain = copied(board)
    board = share_products(board, by.most, by.seed)
    merge(board)
    inline(board, by.most)
    inline(plain, by.most)
    modules, strands, nucleotides = _count(board, by)
    others = _count(plain, by)
    if (others[2], others[0]) < (nucleotides, modules):
        return others
    return modules, strands, nucleotides


@jitted_as_written
def _count(board: Board, by: Tables) -> tuple[int, int, int]:
    """Return modules, strands and nucleotides of a CRN, long lists built as naive trees."""
    size = sizes(board)
    modules, products = 0, 0
    for row in range(len(size)):
        if board.alive[row]:
            modules += modules_for(size[row], by.most)
            products += size[row]
    keys = np.empty(((modules + len(board.present)) * (by.shared.shape[1] + 1), by.shared.shape[2]), np.int64)
    found = 0
    strands, nucleotides = np.int64(0), np.int64(0)
    for species in _initial(board):
        found = _add(keys, found, by.signal, np.array([species, NONE]), np.empty(0, np.int64))
    fresh = len(board.present)
    for row in range(len(size)):
        if not board.alive[row]:
            continue
        inner = modules_for(size[row], by.most)
        for node in range(inner):
            left = board.left[row] if node == 0 else np.array([fresh + node - 1, NONE])
            made = _children(board.products[row], size[row], inner, node, by.most, fresh)
            number = shape_number(made) + (0 if left[1] == NONE else 1 << by.most)
            for reactant in left:
                if reactant != NONE and (made == reactant).any():
                    return REFUSED, REFUSED, REFUSED
            if not by.accepted[number]:
                return REFUSED, REFUSED, REFUSED
            strands, nucleotides = strands + by.own[number, 0], nucleotides + by.own[number, 1]
            for strand in by.shared[number]:
                if strand[0] != NONE:
                    found = _add(keys, found, strand, left, made)
        fresh += inner - 1
    for at in range(found):
        nucleotides += keys[at, 1]
    return modules, int(strands) + found, int(nucleotides)


@jitted_as_written
def _initial(board: Board) -> IntArray:
    """Return the species an experimenter adds."""
    added = board.initial > 0
    for rail in board.inputs.ravel():
        if rail != NONE:
            added[rail] = True
    return np.flatnonzero(added)


@jitted_as_written
def _children(products: IntArray, size: int, inner: int, node: int, most: int, fresh: int) -> IntArray:
    """Return the products of a node of a reaction's tree, ascending: a heap, inner nodes first, then the products."""
    first, last = node * most + 1, min(node * most + most, inner - 1 + size)
    made = np.empty(max(0, last - first + 1), np.int64)
    at, number = 0, inner
    for species, count in enumerate(products):
        for _ in range(count):
            if first <= number <= last:
                made[at] = species
                at += 1
            number += 1
    for child in range(first, min(last, inner - 1) + 1):
        made[at] = fresh + child - 1
        at += 1
    return made


@jitted_as_written
def shape_number(made: IntArray) -> int:
    """Return the number of the shape of products, ascending (see :func:`shape_of`)."""
    if not len(made):
        return 0
    number = 1 << (len(made) - 1)
    for at in range(1, len(made)):
        number |= (1 if made[at] != made[at - 1] else 0) << (at - 1)
    return number


@jitted_as_written
def _add(keys: IntArray, found: int, strand: IntArray, left: IntArray, made: IntArray) -> int:
    """Write a shared strand, its labels replaced by species, behind the ``found`` ones unless it is among them."""
    row = keys[found]
    row[:2] = strand[:2]
    reactants = 1 if left[1] == NONE else 2
    for place in range(2, len(strand)):
        label = strand[place]
        if label == SYSTEM:
            row[place] = 0
        elif label == REACTANTS:
            row[place] = left[0] * 1000003 + left[1] + 2
        elif label < reactants:
            row[place] = left[label]
        else:
            wanted, at = label - reactants, 0
            while wanted:
                at += 1
                wanted -= made[at] != made[at - 1]
            row[place] = made[at]
    for before in range(found):
        if (keys[before] == row).all():
            return found
    return found + 1
