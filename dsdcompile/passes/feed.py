"""Let a species that stays make what comes from nothing: a strand can be made by a gate, but not without anything.

With ``E`` there at one formal unit, for good::

    -> A [k = 0.5]        becomes        E -> E + A [k = 0.5]

The rate is the same at all times. In the tube E is a strand that the gate takes up and gives back; what is used up is
the gate, which is dosed for the horizon of the simulation as that of any reaction that never stops, so that is how long
the feed lasts.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.passes.declared import Applies, Keeps, Makes, Pass
from dsdcompile.passes.fresh import fresh_names
from dsdcompile.passes.result import NO_ORIGIN, PassResult, unchanged

AMOUNT = 1.0
"""How much of the species there is, in formal units: rate constants stay as they are."""


def feed(crn: Crn) -> PassResult:
    """Return the CRN in which every reaction has a reactant: those that had none share one species that stays."""
    rows = np.flatnonzero(np.diff(crn.reactants.indptr) == 0)
    if not len(rows):
        return unchanged(crn)
    width = crn.n_species + 1
    wider = sparse.eye_array(crn.n_species, width, dtype=np.int64)
    kept = sparse.coo_array(
        (np.ones(len(rows), dtype=np.int64), (rows, np.full(len(rows), crn.n_species))), shape=(crn.n_reactions, width)
    )
    fed = crn.with_(
        species=(*crn.species, *fresh_names(crn.species, "E", 1, crn.n_species + 1)),
        reactants=(crn.reactants @ wider + kept).tocsr(),
        products=(crn.products @ wider + kept).tocsr(),
        initial=np.append(crn.initial, AMOUNT),
    )
    return PassResult(fed, wider, np.append(np.arange(crn.n_species), NO_ORIGIN))


FEED = Pass(
    "feed",
    lambda crn, setting: feed(crn),
    Keeps.REACTIONS,
    "make what comes from nothing by a species that stays",
    "#! output B\n-> A\nA -> B",
    Makes.IMPLEMENTABLE,
    Applies.RATES,
)
