"""Chen et al., "Programmable chemical controllers made from DNA", Nature Nanotechnology 8:755 (2013).

A signal is ``ta a``: a toehold and a recognition domain, both of its species. Gates are nicked double strands. A *join*
takes up the reactants and releases the flux strand ``r tq``; a *fork* takes the flux strand and releases the products
(Supplementary Figure S7.6). ``tr`` and ``tq`` are universal toeholds, ``r`` belongs to the reactants, ``i`` to the
module; gates in kernel notation::

    A + B -> P + Q   join J = a( tb( + b( tr( + r( tq( + ) ) ) ) ) ) ta*
                     fork F = i( + tp( p( + tq_( q( + tr( r( + tq* ) ) ) ) ) ) )         tq_ is Q's toehold
    A + J <-> J1 + a tb         B + J1 <-> J2 + b tr          tr r + J2 <-> J3 + r tq
    r tq + F <-> F1 + tr r      q tr + F1 <-> F2 + Q          p tq_ + F2 <-> F3 + P         i tp + F3 -> waste + i

*Delayed choice*: the flux strand says which reactants have been taken up, not what they become. So all reactions with
the same reactants share the join, and their forks compete for the flux strand.

Only the last step of the fork is irreversible. Until then products can be taken in again and the reactants come back;
the join's remains and ``a tb``, ``b tr`` stay in the tube, open to the flux strands of later turns. So limits are
right, each turn is slower than the one before, and CRN bisimulation fails.

A join of three or four reactants has a stretch more for each, ``a( tb( + b( tc( + c( tr( + ...``, and gives back a
co-signal more; more would be too long for a strand.

Kinetics: every step is a toehold exchange at one displacement rate, all but the last reversible; no matched kinetics.
Guarantees: the condensed reactions are the intended ones, with remote toeholds or without; the same limits; neither CRN
bisimulation nor pathway decomposition.

Deviation from the paper: the fork also starts where there are no products, by ``i tr``.
"""

from __future__ import annotations

from typing import ClassVar, final

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.dsd.template import DomainSlot, SignalForm, Template
from dsdcompile.schemes.parts import Assembly, Gap, Piece, Top, ladder, strand
from dsdcompile.schemes.scheme import Scheme, crowded

OWN = (
    DomainSlot("tr", Part.TOEHOLD, Scope.SYSTEM, position="tr"),
    DomainSlot("tq", Part.TOEHOLD, Scope.SYSTEM, position="tq"),
    DomainSlot("r", Part.RECOGNITION, Scope.REACTANTS),
    DomainSlot("i", Part.RECOGNITION, Scope.MODULE),
)
POOL = 0.5
"""``tr r`` for each time the reaction fires: the join needs it first, the fork gives it back."""


@final
class Chen2013(Scheme):
    """Joins that release a flux strand; forks that turn it into products."""

    name: ClassVar[str] = "chen2013"
    citation: ClassVar[str] = "Chen et al., Nature Nanotechnology 8:755-762 (2013), Supplementary Fig. S7.6"
    summary: ClassVar[str] = "two-domain signals with toeholds of their own; nicked joins and forks, delayed choice"
    bisimilar: ClassVar[bool] = False
    guarantees: ClassVar[str] = (
        "same limits; CRN bisimulation fails: until a fork ends, products turn back into reactants; joins stay open"
    )
    caveat: ClassVar[str] = (
        "chen2013 undoes reactions until the fork has finished, and spent joins stay open: noncompetitive CRNs keep "
        "their limits, but the system is not bisimilar to its CRN"
    )
    kinetics: ClassVar[str] = (
        "every step at the displacement rate, all but a fork's last reversible: limits are kept, formal rates are not"
    )
    reactants: ClassVar[int] = 4
    whole_weight: ClassVar[int] = 4
    form: ClassVar[SignalForm] = SignalForm(
        (
            DomainSlot("t", Part.TOEHOLD, Scope.SPECIES, position="t"),
            DomainSlot("x", Part.RECOGNITION, Scope.SPECIES, position="x"),
        )
    )

    def refusal(self, shape: ReactionShape) -> str | None:
        """Refuse none and more than four reactants."""
        return crowded(shape, self.reactants)

    def template(self, shape: ReactionShape) -> Template:
        """Return the join, the fork, the strands they need, and what they become."""
        taken, given = ([_signal(label) for label in side] for side in (shape.reactants, shape.products))
        build = Assembly()
        for label in range(shape.slots):
            build.signal(f"S{label}", label, strand(_signal(label)))

        opens = [*(toehold for toehold, _ in taken), "tr"]  # what each co-signal covers for the next strand
        co_signals = [(x, after) for (_, x), after in zip(taken, opens[1:], strict=True)]
        join: list[Piece] = [Gap((opens[0],)), *map(Top, co_signals), Top(("r", "tq"))]
        fork: list[Piece] = [Top(("i",)), *map(Top, reversed(given)), Top(("tr", "r")), Gap(("tq",))]
        closing = [*(x for _, x in given), "i"]
        keys: list[Strand] = list(zip(closing, ["tr", *(toehold for toehold, _ in given)], strict=True))

        build.fuel("J", ladder(*join))
        build.fuel("F", ladder(*fork))
        build.fuel("R", strand(("tr", "r")), POOL)
        for place, key in enumerate(keys, start=1):
            build.fuel(f"K{place}", strand(key))
        build.other("Q", strand(("r", "tq")))
        for place, co_signal in enumerate(co_signals, start=1):
            build.other(f"C{place}", strand(co_signal))
        build.walk("J", join, [*taken, ("tr", "r")], holds=shape.reactants[0])
        build.walk("F", fork, [("r", "tq"), *keys], leftward=True)
        slots = [slot for label in range(shape.slots) for slot in self.form.slots(label, f"s{label}")]
        return build.template(shape, (*slots, *OWN))


def _signal(label: int) -> Strand:
    return f"s{label}_t", f"s{label}_x"
