"""Soloveichik, Seelig and Winfree, "DNA as a universal substrate for chemical kinetics", PNAS 107:5393 (2010).

A signal is ``h a b c``: history, toehold, recognition, toehold. Figure 2 (one reactant) and Figure 3 (two), with any
number of products; ``d1, d2, ...`` are history domains that no other module has (kernel notation)::

    X -> P1 + P2         G = b( c( d1 a1 d2 a2 + ) ) a*
                         T = d1( a1( b1 c1 + d2( a2( b2 c2 + ) ) ) ) c*
                         X + G -> O + waste         O + T -> P1 + P2 + waste
    X1 + X2 -> P1 + P2   L = b1( c1( a2( + b2( c2( d1 a1 d2 a2 + ) ) ) ) ) a1*        B = b1 c1 a2
                         X1 + L <-> H + B    X2 + H -> O + waste    O + T -> P1 + P2 + waste

Without products the translator T is left out. Two equal reactants whose product is the reactant again (A + A -> A)
are refused: with remote-toehold branch migration the product's strand re-enters the half-open gate (without it the
template is clean); legalising puts an intermediate species between.

Buffer module for matched kinetics (its section "Buffering"; ``e`` is a toehold that no other module has)::

    X + LS <-> HS + BS   LS = b( c( e( + ) ) ) a*     BS = b c e     HS = h a( b( c( + e* ) ) )

Kinetics: every step is one strand displacement, bimolecular at up to q_max, and all but X1 + L <-> H + B are
irreversible. Fast, all at q_max, they keep limits only; matched (:mod:`dsdcompile.dsd.matching`), toehold strengths and
buffers reproduce formal rate constants, up to about (fuel used + signal) / fuel.

Guarantees: CRN bisimulation and pathway decomposition for every accepted shape, waste inert. Limits: three reactants
and none are not native, gates take one or two; strands grow by 21 nt a product (default lengths); composition is proved
with remote toeholds rejected, though each template is clean with them as well.

Deviation from the paper: histories are as long as recognition domains, so the same length limits hold for all.
"""

from __future__ import annotations

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
from dsdcompile.schemes.scheme import Scheme, crowded


@final
class Soloveichik2010(Scheme):
    """Linker, translator and one irreversible step a gate; signals carry a history domain."""

    name: ClassVar[str] = "soloveichik2010"
    citation: ClassVar[str] = "Soloveichik, Seelig, Winfree, PNAS 107:5393-5398 (2010)"
    summary: ClassVar[str] = (
        "four-domain signals with history; gate and translator for one or two reactants; matched kinetics by buffers"
    )
    bisimilar: ClassVar[bool] = True
    guarantees: ClassVar[str] = "CRN bisimulation for every accepted shape; waste is inert; A + A -> A is legalised"
    kinetics: ClassVar[str] = (
        "fast, every step at the displacement rate, or matched, formal rates by toehold strengths and buffers"
    )
    form: ClassVar[SignalForm] = SignalForm(
        (
            DomainSlot("h", Part.HISTORY, Scope.FOREIGN, position="h"),
            DomainSlot("a", Part.TOEHOLD, Scope.SPECIES, position="a"),
            DomainSlot("b", Part.RECOGNITION, Scope.SPECIES, position="b"),
            DomainSlot("c", Part.TOEHOLD, Scope.SPECIES, position="c"),
        )
    )

    def refusal(self, shape: ReactionShape) -> str | None:
        """Refuse all but one or two reactants, and a pair of equal reactants that is its own product."""
        if shape.reactants == (0, 0) and 0 in shape.products:
            return "two equal reactants with themselves as product need an intermediate species"
        return crowded(shape, self.reactants)

    def template(self, shape: ReactionShape) -> Template:
        """Return the gate, its translator, and what they become."""
        return _one(shape) if len(shape.reactants) == 1 else _two(shape)

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


def _two(shape: ReactionShape) -> Template:
    first, second = (f"s{label}" for label in shape.reactants)
    names = " ".join(pair for _, pair in _products(shape))
    rest, release = _translator(shape, f"{second}_c", f"{second}_b {second}_c")
    signals = [_signal("X1", 0, first, f"{first}_h")]
    if second != first:
        signals.append(_signal("X2", 1, second, f"{second}_h"))
    gate = f"{second}_b( {second}_c( {names} + ) )"
    half = f"{first}_h {first}_a( {first}_b( {first}_c("
    complexes = (
        *signals,
        TemplateComplex("L", Role.FUEL, parse_kernel(f"{first}_b( {first}_c( {second}_a( + {gate} ) ) ) {first}_a*")),
        TemplateComplex("B", Role.FUEL, parse_kernel(f"{first}_b {first}_c {second}_a")),
        TemplateComplex("H", Role.INTERMEDIATE, parse_kernel(f"{half} + {gate} {second}_a* ) ) )"), species=0),
        TemplateComplex(
            "W1", Role.WASTE, parse_kernel(f"{half} + {second}_h {second}_a( {second}_b( {second}_c( + ) ) ) ) ) )")
        ),
        *rest,
    )
    reactions = (
        TemplateReaction(("X1", "L"), ("H", "B"), "forward"),
        TemplateReaction(("H", "B"), ("X1", "L"), "reverse"),
        TemplateReaction((signals[-1].name, "H"), ("O", "W1"), "second"),
        *release,
    )
    return gather(shape, _slots(shape), complexes, reactions)


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
