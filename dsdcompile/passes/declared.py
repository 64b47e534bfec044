"""What a pass is: a value that says what it does, what it keeps, when it applies and whether cost decides about it.

Each pass declares its value beside its code, and :mod:`dsdcompile.passes.catalogue` lists them in the order in which
they run. Plans, the keys of design files, help and verification read these values and know no pass by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.result import PassResult


class Keeps(StrEnum):
    """What a pass must leave as it is; :func:`dsdcompile.stages.crn_checks.pass_check` checks it on what was made."""

    REACTIONS = "reactions"
    """Every reaction with its rate, once intermediates are replaced by what they turn into."""
    LIMIT = "the limit"
    """The outputs' limit for every input."""
    DIFFERENCES = "differences"
    """The difference of the rails of every closed pair: what is added only lets both rails react to nothing."""


class Makes(Enum):
    """Which CRN a pass belongs to."""

    REDUCED = "the reduced CRN"
    IMPLEMENTABLE = "the implementable CRN"


class Applies(Enum):
    """When a pass runs."""

    NAMED = "where passes.optional names it"
    PAPER = "where passes.reduce is paper"
    LIMIT = "wherever the limit is what is wanted"
    RATES = "wherever rates matter"
    ALWAYS = "always"


@final
@dataclass(frozen=True, eq=False)
class Setting:
    """What passes need to know beside the CRN."""

    model: CostModel
    lowest: FloatArray | None = None
    """The smallest value of each input (inputs,), where one is known: what an input shift adds."""


@final
@dataclass(frozen=True, slots=True)
class Choice:
    """Two plans between which cost decides, as they are told while they are tried."""

    taken: str
    """The plan with the pass."""
    left_out: str
    """The plan without."""


@final
@dataclass(frozen=True, eq=False)
class Pass:
    """One rewriting of a CRN. A pass is equal to itself only."""

    name: str
    """What design files and results call it."""
    run: Callable[[Crn, Setting], PassResult]
    keeps: Keeps
    says: str
    """What it does, for the help of design keys."""
    example: str
    """A CRN, as a .crn file, in which it finds something to do; it has a limit, but where rates are what matters."""
    makes: Makes = Makes.REDUCED
    applies: Applies = Applies.NAMED
    by_cost: bool = False
    """Whether ``passes.reduce = "cost"`` includes it."""
    choice: Choice | None = None
    """Where given, plans with and without it are compared, and the cheapest one is built: by ``passes.reduce =
    "cheapest"``, and by ``"cost"`` if that includes it."""
    follows: Pass | None = None
    """A pass without which this one has nothing to add: it runs only where that one does."""

    def runs(self, chosen: frozenset[Pass], *, kinetics: bool) -> bool:
        """Return whether it runs in a plan of the ``chosen`` passes; ``kinetics`` says that rates matter."""
        if self.applies is Applies.ALWAYS:
            return True
        if self.applies is Applies.RATES or self.applies is Applies.LIMIT:
            return kinetics is (self.applies is Applies.RATES)
        return not kinetics and self in chosen and (self.follows is None or self.follows in chosen)

    @property
    def told(self) -> bool:
        """Whether it is told of even where it changed nothing: the user asked for it, or it ends every plan."""
        return self.applies not in (Applies.RATES, Applies.LIMIT)
