"""Lakin, Youssef, Cardelli and Phillips, "Abstractions for DNA circuit design", J. R. Soc. Interface 9:470 (2012).

A signal is ``h t x``: history, a universal toehold and the recognition domain of its species. One gate does all (Figure
5): the reactants walk in from the left, each in exchange for a co-signal ``x t``; then one strand, the *closer*, runs
under all products at once and covers the gate for good. ``d1, d2, ...`` are the products' histories, private to the
module; in kernel notation, x being A's domain, y B's, p and q those of P and Q::

    A + B -> P + Q   gate G = x( t( + y( t( + d1( t( p + d2( t( q + ) ) ) ) ) ) ) ) t*        closer H = t d1 t d2 t
                     A + G <-> G1 + x t      B + G1 <-> G2 + y t      H + G2 -> P + Q + waste
    A -> P           gate G = x( t( + d1( t( p + ) ) ) ) t*                                  closer H = t d1 t
    A + B ->         gate G = x( t( + y( + ) ) ) t*                                          none: B closes the gate

A gate that holds reactants can always give them back, for co-signals stand ready as fuels; one that the closer has
entered is finished. So each module is bisimilar to its reaction.

Deviations from the paper. Co-signals there end in a domain of the gate's own, which ``x t`` leaves out: a gate takes
the co-signals of others of the same species anyway, and this way they are one strand. That of the last reactant is a
fuel as well, and without products the last reactant displaces all of it, so nothing is needed to close the gate.

Kinetics: every step is a toehold exchange at one displacement rate, reversible until the closer comes; no matched
kinetics. Guarantees: the condensed reactions are the intended ones, with remote toeholds or without; CRN bisimulation.
Limits: one to three reactants; the strand below the gate grows by 21 nt for each reactant and product.
"""

from __future__ import annotations

from typing import ClassVar, final

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.dsd.template import DomainSlot, SignalForm, Template
from dsdcompile.schemes.parts import Assembly, Gap, Piece, Top, ladder, strand
from dsdcompile.schemes.scheme import Scheme, crowded

POOL = 0.1
"""Co-signals that stand ready, for each time the reaction fires: they come back, so a few are enough."""
BARE = Gap(("t",))


@final
class Lakin2012(Scheme):
    """One gate that takes all reactants and gives all products."""

    name: ClassVar[str] = "lakin2012"
    citation: ClassVar[str] = "Lakin, Youssef, Cardelli, Phillips, J. R. Soc. Interface 9:470-486 (2012), Figure 5"
    summary: ClassVar[str] = "three-domain signals with history, one universal toehold; a single gate and its closer"
    bisimilar: ClassVar[bool] = True
    guarantees: ClassVar[str] = "CRN bisimulation for every shape; waste is inert, co-signals join the pools of fuels"
    kinetics: ClassVar[str] = (
        "every step at the displacement rate, reversible until the closer comes: limits are kept, formal rates are not"
    )
    reactants: ClassVar[int] = 3
    whole_weight: ClassVar[int] = 4
    form: ClassVar[SignalForm] = SignalForm(
        (
            DomainSlot("h", Part.HISTORY, Scope.FOREIGN, position="h"),
            DomainSlot("t", Part.TOEHOLD, Scope.SYSTEM, position="t"),
            DomainSlot("x", Part.RECOGNITION, Scope.SPECIES, position="x"),
        )
    )

    def refusal(self, shape: ReactionShape) -> str | None:
        """Refuse none and more than three reactants."""
        return crowded(shape, self.reactants)

    def template(self, shape: ReactionShape) -> Template:
        """Return the gate, its closer, the co-signals, and what they become."""
        build = Assembly()
        given = [(f"d{place}", label) for place, label in enumerate(shape.products, start=1)]
        outs = [Top((history, "t"), right=(f"s{label}_x",)) for history, label in given]
        closer = ("t", *(domain for top in outs for domain in top.paired))
        taken = [Top(("t", f"s{label}_x"), left=(f"s{label}_h",)) for label in shape.reactants]
        places = [Top((f"s{label}_x", "t")) for label in shape.reactants]
        if not given:
            places[-1] = Top(places[-1].paired[:1])
        signals = {label: build.signal(f"X{label}", label, strand(top.strand)) for label, top in _each(shape, taken)}
        here = build.fuel("G", ladder(BARE, *places, *outs))
        for place, label in enumerate(shape.reactants, start=1):
            open_: list[Piece] = [BARE] if given or place < len(places) else []
            held = ladder(*taken[:place], *open_, *places[place:], *outs)
            freed = strand(places[place - 1].strand)
            there = build.other(f"G{place}" if open_ else "W", held, shape.reactants[0] if place == 1 and open_ else -1)
            if open_:
                build.exchange((signals[label], here), (there, build.fuel(f"C{place}", freed, POOL)))
            else:
                build.react((signals[label], here), (there, build.other("L", freed)), "commit")
            here = there
        if given:
            made = [build.signal(f"P{n}", label, strand(outs[n].strand)) for n, (_, label) in enumerate(given)]
            helper = build.fuel("H", strand(closer))
            build.react((helper, here), (*made, build.other("W", ladder(*taken, Top(closer)))), "commit")
        slots = [slot for label in range(shape.slots) for slot in self.form.slots(label, f"s{label}")]
        slots += [DomainSlot(history, Part.HISTORY, Scope.MODULE) for history, _ in given]
        return build.template(shape, slots)


def _each(shape: ReactionShape, taken: list[Top]) -> list[tuple[int, Top]]:
    return list(dict(zip(shape.reactants, taken, strict=True)).items())
