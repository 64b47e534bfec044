"""Which passes run, in which order, and what each saves.

``reduce`` says how far unimolecular reactions are substituted away: everywhere (``paper``, Algorithm 2), where it
lowers the cost (``cost``), or nowhere (``none``). Optional passes are named; they run in the order of :data:`ORDER`,
and ``cost`` includes those of :data:`BY_COST`. The passes before ``annihilate`` make the reduced CRN, the others and
legalising the implementable one. A CRN whose kinetics must stay as they are is legalised only, once what is written
twice is combined.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.errors import LimitExceededError
from dsdcompile.passes.annihilate import annihilate
from dsdcompile.passes.cancel import cancel
from dsdcompile.passes.combine import combine
from dsdcompile.passes.cost import Cost, CostModel
from dsdcompile.passes.dead import remove_dead
from dsdcompile.passes.fanout import share_products
from dsdcompile.passes.inline import inline
from dsdcompile.passes.join import join
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.merge import merge
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.result import PassResult, unchanged
from dsdcompile.passes.shift import shift

BEFORE: tuple[str, ...] = ("shift", "reduce", "dead", "merge", "cancel")
AFTER: tuple[str, ...] = ("annihilate", "annihilate_outputs", "fanout", "merge", "inline")
ORDER = BEFORE + AFTER
"""``merge`` runs twice: sharing may build what a species stands for already."""
BY_COST = frozenset({"dead", "merge", "cancel", "fanout", "inline"})


@final
@dataclass(frozen=True, eq=False)
class Setting:
    """What passes need to know beside the CRN."""

    model: CostModel
    lowest: FloatArray | None = None
    """The smallest value of each input (inputs,), where one is known: what ``shift`` adds."""


@final
@dataclass(frozen=True, slots=True)
class Step:
    """A pass that ran, and what the CRN costs after it."""

    name: str
    reactions: int
    cost: Cost
    result: PassResult = field(compare=False, repr=False)
    """What it made of the CRN before it, for :mod:`dsdcompile.verify.preserved` to check."""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.name}: {self.reactions:,} reactions; {self.cost}"


@final
@dataclass(frozen=True, eq=False)
class Outcome:
    """What a plan made of a formal CRN."""

    reduced: PassResult
    """From the formal to the reduced CRN."""
    legal: PassResult
    """From the reduced to the implementable CRN."""
    steps: tuple[Step, ...]
    """Every pass, beginning with the formal CRN and ending with the implementable one."""

    @property
    def cost(self) -> Cost:
        """What the implementable CRN costs."""
        return self.steps[-1].cost


def run_passes(
    formal: Crn,
    setting: Setting,
    names: Collection[str],
    progress: Callable[[str], None] = lambda line: None,
    *,
    kinetics: bool = False,
) -> Outcome:
    """Run the named passes in their order, then legalise.

    Args:
        formal: What is to be built.
        setting: The cost model and the range of inputs.
        names: Passes of :data:`ORDER`.
        progress: Called with a line for the CRN's cost before the first and after each pass.
        kinetics: Whether rate constants matter: then reactions are combined and legalised, and no more.

    Raises:
        CrnError: a pass cannot be applied.
        LimitExceededError: numbers grow beyond their range.
    """
    steps: list[Step] = []

    def note(name: str, made: PassResult) -> PassResult:
        steps.append(Step(name, made.crn.n_reactions, setting.model.cost(made.crn), made))
        progress(str(steps[-1]))
        return made

    def step(before: PassResult, name: str, made: PassResult) -> PassResult:
        """Add a step that nobody named: it is told only if it changed something."""
        return before.then(note(name, made) if made.crn is not before.crn else made)

    reduced = note("formal", unchanged(formal))
    if kinetics:
        names = ()
        reduced = step(reduced, "combine", combine(formal))
    for name in BEFORE:
        if name in names:
            reduced = reduced.then(note(name, _apply(name, reduced.crn, setting)))
    legal = unchanged(reduced.crn)
    for name in AFTER:
        if name in names and not (name == "merge" and "fanout" not in names):
            legal = legal.then(note(name, _apply(name, legal.crn, setting)))
    if not kinetics:
        legal = step(legal, "join", join(legal.crn, setting.model.accepts))
    legal = legal.then(note("legalise", legalise(legal.crn, setting.model.accepts, setting.model.max_products)))
    return Outcome(reduced, legal, tuple(steps))


def cheapest(
    formal: Crn,
    setting: Setting,
    optional: Collection[str] = (),
    progress: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Run the passes of :data:`BY_COST` with and without sharing, and return what costs least.

    Raises:
        CrnError: a pass cannot be applied.
        LimitExceededError: numbers grow beyond their range either way.
    """
    rest = {*BY_COST, *optional}
    found: list[Outcome] = []
    refused: LimitExceededError | None = None
    for title, names in (("with fan-out sharing", rest), ("with naive trees", rest - {"fanout"})):
        progress(title)
        try:
            found.append(run_passes(formal, setting, names, progress))
        except LimitExceededError as error:
            progress(f"given up: {error}")
            refused = refused or error
    if not found and refused is not None:
        raise refused
    return min(found, key=lambda outcome: outcome.cost.rank)


def _apply(name: str, crn: Crn, setting: Setting) -> PassResult:
    most = setting.model.max_products
    passes: Mapping[str, Callable[[Crn], PassResult]] = {
        "shift": lambda crn: unchanged(crn) if setting.lowest is None else shift(crn, setting.lowest),
        "reduce": reduce,
        "dead": remove_dead,
        "merge": merge,
        "cancel": cancel,
        "fanout": lambda crn: share_products(crn, most),
        "inline": lambda crn: inline(crn, most),
        "annihilate": lambda crn: annihilate(crn, "inner"),
        "annihilate_outputs": lambda crn: annihilate(crn, "outputs"),
    }
    return passes[name](crn)
