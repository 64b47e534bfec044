"""What schemes build gates from: ladders, strands that walk along them, and the template that collects it all.

A *ladder* is one bottom strand with top strands along it, and gaps where the bottom strand is bare::

    ladder(gap("t"), top("x t"), top("b", right="h"))         t*  x( t( + b( h + ) ) ) ... as kernel notation has it

A strand *walks* along a ladder by toehold exchange: it fills a gap, displaces the next top strands, and lays bare the
toehold of the last of them for the strand that comes next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import final

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.absent import NO_SPECIES
from dsdcompile.dsd.complex import NICK, Complex, Strand
from dsdcompile.dsd.domain import complement
from dsdcompile.dsd.template import DomainSlot, Role, Template, TemplateComplex, TemplateReaction, gather
from dsdcompile.errors import SchemeError


@final
@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the bottom strand that is bare."""

    paired: Strand
    """Its domains as a strand that fills it would have them."""


@final
@dataclass(frozen=True, slots=True)
class Top:
    """A top strand, with what overhangs on its 5' side (left) and on its 3' side."""

    paired: Strand
    left: Strand = ()
    right: Strand = ()

    @property
    def strand(self) -> Strand:
        """The whole strand."""
        return (*self.left, *self.paired, *self.right)


Piece = Gap | Top


def gap(domains: str) -> Gap:
    """Return a gap over domains written with spaces."""
    return Gap(tuple(domains.split()))


def top(domains: str, *, left: str = "", right: str = "") -> Top:
    """Return a top strand; all domains are written with spaces."""
    return Top(tuple(domains.split()), tuple(left.split()), tuple(right.split()))


def strand(domains: str | Strand) -> Complex:
    """Return a free strand, from its domains 5' to 3'."""
    tokens = tuple(domains.split()) if isinstance(domains, str) else domains
    return Complex(tokens, (".",) * len(tokens))


def ladder(*pieces: Piece) -> Complex:
    """Return the complex of a bottom strand with these pieces along it, from the 5' end of the top strands.

    >>> from dsdcompile.dsd.kernel import show_kernel
    >>> show_kernel(ladder(gap("t"), top("x t"), top("b", right="h")))
    'x( t( + b( h + ) ) ) t*'
    """
    sequence: list[str] = []
    structure: list[str] = []
    for piece in pieces:
        if isinstance(piece, Top):
            sequence += [*piece.left, *piece.paired, *piece.right, NICK]
            structure += ["."] * len(piece.left) + ["("] * len(piece.paired) + ["."] * len(piece.right) + [NICK]
    for piece in reversed(pieces):
        sequence += [complement(domain) for domain in reversed(piece.paired)]
        structure += ["." if isinstance(piece, Gap) else ")"] * len(piece.paired)
    return Complex(tuple(sequence), tuple(structure))


def invade(
    pieces: Sequence[Piece], invader: Strand, *, leftward: bool = False
) -> tuple[tuple[Piece, ...], list[Strand]]:
    """Let a strand fill a gap and displace the tops beside it; return the new pieces and the strands that leave.

    Rightward the strand's first domain is in the gap, ``leftward`` its last. All tops are paired throughout.

    >>> invade([gap("t"), top("x u"), top("b")], ("t", "x"))[1]
    [('x', 'u')]

    Raises:
        SchemeError: there is no such gap, or the strand does not match what is beside it.
    """
    if leftward:
        flipped, left = invade([_flip(piece) for piece in reversed(pieces)], invader[::-1])
        return tuple(_flip(piece) for piece in reversed(flipped)), [strand[::-1] for strand in left]
    for place, piece in enumerate(pieces):
        if isinstance(piece, Gap) and invader[: len(piece.paired)] == piece.paired:
            covered = len(piece.paired)
            gone: list[Strand] = []
            after = place + 1
            bare: Strand = ()
            while covered < len(invader) and after < len(pieces):
                beside = pieces[after].paired
                both = min(len(beside), len(invader) - covered)
                if invader[covered : covered + both] != beside[:both] or not isinstance(pieces[after], Top):
                    break
                gone.append(beside)
                bare = beside[both:]
                covered += both
                after += 1
            if covered == len(invader):
                bared = (Gap(bare),) if bare else ()
                return (*pieces[:place], Top(invader), *bared, *pieces[after:]), gone
    raise SchemeError(f"{' '.join(invader)} cannot walk along {pieces}")


