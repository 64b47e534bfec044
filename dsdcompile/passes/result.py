"""What every pass returns: the new Crn, and where each old species has gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray, Sparse, checked_product, frozen_ints, frozen_sparse

NO_ORIGIN = -1
"""The origin of a new species that no old one led to."""
WHAT = "what one molecule of the formal CRN stands for"
"""What is said to reach too large a number."""


@final
@dataclass(frozen=True, eq=False)
class PassResult:
    """A Crn made from another one, with the map that carries meaning across.

    The map is what makes a line of the strand order traceable to the neuron it serves, and what
    :mod:`dsdcompile.verify.preserved` checks after every pass: amounts of the old species, and what they stand for,
    come to the same.
    """

    crn: Crn
    """The new Crn."""
    image: Sparse
    """Counts (old species, new species): one molecule of the old species stands for these of the new."""
    origin: IntArray
    """For each new species the old species that it is, or that it was introduced to build, or
    ``NO_ORIGIN`` (new species,)."""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        object.__setattr__(self, "image", frozen_sparse(self.image))
        object.__setattr__(self, "origin", frozen_ints(self.origin))

    def then(self, later: PassResult) -> PassResult:
        """Return the composition: this pass, then a later one."""
        return PassResult(later.crn, checked_product(self.image, later.image, WHAT), self.origin[later.origin])


def unchanged(crn: Crn) -> PassResult:
    """Return the result of the pass that does nothing."""
    return PassResult(crn, sparse.eye_array(crn.n_species, dtype=np.int64), np.arange(crn.n_species))
