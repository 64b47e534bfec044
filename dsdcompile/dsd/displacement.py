"""Three-way strand displacement at domain level: what an unpaired stretch of one complex can do to another.

The invader pairs with what is open on the target (its *toehold*), or starts where a helix ends if there is no toehold
(a *leak*). From there its branch replaces incumbents domain by domain, in both directions, as far as domains agree. An
incumbent then held by few nucleotides leaves by itself. For ``x = ("t b")`` and a gate ``b( + ) t*``::

    displacements(parse_kernel("t b"), parse_kernel("b( + ) t*"), lengths)    ->  toehold t, branch b, b leaves

Only displacement by three strands is looked for; branches that both belong to helices (four-way) are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, final

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import Domain, base, complement
from dsdcompile.errors import FormatError

LONGEST_HOLD: Final = 10
"""Nucleotides by which an incumbent may still be held and yet leaves by itself."""
LONGEST_CLAMP: Final = 3
"""Nucleotides of a helix that breathe open far enough for a strand to start behind them without a toehold."""
NOTHING: Final = -1
"""In place of a place: there is no base, or none that it pairs with."""


@final
@dataclass(frozen=True, slots=True)
class Displacement:
    """One way in which a complex displaces strands of another; places are those of :class:`Joined`."""

    joined: Joined
    toehold: tuple[int, ...]
    """The invader's places that pair with what was open, 5' to 3'; empty for a leak."""
    branch: tuple[int, ...]
    """The invader's places that replace incumbents, 5' to 3'."""
    targets: tuple[int, ...]
    """The target's place for each of ``(*toehold, *branch)``."""
    held: tuple[int, ...]
    """The incumbents' places that are still paired at the end and let go by themselves."""
    clamp: tuple[int, ...]
    """For a leak: the incumbent's places between the end of the helix and where the invader starts."""
    frays: int
    """For a leak: the incumbent's place that opens first; -1 otherwise."""
    outward: int
    """For a leak: +1 if the end of the helix is on the 3' side of ``frays``, else -1; 0 otherwise."""
    products: tuple[Complex, ...]
    """What there is afterwards, in canonical form, in order."""


@final
class Joined:
    """The strands of two complexes with their pairs, as numbered places: the invader's first."""

    def __init__(self, invader: Complex, target: Complex) -> None:
        """Number the places; nicks get none."""
        tokens: list[str] = []
        strand: list[int] = []
        partner: list[int] = []
        number = 0
        for complex_ in (invader, target):
            place: dict[int, int] = {}
            for at, token in enumerate(complex_.sequence):
                if token == NICK:
                    number += 1
                    continue
                place[at] = len(tokens)
                tokens.append(token)
                strand.append(number)
            partner += [NOTHING] * len(place)
            for at, other in enumerate(complex_.partners()):
                if other is not None and at in place:
                    partner[place[at]] = place[other]
            if complex_ is invader:
                self.border = len(tokens)
            number += 1
        self.tokens, self.strand, self.partner = tuple(tokens), tuple(strand), tuple(partner)

    def beside(self, place: int, step: int) -> int:
        """Return the next place on the same strand, or -1."""
        there = place + step
        inside = 0 <= there < len(self.tokens)
        return there if inside and self.strand[there] == self.strand[place] else NOTHING


def displacements(
    invader: Complex, target: Complex, domains: Mapping[str, Domain], *, leaks: bool = False
) -> Iterator[Displacement]:
    """Yield the ways in which open domains of ``invader`` displace strands of ``target``, each once.

    Args:
        invader: What has open domains; a strand or any complex.
        target: What is invaded.
        domains: Lengths of all domains.
        leaks: Yield those that need no toehold, from ends and nicks of helices, instead of those with one.
    """
    joined = Joined(invader, target)
    seen: set[tuple[int, ...]] = set()
    for i in range(joined.border):
        if joined.partner[i] != NOTHING:
            continue
        for j in range(joined.border, len(joined.tokens)):
            if joined.tokens[j] != complement(joined.tokens[i]):
                continue
            found = _leaks(joined, i, j, domains) if leaks else _bound(joined, i, j, domains)
            for one in found:
                key = (*sorted((*one.toehold, *one.branch)), *sorted(one.targets), one.frays, one.outward)
                if key not in seen:
                    seen.add(key)
                    yield one


def _bound(joined: Joined, i: int, j: int, domains: Mapping[str, Domain]) -> Iterator[Displacement]:
    """Yield what follows when open ``i`` pairs with open ``j``."""
    if joined.partner[j] != NOTHING:
        return
    pairs = dict([(i, j), *_run(joined, i, j, 1), *_run(joined, i, j, -1)])
    made = _finish(joined, pairs, domains, (), NOTHING, 0)
    if made is not None:
        yield made


