"""Anyone's implementation against any CRN: a PIL file, enumerated, or an implementation CRN as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import frozen_ints
from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import complement
from dsdcompile.enumeration.claim import ANY, Read, Signal, read_claim
from dsdcompile.enumeration.memoised import enumerate_memoised
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import TOOL
from dsdcompile.enumeration.traces import idle_fuels, show_problem, show_trace
from dsdcompile.errors import DsdcompileError, FormatError
from dsdcompile.formats.enumerated_pil import name_all
from dsdcompile.formats.pil_reader import PilComplex, PilFile
from dsdcompile.stages.notions import crnverifier
from dsdcompile.stages.verification import ASSUMPTIONS
from dsdcompile.verify.equivalence import Claim, Notion, equivalent
from dsdcompile.verify.modular import judge
from dsdcompile.verify.stepped import read_steps
from dsdcompile.verify.verdict import Check, Outcome, Relation, Verification

MODULAR = "modular bisimulation"
LARGEST_SECOND = 30
"""Most reactions, without fuels and waste, of which crnverifier is asked as well where it is not needed."""
SECOND_SECONDS = 10.0
"""Time that it then has, s."""
WHY_OTHERWISE = (
    "it asks less (a molecule may read as a signal that it never turns into) and has no invariants; see MODULAR.md"
)
HISTORY = 15
"""Length of the domain that stands for an unknown history, nt."""


@final
@dataclass(frozen=True, slots=True)
class Asked:
    """How an implementation is to be judged."""

    notion: Notion = Notion.BISIMULATION
    names: Mapping[str, str] = field(default_factory=dict)
    """Formal species of complexes, or of species, that are called otherwise."""
    fuels: frozenset[str] = frozenset()
    """Further complexes, or species, that are always there."""
    seconds: float = 60.0
    """Time that crnverifier may take."""
    rules: EnumerationOptions = field(default_factory=EnumerationOptions)


@final
@dataclass(frozen=True, eq=False)
class Judged:
    """The verdict on an implementation."""

    verification: Verification
    lengths: Mapping[str, int]
    """Of the domains in the molecules of witnesses, nt."""


def judge_pil(read: PilFile, formal: Crn, asked: Asked, progress: Callable[[str], None]) -> Judged:
    """Return whether the system of a PIL file implements a CRN.

    Raises:
        FormatError: the file has no complex, or none for some formal species, or the map names what it has not.
    """
    signals, fuels = _roles(read, formal, asked)
    lengths = dict(read.lengths)
    tube: dict[str, Complex] = dict(fuels)
    for signal in signals:
        tube[signal.name], fresh = _with_history(signal, lengths)
        lengths |= dict.fromkeys(fresh, HISTORY)
    enumerated = enumerate_memoised(tube.values(), lengths, asked.rules, progress)
    tools, settings = (TOOL,), tuple(asdict(asked.rules).items())
    if not enumerated.complete:
        check = Check("enumeration", Outcome.UNDECIDED, "; ".join(enumerated.limits))
        return Judged(Verification((check,), ASSUMPTIONS, tools, settings), lengths)
    progress(f"{len(enumerated.macrostates):,} resting macrostates, {len(enumerated.reactions):,} condensed reactions")
    names = name_all(read, enumerated).macrostates
    found = read_claim(formal, enumerated, names, signals, fuels)
    if not isinstance(found, Read):
        check = Check("signals and fuels", Outcome.REFUTED, found.problem, (found,))
        return Judged(Verification((check,), ASSUMPTIONS, tools, settings), lengths)
    molecules = {
        number: min(state, key=lambda c: (c.sequence, c.structure))
        for number, state in enumerate(enumerated.macrostates)
    }
    checks, known = judge_claim(found.claim, asked, molecules)
    told = ", ".join(f"{species} ({count})" if count > 1 else species for species, count in found.variants.items())
    assumptions = (
        *ASSUMPTIONS,
        f"signals, with how many variants of unknown history: {told}",
        f"always there: {', '.join(fuels) or 'nothing'}",
    )
    return Judged(Verification(checks, assumptions, (*tools, crnverifier()), settings, certificates=known), lengths)


def judge_crn(implementation: Crn, formal: Crn, constant: Iterable[str], asked: Asked) -> Judged:
    """Return whether one CRN implements another; species of the same name, or mapped to it, are signals.

    Raises:
        FormatError: a formal species has no signal, or a name is of no species.
    """
    fuels = {*constant, *asked.fuels}
    for name in (*fuels, *asked.names):
        if name not in implementation.index:
            raise FormatError(f"the implementation has no species {name}")
    named = {name: name for name in implementation.species if name in formal.index and name not in fuels}
    named |= asked.names
    means = {implementation.index[name]: _species(formal, name, species) for name, species in named.items()}
    for number, name in enumerate(formal.species):
        if number not in means.values():
            raise FormatError(f"no species of the implementation is called {name}; a map file can say which it is")
    try:
        claim = Claim(
            formal, implementation, frozen_ints([implementation.index[name] for name in sorted(fuels)]), means
        )
    except DsdcompileError as error:
        raise FormatError(str(error)) from None
    checks, known = judge_claim(claim, asked, {})
    assumptions = (f"always there: {', '.join(sorted(fuels)) or 'nothing'}",)
    return Judged(Verification(checks, assumptions, (crnverifier(),), (), certificates=known), {})


def judge_claim(
    claim: Claim, asked: Asked, molecules: Mapping[int, Complex]
) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return the checks that decide a claim, and what else is known of it."""
    ours = _modular(claim, molecules)
    if asked.notion is Notion.PATHWAYS:
        return (equivalent(claim, asked.notion, asked.seconds),), (ours,)
    if ours.outcome is Outcome.UNDECIDED:
        return (equivalent(claim, asked.notion, asked.seconds),), (ours,)
    if len(read_steps(claim).steps) > LARGEST_SECOND:
        return (ours,), ()
    theirs = equivalent(claim, asked.notion, min(asked.seconds, SECOND_SECONDS))
    if {ours.outcome, theirs.outcome} == {Outcome.PROVED, Outcome.REFUTED}:
        theirs = replace(theirs, detail=f"{theirs.detail}; {WHY_OTHERWISE}")
    return (ours,), (theirs,)


