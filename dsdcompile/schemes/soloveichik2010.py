"""Soloveichik, Seelig and Winfree, "DNA as a universal substrate for chemical kinetics", PNAS 107:5393 (2010).

A signal is ``h a b c``: history, toehold, recognition, toehold. Figure 2 (one reactant) and Figure 3 (two), with any
number of products; ``d1, d2, ...`` are history domains that no other module has (kernel notation)::

    X -> P1 + P2         G = b( c( d1 a1 d2 a2 + ) ) a*
                         T = d1( a1( b1 c1 + d2( a2( b2 c2 + ) ) ) ) c*
                         X + G -> O + waste         O + T -> P1 + P2 + waste
    X1 + X2 -> P1 + P2   L = b1( c1( a2( + b2( c2( d1 a1 d2 a2 + ) ) ) ) ) a1*        B = b1 c1 a2
                         X1 + L <-> H + B    X2 + H -> O + waste    O + T -> P1 + P2 + waste

A linker for three reactants has a stretch more, ``b1( c1( a2( + b2( c2( a3( + b3( c3( ...``, and two backward strands:
X1 + L <-> H1 + B1, X2 + H1 <-> H2 + B2, X3 + H2 -> O + waste. It is 24 nt longer, and its kinetics are not matched.

Without products the translator T is left out. Two equal reactants whose product is the reactant again (A + A -> A)
are refused: with remote-toehold branch migration the product's strand re-enters the half-open gate (without it the
template is clean); legalising puts an intermediate species between.

Buffer module for matched kinetics (its section "Buffering"; ``e`` is a toehold that no other module has)::

    X + LS <-> HS + BS   LS = b( c( e( + ) ) ) a*     BS = b c e     HS = h a( b( c( + e* ) ) )

Kinetics: every step is one strand displacement, bimolecular at up to q_max, and all but X1 + L <-> H + B are
irreversible. Fast, all at q_max, they keep limits only; matched (:mod:`dsdcompile.dsd.matching`), toehold strengths and
buffers reproduce formal rate constants, up to about (fuel used + signal) / fuel.

Guarantees: CRN bisimulation and pathway decomposition for every accepted shape, waste inert. Limits: gates take one
to three reactants; strands grow by 21 nt a product (default lengths); composition is proved
with remote toeholds rejected, though each template is clean with them as well.

Deviation from the paper: histories are as long as recognition domains, so the same length limits hold for all.
"""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, final

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.template import (
    DomainSlot,
    Role,
    SignalForm,
    Template,
    TemplateComplex,
    TemplateReaction,
    gather,
)
from dsdcompile.schemes.parts import Gap, Top, ladder, strand
from dsdcompile.schemes.scheme import Scheme, crowded, twice


@final
class Soloveichik2010(Scheme):
    """Linker, translator and one irreversible step a gate; signals carry a history domain."""

    name: ClassVar[str] = "soloveichik2010"
    citation: ClassVar[str] = "Soloveichik, Seelig, Winfree, PNAS 107:5393-5398 (2010)"
    summary: ClassVar[str] = (
        "four-domain signals with history; gate and translator for one to three reactants; matched kinetics by buffers"
    )
    bisimilar: ClassVar[bool] = True
    guarantees: ClassVar[str] = "CRN bisimulation for every accepted shape; waste is inert; A + A -> A is legalised"
    kinetics: ClassVar[str] = (
        "fast, every step at the displacement rate, or matched, formal rates by toehold strengths and buffers"
    )
    reactants: ClassVar[int] = 3
    form: ClassVar[SignalForm] = SignalForm(
        (
            DomainSlot("h", Part.HISTORY, Scope.FOREIGN, position="h"),
            DomainSlot("a", Part.TOEHOLD, Scope.SPECIES, position="a"),
            DomainSlot("b", Part.RECOGNITION, Scope.SPECIES, position="b"),
            DomainSlot("c", Part.TOEHOLD, Scope.SPECIES, position="c"),
        )
    )

    def refusal(self, shape: ReactionShape) -> str | None:
        """Refuse all but one to three reactants, and equal reactants that are products as well."""
        if len(shape.reactants) <= self.reactants and twice(shape) & set(shape.products):
            return "equal reactants with themselves as product need an intermediate species"
        return crowded(shape, self.reactants)

    def template(self, shape: ReactionShape) -> Template:
        """Return the gate, its translator, and what they become."""
        return _one(shape) if len(shape.reactants) == 1 else _several(shape)

    def buffer(self) -> Template:
        """Return the module that holds a constant fraction of a signal."""
        return _buffer()


def _signal(name: str, label: int, prefix: str, history: str) -> TemplateComplex:
    return TemplateComplex(
        name, Role.SIGNAL, parse_kernel(f"{history} {prefix}_a {prefix}_b {prefix}_c"), species=label
    )


def _products(shape: ReactionShape) -> list[tuple[TemplateComplex, str]]:
    """Return each product's signal and the two domains ``d a`` by which a gate's output strand names it."""
    return [
        (_signal(f"P{i}", label, f"s{label}", f"d{i}"), f"d{i} s{label}_a")
        for i, label in enumerate(shape.products, start=1)
    ]


