"""From domains to checked sequences: orthogonal words, a search from there, and every rule's verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, final

from dsdcompile.design.design import Design
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.errors import FormatError, SequenceError
from dsdcompile.formats.sequence_file import parse_checkpoint, parse_found, parse_objective, show_checkpoint
from dsdcompile.formats.store import Store, key_of
from dsdcompile.formats.vendor_file import load_vendor
from dsdcompile.formats.writing import show_json
from dsdcompile.sequences.assignment import assign_words, budget_of
from dsdcompile.sequences.budget import Budget
from dsdcompile.sequences.checks import SequenceReport, check_sequences
from dsdcompile.sequences.objective import Objective
from dsdcompile.sequences.options import AssignmentOptions
from dsdcompile.sequences.rules.evidence import Limits
from dsdcompile.sequences.search import SearchResult, improve
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nupack import Nupack
from dsdcompile.sequences.thermo.vienna import Vienna
from dsdcompile.units import plural

METHOD = 3
"""Raised when the search or a rule changes, so that stored sequences are made again."""


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
            return ()
        return (
            f"sequence search interrupted after {plural(self.steps, 'step')}: these are the best so far; the same "
            "command goes on from there",
        )


def sequence_system(
    design: Design,
    inventory: Inventory,
    concentrations: Mapping[str, float],
    store: Store,
    progress: Callable[[str], None],
) -> Sequencing:
    """Return checked sequences for an inventory; stored ones if nothing they depend on has changed.

    An interrupted search returns the best it has found, checked and marked; the next run goes on from there.

    Args:
        design: The request.
        inventory: What needs sequences.
        concentrations: Of its items in the reaction, M.
        store: Where finished and interrupted searches are kept.
        progress: Called with a line now and then.

    Raises:
        SequenceError: there are not enough words.
        BackendError: the thermodynamic backend is missing or refuses.
        KeyboardInterrupt: the user does not want to wait for the checks of an interrupted search either.
    """
    table, limits = design.sequences, check_limits(design)
    options, lengths = assignment_options(design), _lengths(design)
    budget = budget_of(inventory, options)
    with backend(design) as model:
        request = {
            "method": METHOD,
            "inventory": _described(inventory),
            "options": options,
            "limits": limits,
            "seed": table.seed,
            "effort": table.effort,
            "lengths": lengths,
            "concentrations": sorted(concentrations.items()),
            "model": sorted(model.provenance.items()),
        }
        key = key_of(request.items())
        stored = _stored(store, key, inventory, budget)
        if stored is not None:
            return stored
        start, k = assign_words(inventory, table.seed, options)
        progress(f"searching from {len(start.sequences)} orthogonal words (k = {k})")
        saved = store.get("search", key)
        try:
            resume = None if saved is None else parse_checkpoint(saved)
        except FormatError:
            resume = None
        found = improve(
            start,
            k,
            model,
            seed=table.seed,
            steps=table.effort,
            limits=limits,
            options=options,
            resume=resume,
            save=lambda checkpoint: store.put("search", key, show_checkpoint(checkpoint)),
            progress=progress,
        )
        progress(f"search objective {found.before.total:.2f} -> {found.after.total:.2f}; checking")
        report = check_sequences(
            found.sequenced,
            model,
            limits,
            concentrations=concentrations,
            forbid=options.banned,
            lengths=lengths,
        )
    if found.interrupted:
        numbers = (found.before, found.after, found.steps, found.k)
        return Sequencing(found.sequenced, *numbers, report, budget, interrupted=True)
    content = {
        "sequences": dict(found.sequenced.sequences),
        "search": found.to_json(),
        "report": report.to_json(),
    }
    store.put("sequences", key, show_json(content))
    stored = _stored(store, key, inventory, budget)
    assert stored is not None, "what was just stored can be read"
    return stored


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


def _stored(store: Store, key: str, inventory: Inventory, budget: Budget) -> Sequencing | None:
    """Return stored sequences, or None if there are none, or they do not fit."""
    text = store.get("sequences", key)
    if text is None:
        return None
    try:
        sequences, search, report = parse_found(text)
        return Sequencing(
            SequencedSystem(inventory, sequences),
            parse_objective(search["objective_before"]),
            parse_objective(search["objective_after"]),
            int(search["steps"]),
            int(search["k"]),
            report,
            budget,
        )
    except (FormatError, SequenceError, KeyError, TypeError, ValueError):
        return None


def _described(inventory: Inventory) -> list[object]:
    items = [(i.name, str(i.role), i.complex.sequence, i.complex.structure) for i in inventory.items]
    return [items, [(d.name, str(d.part), d.length) for d in inventory.domains.values()]]


def backend(design: Design) -> Vienna | Nupack:
    """Return the thermodynamic backend that a design asks for.

    Raises:
        BackendError: it is not installed, or refuses the conditions.
        DesignError: the conditions are outside what energy parameters reach.
    """
    conditions = reaction_conditions(design)
    return Nupack(conditions) if design.sequences.thermo == "nupack" else Vienna(conditions)


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
