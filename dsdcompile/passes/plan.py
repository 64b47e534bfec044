"""Which passes run, in which order, and what each saves.

``reduce`` says how far unimolecular reactions are substituted away: everywhere (``paper``, Algorithm 2), where it
lowers the cost (``cost``), whichever of these is cheaper (``cheapest``), or nowhere (``none``). Passes that declare a
choice are tried and left out, and the stated cost decides. Optional passes are named. What is chosen runs in the order
of :data:`dsdcompile.passes.catalogue.PASSES`: first what makes the reduced CRN, then what makes the implementable one.
A CRN whose kinetics must stay as they are is legalised only, once what is written twice is combined.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.errors import LimitExceededError
from dsdcompile.passes.catalogue import BY_COST, PAPER, PASSES
from dsdcompile.passes.cost import Cost
from dsdcompile.passes.declared import Applies, Keeps, Makes, Pass, Setting
from dsdcompile.passes.fanout import FANOUT
from dsdcompile.passes.legalise import LEGALISE
from dsdcompile.passes.result import PassResult, unchanged

FORMAL = Pass(
    "formal",
    lambda crn, setting: unchanged(crn),
    Keeps.REACTIONS,
    "leave the formal CRN as it is",
    "",
    applies=Applies.ALWAYS,
)
"""What every plan begins with: it is told what the formal CRN would cost."""
HOPELESS = 100
"""Sharing is not searched where naive trees take this many times the modules of another plan: it saves a factor of some
ten."""


@final
@dataclass(frozen=True, slots=True)
class Step:
    """A pass that ran, and what the CRN costs after it."""

    rewriting: Pass
    reactions: int
    cost: Cost
    result: PassResult = field(compare=False, repr=False)
    """What it made of the CRN before it, to be checked."""

    @property
    def name(self) -> str:
        """The name of the pass."""
        return self.rewriting.name

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.name}: {self.reactions:,} reactions; {self.cost}"


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """Passes that run together, beside those that need not be chosen."""

    name: str
    """What is told of it, such as ``cost, with input shift, with naive trees``."""
    chosen: frozenset[Pass]


@final
@dataclass(frozen=True, slots=True)
class Tried:
    """A plan, and what the implementable CRN costs that it makes."""

    name: str
    cost: Cost | None
    """None where it was given up: it costs more, or numbers grow beyond their range."""


@final
@dataclass(frozen=True, eq=False)
class PlanResult:
    """What a plan made of a formal CRN."""

    reduced: PassResult
    """From the formal to the reduced CRN."""
    legal: PassResult
    """From the reduced to the implementable CRN."""
    steps: tuple[Step, ...]
    """Every pass, beginning with the formal CRN and ending with the implementable one."""
    tried: tuple[Tried, ...] = ()
    """The plans it was compared with, itself among them."""

    @property
    def cost(self) -> Cost:
        """What the implementable CRN costs."""
        return self.steps[-1].cost


@final
class CostlierError(Exception):
    """A way of building a CRN costs more than one that is known."""


def run_passes(
    formal: Crn,
    setting: Setting,
    chosen: Collection[Pass],
    progress: Callable[[str], None] = lambda line: None,
    *,
    kinetics: bool = False,
    below: Cost | None = None,
) -> PlanResult:
    """Run the chosen passes, and those that need not be chosen, in the order of the catalogue.

    Args:
        formal: What is to be built.
        setting: The cost model and the range of inputs.
        chosen: Passes that run only where they are asked for.
        progress: Called with a line for the CRN's cost before the first and after each pass.
        kinetics: Whether rate constants matter: then what is chosen does not run.
        below: What another way costs; None for no other.

    Raises:
        CostlierError: this way takes more than ``below``, as is known before all its trees are written out.
        CrnError: a pass cannot be applied.
        LimitExceededError: numbers grow beyond their range.
    """
    steps: list[Step] = []
    asked = frozenset(chosen)

    def run(one: Pass, before: PassResult) -> PassResult:
        made = one.run(before.crn, setting)
        if made.crn is before.crn and not one.told:
            return before
        steps.append(Step(one, made.crn.n_reactions, setting.model.cost(made.crn), made))
        progress(str(steps[-1]))
        return before.then(made)

    def run_all(makes: Makes, made: PassResult) -> PassResult:
        for one in PASSES:
            if one.makes is makes and one.runs(asked, kinetics=kinetics):
                if one is LEGALISE and below is not None and setting.model.least(made.crn) > below.nucleotides:
                    raise CostlierError(f"at least {setting.model.least(made.crn):,} nt")
                made = run(one, made)
        return made

    reduced = run_all(Makes.REDUCED, run(FORMAL, unchanged(formal)))
    naive = steps[-1].cost.modules
    if below is not None and FANOUT in asked and naive > HOPELESS * (1 + below.modules):
        raise CostlierError(f"{naive:,} modules by naive trees")
    legal = run_all(Makes.IMPLEMENTABLE, unchanged(reduced.crn))
    return PlanResult(reduced, legal, tuple(steps))


def plans(how: str, optional: Collection[Pass] = ()) -> tuple[Plan, ...]:
    """Return the plans that a way of reducing compares; of those that cost the same the first is built.

    Args:
        how: ``none``, ``paper`` (Algorithm 2), ``cost`` (what lowers the cost), or ``cheapest`` (that with and without
            every pass about which cost can decide: input shift, Algorithm 2, fan-out sharing).
        optional: Passes that run in every plan.

    Raises:
        KeyError: there is no such way.
    """
    choices = [one for one in PASSES if one.choice is not None and one not in optional]
    base, open_ = {
        "none": (frozenset[Pass](), []),
        "paper": (PAPER, []),
        "cost": (BY_COST, [one for one in choices if one.by_cost]),
        "cheapest": (BY_COST | PAPER | frozenset(choices), choices),
    }[how]
    found = []
    for taken in product((True, False), repeat=len(open_)):
        made = list(zip(open_, taken, strict=True))
        told = [one.choice.taken if take else one.choice.left_out for one, take in made if one.choice is not None]
        without = {one for one, take in made if not take}
        found.append(Plan(", ".join(told) or how, frozenset({*base, *optional} - without)))
    # Plans that do more come later: they must gain by it, and Algorithm 2 may make lists without end.
    return tuple(sorted(found, key=lambda plan: len(plan.chosen - BY_COST)))


def cheapest(
    formal: Crn,
    setting: Setting,
    compared: Sequence[Plan],
    progress: Callable[[str], None] = lambda line: None,
) -> PlanResult:
    """Run some plans and return what costs least, with what the others would have cost.

    Raises:
        CrnError: a pass cannot be applied.
        LimitExceededError: numbers grow beyond their range every way.
    """
    found: list[PlanResult] = []
    tried: list[Tried] = []
    refused: LimitExceededError | None = None
    for plan in compared:
        if len(compared) > 1:
            progress(plan.name)
        best = min((made.cost for made in found), key=lambda cost: cost.rank, default=None)
        cost: Cost | None = None
        try:
            found.append(run_passes(formal, setting, plan.chosen, progress, below=best))
            cost = found[-1].cost
        except CostlierError as error:
            progress(f"costs more: {error}")
        except LimitExceededError as error:
            progress(f"given up: {error}")
            refused = refused or error
        tried.append(Tried(plan.name, cost))
    if not found and refused is not None:
        raise refused
    return replace(min(found, key=lambda made: made.cost.rank), tried=tuple(tried))
