"""The composition theorem at work: what a whole system of modules does, from pairs of complexes (COMPOSITION.md).

Each template is enumerated alone; then, for every pattern in which two modules can touch, every pair of a complex of
the one and a complex of the other that can bind at all. Pairs that are equal up to renaming are enumerated once. If
all of them show the intended reactions and nothing else, so does the whole tube, whatever its size.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, frozen_floats
from dsdcompile.dsd.absent import NO_MODULE, NO_REACTION, NO_SPECIES
from dsdcompile.dsd.complex import NICK, Complex, can_bind
from dsdcompile.dsd.domain import Part, Scope, base
from dsdcompile.dsd.erasure import ERASED, erase
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role, Template
from dsdcompile.enumeration.check import intended_reactions, system_signals
from dsdcompile.enumeration.enumerated import Enumerated
from dsdcompile.enumeration.intended import MOST_WITNESSES, IntendedReaction, compare, found_reactions, reachable
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.patterns import ALONE, Pattern, describe, example, patterns
from dsdcompile.enumeration.peppercorn import enumerate_complexes
from dsdcompile.enumeration.shared_molecules import read_apart
from dsdcompile.errors import LimitExceededError
from dsdcompile.verify.reading import read_template
from dsdcompile.verify.verdict import Check, Outcome, Witness, together

MOST_POOLED = 1000
"""Most modules of a system with a pool of shared toeholds, where every pair of modules is a pattern of its own."""


@final
@dataclass(frozen=True, eq=False)
class Composition:
    """What the composition theorem says about a system."""

    check: Check
    touching: int
    """How many ways there are for modules to touch."""
    patterns: tuple[str, ...]
    """Each of them in words; one line for all where modules share a pool of toeholds, and every pair is different."""
    enumerations: int
    """How many enumerations were made: modules alone, and pairs of complexes up to renaming."""
    rates: FloatArray
    """Peppercorn's rate constant of each template's reactions, /s or /M/s, nan where there is none
    (templates, reactions)."""
    alike: Check
    """Whether modules read the molecules that they share alike (:mod:`dsdcompile.enumeration.shared_molecules`)."""
    waste: Check
    """Whether waste of one module finds a toehold in another: it binds and lets go, which no condensed reaction
    shows."""


def compose(system: DsdSystem, options: EnumerationOptions | None = None) -> Composition:
    """Return whether a system's condensed reactions are exactly the intended ones, by composition."""
    proof = _Proof(system, options or EnumerationOptions())
    outcome = _lemma(system) or proof.prove()
    found = proof.told(), len(proof.known), proof.rates(), proof.alike(outcome), proof.waste()
    return Composition(outcome, len(proof.patterns), *found)


def _lemma(system: DsdSystem) -> Check | None:
    """Check that histories of reactants are inert, which spares looking at triples of modules."""
    for template in system.templates:
        foreign = {slot.name for slot in template.slots if slot.scope is Scope.FOREIGN}
        for part in template.complexes:
            if any(token.endswith("*") and base(token) in foreign for token in part.complex.sequence):
                detail = f"{part.name} of {template.shape} binds the history domain of a reactant: no pairwise proof"
                return Check("composition", Outcome.UNDECIDED, detail)
    return None


