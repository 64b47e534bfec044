"""The implementation CRN: what a DSD system does, as its designer intends, in M and s, with its fuels depleting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray, IntArray, Sparse, frozen_ints
from dsdcompile.dsd.absent import NO_MODULE, NO_SPECIES
from dsdcompile.dsd.dosing import Dosing
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role, Template
from dsdcompile.errors import SchemeError

LEFT_OUT = -1
"""Stands for inert waste in tables of species."""


@final
@dataclass(frozen=True, eq=False)
class Implementation:
    """An implementation CRN and how its species relate to the system's."""

    crn: Crn
    """Concentrations in M, rate constants in /M/s (or /s); the first species are those of ``system.crn``, in order."""
    unit: float
    """One formal unit, in M: inputs and outputs of ``crn`` are formal values times this (totals, if matched)."""
    module: IntArray
    """For each species the module whose fuel or intermediate it is, :data:`NO_MODULE` for a signal (species,)."""
    holds: IntArray
    """For each species the signal that it is, or that it holds and gives back unchanged; :data:`NO_SPECIES` for others
    (species,)."""

    def __post_init__(self) -> None:
        """Freeze the tables."""
        for name in ("module", "holds"):
            object.__setattr__(self, name, frozen_ints(getattr(self, name)))

    def inlet(self, values: ArrayLike) -> FloatArray:
        """Return what is in the tube at first (examples, species), in M, for formal input values (examples, inputs).

        Raises:
            CrnError: as :meth:`dsdcompile.crn.crn.Crn.inlet`.
        """
        return self.crn.inlet(np.asarray(values, dtype=np.float64) * self.unit)

    def signals(self, values: ArrayLike) -> FloatArray:
        """Return the signals of :meth:`inlet` (examples, signals), without a copy of all fuels for every example.

        Raises:
            CrnError: as :meth:`inlet`.
        """
        return self.crn.inlet(np.asarray(values, dtype=np.float64) * self.unit, self.n_signals)

    def corner(self, most: FloatArray) -> FloatArray:
        """Return the signals (signals,), in M, at the corner ``most`` (inputs, 2) of a box, in formal units."""
        return self.crn.corner(most * self.unit, self.n_signals)

    @property
    def n_signals(self) -> int:
        """The number of species of ``system.crn``, which come first."""
        others = np.flatnonzero(self.module >= 0)
        return int(others[0]) if len(others) else len(self.module)

    @property
    def fuels(self) -> IntArray:
        """The species that are fuels, ascending."""
        return np.flatnonzero((self.module >= 0) & (self.crn.initial > 0)).astype(np.int64)

    def totals(self, states: FloatArray) -> FloatArray:
        """Return the totals of signals, free and held, (..., signals) of states (..., species)."""
        free = self.holds == np.arange(len(self.holds))
        total = np.array(states[..., free])
        for species in np.flatnonzero((self.holds >= 0) & ~free):
            total[..., self.holds[species]] += states[..., species]
        return total


def implementation(system: DsdSystem, dosing: Dosing, step_rates: FloatArray) -> Implementation:
    """Return the implementation CRN of a dosed system; inert waste is left out.

    A molecule that several modules share is one species, and a reaction that they share happens once.
    ``step_rates`` holds the rate constant of each template reaction of each module, in template order, padded
    (modules, template reactions), in /M/s or /s by the number of reactants.

    Raises:
        SchemeError: modules that share a reaction give it different rate constants.
    """
    counted = system.molecules.of_role(Role.FUEL, Role.INTERMEDIATE)
    signals = system.crn.n_species
    column = np.full(system.molecules.count, LEFT_OUT, dtype=np.int64)
    column[counted] = signals + np.arange(len(counted), dtype=np.int64)
    width = max(
        (len(side) for t in system.templates for r in t.reactions for side in (r.reactants, r.products)), default=0
    )
    sides: tuple[list[IntArray], list[IntArray]] = ([], [])
    rates: list[FloatArray] = []
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        place = _species(system, number, template, modules, column)
        for index, reaction in enumerate(template.reactions):
            for side, complexes in zip(sides, (reaction.reactants, reaction.products), strict=True):
                table = np.full((len(modules), width), LEFT_OUT, dtype=np.int64)
                for at, name in enumerate(complexes):
                    table[:, at] = place[name]
                side.append(np.sort(table, axis=1))
            rates.append(step_rates[modules, index])
    nothing = np.zeros((0, width), dtype=np.int64)
    left, right = (np.concatenate([nothing, *side]) for side in sides)
    values = np.concatenate([np.zeros(0), *rates])
    kept = _once(left, right, values, system, column)
    shape = (len(kept), signals + len(counted))
    crn = Crn(
        species=(*system.crn.species, *(system.molecule_name(int(n)) for n in counted)),
        reactants=_counts(left[kept], shape),
        products=_counts(right[kept], shape),
        rates=values[kept],
        initial=np.concatenate([system.crn.initial * dosing.unit, dosing.amounts(system)[counted]]),
        inputs=system.crn.inputs,
        outputs=system.crn.outputs,
        pairs=system.crn.pairs,
        offsets=system.crn.offsets * dosing.unit,
    )
    owner = np.concatenate([np.full(signals, NO_MODULE, dtype=np.int64), system.molecules.module[counted]])
    return Implementation(crn, dosing.unit, owner, _held(system, column, crn.n_species))