def _slots(shape: ReactionShape) -> tuple[tuple[DomainSlot, ...], ...]:
    form = Soloveichik2010.form
    reactants = [form.slots(label, f"s{label}") for label in range(shape.slots)]
    histories = [form.slots(label, f"s{label}", f"d{i}") for i, label in enumerate(shape.products, start=1)]
    return (*reactants, *histories)


def _translator(
    shape: ReactionShape, toehold: str, output: str
) -> tuple[tuple[TemplateComplex, ...], tuple[TemplateReaction, ...]]:
    """Return the output strand O, the translator T, the products and the waste, and O + T -> products + waste."""
    names = " ".join(pair for _, pair in _products(shape))
    if not names:
        return (TemplateComplex("O", Role.WASTE, parse_kernel(output)),), ()
    signals = tuple(signal for signal, _ in _products(shape))
    tops, inside = "", ""
    for i, label in enumerate(shape.products, start=1):
        tops += f"d{i}( s{label}_a( s{label}_b s{label}_c + "
        inside += f"d{i}( s{label}_a( "
    closing = ") ) " * len(signals)
    made = (
        TemplateComplex("O", Role.INTERMEDIATE, parse_kernel(f"{output} {names}")),
        TemplateComplex("T", Role.FUEL, parse_kernel(f"{tops}{closing}{toehold}*")),
        *signals,
        TemplateComplex("W2", Role.WASTE, parse_kernel(f"{output.rsplit(' ', 1)[0]} {toehold}( {inside}+ {closing})")),
    )
    return made, (TemplateReaction(("O", "T"), (*(s.name for s in signals), "W2"), "release"),)


def _one(shape: ReactionShape) -> Template:
    names = " ".join(pair for _, pair in _products(shape))
    rest, release = _translator(shape, "s0_c", "s0_b s0_c")
    complexes = (
        _signal("X", 0, "s0", "s0_h"),
        TemplateComplex("G", Role.FUEL, parse_kernel(f"s0_b( s0_c( {names} + ) ) s0_a*")),
        TemplateComplex("W1", Role.WASTE, parse_kernel("s0_h s0_a( s0_b( s0_c( + ) ) )")),
        *rest,
    )
    return gather(shape, _slots(shape), complexes, (TemplateReaction(("X", "G"), ("O", "W1"), "forward"), *release))


def _several(shape: ReactionShape) -> Template:
    """Return the template for two or three reactants: a linker, as many backward strands as reactants but the last."""
    cores = [(f"s{label}_a", f"s{label}_b", f"s{label}_c") for label in shape.reactants]
    last = f"s{shape.reactants[-1]}"
    rest, release = _translator(shape, f"{last}_c", f"{last}_b {last}_c")
    signals = {label: _signal(f"X{label + 1}", label, f"s{label}", f"s{label}_h") for label in shape.reactants}
    linkers = [Top((*core[1:], after[0])) for core, after in pairwise(cores)]
    opens = tuple(" ".join(pair for _, pair in _products(shape)).split())
    taken = [Top(core, left=(f"s{label}_h",)) for label, core in zip(shape.reactants, cores, strict=True)]
    flux = Top(cores[-1][1:], right=opens)
    number = [""] if len(linkers) == 1 else [str(place + 1) for place in range(len(linkers))]
    complexes = [*signals.values(), TemplateComplex("L", Role.FUEL, ladder(Gap(cores[0][:1]), *linkers, flux))]
    for n, linker in zip(number, linkers, strict=True):
        complexes.append(TemplateComplex(f"B{n}", Role.FUEL, strand(linker.strand)))
    reactions, before = list[TemplateReaction](), "L"
    for place, (label, n) in enumerate(zip(shape.reactants[:-1], number, strict=True)):
        held = ladder(*taken[: place + 1], Gap(cores[place + 1][:1]), *linkers[place + 1 :], flux)
        complexes.append(TemplateComplex(f"H{n}", Role.INTERMEDIATE, held, species=label if place == 0 else -1))
        one, other = (signals[label].name, before), (f"H{n}", f"B{n}")
        reactions += [TemplateReaction(one, other, "forward"), TemplateReaction(other, one, "reverse")]
        before = f"H{n}"
    complexes.append(TemplateComplex("W1", Role.WASTE, ladder(*taken)))
    reactions.append(TemplateReaction((signals[shape.reactants[-1]].name, before), ("O", "W1"), "second"))
    return gather(shape, _slots(shape), (*complexes, *rest), (*reactions, *release))


def _buffer() -> Template:
    complexes = (
        _signal("X", 0, "s0", "s0_h"),
        TemplateComplex("LS", Role.FUEL, parse_kernel("s0_b( s0_c( e( + ) ) ) s0_a*")),
        TemplateComplex("BS", Role.FUEL, parse_kernel("s0_b s0_c e")),
        TemplateComplex("HS", Role.INTERMEDIATE, parse_kernel("s0_h s0_a( s0_b( s0_c( + e* ) ) )"), species=0),
    )
    reactions = (
        TemplateReaction(("X", "LS"), ("HS", "BS"), "forward"),
        TemplateReaction(("HS", "BS"), ("X", "LS"), "reverse"),
    )
    shape = ReactionShape((0,), (0,))
    groups = (Soloveichik2010.form.slots(0, "s0"), (DomainSlot("e", Part.TOEHOLD, Scope.MODULE),))
    return gather(shape, groups, complexes, reactions, kind="buffer")
