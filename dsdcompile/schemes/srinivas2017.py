"""Srinivas et al., "Enzyme-free nucleic acid dynamical systems", Science 358:eaal2052 (2017).

Domain level as in Srinivas, "Programming chemical kinetics", Caltech thesis (2015), Figures 3.4 to 3.6.

A signal is ``h f m s``: history, first toehold, recognition, second toehold. A *react* gate takes up the reactants and
releases a flux strand that carries the history domain of the first product; a *produce* gate lets the flux strand
displace the first product, whose toehold then lets one *helper* strand release all others. ``d1, d2, ...`` are the
products' histories; gates in kernel notation::

    A + B -> P + Q   react   R = m1( s1( f2( + m2( s2( d1 + ) ) ) ) ) f1*         back Y = m1 s1 f2
                     produce T = d1( f3( m3 s3 + d2( f4( m4 s4 + ) ) ) ) s2*      helper H = f3 d2 f4
    A + R <-> R1 + Y      B + R1 -> O + waste      O + T <-> T1 + P      H + T1 -> Q + waste       O = m2 s2 d1
    A -> P           react   R = m1( s1( d1 f3 + ) ) f1*     produce T = d1( f3( m3 s3 + ) ) s1*
    A + R -> O + waste    O + T -> P + waste               O = m1 s1 d1 f3: no helper

A react gate for three reactants has a stretch more, ``m1( s1( f2( + m2( s2( f3( + m3( s3( d1 +``, and a strand more
that is given back.

Where the first product is one of several its release is reversible until the helper comes, by the very strand that left
(its history is the gate's). With histories lumped, as implementation and enumerated CRNs have them, any strand of that
species counts as able to go back, so their curves are slower than the strands, with the same limit.

A + A -> A is refused: its flux strand shows A's first toehold, and where remote toeholds act it re-enters the half-open
react gate. Legalising puts an intermediate species between.

Kinetics: every step is one strand displacement, at one rate; no matched kinetics (the paper tunes toeholds by hand).
Guarantees: CRN bisimulation and pathway decomposition for every accepted shape, waste inert. Limits: one to three
reactants; strands grow by 21 nt a product (default lengths); composition is proved with remote toeholds rejected.

Deviation from the paper: no *clamps*. There the bottom strand of a gate covers 2 nt more of each long domain beside it,
so that helix ends do not fray and leak. To the enumeration such domains of 2 nt would be toeholds, and every step
reversible at a rate that is not seen in the laboratory. Expect more leak than the paper reports.
"""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, final

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.complex import Strand
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.dsd.template import DomainSlot, SignalForm, Template
from dsdcompile.schemes.parts import Assembly, Gap, Piece, Top, ladder, strand
from dsdcompile.schemes.scheme import Scheme, crowded, twice