def _held(system: DsdSystem, column: IntArray, species: int) -> IntArray:
    """Return the signal that each species is or holds, :data:`NO_SPECIES` for none (species,)."""
    holds = np.full(species, NO_SPECIES, dtype=np.int64)
    holds[: system.crn.n_species] = np.arange(system.crn.n_species)
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        for place, part in enumerate(template.complexes):
            if part.role is Role.INTERMEDIATE and part.species >= 0:
                holds[column[system.molecules.numbers[number][:, place]]] = system.species[modules, part.species]
    return holds


def _species(
    system: DsdSystem, number: int, template: Template, modules: IntArray, column: IntArray
) -> dict[str, IntArray]:
    """Return, for each complex of a template, its species in each of the modules; :data:`LEFT_OUT` for waste."""
    return {
        part.name: system.species[modules, part.species]
        if part.role is Role.SIGNAL
        else column[system.molecules.numbers[number][:, place]]
        for place, part in enumerate(template.complexes)
    }


def _once(left: IntArray, right: IntArray, rates: FloatArray, system: DsdSystem, column: IntArray) -> IntArray:
    """Return the rows of reactions, ascending, that repeat no earlier row.

    Only where all fuels and intermediates of a reaction are shared can another module have the same reaction.
    """
    own = np.zeros(system.crn.n_species + int((column >= 0).sum()) + 1, dtype=bool)
    mine = (column >= 0) & (system.molecules.shared == 1)
    own[column[mine]] = True
    rows = np.arange(len(left), dtype=np.int64)
    suspects = rows[~(own[left].any(axis=1) | own[right].any(axis=1))]
    if not len(suspects):
        return rows
    _, first, same = np.unique(
        np.hstack([left[suspects], right[suspects]]), axis=0, return_index=True, return_inverse=True
    )
    leader = suspects[first[same.reshape(-1)]]
    if (rates[leader] != rates[suspects]).any():
        clash = int(suspects[np.flatnonzero(rates[leader] != rates[suspects])[0]])
        raise SchemeError(
            f"modules that share the same strands need rate constants {rates[clash]:g} and another for one reaction of "
            "theirs; write reactions with the same reactants and products as one, with the sum of their rate constants"
        )
    keep = np.ones(len(rows), dtype=bool)
    keep[suspects[leader != suspects]] = False
    return rows[keep]


def _counts(table: IntArray, shape: tuple[int, int]) -> Sparse:
    """Return the matrix that counts each row's species (reactions, species)."""
    rows = np.broadcast_to(np.arange(len(table), dtype=np.int64)[:, None], table.shape)
    there = table != LEFT_OUT
    ones = np.ones(int(there.sum()), dtype=np.int64)
    return sparse.coo_array((ones, (rows[there], table[there])), shape=shape).tocsr()


def uniform_rates(system: DsdSystem, rate: float) -> FloatArray:
    """Return step rates for fast kinetics: every step at ``rate`` (/M/s), as rate independence allows."""
    width = max((len(template.reactions) for template in system.templates), default=0)
    return np.full((system.n_modules, width), rate)
