"""From domains to checked sequences: orthogonal words, a search from there, and every rule's verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar, final

from dsdcompile.design.design import Design
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.errors import FormatError
from dsdcompile.formats.code import code_digest
from dsdcompile.formats.sequence_file import (
    parse_checkpoint,
    parse_report,
    parse_search,
    show_checkpoint,
    show_report,
    show_search,
)
from dsdcompile.formats.store import Store, key_of
from dsdcompile.formats.vendor_file import load_vendor
from dsdcompile.sequences.assignment import assign_words, budget_of, unlike_toeholds
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.budget import Budget
from dsdcompile.sequences.checks import SequenceReport, check_sequences
from dsdcompile.sequences.objective import Objective
from dsdcompile.sequences.rules.catalogue import RULES
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.rules.toehold_energy import TOEHOLD_SPREAD
from dsdcompile.sequences.search import SearchResult, improve, most_steps
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.catalogue import Backend, open_backend
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import ThermoModel
from dsdcompile.units import plural

Read = TypeVar("Read")


@final
@dataclass(frozen=True, eq=False)
class Sequencing:
    """Sequences, what the search gained, and the checks."""

    sequenced: SequencedSystem
    before: Objective
    """The objective of the orthogonal words alone."""
    after: Objective
    steps: int
    k: int
    """No two words share a k-mer."""
    report: SequenceReport
    budget: Budget
    """Domains needed and domains there are."""
    beyond: tuple[str, ...] = ()
    """What cannot fit one pot, in numbers, and what would."""
    interrupted: bool = False
    """Whether the user stopped the search: these are its best so far, and the next run goes on from them."""

    def to_json(self) -> dict[str, Any]:
        """Return plain data for ``sequence_checks.json``."""
        result = SearchResult(self.sequenced, self.before, self.after, self.steps, self.k, self.interrupted)
        search = result.to_json()
        stopped = search.pop("interrupted")
        return {"interrupted": stopped, "budget": self.budget.to_json(), "search": search, **self.report.to_json()}

    def warnings(self) -> tuple[str, ...]:
        """Return what a user must know before ordering."""
        if not self.interrupted:
            return self.beyond
        return (
            *self.beyond,
            f"sequence search interrupted after {plural(self.steps, 'step')}: these are the best so far; the same "
            "command goes on from there",
        )


def sequence_system(
    design: Design,
    inventory: Inventory,
    concentrations: Mapping[str, float],
    store: Store,
    progress: Callable[[str], None],
    model: ThermoModel | None = None,
) -> Sequencing:
    """Return checked sequences for an inventory; stored ones if nothing they depend on has changed.

    An interrupted search returns the best it has found, checked and marked; the next run goes on from there. The search
    and the checks are kept apart: a threshold that only a check knows, a dose, or the code of a check redoes no search.

    Args:
        design: The request.
        inventory: What needs sequences.
        concentrations: Of its items in the reaction, M.
        store: Where finished and interrupted searches, and what the checks found, are kept.
        progress: Called with a line now and then.
        model: The design's :func:`backend`, if it is open already; it goes on knowing what it was asked.

    Raises:
        SequenceError: there are not enough words.
        BackendError: the thermodynamic backend is missing or refuses.
        KeyboardInterrupt: the user does not want to wait for the checks of an interrupted search either.
    """
    options = assignment_options(design)
    budget = budget_of(inventory, options)
    beyond = unlike_toeholds(inventory, options, check_limits(design)[TOEHOLD_SPREAD])
    for line in beyond:
        progress(line)
    with backend(design) if model is None else nullcontext(model) as asked:
        found = _searched(design, inventory, asked, store, progress)
        keeping = None if found.interrupted else store
        report = _judged(design, found.sequenced, concentrations, asked, keeping)
    return Sequencing(
        found.sequenced, found.before, found.after, found.steps, found.k, report, budget, beyond, found.interrupted
    )


def _searched(
    design: Design, inventory: Inventory, model: ThermoModel, store: Store, progress: Callable[[str], None]
) -> SearchResult:
    """Return the search for an inventory: as it is kept, or made."""
    table, limits, options = design.sequences, check_limits(design), assignment_options(design)
    key = key_of(
        [
            _described(inventory),
            options,
            limits,
            (table.seed, table.effort),
            sorted(model.provenance.items()),
            code_digest(assign_words.__module__, improve.__module__, type(model).__module__),
        ]
    )
    kept = read_kept(store.get("sequences", key), lambda text: parse_search(text, inventory))
    if kept is not None:
        return kept
    start, k = assign_words(inventory, table.seed, options)
    progress(f"searching from {len(start.sequences)} orthogonal words (k = {k})")
    most = most_steps(table.effort)
    searched = improve(
        start,
        k,
        model,
        seed=table.seed,
        steps=table.effort,
        limits=limits,
        options=options,
        resume=read_kept(store.get("search", key), lambda text: parse_checkpoint(text, inventory, most)),
        save=lambda checkpoint: store.put("search", key, show_checkpoint(checkpoint)),
        progress=progress,
    )
    progress(f"search objective {searched.before.total:.2f} -> {searched.after.total:.2f}; checking")
    if searched.interrupted:
        return searched
    text = show_search(searched)
    store.put("sequences", key, text)
    return parse_search(text, inventory)  # the same numbers, rounded, as the next run reads


def _judged(
    design: Design,
    sequenced: SequencedSystem,
    concentrations: Mapping[str, float],
    model: ThermoModel,
    store: Store | None,
) -> SequenceReport:
    """Return what the checks find: as it is kept for these sequences, thresholds and rules, or judged now."""

    def judge() -> SequenceReport:
        return check_sequences(
            sequenced,
            model,
            check_limits(design),
            concentrations=concentrations,
            forbid=assignment_options(design).banned,
            lengths=_lengths(design),
        )

    if store is None:
        return judge()
    key = key_of(
        [
            _described(sequenced.inventory),
            sorted(sequenced.sequences.items()),
            check_limits(design),
            sorted(concentrations.items()),
            (assignment_options(design).banned, _lengths(design)),
            sorted(model.provenance.items()),
            [(rule.name, rule.quantity, rule.passing, rule.remedy) for rule in RULES],
            code_digest(
                check_sequences.__module__, type(model).__module__, *(rule.measure.__module__ for rule in RULES)
            ),
        ]
    )
    kept = read_kept(store.get("checks", key), parse_report)
    if kept is not None:
        return kept
    text = show_report(judge())
    store.put("checks", key, text)
    return parse_report(text)  # as the next run reads it


def read_kept(text: str | None, parse: Callable[[str], Read]) -> Read | None:
    """Return what a kept text holds, or None if there is none, or it does not fit."""
    try:
        return None if text is None else parse(text)
    except FormatError:
        return None


def check_files(design: Design, sequenced: SequencedSystem, amounts: Mapping[str, float]) -> SequenceReport:
    """Judge sequences that were read from files by a design's thresholds.

    Raises:
        BackendError: the thermodynamic backend is missing or refuses.
    """
    with backend(design) as model:
        return check_sequences(
            sequenced,
            model,
            check_limits(design),
            concentrations=amounts,
            forbid=assignment_options(design).banned,
            lengths=_lengths(design),
        )


def _lengths(design: Design) -> tuple[int, int]:
    """Return the shortest and longest strand that the vendor makes and the laboratory orders, nt."""
    vendor = load_vendor(design.lab.vendor)
    return vendor.shortest, min(vendor.longest, design.lab.longest_strand)


def _described(inventory: Inventory) -> list[object]:
    items = [(i.name, str(i.role), i.complex.sequence, i.complex.structure) for i in inventory.items]
    return [items, [(d.name, str(d.part), d.length) for d in inventory.domains.values()]]


def backend(design: Design) -> Backend:
    """Return the thermodynamic backend that a design asks for.

    Raises:
        BackendError: it is not installed, or refuses the conditions.
        DesignError: the conditions are outside what energy parameters reach.
    """
    return open_backend(design.sequences.thermo, reaction_conditions(design))


def reaction_conditions(design: Design) -> Conditions:
    """Return temperature and salt of the reaction."""
    return Conditions(design.sequences.celsius, design.sequences.sodium, design.sequences.magnesium)


def check_limits(design: Design) -> Limits:
    """Return the thresholds of a design."""
    return Limits(**design.checks.model_dump())


def assignment_options(design: Design) -> AssignmentOptions:
    """Return what a design says about words."""
    table = design.sequences
    return AssignmentOptions(
        alphabet=table.alphabet,
        first_k=table.first_k,
        last_k=table.last_k,
        gc=table.gc,
        spread=table.spread,
        conditions=reaction_conditions(design),
        fixed=MappingProxyType(dict(table.fixed)),
        forbid=table.forbid,
    )
