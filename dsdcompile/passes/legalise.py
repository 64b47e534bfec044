"""Rewrite a Crn until a scheme can build every reaction: bounded product lists, no refused coincidences.

With at most two products a reaction::

    A + B -> C + 2D + E

becomes a tree through new species, which nothing else uses, so the limit stays::

    A + B -> F1 + F2      F1 -> C + D      F2 -> D + E

A reaction whose coincidences the scheme refuses, such as A + A -> A, goes through one species: A + A -> F, F -> A.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray, Sparse, frozen_ints, sparse_rows
from dsdcompile.crn.shape import ReactionShape, bind
from dsdcompile.errors import CrnError
from dsdcompile.passes.result import PassResult

Accepts = Callable[[ReactionShape], bool]


@dataclass
class _Builder:
    """Reactions being collected: reactant and product lists by species index."""

    names: list[str]
    taken: set[str]
    origin: list[int]
    reactants: list[Sequence[int]] = field(default_factory=list)
    products: list[Sequence[int]] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def species(self, origin: int) -> int:
        number = len(self.names) + 1
        while f"F{number}" in self.taken:
            number += 1
        self.names.append(f"F{number}")
        self.taken.add(f"F{number}")
        self.origin.append(origin)
        return len(self.names) - 1

    def reaction(self, reactants: Sequence[int], products: Sequence[int], rate: float) -> None:
        self.reactants.append(reactants)
        self.products.append(products)
        self.rates.append(rate)

    def tree(self, reactants: Sequence[int], products: Sequence[int], rate: float, most: int, origin: int) -> None:
        """Add ``reactants -> products`` with at most ``most`` products a reaction."""
        if len(products) <= most:
            self.reaction(reactants, products, rate)
            return
        parts = [part.tolist() for part in np.array_split(np.array(products), most)]
        heads = [part[0] if len(part) == 1 else self.species(origin) for part in parts]
        self.reaction(reactants, heads, rate)
        for head, part in zip(heads, parts, strict=True):
            if len(part) > 1:
                self.tree([head], part, rate, most, origin)


def legalise(crn: Crn, accepts: Accepts, max_products: int) -> PassResult:
    """Return a Crn whose reactions all have at most ``max_products`` products and a shape that ``accepts`` takes.

    Raises:
        CrnError: ``max_products`` is below 2 and a longer product list exists, or product lists are too long to expand.
    """
    longest = int(crn.products.sum(axis=1).max()) if crn.products.nnz else 0
    if max_products < 2 and longest > max_products:
        raise CrnError(
            f"max_products = {max_products} cannot carry {longest} products: at least 2 are needed to branch"
        )
    build = _Builder(list(crn.species), set(crn.species), list(range(crn.n_species)))
    for row in range(crn.n_reactions):
        left, right = _side(crn.reactants, row), _side(crn.products, row)
        rate, origin = float(crn.rates[row]), left[0] if left else -1
        shape, _ = bind(left, right[:max_products])
        if left and not accepts(shape) and accepts(ReactionShape.of(left, [crn.n_species])):
            through = build.species(origin)
            build.reaction(left, [through], rate)
            left = [through]
        build.tree(left, right, rate, max_products, origin)
    return _result(crn, build)


def _side(matrix: Sparse, row: int) -> list[int]:
    window = slice(matrix.indptr[row], matrix.indptr[row + 1])
    counts: list[int] = np.repeat(matrix.indices[window], matrix.data[window]).tolist()
    return counts


def _result(crn: Crn, build: _Builder) -> PassResult:
    count = len(build.names)
    new = crn.with_(
        species=tuple(build.names),
        reactants=sparse_rows(build.reactants, count),
        products=sparse_rows(build.products, count),
        rates=np.array(build.rates),
        initial=np.concatenate([crn.initial, np.zeros(count - crn.n_species)]),
    )
    image = sparse.eye_array(crn.n_species, count, dtype=np.int64)
    origin: IntArray = frozen_ints(build.origin)
    return PassResult(new, image, origin)