def _leaks(joined: Joined, i: int, j: int, domains: Mapping[str, Domain]) -> Iterator[Displacement]:
    """Yield what follows when ``i`` takes the place of ``j``'s partner from an end of its helix, either end."""
    k = joined.partner[j]
    if k == NOTHING:
        return
    for step in (1, -1):  # the direction in which the branch migrates along the invader
        before, behind = joined.beside(i, -step), joined.beside(j, step)
        if before != NOTHING and behind != NOTHING and joined.tokens[before] == complement(joined.tokens[behind]):
            continue  # starts further out, there or by a toehold
        clamp = _clamp(joined, j, step, domains)
        if clamp is None:
            continue
        first = clamp[-1] if clamp else k
        pairs = dict([(i, j), *_run(joined, i, j, step)])
        made = _finish(joined, pairs, domains, clamp, first, -step)
        if made is not None and not made.toehold:  # else a toehold does the same, faster
            yield made


def _run(joined: Joined, i: int, j: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield the further pairs of invader and target in one direction along the invader."""
    while True:
        i, j = joined.beside(i, step), joined.beside(j, -step)
        if NOTHING in (i, j) or joined.partner[i] != NOTHING or joined.tokens[i] != complement(joined.tokens[j]):
            return
        yield i, j


def _clamp(joined: Joined, j: int, step: int, domains: Mapping[str, Domain]) -> tuple[int, ...] | None:
    """Return the incumbent's places outward of ``j``'s partner to the helix's end; None if that is too far.

    Outward, the target's strand goes in the direction of ``step`` and the incumbent's against it.
    """
    clamp: list[int] = []
    k = joined.partner[j]
    while True:
        further, partner = joined.beside(j, step), joined.beside(k, -step)
        if NOTHING in (further, partner) or joined.partner[further] != partner:
            return tuple(clamp)
        clamp.append(partner)
        if sum(domains[base(joined.tokens[place])].length for place in clamp) > LONGEST_CLAMP:
            return None
        j, k = further, partner


def _finish(
    joined: Joined,
    pairs: Mapping[int, int],
    domains: Mapping[str, Domain],
    clamp: tuple[int, ...],
    frays: int,
    outward: int,
) -> Displacement | None:
    """Return the displacement in which the invader has made some pairs; None if no strand leaves."""
    partner = list(joined.partner)
    incumbents: set[int] = set()
    toehold, branch = [], []
    for i, j in sorted(pairs.items()):
        k = partner[j]
        if k == NOTHING:
            toehold.append(i)
        else:
            branch.append(i)
            incumbents.add(joined.strand[k])
            partner[k] = NOTHING
        partner[i], partner[j] = j, i
    held: list[int] = []
    left = False
    for strand in sorted(incumbents):
        still = [p for p, s in enumerate(joined.strand) if s == strand and partner[p] != NOTHING]
        if sum(domains[base(joined.tokens[p])].length for p in still) <= LONGEST_HOLD:
            left = True
            held += still
            for p in still:
                partner[partner[p]] = NOTHING
                partner[p] = NOTHING
    if not left:
        return None
    targets = tuple(pairs[i] for i in (*toehold, *branch))
    products = components(joined, partner)
    if products is None:
        return None
    return Displacement(joined, tuple(toehold), tuple(branch), targets, tuple(held), clamp, frays, outward, products)


def components(joined: Joined, partner: list[int]) -> tuple[Complex, ...] | None:
    """Return the complexes that the strands form with these pairs, canonical and in order; None with a pseudoknot."""
    ends: dict[int, tuple[int, int]] = {}
    for place, strand in enumerate(joined.strand):
        first, _ = ends.get(strand, (place, place))
        ends[strand] = (first, place)
    waiting = dict.fromkeys(ends)
    parts = []
    while waiting:
        order, strand = [], next(iter(waiting))
        while strand in waiting:
            del waiting[strand]
            order.append(strand)
            strand = joined.strand[_behind_nick(joined, partner, ends[strand][1])]
        if strand != order[0]:
            return None
        one = _complex(joined, partner, [range(ends[s][0], ends[s][1] + 1) for s in order])
        if one is None:
            return None
        parts.append(one.canonical())
    return tuple(sorted(parts, key=lambda c: (c.sequence, c.structure)))


def _behind_nick(joined: Joined, partner: list[int], place: int) -> int:
    """Return the 5' end that comes after the nick at a 3' end: walk the nick's loop backwards until a strand begins."""
    while True:
        if partner[place] != NOTHING:
            place = partner[place]
        before = joined.beside(place, -1)
        if before == NOTHING:
            return place
        place = before


def _complex(joined: Joined, partner: list[int], strands: list[range]) -> Complex | None:
    sequence: list[str] = []
    structure: list[str] = []
    rank = {place: at for at, place in enumerate(p for strand in strands for p in strand)}
    for strand in strands:
        if sequence:
            sequence.append(NICK)
            structure.append(NICK)
        for place in strand:
            other = partner[place]
            if other != NOTHING and other not in rank:
                return None
            sequence.append(joined.tokens[place])
            structure.append("." if other == NOTHING else "(" if rank[place] < rank[other] else ")")
    try:
        return Complex(tuple(sequence), tuple(structure))
    except FormatError:
        return None
