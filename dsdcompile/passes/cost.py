"""What a CRN costs to build: modules, distinct strands, nucleotides, the longest strand, money.

The model knows a scheme by its templates and the lengths of domains, as values. A CRN whose reactions a scheme can
build is priced exactly: strands that modules share are counted once. A CRN that has yet to be legalised is priced as
naive trees would build it, without writing them out: a list of n products with at most p a reaction takes
ceil((n - 1) / (p - 1)) modules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.matrices import BoolArray, IntArray
from dsdcompile.crn.shape import Accepts, ReactionShape
from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.domain import DomainLengths, Scope, base
from dsdcompile.dsd.template import DomainSlot, SignalForm, Template
from dsdcompile.passes.shapes import PADDING, ShapeTable, shape_table
from dsdcompile.passes.trees import modules_for


@final
@dataclass(frozen=True, slots=True)
class Cost:
    """What it takes to build a CRN."""

    modules: int
    """Reactions, once every product list fits a gate."""
    strands: int
    """Distinct strands to order, inputs and biases included."""
    nucleotides: int
    """Their total length, nt."""
    longest: int
    """Length of the longest strand, nt."""
    money: float
    """Price of all nucleotides, in the currency of the price."""

    @property
    def rank(self) -> tuple[float, int, int]:
        """What is compared: money first, then nucleotides, then modules."""
        return self.money, self.nucleotides, self.modules

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{self.modules:,} modules, {self.strands:,} strands, {self.nucleotides:,} nt, "
            f"longest {self.longest} nt, synthesis about {self.money:,.0f}"
        )


@final
@dataclass(frozen=True, eq=False)
class CostModel:
    """How a scheme builds reactions, and what a nucleotide costs."""

    template: Callable[[ReactionShape], Template]
    accepts: Accepts
    form: SignalForm
    lengths: DomainLengths
    max_products: int
    price: float = 0.0
    """Money a nucleotide."""

    def cost(self, crn: Crn) -> Cost:
        """Return what building ``crn`` takes, legalised by naive trees where it needs to be."""
        size = np.asarray(crn.products.sum(axis=1)).ravel()
        fits = size <= self.max_products
        if fits.all():
            table = shape_table(crn)
            if all(self.accepts(shape) for shape in table.shapes):
                return self._exact(crn, table)
        return self._estimate(crn, size, fits)

    def least(self, crn: Crn) -> int:
        """Return nucleotides that a CRN takes at least once it is legalised: of strands that no two modules share."""
        size = np.asarray(crn.products.sum(axis=1)).ravel()
        shapes = self._tree_shapes(crn, size, size <= self.max_products).items()
        return sum(count * self._own(shape) for shape, count in shapes if self.accepts(shape))

    # -- a CRN that the scheme can build ------------------------------------------------------------------------

    def _exact(self, crn: Crn, table: ShapeTable) -> Cost:
        added = self._initial(crn)
        strands, nucleotides, longest = 0, 0, self._signal() if len(added) else 0
        # Strands without a domain of their module's own, by pattern: who owns their domains, for each that there is.
        shared: dict[_Pattern, list[IntArray]] = {}
        form = tuple(_Spot.of(slot, "") for slot in self.form.domains)
        shared[_Pattern(self._signal(), form)] = [np.stack([_owned(slot, added) for slot in self.form.domains], axis=1)]
        leader = _same_reactants(crn)
        for number, shape in enumerate(table.shapes):
            rows = np.flatnonzero(table.shape == number)
            template = self.template(shape)
            slots = {slot.name: slot for slot in template.slots}
            for strand in strands_of(template):
                length = self._length(template, strand)
                longest = max(longest, length)
                named = [slots[base(token)] for token in strand]
                if any(slot.scope is Scope.MODULE for slot in named):
                    strands, nucleotides = strands + len(rows), nucleotides + length * len(rows)
                    continue
                spots = tuple(_Spot.of(slot, token) for slot, token in zip(named, strand, strict=True))
                owners = [
                    leader[rows] if slot.scope is Scope.REACTANTS else _owned(slot, table.species[rows, slot.species])
                    for slot in named
                ]
                shared.setdefault(_Pattern(length, spots), []).append(np.stack(owners, axis=1))
        for pattern, tables in shared.items():
            count = len(np.unique(np.concatenate(tables), axis=0))
            strands, nucleotides = strands + count, nucleotides + pattern.length * count
        return Cost(crn.n_reactions, strands, nucleotides, longest, nucleotides * self.price)

    # -- a CRN that must be legalised first ---------------------------------------------------------------------

    def _estimate(self, crn: Crn, size: IntArray, fits: BoolArray) -> Cost:
        signal = self._signal()
        strands = len(self._initial(crn))
        nucleotides, longest, modules = strands * signal, signal if strands else 0, 0
        for shape, count in self._tree_shapes(crn, size, fits).items():
            if not self.accepts(shape):
                # Through a species of its own: two modules.
                single = ReactionShape.of((0,), range(1, 1 + len(shape.products)))
                modules += count
                made = self._per_module(single)
                strands, nucleotides = strands + count * made[0], nucleotides + count * made[1]
                longest = max(longest, made[2])
                shape = ReactionShape.of(shape.reactants, [shape.slots])
            modules += count
            if not self.accepts(shape):
                continue
            made = self._per_module(shape)
            strands, nucleotides = strands + count * made[0], nucleotides + count * made[1]
            longest = max(longest, made[2])
        return Cost(modules, strands, nucleotides, longest, nucleotides * self.price)

    def _tree_shapes(self, crn: Crn, size: IntArray, fits: BoolArray) -> Mapping[ReactionShape, int]:
        """Count the shapes of the reactions that naive trees make of all lists."""
        most, shapes = self.max_products, Counter[ReactionShape]()
        short = shape_table(
            crn.with_(reactants=crn.reactants[fits], products=crn.products[fits], rates=crn.rates[fits])
        )
        for shape, count in zip(short.shapes, np.bincount(short.shape, minlength=len(short.shapes)), strict=True):
            shapes[shape] += int(count)
        if fits.all():
            return shapes
        empty = crn.products[~fits] * 0
        roots = shape_table(crn.with_(reactants=crn.reactants[~fits], products=empty, rates=crn.rates[~fits]))
        inner = modules_for(size[~fits], most)
        last = inner + size[~fits] - 1 - most * (inner - 1)
        for shape, count in zip(roots.shapes, np.bincount(roots.shape, minlength=len(roots.shapes)), strict=True):
            made = range(shape.slots, shape.slots + most)
            shapes[ReactionShape.of(shape.reactants, list(made))] += int(count)
        full = ReactionShape.of((0,), range(1, 1 + most))
        shapes[full] += sum((inner - 2).tolist())  # Python's integers: the lists together may exceed int64
        for products, count in zip(*np.unique(last, return_counts=True), strict=True):
            shapes[ReactionShape.of((0,), range(1, 1 + int(products)))] += int(count)
        return shapes

    def _per_module(self, shape: ReactionShape) -> tuple[int, int, int]:
        """Return strands, nucleotides and longest strand of one module alone."""
        template = self.template(shape)
        lengths = [self._length(template, strand) for strand in strands_of(template)]
        return len(lengths), sum(lengths), max(lengths, default=0)

    def _own(self, shape: ReactionShape) -> int:
        """Return the nucleotides of a module's strands that have a domain of its own."""
        template = self.template(shape)
        own = {slot.name for slot in template.slots if slot.scope is Scope.MODULE}
        return sum(self._length(template, s) for s in strands_of(template) if any(base(token) in own for token in s))

    # -- parts --------------------------------------------------------------------------------------------------

    def _length(self, template: Template, strand: Strand) -> int:
        parts = {slot.name: slot.part for slot in template.slots}
        return sum(self.lengths.of(parts[base(token)]) for token in strand)

    def _signal(self) -> int:
        return sum(self.lengths.of(slot.part) for slot in self.form.domains)

    def _initial(self, crn: Crn) -> IntArray:
        """Return the species an experimenter adds: rails of inputs, and what is there initially."""
        rails = crn.inputs[crn.inputs != NO_RAIL]
        return np.union1d(rails, np.flatnonzero(crn.initial > 0))


