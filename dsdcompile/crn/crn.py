"""The immutable chemical reaction network (CRN) that every pass, scheme and simulator works on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from dsdcompile.crn.matrices import (
    FloatArray,
    IntArray,
    Sparse,
    checked_product,
    frozen_floats,
    frozen_ints,
    frozen_sparse,
    row_sums,
    same_sparse,
    sparse_rows,
)
from dsdcompile.crn.reaction import Reaction, show_reaction
from dsdcompile.errors import CrnError

NO_RAIL = -1
"""In a table of rails: this value has no such rail (a single-rail value has no minus rail)."""
ROUNDING = 1e-12
"""A value may be below what an offset makes 0 by this share of the offset: in another unit both are rounded."""


def renumbering(size: int, kept: IntArray) -> IntArray:
    """Return the new index of each of ``size`` old species, ``NO_RAIL`` for those that are not kept (old species,)."""
    place = np.full(size, NO_RAIL, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return place


def image_of(place: IntArray, width: int) -> Sparse:
    """Return the image (old species, new species) under which each old species is the new one at its place, or gone."""
    there = np.flatnonzero(place != NO_RAIL)
    ones = np.ones(len(there), dtype=np.int64)
    return frozen_sparse(sparse.csr_array((ones, (there, place[there])), shape=(len(place), width)))


@final
@dataclass(frozen=True, eq=False, repr=False)
class Crn:
    """A chemical reaction network with mass-action kinetics and dual-rail inputs and outputs.

    Concentrations and rate constants are in whatever unit the holder says: formal units for formal CRNs, M and s for
    implementations. All arrays are read-only; two Crns are equal when all their fields are.

    A *rail table* has one row a value and two columns: the species whose concentration counts positive, and the one
    that counts negative (``NO_RAIL`` where a value has only one rail). The value is the difference.

    >>> crn = Crn.of([Reaction(("A", "B"), ("C",))], initial={"A": 2.0, "B": 1.0}, outputs=["C"])
    >>> crn.species, crn.reactants.toarray().tolist(), crn.products.toarray().tolist()
    (('A', 'B', 'C'), [[1, 1, 0]], [[0, 0, 1]])
    """

    species: tuple[str, ...]
    """Species names, distinct."""
    reactants: Sparse
    """Reactant counts, int64 (reactions, species)."""
    products: Sparse
    """Product counts, int64 (reactions, species); like those of reactants, they add up to less than 2^62 a reaction."""
    rates: FloatArray
    """Rate constants (reactions,)."""
    initial: FloatArray
    """Initial concentrations, inputs not included (species,)."""
    inputs: IntArray
    """Rail table of the inputs (inputs, 2)."""
    outputs: IntArray
    """Rail table of the outputs (outputs, 2)."""
    pairs: IntArray
    """Rail table of every dual-rail pair, inputs and outputs included (pairs, 2)."""
    offsets: FloatArray
    """What is added to each input value before it is put on its rails (inputs,): the input shift."""

    def __post_init__(self) -> None:
        """Freeze the arrays and check that they belong together."""
        fix = object.__setattr__
        fix(self, "reactants", frozen_sparse(self.reactants))
        fix(self, "products", frozen_sparse(self.products))
        for name in ("rates", "initial", "offsets"):
            fix(self, name, frozen_floats(getattr(self, name)))
        for name in ("inputs", "outputs", "pairs"):
            fix(self, name, frozen_ints(getattr(self, name), (-1, 2)))
        self._check()

    def _check(self) -> None:
        reactions, species = self.reactants.shape
        if self.products.shape != (reactions, species) or len(self.species) != species:
            raise CrnError(
                f"matrices of {self.reactants.shape} and {self.products.shape} for {len(self.species)} species"
            )
        if len(set(self.species)) != species:
            twice = next(name for name, count in Counter(self.species).items() if count > 1)
            raise CrnError(f"species {twice!r} is listed twice")
        if self.rates.shape != (reactions,) or self.initial.shape != (species,):
            raise CrnError("one rate constant a reaction and one initial concentration a species are needed")
        if self.offsets.shape != (len(self.inputs),):
            raise CrnError(f"{len(self.offsets)} input offsets for {len(self.inputs)} inputs")
        if not (np.isfinite(self.rates).all() and (self.rates > 0).all()):
            raise CrnError("a rate constant is not a positive number")
        if not (np.isfinite(self.initial).all() and (self.initial >= 0).all()):
            bad = self.species[int(np.flatnonzero(~(self.initial >= 0) | ~np.isfinite(self.initial))[0])]
            raise CrnError(f"the initial concentration of {bad} is not a non-negative number")
        for matrix in (self.reactants, self.products):
            if matrix.nnz and matrix.data.min() < 0:
                raise CrnError("a stoichiometric count is negative")
            row_sums(matrix, "the number of molecules of one reaction")
        for table in (self.inputs, self.outputs, self.pairs):
            if table.size and (table.min() < NO_RAIL or table.max() >= species or table[:, 0].min() < 0):
                raise CrnError("a rail names a species that does not exist")
        rails = self.inputs[self.inputs != NO_RAIL]
        if len(np.unique(rails)) != len(rails):
            raise CrnError("two inputs share a rail")

    # -- making ------------------------------------------------------------------------------------------------

    @classmethod
    def of(
        cls,
        reactions: Iterable[Reaction],
        *,
        species: Sequence[str] = (),
        initial: Mapping[str, float] | None = None,
        inputs: Iterable[str | tuple[str, str]] = (),
        outputs: Iterable[str | tuple[str, str]] = (),
        pairs: Iterable[tuple[str, str]] = (),
    ) -> Crn:
        """Build a Crn from reactions by name; species are in order of first mention.

        An input or output is one species, or a pair (plus, minus). Input and output pairs are added to ``pairs``.

        Raises:
            CrnError: the parts contradict each other.
        """
        reactions, initial = list(reactions), dict(initial or {})
        rails = [[(v, None) if isinstance(v, str) else v for v in values] for values in (inputs, outputs, pairs)]
        names = list(species)
        for reaction in reactions:
            names += [*reaction.reactants, *reaction.products]
        names += [*initial, *(rail for table in rails for value in table for rail in value if rail is not None)]
        order = tuple(dict.fromkeys(names))
        at: dict[str | None, int] = {None: NO_RAIL, **{name: i for i, name in enumerate(order)}}
        tables = [[(at[plus], at[minus]) for plus, minus in table] for table in rails]
        start = np.zeros(len(order))
        for name, amount in initial.items():
            start[at[name]] = amount
        every = dict.fromkeys(row for table in tables for row in table if NO_RAIL not in row)
        return cls(
            species=order,
            reactants=sparse_rows([[at[name] for name in r.reactants] for r in reactions], len(order)),
            products=sparse_rows([[at[name] for name in r.products] for r in reactions], len(order)),
            rates=frozen_floats([r.rate for r in reactions]),
            initial=start,
            inputs=frozen_ints(tables[0], (-1, 2)),
            outputs=frozen_ints(tables[1], (-1, 2)),
            pairs=frozen_ints(list(every), (-1, 2)),
            offsets=np.zeros(len(tables[0])),
        )

    def with_(self, **changes: Any) -> Crn:
        """Return a copy with some fields changed."""
        return replace(self, **changes)

    def renamed(self, kept: IntArray, image: Sparse, rows: IntArray, place: IntArray | None = None) -> Crn:
        """Return the reactions ``rows`` over the species ``kept``, each old species replaced by what it stands for.

        Args:
            kept: The old species that go on, in the order of the new Crn (new species,).
            image: Counts (old species, new species): one molecule of the old species stands for these of the new.
            rows: The reactions that go on, in order.
            place: The new species that an old one is wherever it is a rail, ``NO_RAIL`` if it is none (old species,);
                by default each kept species is itself. Pairs that lose a rail are no pairs any more.

        Raises:
            LimitExceededError: a product list exceeds 64-bit integers.
        """
        place = renumbering(self.n_species, kept) if place is None else place
        tables = {
            name: np.where(table == NO_RAIL, NO_RAIL, place[table])
            for name, table in (("inputs", self.inputs), ("outputs", self.outputs), ("pairs", self.pairs))
        }
        tables["pairs"] = tables["pairs"][(tables["pairs"] != NO_RAIL).all(axis=1)]
        return self.with_(
            species=tuple(self.species[i] for i in kept.tolist()),
            reactants=self.reactants[rows] @ image,
            products=checked_product(self.products[rows], image, "a product list of the reduced CRN"),
            rates=self.rates[rows],
            initial=self.initial @ image.astype(np.float64),
            **tables,
        )

    # -- reading -----------------------------------------------------------------------------------------------

    @property
    def n_reactions(self) -> int:
        """The number of reactions."""
        return int(self.reactants.shape[0])

    @property
    def n_species(self) -> int:
        """The number of species."""
        return len(self.species)

    @cached_property
    def net(self) -> Sparse:
        """Net stoichiometry, products minus reactants, int64 csr (reactions, species); read-only."""
        return frozen_sparse(self.products - self.reactants)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Species name -> index."""
        return {name: i for i, name in enumerate(self.species)}

    def reaction(self, row: int) -> Reaction:
        """Return one reaction by its row, species in index order."""
        left, right = (Counter(self._side(matrix, row)) for matrix in (self.reactants, self.products))
        return Reaction(tuple(left.elements()), tuple(right.elements()), float(self.rates[row]))

    def shown(self, row: int) -> str:
        """Return one reaction as text; unlike in a Reaction, no list is written out copy by copy on the way."""
        return show_reaction(self._side(self.reactants, row), self._side(self.products, row), float(self.rates[row]))

    def _side(self, matrix: Sparse, row: int) -> dict[str, int]:
        window = slice(matrix.indptr[row], matrix.indptr[row + 1])
        names = (self.species[column] for column in matrix.indices[window])
        return dict(zip(names, matrix.data[window].tolist(), strict=True))

    def __iter__(self) -> Iterator[Reaction]:
        """Yield the reactions in order, as small values for people."""
        return (self.reaction(row) for row in range(self.n_reactions))

    def inlet(self, values: ArrayLike, count: int | None = None) -> FloatArray:
        """Return initial states for input ``values`` (examples, inputs) -> (examples, species), in the Crn's own unit.

        A value goes, after its offset, to its plus rail if it is not negative and to its minus rail otherwise
        (paper, section 3.2), on top of the initial concentrations. ``count`` leaves out all species but the first so
        many, which must include the inputs. An implementation takes formal values at its own inlet
        (:meth:`dsdcompile.dsd.implementation.Implementation.inlet`).

        Raises:
            CrnError: the shape is wrong, a value is not finite, or a negative value has no minus rail.
        """
        species, amounts = self.rail_amounts(values)
        state = np.tile(self.initial[:count], (len(amounts), 1))
        state[:, species] += amounts
        return state

    def corner(self, most: FloatArray, count: int | None = None) -> FloatArray:
        """Return the state (species,) in which both rails of every input stand at ``most`` (inputs, 2), offsets added.

        No single value fills both rails: the state is an upper bound on those of all values in a box. ``count`` as at
        :meth:`inlet`.
        """
        state = np.array(self.initial[:count])
        for rail in (0, 1):
            there = self.inputs[:, rail] != NO_RAIL
            shift = self.offsets if rail == 0 else 0.0
            state[self.inputs[there, rail]] += (most[:, rail] + shift)[there]
        return state

    def rail_amounts(self, values: ArrayLike) -> tuple[IntArray, FloatArray]:
        """Return the input rails' species (rails,) and what ``values`` add to each (examples, rails): see inlet.

        Raises:
            CrnError: as :meth:`inlet`.
        """
        given = np.atleast_2d(np.asarray(values, dtype=np.float64))
        if given.ndim != 2 or given.shape[1] != len(self.inputs):
            raise CrnError(f"inputs of shape {given.shape} for a CRN with {len(self.inputs)} inputs")
        if not np.isfinite(given).all():
            raise CrnError("an input value is not a finite number")
        shifted = given + self.offsets
        minus = self.inputs[:, 1]
        single = minus == NO_RAIL
        if (shifted < -ROUNDING * self.offsets)[:, single].any():
            worst = int(np.argmin(shifted.min(axis=0) + np.where(single, 0.0, np.inf)))
            raise CrnError(
                f"input {worst + 1} is negative on {self.species[self.inputs[worst, 0]]}, which has no minus rail"
            )
        species = np.concatenate([self.inputs[:, 0], minus[~single]])
        return species, np.maximum(np.concatenate([shifted, -shifted[:, ~single]], axis=1), 0.0)

    def read(self, state: FloatArray) -> FloatArray:
        """Return output values (..., outputs) of states (..., species): plus rail minus minus rail."""
        plus, minus = self.outputs[:, 0], self.outputs[:, 1]
        values = state[..., plus] - np.where(minus == NO_RAIL, 0.0, state[..., minus])
        return np.asarray(values, dtype=np.float64)

    # -- identity ----------------------------------------------------------------------------------------------

    @cached_property
    def digest(self) -> str:
        """A hash of all content, the same in every run: the cache key of everything computed from this Crn."""
        total = hashlib.sha256("\0".join(self.species).encode())
        for matrix in (self.reactants, self.products):
            for array in (matrix.indptr, matrix.indices, matrix.data):
                total.update(array.tobytes())
        for array in (self.rates, self.initial, self.inputs, self.outputs, self.pairs, self.offsets):
            total.update(str(array.shape).encode() + array.tobytes())
        return total.hexdigest()

    def __hash__(self) -> int:
        """Hash by content."""
        return int(self.digest[:15], 16)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, Crn):
            return NotImplemented
        return (
            self.species == other.species
            and same_sparse(self.reactants, other.reactants)
            and same_sparse(self.products, other.products)
            and all(
                np.array_equal(getattr(self, name), getattr(other, name))
                for name in ("rates", "initial", "inputs", "outputs", "pairs", "offsets")
            )
        )

    def __repr__(self) -> str:
        """Say how large the Crn is; its text form is dsdcompile.crn.text.show."""
        return f"<Crn: {self.n_species} species, {self.n_reactions} reactions, {self.products.nnz} product entries>"
