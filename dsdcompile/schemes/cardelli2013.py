"""Cardelli, "Two-domain DNA strand displacement", Mathematical Structures in Computer Science 23:247 (2013).

A signal is ``t x``: a universal toehold and the recognition domain of its species, nothing else. Gates are double
strands with nicks and no overhangs but toeholds. A *join* takes up the reactants one after the other and gives back a
*co-signal* for each; a *fork* takes the co-signals and what the join releases, and gives out the products, each in
exchange for a fuel ``p t``. What is left of both gates is fully paired.

Figures 3 to 5 (transducer), 6 (fork), 7 (catalyst), 8 (join), 12 (collecting the second co-signal by means of a second
toehold ``u``) and 15 (irreversible steps), put together as follows; ``a`` and ``b`` are private to the module, gates
in kernel notation::

    A -> P           join J = x( t( + b( + a( t( + a( + ) ) ) ) ) ) t*              x is A's domain, p is P's
                     fork F = x( + t( p( + t( a( + t* ) ) ) ) )
    A + B -> P       join J = x( t( + y( u( + b( + a( t( + a( + ) ) ) ) ) ) ) ) t*
                     fork F = y( + u( x( + t( p( + t( a( + t* ) ) ) ) ) ) )
    A + B -> B + P   join J = x( t( + y( t( + b( + a( t( + a( + ) ) ) ) ) ) ) ) t*
                     fork F = x( + t( y( + t( p( + t( a( + t* ) ) ) ) ) ) )

    A + J <-> J1 + x t       B + J1 <-> J2 + y u      u b a + J2 -> J3 + b + a t
    a t + F <-> F1 + t a     p t + F1 <-> F2 + P      x t + F2 <-> F3 + u x     y u + F3 -> waste + y
                             t a + J3 -> waste + a

**cardelli2013** is this: with the domain ``b`` the join commits once and for all when it has all reactants, and the
co-signals ``x t`` and ``y u`` stand ready as fuels. Then it is weakly bisimilar to the reaction: a gate that holds a
reactant can always give it back, a gate that has committed always finishes.

**cardelli2013-plain** is without ``b`` and without co-signals as fuels, and collects ``y u`` in a gate of its own,
``y( + u* )``, as Figures 11 and 12 do. It is shorter, and its limits are the same, but products that are out can be
taken in again, and the reactants come back, until both gates have finished. Bisimulation fails.

Deviations from the paper. It collects the second co-signal by cooperative binding (Figure 9), which the enumeration
semantics does not have, or, with a second toehold, in a separate gate that would eat the co-signals that stand ready;
so here the fork takes it, through ``u``. What is left over is ``u x``, which finds a partner only in forks that have
not finished. ``t a`` is no fuel: the fork returns what the join needs. The catalyst comes last in the join whenever one
reactant is also a product.

Joins of three and four reactants (Figures 10 and 14) have a stretch ``y( t( +`` more for each. The co-signals of the
first and the last are collected as above; those between, ``y t``, stay. They are what a fork takes to give out their
species, so they serve as that fuel, and where several turns leave many, they slow the join's way to its commitment but
do not change what it comes to. Every collector for them would eat that fuel as well.

Kinetics: every step is a toehold exchange at one displacement rate, and joins are reversible up to their commitment
(plain: up to the end of the fork); no matched kinetics. Guarantees: the condensed reactions are the intended ones, and
the limits; for cardelli2013 CRN bisimulation too. Pathway decomposition fails, or crnverifier finds no answer. All
holds with remote toeholds rejected: one universal toehold is bare in many places.
"""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, final

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.dsd.template import DomainSlot, SignalForm, Template
from dsdcompile.schemes.parts import Assembly, Gap, Piece, Top, ladder, strand
from dsdcompile.schemes.scheme import Scheme, crowded

FORM = SignalForm(
    (
        DomainSlot("t", Part.TOEHOLD, Scope.SYSTEM, position="t"),
        DomainSlot("x", Part.RECOGNITION, Scope.SPECIES, position="x"),
    )
)
OWN = (
    DomainSlot("u", Part.TOEHOLD, Scope.SYSTEM, position="u"),
    DomainSlot("a", Part.RECOGNITION, Scope.MODULE),
    DomainSlot("b", Part.RECOGNITION, Scope.MODULE),
)
MOST_REACTANTS = 4
"""A join of more is too long a strand to be made."""
POOL = 0.1
"""Co-signals that stand ready, for each time the reaction fires: they come back, so a few are enough."""


@final
class Cardelli2013(Scheme):
    """Joins that commit once; forks that take the co-signals back."""

    name: ClassVar[str] = "cardelli2013"
    aliases: ClassVar[tuple[str, ...]] = ("two-domain",)
    citation: ClassVar[str] = "Cardelli, Math. Struct. Comp. Sci. 23:247-271 (2013), with irreversible joins (Fig. 15)"
    summary: ClassVar[str] = "two-domain signals, one universal toehold; nicked joins and forks, garbage collected"
    bisimilar: ClassVar[bool] = True
    guarantees: ClassVar[str] = (
        "CRN bisimulation for every shape; what is left over is paired or finds no partner, but of three reactants and "
        "more some co-signals, which join the pools of fuels"
    )
    kinetics: ClassVar[str] = (
        "every step at the displacement rate, reversible until a join commits: limits are kept, formal rates are not"
    )
    reactants: ClassVar[int] = MOST_REACTANTS
    remote: ClassVar[bool] = False
    whole_weight: ClassVar[int] = 10
    form: ClassVar[SignalForm] = FORM

    def refusal(self, shape: ReactionShape) -> str | None:
        """Refuse none and more than four reactants."""
        return crowded(shape, self.reactants)

    def unanswered(self, shape: ReactionShape) -> bool:
        """Return whether a reactant comes back, but for A + B -> A: measured for all shapes of up to four molecules."""
        return _returns(shape) and (len(set(shape.reactants)) < 2 or len(shape.reactants) + len(shape.products) > 3)

    def template(self, shape: ReactionShape) -> Template:
        """Return the join, the fork, the strands they need, and what they become."""
        return _module(shape, commits=True)