def _modular(claim: Claim, molecules: Mapping[int, Complex]) -> Check:
    found = judge(claim)
    name = f"{MODULAR} of {claim.implementation.n_reactions:,} reactions with {claim.formal.n_reactions:,}"
    if found.problem is None:
        detail = f"{Relation.BISIMILAR}: each of {found.parts:,} parts does formal reactions or nothing"
        return Check(name, Outcome.PROVED, detail, shows=Relation.BISIMILAR)
    idle = idle_fuels(claim)
    why = show_problem(claim, found.problem) + (f"; nothing reacts with {', '.join(idle)}" if idle else "")
    if found.trace is None:
        return Check(name, Outcome.UNDECIDED, why)
    return Check(name, Outcome.REFUTED, why, show_trace(claim, found.trace, molecules))


def _roles(read: PilFile, formal: Crn, asked: Asked) -> tuple[tuple[Signal, ...], dict[str, Complex]]:
    """Return which complexes of a file are signals, and which are always there."""
    by_name = {found.name: found for found in read.complexes}
    if not by_name:
        raise FormatError("there is no complex to check; a line such as 'A = t x' names one")
    for name in (*asked.fuels, *asked.names):
        if name not in by_name:
            raise FormatError(f"there is no complex {name}")
    named = {name: name for name in by_name if name in formal.index and name not in asked.fuels} | dict(asked.names)
    have = {_species(formal, name, species) for name, species in named.items()}
    for number, name in enumerate(formal.species):
        if number not in have:
            raise FormatError(f"no complex is called {name}; name it so, or say in a map file which it is")
    constant = any(found.constant for found in read.complexes)
    fuels = {
        found.name: found.complex
        for found in read.complexes
        if found.name not in named and (found.name in asked.fuels or _always(found, constant))
    }
    bound = {
        complement(token)
        for found in read.complexes
        if found.name in named or found.name in fuels
        for token in found.complex.sequence
        if token != NICK
    }
    signals = []
    for name, species in named.items():
        complex_ = by_name[name].complex
        wild = {d for d in complex_.domains if d == ANY or ((d in read.histories or d[0] == "h") and d not in bound)}
        signals.append(Signal(name, species, complex_, frozenset(wild)))
    return tuple(signals), fuels


def _always(found: PilComplex, constant: bool) -> bool:
    """Return whether a complex that is no signal is a fuel; where some are ``@constant``, silence means it is not."""
    if found.amount is None:
        return found.present and not constant
    return found.present


def _species(formal: Crn, name: str, species: str) -> int:
    if species not in formal.index:
        raise FormatError(f"{name} cannot stand for {species}: the formal CRN has no such species")
    return formal.index[species]


def _with_history(signal: Signal, lengths: Mapping[str, int]) -> tuple[Complex, tuple[str, ...]]:
    """Return a signal as it is put into the tube: a domain of its own where it may have any."""
    if ANY not in signal.complex.sequence:
        return signal.complex, ()
    fresh = f"h_{signal.name}"
    while fresh in lengths:
        fresh += "_"
    return signal.complex.renamed(lambda name: fresh if name == ANY else name), (fresh,)