@final
class Srinivas2017(Scheme):
    """React, produce and helper."""

    name: ClassVar[str] = "srinivas2017"
    aliases: ClassVar[tuple[str, ...]] = ("srinivas2015", "displacillator")
    citation: ClassVar[str] = "Srinivas et al., Science 358:eaal2052 (2017); Srinivas, PhD thesis, Caltech (2015)"
    summary: ClassVar[str] = (
        "four-domain signals with history; react gate, produce gate and one helper strand; without the paper's clamps"
    )
    bisimilar: ClassVar[bool] = True
    guarantees: ClassVar[str] = "CRN bisimulation for every accepted shape; waste is inert; A + A -> A is legalised"
    kinetics: ClassVar[str] = "every step at the displacement rate: limits are kept, formal rates are not"
    reactants: ClassVar[int] = 3
    form: ClassVar[SignalForm] = SignalForm(
        (
            DomainSlot("h", Part.HISTORY, Scope.FOREIGN, position="h"),
            DomainSlot("f", Part.TOEHOLD, Scope.SPECIES, position="f"),
            DomainSlot("m", Part.RECOGNITION, Scope.SPECIES, position="m"),
            DomainSlot("s", Part.TOEHOLD, Scope.SPECIES, position="s"),
        )
    )

    def refusal(self, shape: ReactionShape) -> str | None:
        """Refuse all but one to three reactants, and equal reactants that make just one of them."""
        if len(shape.reactants) <= self.reactants and shape.products in {(n,) for n in twice(shape)}:
            return "equal reactants with themselves as only product need an intermediate species"
        return crowded(shape, self.reactants)

    def template(self, shape: ReactionShape) -> Template:
        """Return the gates, their strands, and what they become."""
        build = Assembly()
        reactants = [
            build.signal(f"X{label}", label, strand((f"s{label}_h", *_core(label)))) for label in shape.reactants
        ]
        flux = self._react(build, shape, reactants)
        if shape.products:
            self._produce(build, shape, flux)
        else:
            build.other("O", strand(flux))
        slots = [slot for label in range(shape.slots) for slot in self.form.slots(label, f"s{label}")]
        for place, label in enumerate(shape.products, start=1):
            slots += self.form.slots(label, f"s{label}", f"d{place}")
        return build.template(shape, slots)

    def _react(self, build: Assembly, shape: ReactionShape, reactants: list[str]) -> Strand:
        """Add the react gate and its reactions; return the flux strand."""
        cores = [_core(label) for label in shape.reactants]
        whole = [Top(core, left=(f"s{label}_h",)) for label, core in zip(shape.reactants, cores, strict=True)]
        carried: Strand = ("d1",) if shape.products else ()
        if len(shape.products) == 1:
            carried = ("d1", f"s{shape.products[0]}_f")
        flux = Top(cores[-1][1:], right=carried)
        build.other("O", strand(flux.strand))
        if len(cores) == 1:
            gate = build.fuel("R", ladder(Gap(cores[0][:1]), flux))
            waste = build.other("W1", ladder(whole[0]))
            build.react((reactants[0], gate), ("O", waste), "forward")
            return flux.strand
        backs = [Top((*core[1:], after[0])) for core, after in pairwise(cores)]
        before = build.fuel("R", ladder(Gap(cores[0][:1]), *backs, flux))
        for place, back in enumerate(backs):
            freed = build.fuel("Y" if len(backs) == 1 else f"Y{place + 1}", strand(back.strand))
            held = ladder(*whole[: place + 1], Gap(cores[place + 1][:1]), *backs[place + 1 :], flux)
            half = build.other(f"R{place + 1}", held, holds=shape.reactants[0] if place == 0 else -1)
            build.exchange((reactants[place], before), (half, freed))
            before = half
        waste = build.other("W1", ladder(*whole))
        build.react((reactants[-1], before), ("O", waste), "second")
        return flux.strand

    def _produce(self, build: Assembly, shape: ReactionShape, flux: Strand) -> None:
        """Add the produce gate, its helper and their reactions."""
        second = f"s{shape.reactants[-1]}_s"
        cores = [_core(label) for label in shape.products]
        tops: list[Piece] = [Top((f"d{place}", core[0]), right=core[1:]) for place, core in enumerate(cores, start=1)]
        made = [
            build.signal(f"P{place}", label, strand((f"d{place}", *core)))
            for place, (label, core) in enumerate(zip(shape.products, cores, strict=True), start=1)
        ]
        gate = build.fuel("T", ladder(Gap((second,)), *tops))
        start = flux.index(second)
        docked = Top(flux[start:], left=flux[:start])
        if len(made) == 1:
            waste = build.other("W2", ladder(docked))
            build.react(("O", gate), (made[0], waste), "release")
            return
        first = cores[0][0]
        rest = tuple(domain for place, core in enumerate(cores[1:], start=2) for domain in (f"d{place}", core[0]))
        helper = build.fuel("H", strand((first, *rest)))
        half = build.other("T1", ladder(docked, Gap((first,)), *tops[1:]))
        waste = build.other("W2", ladder(docked, Top((first, *rest))))
        build.exchange(("O", gate), (made[0], half))
        build.react((helper, half), (*made[1:], waste), "release")


def _core(label: int) -> Strand:
    """Return the domains of a signal without its history."""
    return f"s{label}_f", f"s{label}_m", f"s{label}_s"