class _Proof:
    """One proof: the enumerations made so far, by canonical pair."""

    def __init__(self, system: DsdSystem, options: EnumerationOptions) -> None:
        self.system, self.options = system, options
        self.known: dict[tuple[Complex, ...], Enumerated] = {}
        self.alone: dict[int, tuple[DsdSystem, Enumerated]] = {}
        self.patterns: list[Pattern | None] = []
        self.sticky: dict[str, Witness] = {}
        self.apart: str | None = None

    def prove(self) -> Check:
        """Check module by module, then pattern by pattern."""
        failures: list[Check] = []
        try:
            found = _all_pairs(self.system) if self.system.toeholds else _abstract(self.system)
            for pattern, small in found:
                self.patterns.append(pattern)
                checks = [c for c in self.checks(small) if c.outcome is not Outcome.PROVED]
                if checks and self.happens(pattern):
                    failures += checks
                apart = None if self.apart else _read_apart(small)
                if apart is not None and self.happens(pattern):
                    self.apart = apart
                met = {w.problem: w for w in _waste(small)}
                if not met.keys() <= self.sticky.keys() and self.happens(pattern):
                    self.sticky |= met
        except LimitExceededError as error:
            failures.append(Check("composition", Outcome.UNDECIDED, str(error)))
        if failures:
            worst = [c for c in failures if c.outcome is together(f.outcome for f in failures)]
            witnesses = tuple(dict.fromkeys(w for c in worst for w in c.witnesses))
            detail = f"{worst[0].name}: {worst[0].detail}"
            more = f" (and {len(worst) - 1} more)" if len(worst) > 1 else ""
            return Check("composition", worst[0].outcome, detail + more, witnesses[:MOST_WITNESSES])
        modules = f"{self.system.n_modules} modules" if self.system.n_modules != 1 else "1 module"
        return Check(
            "composition",
            Outcome.PROVED,
            f"{modules} touch in {len(self.patterns)} patterns; {len(self.known)} enumerations, "
            "exactly the intended condensed reactions",
        )

    def told(self) -> tuple[str, ...]:
        """Say which patterns were looked at."""
        if not self.system.toeholds:
            return tuple(describe(self.system, pattern) for pattern in self.patterns if pattern is not None)
        return ("each module alone, and every two modules, with the toeholds that they have from the pool",)

    def alike(self, composed: Check) -> Check:
        """Say whether any two modules read what they share differently; nothing is known if patterns are missing."""
        name = "modules read what they share alike"
        if self.apart is not None:
            return Check(name, Outcome.UNDECIDED, self.apart)
        if composed.outcome is Outcome.UNDECIDED:
            return Check(name, Outcome.UNDECIDED, "not every way in which modules touch was looked at")
        return Check(name, Outcome.PROVED, f"in {len(self.patterns)} patterns of touching modules")

    def waste(self) -> Check:
        """Say which waste binds complexes of other modules by a toehold."""
        name = "waste finds no toehold in other modules"
        if not self.sticky:
            return Check(name, Outcome.PROVED, "what one module leaves behind binds nothing of another")
        found = tuple(self.sticky[problem] for problem in sorted(self.sticky))
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        detail = f"{found[0].problem}{more}: it binds, lets go, and holds up what it binds"
        return Check(name, Outcome.REFUTED, detail, found[:MOST_WITNESSES])

    def happens(self, pattern: Pattern | None) -> bool:
        """Return whether a pattern has an example: what is found in one that has none is no finding."""
        return pattern is None or example(self.system, pattern) is not None

    def checks(self, small: DsdSystem) -> Iterator[Check]:
        """Check a system of one module, or what two modules do to each other."""
        signals = system_signals(small)
        intended = intended_reactions(small)
        lengths = _lengths(small)
        name = " with ".join(str(small.templates[t].shape) for t in small.template)
        for tube in _alone(small) if small.n_modules == 1 else _encounters(small):
            enumerated = self.enumerate(tube, lengths)
            if small.n_modules == 1:
                self.alone[id(small.templates[int(small.template[0])])] = small, enumerated
            erased = [erase(c, small.form, signals) for c in tube]
            yield compare(name, enumerated, reachable(erased, intended), erased, small.form, signals)

    def enumerate(self, tube: tuple[Complex, ...], lengths: Mapping[str, int]) -> Enumerated:
        """Enumerate complexes, or take what is known of ones that differ in names only."""
        key, name = _canonical(tube, lengths)
        if key not in self.known:
            sizes = {name[old]: lengths[old] for old in name}
            self.known[key] = enumerate_complexes(key, sizes, self.options)
        back = {new: old for old, new in name.items()}
        return _renamed(self.known[key], back)

    def rates(self) -> FloatArray:
        """Return the rate constant of each reaction of each template."""
        width = max((len(t.reactions) for t in self.system.templates), default=0)
        table = np.full((len(self.system.templates), width), np.nan)
        for row, template in enumerate(self.system.templates):
            alone = self.alone.get(id(template))
            if alone is not None:
                small, enumerated = alone
                found = _rates(small, template, enumerated)
                table[row, : len(found)] = found
        return frozen_floats(table)


# -- small systems ---------------------------------------------------------------------------------------------------


def _abstract(system: DsdSystem) -> Iterator[tuple[Pattern | None, DsdSystem]]:
    for pattern in patterns(system):
        yield pattern, _instance(system, pattern)


