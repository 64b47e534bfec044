"""The only file that talks to ViennaRNA. It runs in worker processes: the library's parameters are process-global.

Traps met here: ``noGU`` must be set, and the model details made, *after* parameters are loaded; several strands are
one cyclic order and connected structures only; structures come back without a mark between strands, and an impossible
complex comes back with an energy of 100000. Symmetry is looked for in all letters laid end to end, not in strands: what
is one short repeat throughout (CGCGC with GCGCG) comes out too weak, by RT ln of the number of repeats.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import RNA

from dsdcompile.errors import BackendError
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Ensemble, Question
from dsdcompile.sequences.thermo.parameters import corrected

IMPOSSIBLE = 1e4
"""Energies above this stand for strands that cannot hang together, kcal/mol."""
_loaded: list[tuple[Conditions, Any]] = []


def load(conditions: Conditions) -> None:
    """Load the corrected DNA parameters into this process."""
    RNA.params_load_DNA_Mathews2004()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dna.par"
        RNA.params_save(str(path))
        text = path.read_text()
    RNA.params_load_from_string(corrected(text, conditions), "dsdcompile")
    details = RNA.md()
    details.temperature = conditions.celsius
    details.noGU = 1
    _loaded[:] = [(conditions, details)]


def answer(question: Question) -> Ensemble:
    """Return the ensemble of a question under the loaded parameters.

    Raises:
        BackendError: the strands cannot hang together, or parameters have not been loaded.
    """
    if not _loaded:
        raise BackendError("ViennaRNA's parameters have not been loaded")
    conditions, details = _loaded[0]
    fold = RNA.fold_compound("&".join(question.strands), details)
    structure, mfe = fold.mfe()
    if mfe > IMPOSSIBLE:
        raise BackendError(f"{len(question.strands)} strands of {question.length} nt cannot hang together")
    fold.exp_params_rescale(mfe)
    energy = float(fold.pf()[1])
    pairs = np.array(fold.bpp())[1:, 1:]
    pairs = pairs + pairs.T
    unpaired = np.clip(1.0 - pairs.sum(axis=1), 0.0, 1.0)
    probability = defect = None
    if question.target:
        flat = question.target.replace("+", "")
        probability = min(1.0, math.exp((energy - fold.eval_structure(flat)) / conditions.rt))
        partner = partners(flat)
        here = np.arange(len(flat))
        right = np.where(partner < 0, unpaired, pairs[here, np.maximum(partner, 0)])
        defect = float(min(1.0, max(0.0, 1.0 - right.mean())))
    return Ensemble(energy, float(mfe), nicked(structure, question.strands), unpaired, probability, defect)


def partners(structure: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the position each position is paired with, -1 if none (length,)."""
    found = np.full(len(structure), -1, dtype=np.int64)
    open_: list[int] = []
    for here, symbol in enumerate(structure):
        if symbol == "(":
            open_.append(here)
        elif symbol == ")":
            found[here] = open_.pop()
            found[found[here]] = here
    return found


def nicked(structure: str, strands: tuple[str, ...]) -> str:
    """Return a structure with ``+`` between strands."""
    parts, start = [], 0
    for strand in strands:
        parts.append(structure[start : start + len(strand)])
        start += len(strand)
    return "+".join(parts)
