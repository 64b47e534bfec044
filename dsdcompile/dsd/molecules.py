"""Which complexes of which modules are the same molecule.

Modules share more than signals. Two-domain gates for different reactions use the same fuel strand for the same
product, and two reactions of the same reactants may share a gate. A shared complex is dosed as a sum, ordered once and
is one species of the implementation CRN.

A complex is known by its pattern (which domain of which owner stands where) and by who its owners are in a given
module: species, the module itself, or the set of reactants. Equal pattern and equal owners: the same molecule. So a
table of a million modules is compared as integer columns, without writing out a single complex.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import IntArray, frozen_ints
from dsdcompile.dsd.complex import NICK
from dsdcompile.dsd.domain import base
from dsdcompile.dsd.template import DomainSlot, Role, Template, TemplateComplex

RANK = {Role.FUEL: 0, Role.INTERMEDIATE: 1, Role.WASTE: 2}
"""What a molecule is if several modules see it differently: a fuel of one is a fuel."""
ROLES = tuple(RANK)
NOT_COUNTED = -1
"""The number of a complex that is no molecule of its own: a signal, which is counted by its species."""


@final
@dataclass(frozen=True, eq=False, slots=True)
class Owner:
    """To whom a domain belongs."""

    kind: str
    """What the domain is of its owner, such as ``b`` of a species."""
    key: Hashable
    """Tells owners in one template apart."""
    number: IntArray
    """The owner in each module of the template (its modules,)."""


@final
@dataclass(frozen=True, eq=False)
class Molecules:
    """The distinct molecules of a system, signals apart, in the order of the modules that need them first."""

    numbers: tuple[IntArray, ...]
    """For each template, the molecule that each of its complexes is in each of its modules (its modules, complexes);
    :data:`NOT_COUNTED` for signals."""
    role: IntArray
    """Place in :data:`ROLES` (molecules,)."""
    module: IntArray
    """The module whose complex names the molecule (molecules,)."""
    part: IntArray
    """Which complex of that module's template (molecules,)."""
    shared: IntArray
    """How many complexes of all modules are this molecule (molecules,)."""

    @property
    def count(self) -> int:
        """The number of molecules."""
        return len(self.role)

    def of_role(self, *roles: Role) -> IntArray:
        """Return the molecules of these roles, ascending."""
        return np.flatnonzero(np.isin(self.role, [RANK[role] for role in roles])).astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Occurrence:
    """One complex of a template, in all modules of that template."""

    template: int
    part: int
    role: Role
    modules: IntArray
    owners: IntArray
    """(modules, owners)."""


def molecules(
    templates: Sequence[Template], modules_of: Sequence[IntArray], owner: Callable[[int, DomainSlot], Owner | None]
) -> Molecules:
    """Return which complexes are the same molecule.

    Args:
        templates: The templates of a system.
        modules_of: The modules of each template, ascending.
        owner: For a template and one of its slots, to whom the domain belongs; None for a universal domain.
    """
    patterns: dict[Hashable, list[_Occurrence]] = {}
    for number, template in enumerate(templates):
        owners = {slot.name: owner(number, slot) for slot in template.slots}
        for place, part in enumerate(template.complexes):
            if part.role is not Role.SIGNAL:
                pattern, columns = _pattern(part, owners)
                size = len(modules_of[number])
                table = np.array(columns, dtype=np.int64).reshape(len(columns), size).T
                seen = _Occurrence(number, place, part.role, modules_of[number], table)
                patterns.setdefault(pattern, []).append(seen)
    numbers = [
        np.full((len(modules), len(template.complexes)), NOT_COUNTED, dtype=np.int64)
        for template, modules in zip(templates, modules_of, strict=True)
    ]
    rows: list[IntArray] = []
    first = 0
    for occurrences in patterns.values():
        table = np.concatenate([seen.owners for seen in occurrences])
        same = _groups(table) + first
        described = np.concatenate([_described(seen) for seen in occurrences])
        rows.append(np.column_stack([same, described]))
        at = 0
        for seen in occurrences:
            numbers[seen.template][:, seen.part] = same[at : at + len(seen.modules)]
            at += len(seen.modules)
        first = int(same.max(initial=first - 1)) + 1
    return _numbered(numbers, rows, first)


def _pattern(part: TemplateComplex, owners: dict[str, Owner | None]) -> tuple[Hashable, list[IntArray]]:
    """Return what a complex looks like whoever owns its domains, and its owners in order of first occurrence."""
    seen: dict[Hashable, IntArray] = {}
    tokens: list[Hashable] = []
    for token in part.complex.sequence:
        owner = None if token == NICK else owners[base(token)]
        if owner is None:
            tokens.append(token)
            continue
        seen.setdefault(owner.key, owner.number)
        tokens.append((owner.kind, list(seen).index(owner.key), token.endswith("*")))
    return (tuple(tokens), part.complex.structure), list(seen.values())


def _groups(table: IntArray) -> IntArray:
    """Return for each row the number of its group of equal rows."""
    if table.shape[1] == 0:
        return np.zeros(len(table), dtype=np.int64)
    return np.unique(table, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _described(seen: _Occurrence) -> IntArray:
    """Return role, module and part of each complex of an occurrence (modules, 3)."""
    rows = np.empty((len(seen.modules), 3), dtype=np.int64)
    rows[:, 0], rows[:, 1], rows[:, 2] = RANK[seen.role], seen.modules, seen.part
    return rows


def _numbered(numbers: list[IntArray], found: list[IntArray], count: int) -> Molecules:
    """Name each molecule after the first module that has it in its foremost role, and number them in that order."""
    rows = np.concatenate([np.zeros((0, 4), dtype=np.int64), *found])
    rows = rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))]
    leaders = rows[np.unique(rows[:, 0], return_index=True)[1]]
    order = np.lexsort((leaders[:, 3], leaders[:, 2]))
    new = np.empty(count + 1, dtype=np.int64)
    new[order], new[count] = np.arange(count), NOT_COUNTED
    leaders = leaders[order]
    shared = np.bincount(rows[:, 0], minlength=count)[order] if count else np.zeros(0, dtype=np.int64)
    return Molecules(
        tuple(frozen_ints(new[table]) for table in numbers),
        role=frozen_ints(leaders[:, 1]),
        module=frozen_ints(leaders[:, 2]),
        part=frozen_ints(leaders[:, 3]),
        shared=frozen_ints(shared),
    )