def _all_pairs(system: DsdSystem) -> Iterator[tuple[Pattern | None, DsdSystem]]:
    """Yield each template alone and every two modules: with a pool of toeholds every pair is different."""
    if system.n_modules > MOST_POOLED:
        raise LimitExceededError(
            f"{system.n_modules} modules share a pool of toeholds; pairs are looked at for up to {MOST_POOLED}"
        )
    for row in range(system.n_modules):
        yield None, _rows(system, [row])
    for rows in itertools.combinations(range(system.n_modules), 2):
        yield None, _rows(system, list(rows))


def _rows(system: DsdSystem, rows: list[int]) -> DsdSystem:
    chosen = (system.template[rows], system.species[rows], system.reaction[rows])
    return replace(system, template=chosen[0], species=chosen[1], reaction=chosen[2])


def _instance(system: DsdSystem, pattern: Pattern) -> DsdSystem:
    """Return the smallest system in which a pattern occurs: one or two modules of new species."""
    width = [system.templates[n].shape.slots for n in (pattern.first, pattern.second) if n >= 0]
    rows = [list(range(width[0]))]
    if pattern.second != ALONE:
        same = {b: a for a, b in pattern.shared}
        fresh = itertools.count(width[0])
        rows.append([same[b] if b in same else next(fresh) for b in range(width[1])])
    count = 1 + max((s for row in rows for s in row), default=-1)
    crn = Crn.of((), species=[f"S{i}" for i in range(count)])
    table = np.full((len(rows), max(width)), NO_SPECIES, dtype=np.int64)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    templates = tuple(system.templates[n] for n in (pattern.first, pattern.second) if n >= 0)
    return replace(
        system,
        crn=crn,
        templates=templates,
        template=np.arange(len(rows)),
        species=table,
        reaction=np.full(len(rows), NO_REACTION),
    )


def _lengths(system: DsdSystem) -> Mapping[str, int]:
    slots = {name: slot for module in range(system.n_modules) for name, slot in system.parts(module).items()}
    for species in {int(s) for s in system.species.ravel() if s >= 0}:
        slots |= {system.domain_name(slot, NO_MODULE, species): slot for slot in system.form.domains}
    return {name: system.lengths.of(slot.part) for name, slot in slots.items()} | {ERASED: system.lengths.history}


# -- tubes -----------------------------------------------------------------------------------------------------------


def _alone(small: DsdSystem) -> Iterator[tuple[Complex, ...]]:
    """Yield the tube of a module: its fuels, and each of its species from another producer."""
    species = sorted({int(s) for s in small.species.ravel() if s >= 0})
    fuels = [named.complex for named in small.module(0, Role.FUEL)]
    yield (*(small.signal(s).complex for s in species), *fuels)


def _encounters(small: DsdSystem) -> Iterator[tuple[Complex, ...]]:
    """Yield every pair of complexes of the two modules that can bind and that neither module has alone."""
    sides = [_resting(small, module) for module in (0, 1)]
    for left, right in itertools.product(sides[0] - sides[1], sides[1] - sides[0]):
        if can_bind(left, right):
            yield left, right


def _read_apart(small: DsdSystem) -> str | None:
    """Return how two modules read a molecule that they share differently; None if alike, or if one has no reading."""
    if small.n_modules < 2:
        return None
    one, other = (read_template(small.templates[number]) for number in small.template)
    if isinstance(one, str) or isinstance(other, str):
        return None  # said of the template
    told = read_apart(small, (one, other), system_signals(small))
    shapes = " and ".join(str(small.templates[number].shape) for number in small.template)
    return None if told is None else f"{shapes}: {told}"


def _waste(small: DsdSystem) -> Iterator[Witness]:
    """Yield what waste of either of two modules can bind of the other's complexes."""
    if small.n_modules < 2:
        return
    for one, other in ((0, 1), (1, 0)):
        templates = [small.templates[small.template[module]] for module in (one, other)]
        shown = _shown(templates[1], *Role)
        if not any((part, not starred) in shown for part, starred in _shown(templates[0], Role.WASTE)):
            continue
        shapes = [template.shape for template in templates]
        signals = [small.signal(int(s)) for s in small.species[other] if s >= 0]
        for waste, partner in itertools.product(small.module(one, Role.WASTE), (*small.module(other), *signals)):
            if can_bind(waste.complex, partner.complex):
                names = [named.name.removeprefix(f"{small.prefix}{named.module}_") for named in (waste, partner)]
                problem = f"waste {names[0]} of {shapes[0]} can bind {partner.role} {names[1]} of {shapes[1]}"
                yield Witness(problem, (waste.complex, partner.complex))