@final
@dataclass(frozen=True, slots=True)
class _Spot:
    """A domain of a strand, up to whose it is."""

    scope: Scope
    name: str
    complement: bool

    @classmethod
    def of(cls, slot: DomainSlot, token: str) -> _Spot:
        name = slot.position if slot.scope in (Scope.SPECIES, Scope.FOREIGN) else slot.name
        return cls(slot.scope, name, token.endswith("*"))


@final
@dataclass(frozen=True, slots=True)
class _Pattern:
    """The domains of a strand, up to whose they are."""

    length: int
    spots: tuple[_Spot, ...]


def _owned(slot: DomainSlot, species: IntArray) -> IntArray:
    """Return the owner of a domain: its species, or nobody in particular."""
    return np.zeros_like(species) if slot.scope is Scope.SYSTEM else species


def strands_of(template: Template) -> list[Strand]:
    """Return the distinct strands of a template's fuels."""
    return list(dict.fromkeys(strand for fuel in template.fuels for strand in fuel.complex.strands))


def _same_reactants(crn: Crn) -> IntArray:
    """Return for each reaction a number, the same for reactions with the same reactants (reactions,)."""
    count = np.diff(crn.reactants.indptr)
    keys = np.full((crn.n_reactions, 2 * int(count.max(initial=0)) + 1), PADDING, dtype=np.int64)
    row = np.repeat(np.arange(crn.n_reactions), count)
    place = np.arange(len(row)) - np.repeat(crn.reactants.indptr[:-1], count)
    keys[row, 2 * place] = crn.reactants.indices
    keys[row, 2 * place + 1] = crn.reactants.data
    return np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
