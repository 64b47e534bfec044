"""Everything a run has made, as values; which files they become is :mod:`dsdcompile.report.outputs`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

import numpy as np

from dsdcompile.design.design import Design
from dsdcompile.lab.fluorescence import Expected
from dsdcompile.lab.order import OrderSheet
from dsdcompile.stages.as_ordered import AsOrdered
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.ordering import Ordered
from dsdcompile.stages.sequencing import Sequencing
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.source import Source
from dsdcompile.stages.translation import Translated
from dsdcompile.stages.verification import Verified
from dsdcompile.verify.verdict import Outcome


@final
@dataclass(frozen=True, eq=False)
class Results:
    """What a run has made; None for a stage that was not asked for."""

    design: Design
    source: Source
    compiled: DesignCrns
    translated: Translated | None = None
    verified: Verified | None = None
    simulated: Simulated | None = None
    sequencing: Sequencing | None = None
    ordered: Ordered | None = None
    fluorescence: tuple[Expected, ...] = ()
    """What every well of the protocol should show; empty unless the example was simulated and ordered."""
    as_ordered: AsOrdered | None = None
    """What the sequences make of the example; None unless it was simulated and has sequences, and is not too large."""
    warnings: tuple[str, ...] = ()
    """What a user must know before ordering."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """How long each part of the run took, s."""

    def __post_init__(self) -> None:
        """Freeze."""
        object.__setattr__(self, "seconds", MappingProxyType(dict(self.seconds)))

    @property
    def sheet(self) -> OrderSheet | None:
        """The strand order, if it was made."""
        return None if self.ordered is None else self.ordered.sheet

    @property
    def order(self) -> Ordered | None:
        """The order, if it was made and does what it should: not with toeholds that miss their matched rates."""
        return None if self.as_ordered is not None and self.as_ordered.off else self.ordered

    @property
    def nothing_wrong(self) -> bool:
        """Whether everything that was checked passed."""
        passed = (Outcome.PROVED, Outcome.TESTED)
        verified = self.verified is None or self.verified.verification.outcome in passed
        agreed = self.simulated is None or self.simulated.labels.agree
        made = self.as_ordered
        readable = made is None or not (made.window.empty or made.off or not made.stop.right)
        return verified and agreed and readable and (self.sequencing is None or self.sequencing.report.passed)

    @property
    def complete(self) -> bool:
        """Whether every stage has been made, so that there is a report to write."""
        return None not in (self.translated, self.verified, self.simulated, self.sequencing, self.ordered)

    @property
    def request(self) -> str:
        """A hash of everything that decides which strands are made: results of one request belong together.

        Which example is drawn, how it is simulated and what is checked leave the strands as they are.
        """
        asked = self.design.model_dump(exclude={"simulate", "verify", "checks"})
        total = hashlib.sha256(repr(asked).encode())
        total.update(self.compiled.implementable.digest.encode())
        total.update(np.ascontiguousarray(self.source.examples.inputs).tobytes())
        return total.hexdigest()[:16]
