"""What rules look at: the sequences, and what was computed about them once for all rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray, frozen_floats
from dsdcompile.sequences.helices import Energies, Pool, all_pairs, helix_energies, make_pool
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.sequences.sequenced import SequencedSystem
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Ensemble, Question, ThermoModel
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy


@final
@dataclass(frozen=True, eq=False)
class Evidence:
    """Computed once, judged by every rule."""

    sequenced: SequencedSystem
    limits: Limits
    conditions: Conditions
    concentrations: Mapping[str, float]
    """Concentration of each item in the reaction, M; items that are missing stand at 100 nM."""
    forbidden: tuple[str, ...]
    """Subsequences that no strand may have."""
    shortest: int
    """Shortest and longest strand that can be ordered, nt."""
    longest: int
    pool: Pool
    energies: Energies
    pairs: IntArray
    """All pairs of strands, by place in ``inventory.strands`` (pairs, 2)."""
    helices: FloatArray
    """The strongest unintended helix of each (pairs,), kcal/mol."""
    perfect: FloatArray
    """Each strand with its exact complement (strands,), kcal/mol."""
    backbone: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    """Whether each strand holds a gate together (strands,)."""
    alone: tuple[Ensemble, ...]
    """Each strand alone."""
    gates: Mapping[str, Ensemble]
    """Each complex of several strands, with its target."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the strands."""
        return tuple(strand.name for strand in self.sequenced.inventory.strands)


def gather(
    sequenced: SequencedSystem,
    model: ThermoModel,
    limits: Limits,
    *,
    concentrations: Mapping[str, float] | None = None,
    forbidden: tuple[str, ...] = (),
    lengths: tuple[int, int] = (10, 200),
) -> Evidence:
    """Compute everything that rules look at.

    Raises:
        BackendError: a backend cannot answer.
    """
    inventory = sequenced.inventory
    strands = inventory.strands
    sequences = [sequenced.strand(s.domains) for s in strands]
    pool = make_pool(sequenced, [s.domains for s in strands])
    energies = Energies.at(model.conditions)
    pairs = all_pairs(len(strands))
    gates = [item for item in inventory.items if item.is_gate]
    questions = gate_questions(sequenced)
    answers = model.ensembles([*(Question((s,)) for s in sequences), *questions])
    return Evidence(
        sequenced,
        limits,
        model.conditions,
        dict(concentrations or {}),
        forbidden,
        lengths[0],
        lengths[1],
        pool,
        energies,
        pairs,
        helix_energies(pool, pairs, energies),
        frozen_floats(np.array([duplex_energy(s, model.conditions) for s in sequences])),
        np.array([s.domains in inventory.backbones for s in strands]),
        tuple(answers[: len(strands)]),
        {gate.name: answer for gate, answer in zip(gates, answers[len(strands) :], strict=True)},
    )


def gate_questions(sequenced: SequencedSystem) -> list[Question]:
    """Return what to ask about each complex of several strands, in the order of the inventory."""
    return [
        Question(sequenced.complex(item.complex), sequenced.inventory.structure(item.complex))
        for item in sequenced.inventory.items
        if item.is_gate
    ]