def _shown(template: Template, *roles: Role) -> set[tuple[Part, bool]]:
    """Return which parts some complexes of a template show unpaired, and whether as complements."""
    part = {slot.name: slot.part for slot in template.slots}
    return {
        (part[base(token)], token.endswith("*"))
        for one in template.of_role(*roles)
        for token, symbol in zip(one.complex.sequence, one.complex.structure, strict=True)
        if symbol == "."
    }


def _resting(small: DsdSystem, module: int) -> set[Complex]:
    """Return a module's complexes, those with a reactant of the other's making included."""
    own = {named.complex for named in small.module(module)}
    own |= {small.signal(int(s)).complex for s in small.species[module] if s >= 0}
    histories = _histories(small, 1 - module)
    found = set()
    for complex_ in own:
        choices = [(name, *histories.get(name, ())) for name in sorted(complex_.domains)]
        for names in itertools.product(*choices):
            chosen = dict(zip(sorted(complex_.domains), names, strict=True))
            found.add(complex_.renamed(chosen.__getitem__).canonical())
    return found


def _histories(small: DsdSystem, maker: int) -> dict[str, tuple[str, ...]]:
    """Return, for the history of each species as others know it, the histories that a module gives it."""
    places = [i for i, slot in enumerate(small.form.domains) if slot.scope is Scope.FOREIGN]
    found: dict[str, tuple[str, ...]] = {}
    for named in small.module(maker, Role.SIGNAL):
        plain = small.signal(named.species).complex.sequence
        for place in places:
            if named.complex.sequence[place] != plain[place]:
                found[plain[place]] = (*found.get(plain[place], ()), named.complex.sequence[place])
    return found


# -- names -----------------------------------------------------------------------------------------------------------


def _canonical(tube: Iterable[Complex], lengths: Mapping[str, int]) -> tuple[tuple[Complex, ...], Mapping[str, str]]:
    """Return a tube with domains renamed in order of occurrence, and old name -> new name.

    Equal results mean equal tubes up to renaming; tubes that are equal up to renaming may, rarely, give two results,
    which costs an enumeration more.
    """
    turned = sorted((_upright(c, lengths) for c in tube), key=lambda c: (c.structure, _sizes(c, lengths)))
    name: dict[str, str] = {}
    for complex_ in turned:
        for token in complex_.sequence:
            if token != NICK and base(token) not in name:
                name[base(token)] = f"d{len(name)}_{lengths[base(token)]}"
    return tuple(c.renamed(name.__getitem__) for c in turned), name


def _upright(complex_: Complex, lengths: Mapping[str, int]) -> Complex:
    """Return the rotation whose structure, and then lengths and stars, come first: whatever its domains are called."""
    best = turn = complex_
    for _ in range(len(complex_.strands) - 1):
        turn = turn.rotated()
        best = min(best, turn, key=lambda c: (c.structure, _sizes(c, lengths)))
    return best


def _sizes(complex_: Complex, lengths: Mapping[str, int]) -> tuple[tuple[int, bool], ...]:
    return tuple((lengths.get(base(t), 0), t.endswith("*")) for t in complex_.sequence)


def _renamed(enumerated: Enumerated, name: Mapping[str, str]) -> Enumerated:
    """Return an enumeration with its domains called something else."""
    states = tuple(
        frozenset(c.renamed(name.__getitem__).canonical() for c in state) for state in enumerated.macrostates
    )
    return replace(enumerated, macrostates=states)


# -- rate constants --------------------------------------------------------------------------------------------------


def _rates(small: DsdSystem, template: Template, enumerated: Enumerated) -> list[float]:
    """Return Peppercorn's rate constant of each reaction of a template that was enumerated alone."""
    signals = system_signals(small)
    found = found_reactions(enumerated, small.form, signals)
    erased = {p.name: erase(small.instance(0, p).complex, small.form, signals) for p in template.complexes}
    sides = [([erased[n] for n in r.reactants], [erased[n] for n in r.products]) for r in template.reactions]
    return [min(found.get(IntendedReaction.of(*side), {np.nan})) for side in sides]