def _flip(piece: Piece) -> Piece:
    return replace(piece, paired=piece.paired[::-1])


@dataclass
class Assembly:
    """Complexes and reactions of a template, being collected. A complex that is named twice keeps its first name."""

    complexes: dict[str, TemplateComplex] = field(default_factory=dict)
    reactions: dict[TemplateReaction, None] = field(default_factory=dict)
    _known: dict[Complex, str] = field(default_factory=dict)

    def signal(self, name: str, label: int, complex_: Complex) -> str:
        """Add the signal of a species."""
        return self._add(TemplateComplex(name, Role.SIGNAL, complex_, species=label))

    def fuel(self, name: str, complex_: Complex, dose: float = 1.0) -> str:
        """Add a fuel; if it is one already, doses add up."""
        known = self._known.get(complex_.canonical())
        if known is None:
            return self._add(TemplateComplex(name, Role.FUEL, complex_, dose=dose))
        before = self.complexes[known]
        more = before.dose + dose if before.role is Role.FUEL else dose
        self.complexes[known] = replace(before, role=Role.FUEL, dose=more)
        return known

    def other(self, name: str, complex_: Complex, holds: int = NO_SPECIES) -> str:
        """Add what arises on the way: an intermediate if it ever reacts, else waste.

        ``holds`` is the label of a signal whose strand it gives back.
        """
        return self._add(TemplateComplex(name, Role.WASTE, complex_, species=holds))

    def _add(self, part: TemplateComplex) -> str:
        known = self._known.setdefault(part.complex.canonical(), part.name)
        if known == part.name:
            if part.name in self.complexes and self.complexes[part.name].complex != part.complex:
                raise SchemeError(f"two complexes of one template are called {part.name}")
            self.complexes.setdefault(part.name, part)
        return known

    def react(self, reactants: Iterable[str], products: Iterable[str], step: str) -> None:
        """Add an irreversible reaction."""
        self.reactions.setdefault(TemplateReaction(tuple(reactants), tuple(products), step))

    def exchange(self, reactants: Iterable[str], products: Iterable[str]) -> None:
        """Add a reversible reaction."""
        left, right = tuple(reactants), tuple(products)
        self.react(left, right, "forward")
        self.react(right, left, "reverse")

    def walk(
        self,
        name: str,
        pieces: Sequence[Piece],
        invaders: Iterable[Strand],
        *,
        leftward: bool = False,
        holds: int = NO_SPECIES,
    ) -> None:
        """Let strands invade a ladder one after the other, from its fuel ``name`` to its waste.

        A step is reversible if one strand leaves and lays its toehold bare. ``holds`` is the label of the signal that
        comes first, if it is one.
        """
        here = self.other(name, ladder(*pieces))
        for number, invader in enumerate(invaders, start=1):
            pieces, gone = invade(pieces, invader, leftward=leftward)
            there = self.other(f"{name}{number}", ladder(*pieces), holds if number == 1 else NO_SPECIES)
            came = self._known[strand(invader)]
            left = [self._leaving(strand(leaving)) for leaving in gone]
            open_ = any(isinstance(piece, Gap) for piece in pieces)
            if open_ and len(left) == 1:
                self.exchange((came, here), (*left, there))
            else:
                self.react((came, here), (*left, there), "commit")
            here = there

    def _leaving(self, free: Complex) -> str:
        """Add a strand that leaves a gate; one that has no name yet is called W1, W2, ..."""
        return self.other(f"W{1 + sum(name.startswith('W') for name in self.complexes)}", free)

    def template(self, shape: ReactionShape, slots: Iterable[DomainSlot], kind: str = "reaction") -> Template:
        """Return the template; what is waste so far and reacts is an intermediate.

        Each step but the reverse ones is taken once when the reaction fires: what then remains of intermediates is
        declared as left over.
        """
        active = {name for reaction in self.reactions for name in reaction.reactants}
        made: Counter[str] = Counter()
        for reaction in self.reactions:
            if reaction.step != "reverse":
                made.update(reaction.products)
                made.subtract(reaction.reactants)
        parts = tuple(
            replace(part, role=Role.INTERMEDIATE, left=made[part.name])
            if part.role is Role.WASTE and part.name in active
            else part
            for part in self.complexes.values()
        )
        return gather(shape, (tuple(slots),), parts, tuple(self.reactions), kind)
