"""Does an implementation CRN do what a formal CRN says? Two published notions, decided by crnverifier.

*CRN bisimulation* (Johnson, Dong, Winfree, Theoretical Computer Science 765:3, 2019): every implementation species can
be read as a multiset of formal ones so that each reaction is a formal reaction or nothing, and from every state that
reads as a formal one every formal reaction can be done. *Pathway decomposition* (Shin, Thachuk, Winfree, Theoretical
Computer Science 765:67, 2019): all that happens between states of formal species decomposes into formal reactions.

Fuels are taken to be always there. What crnverifier says is an aid, not an oracle: its own notes say that its loop
search is not the published algorithm. It runs in a process of its own, which is ended when time is up; then nothing is
decided.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, final

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import IntArray, frozen_ints
from dsdcompile.errors import CrnError
from dsdcompile.verify.verdict import Check, Outcome, Witness

WORKER = Path(__file__).with_name("crnverifier_process.py")
"""Run as a file: the package itself takes longer to load than most answers take."""


@final
class Notion(StrEnum):
    """What it can mean that one CRN implements another."""

    BISIMULATION = "CRN bisimulation"
    PATHWAYS = "pathway decomposition"


@final
@dataclass(frozen=True, eq=False)
class Claim:
    """That one CRN implements another."""

    formal: Crn
    implementation: Crn
    fuels: IntArray
    """Species of the implementation that are always there (fuels,)."""
    means: Mapping[int, int]
    """Which formal species a species of the implementation stands for; signals, and only those."""

    def __post_init__(self) -> None:
        """Freeze the fuels.

        Raises:
            CrnError: a fuel stands for a formal species, or a species index is out of range.
        """
        object.__setattr__(self, "fuels", frozen_ints(self.fuels))
        if set(self.fuels.tolist()) & set(self.means):
            raise CrnError("a fuel cannot stand for a formal species")
        used = [*self.fuels.tolist(), *self.means]
        if used and not 0 <= min(used) <= max(used) < self.implementation.n_species:
            raise CrnError(f"the implementation has {self.implementation.n_species} species; the claim names others")


def available() -> bool:
    """Return whether crnverifier is installed."""
    return importlib.util.find_spec("crnverifier") is not None


def equivalent(claim: Claim, notion: Notion, seconds: float = 60.0) -> Check:
    """Return whether a claim holds under a notion; undecided if crnverifier is absent or does not answer in time."""
    name = f"{notion} of {claim.implementation.n_reactions} with {claim.formal.n_reactions} reactions"
    if not available():
        return Check(name, Outcome.UNDECIDED, "crnverifier is not installed (pip install crnverifier)")
    command = [sys.executable, "-I", str(WORKER)]
    try:
        done = subprocess.run(
            command, input=json.dumps(task(claim, notion)), capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return Check(name, Outcome.UNDECIDED, f"crnverifier gave no answer in {seconds:g} s")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Check(name, Outcome.UNDECIDED, f"crnverifier failed: {last}")
    answer = json.loads(done.stdout)
    if answer["holds"]:
        return Check(name, Outcome.PROVED, "crnverifier finds it correct")
    return Check(name, Outcome.REFUTED, answer["why"], (Witness(answer["why"]),))


def task(claim: Claim, notion: Notion) -> dict[str, Any]:
    """Return a claim as the plain data that :mod:`dsdcompile.verify.crnverifier_process` takes."""
    return {
        "notion": notion.name,
        "formal": _formal(claim),
        "implementation": _implementation(claim),
        "formals": list(claim.formal.species),
        "means": {_name(i): [claim.formal.species[s]] for i, s in claim.means.items()},
    }


def _name(species: int) -> str:
    """Return a name that crnverifier cannot mistake for a formal species."""
    return f"i{species}"


def _formal(claim: Claim) -> list[tuple[list[str], list[str]]]:
    found = [(sorted(r.reactants), sorted(r.products)) for r in claim.formal]
    return [sides for sides in found if sides[0] != sides[1]]


def _implementation(claim: Claim) -> list[tuple[list[str], list[str]]]:
    """Return the implementation's reactions without fuels, each once, without those that do nothing."""
    crn, fuels = claim.implementation, set(claim.fuels.tolist())
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
    for row in range(crn.n_reactions):
        left, right = (_side(matrix[[row]], fuels) for matrix in (crn.reactants, crn.products))
        if left != right:
            found.setdefault((left, right))
    return [(list(left), list(right)) for left, right in found]


def _side(row: object, fuels: set[int]) -> tuple[str, ...]:
    indices, counts = row.indices, row.data  # type: ignore[attr-defined]
    return tuple(sorted(_name(int(s)) for s in np.repeat(indices, counts) if int(s) not in fuels))
