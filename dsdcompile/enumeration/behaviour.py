"""What a system of modules shows about its CRN: bisimilar to it, or the same limit; and whether that is enough.

The theorem is in ``enumeration/NOTIONS.md``. Its premises are that enumeration shows the intended steps and no others
(:mod:`dsdcompile.enumeration.composition`), that every template has a reading (:mod:`dsdcompile.verify.reading`), and
that modules read alike what they share (:mod:`dsdcompile.enumeration.shared_molecules`).
"""

from __future__ import annotations

import numpy as np

from dsdcompile.dsd.system import DsdSystem
from dsdcompile.enumeration.composition import Composition
from dsdcompile.enumeration.trace import counterexample
from dsdcompile.verify.independence import rate_dependence
from dsdcompile.verify.reading import Reading, read_template
from dsdcompile.verify.verdict import Check, Outcome, Relation

NAME = "the modules do what the CRN says"


def behaviour_check(system: DsdSystem, composition: Composition, needs: Relation) -> Check:
    """Check that a system shows what is needed about its CRN; the check says what it shows.

    Refuted only by a trace that the strands have and the CRN has not, and only where bisimulation is needed.
    """
    readings = [read_template(template) for template in system.templates]
    used = np.unique(system.template).tolist()
    for number in used:
        reading = readings[number]
        if isinstance(reading, str):
            return Check(NAME, Outcome.UNDECIDED, f"{system.templates[number].shape}: {reading}")
    if composition.alike.outcome is not Outcome.PROVED:
        return Check(NAME, Outcome.UNDECIDED, composition.alike.detail)
    undoing = [n for n in used if isinstance(reading := readings[n], Reading) and reading.undoes]
    if not undoing:
        detail = "every step is a reaction or changes nothing, and every reaction can always be done"
        return Check(NAME, Outcome.PROVED, f"{Relation.BISIMILAR}: {detail}", shows=Relation.BISIMILAR)
    why = rate_dependence(system.crn)
    if why is None and needs is Relation.SAME_LIMIT:
        detail = "reactions may be undone until their modules close, which keeps the limit of a noncompetitive CRN"
        return Check(NAME, Outcome.PROVED, f"{Relation.SAME_LIMIT}: {detail}", shows=Relation.SAME_LIMIT)
    shape = system.templates[undoing[0]].shape
    what = f"{system.scheme} may undo reactions, such as {shape}, until their modules close"
    if needs is Relation.BISIMILAR:
        witness = counterexample(system, readings)
        if witness is not None:
            return Check(NAME, Outcome.REFUTED, f"not {Relation.BISIMILAR}: {what}", (witness,))
        return Check(NAME, Outcome.UNDECIDED, f"not shown to be {needs}, which is needed: {what}")
    return Check(NAME, Outcome.UNDECIDED, f"{what}, and limits are promised for noncompetitive CRNs only: {why}")