@final
class Cardelli2013Plain(Scheme):
    """Joins and forks as first published: everything is reversible until both gates have finished."""

    name: ClassVar[str] = "cardelli2013-plain"
    aliases: ClassVar[tuple[str, ...]] = ("two-domain-plain",)
    citation: ClassVar[str] = "Cardelli, Math. Struct. Comp. Sci. 23:247-271 (2013), Figs. 3-8, 11, 12"
    summary: ClassVar[str] = "two-domain signals, one universal toehold; joins, forks and collectors, fewest domains"
    bisimilar: ClassVar[bool] = False
    guarantees: ClassVar[str] = (
        "same limits; CRN bisimulation fails: until both gates finish, products turn back into reactants"
    )
    kinetics: ClassVar[str] = (
        "every step at the displacement rate, reversible until both gates finish: limits are kept, formal rates are not"
    )
    reactants: ClassVar[int] = MOST_REACTANTS
    caveat: ClassVar[str] = (
        "cardelli2013-plain undoes reactions until both gates have finished: noncompetitive CRNs keep their limits, "
        "but the system is not bisimilar to its CRN"
    )
    whole_weight: ClassVar[int] = 10
    form: ClassVar[SignalForm] = FORM

    def refusal(self, shape: ReactionShape) -> str | None:
        """Refuse none and more than four reactants."""
        return crowded(shape, self.reactants)

    def unanswered(self, shape: ReactionShape) -> bool:
        """Return whether a single reactant comes back, or 2A -> A: measured for all shapes of up to four molecules."""
        return _returns(shape) and (len(shape.reactants) == 1 or (shape.reactants, shape.products) == ((0, 0), (0,)))

    def template(self, shape: ReactionShape) -> Template:
        """Return the join, the fork, the collector, the strands they need, and what they become."""
        return _module(shape, commits=False)


def _domain(label: int) -> str:
    return f"s{label}_x"


def _module(shape: ReactionShape, *, commits: bool) -> Template:
    reactants, catalyst = _catalyst_last(shape)
    taken, given = [_domain(label) for label in reactants], [_domain(label) for label in shape.products]
    collected = len(taken) > 1 and not catalyst
    last = "u" if collected else "t"
    co_signals = [(x, last if place == len(taken) - 1 else "t") for place, x in enumerate(taken)]
    build = Assembly()
    for label in dict.fromkeys((*reactants, *shape.products)):
        build.signal(f"S{label}", label, strand(("t", _domain(label))))

    join: list[Piece] = [Gap(("t",)), *(Top(pair) for pair in co_signals)]
    join += [Top(("b",))] if commits else []
    join += [Top(("a", "t")), Top(("a",))]
    first, *_ = taken
    ends = [Top((taken[-1],)), Top(("u", first))] if collected and commits else [Top((first,))]
    fork: list[Piece] = [*ends, *(Top(("t", p)) for p in reversed(given)), Top(("t", "a")), Gap(("t",))]
    opener: Strand = (last, "b", "a") if commits else (last, "a")

    build.fuel("J", ladder(*join))
    build.fuel("F", ladder(*fork))
    build.fuel("L", strand(opener))
    for place, pair in enumerate(co_signals, start=1):
        if commits:
            build.fuel(f"C{place}", strand(pair), POOL)
        else:
            build.other(f"C{place}", strand(pair))
    free = Counter(x for x, toehold in co_signals[1:] if toehold == "t")  # these co-signals free their species again
    for place, p in enumerate(given, start=1):
        if free[p]:
            free[p] -= 1
        else:
            build.fuel(f"K{place}", strand((p, "t")))
    build.other("A", strand(("t", "a")))
    build.other("Q", strand(("a", "t")))
    if collected and commits:
        build.other("E", strand(("u", first)))

    build.walk("J", join, [*(("t", x) for x in taken), opener, ("t", "a")], holds=reactants[0])
    closing = [co_signals[0]] + ([co_signals[-1]] if collected and commits else [])
    build.walk("F", fork, [("a", "t"), *((p, "t") for p in given), *closing], leftward=True)
    if collected and not commits:
        collector: list[Piece] = [Top((taken[-1],)), Gap(("u",))]
        build.fuel("D", ladder(*collector))
        build.walk("D", collector, [co_signals[-1]], leftward=True)
    slots = [slot for label in range(shape.slots) for slot in FORM.slots(label, f"s{label}")]
    return build.template(shape, (*slots, *OWN))


def _returns(shape: ReactionShape) -> bool:
    return bool(set(shape.reactants) & set(shape.products))


def _catalyst_last(shape: ReactionShape) -> tuple[tuple[int, ...], bool]:
    """Return the reactants, one that is also a product last, and whether there is such a one (of several)."""
    kept = [label for label in shape.reactants if label in shape.products]
    if len(shape.reactants) < 2 or not kept:
        return shape.reactants, False
    other = list(shape.reactants)
    other.remove(kept[-1])
    return (*other, kept[-1]), True
