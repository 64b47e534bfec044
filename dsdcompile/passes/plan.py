"""Which passes run, in which order, and what each saves.

``reduce`` says how far unimolecular reactions are substituted away: everywhere (``paper``, Algorithm 2), where it
lowers the cost (``cost``), or nowhere (``none``). Optional passes are named. What is chosen runs in the order of
:data:`dsdcompile.passes.catalogue.PASSES`: first what makes the reduced CRN, then what makes the implementable one. A
CRN whose kinetics must stay as they are is legalised only, once what is written twice is combined.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import product
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.errors import LimitExceededError
from dsdcompile.passes.catalogue import BY_COST, PASSES
from dsdcompile.passes.cost import Cost
from dsdcompile.passes.declared import Applies, Keeps, Makes, Pass, Setting
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
@dataclass(frozen=True, eq=False)
class PlanResult:
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
        CostlierError: this way takes more nucleotides than ``below``, as is known before all its trees are written out.
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
    legal = run_all(Makes.IMPLEMENTABLE, unchanged(reduced.crn))
    return PlanResult(reduced, legal, tuple(steps))


def cheapest(
    formal: Crn,
    setting: Setting,
    optional: Collection[Pass] = (),
    progress: Callable[[str], None] = lambda line: None,
) -> PlanResult:
    """Run the passes that cost asks for with and without those about which it decides; return what costs least.

    Raises:
        CrnError: a pass cannot be applied.
        LimitExceededError: numbers grow beyond their range every way.
    """
    chosen = {*BY_COST, *optional}
    choices = [(one, one.choice) for one in PASSES if one in BY_COST and one.choice is not None]
    plans: list[PlanResult] = []
    refused: LimitExceededError | None = None
    for taken in product((True, False), repeat=len(choices)):
        pairs = list(zip(choices, taken, strict=True))
        progress(", ".join(choice.taken if take else choice.left_out for (_, choice), take in pairs))
        without = {one for (one, _), take in pairs if not take}
        try:
            best = min((made.cost for made in plans), key=lambda cost: cost.rank, default=None)
            plans.append(run_passes(formal, setting, chosen - without, progress, below=best))
        except CostlierError as error:
            progress(f"costs more: {error}")
        except LimitExceededError as error:
            progress(f"given up: {error}")
            refused = refused or error
    if not plans and refused is not None:
        raise refused
    return min(plans, key=lambda made: made.cost.rank)
