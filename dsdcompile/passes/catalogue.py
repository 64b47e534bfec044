"""The passes there are, in the order in which they run. A new pass is a file with its value, and a line here."""

from __future__ import annotations

from collections.abc import Iterable

from dsdcompile.passes.annihilate import ANNIHILATE, ANNIHILATE_OUTPUTS
from dsdcompile.passes.cancel import CANCEL
from dsdcompile.passes.combine import COMBINE
from dsdcompile.passes.dead import DEAD
from dsdcompile.passes.declared import Applies, Pass
from dsdcompile.passes.fanout import FANOUT
from dsdcompile.passes.feed import FEED
from dsdcompile.passes.inline import INLINE
from dsdcompile.passes.join import JOIN
from dsdcompile.passes.legalise import LEGALISE
from dsdcompile.passes.merge import MERGE, MERGE_AGAIN
from dsdcompile.passes.reduce import REDUCE
from dsdcompile.passes.shift import SHIFT

PASSES: tuple[Pass, ...] = (
    COMBINE,
    SHIFT,
    REDUCE,
    DEAD,
    MERGE,
    CANCEL,
    ANNIHILATE,
    ANNIHILATE_OUTPUTS,
    FANOUT,
    MERGE_AGAIN,
    INLINE,
    FEED,
    JOIN,
    LEGALISE,
)
"""Those that make the reduced CRN come first."""

OPTIONAL: tuple[str, ...] = tuple(dict.fromkeys(one.name for one in PASSES if one.applies is Applies.NAMED))
"""What ``passes.optional`` may name."""
PAPER: frozenset[Pass] = frozenset(one for one in PASSES if one.applies is Applies.PAPER)
"""What ``passes.reduce = "paper"`` runs."""
BY_COST: frozenset[Pass] = frozenset(one for one in PASSES if one.by_cost)
"""What ``passes.reduce = "cost"`` runs, as far as it lowers the cost."""


def named(names: Iterable[str]) -> frozenset[Pass]:
    """Return the optional passes of these names; a name may stand for a pass that runs at two places.

    Raises:
        KeyError: there is no optional pass of that name.
    """
    by_name = {name: [one for one in PASSES if one.name == name and one.applies is Applies.NAMED] for name in OPTIONAL}
    return frozenset(one for name in names for one in by_name[name])


def help_text() -> str:
    """Return what optional passes do, in the order in which they run, and which of them ``reduce = cost`` includes."""
    first = {one.name: one for one in reversed(PASSES)}
    listed = "; ".join(f"{name}: {first[name].says}" for name in OPTIONAL)
    included = [name for name in OPTIONAL if first[name].by_cost]
    return f"{listed}. reduce = cost includes {', '.join(included[:-1])} and {included[-1]}"
