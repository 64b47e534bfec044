"""A CRN on the formal axis: formal values go in, and curves in formal units and time come out, whatever its own are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.dsd.implementation import Implementation
from dsdcompile.simulate.curves import Curves, Scale, curves
from dsdcompile.simulate.ode import output_species, simulate
from dsdcompile.simulate.trajectory import Tolerances, Trajectory


@final
@dataclass(frozen=True, slots=True)
class Entrant:
    """One of the CRNs that are compared, under the name that its curves bear."""

    name: str
    tube: Crn | Implementation
    """A CRN in formal units and time, or an implementation in M and s."""
    time: float = 1.0
    """One formal time unit, in the CRN's own: 1 for a formal CRN, s for an implementation."""
    pooled: bool = False
    """Whether outputs of an implementation are totals, what intermediates hold included: with matched kinetics, and
    where outputs are annihilated."""

    @property
    def crn(self) -> Crn:
        """What is integrated."""
        return self.tube if isinstance(self.tube, Crn) else self.tube.crn

    @property
    def scale(self) -> Scale:
        """One formal unit and one formal time unit, in the CRN's own."""
        return Scale(1.0 if isinstance(self.tube, Crn) else self.tube.unit, self.time)

    def run(
        self, values: FloatArray, grid: FloatArray, tolerances: Tolerances, record: tuple[str, ...] | None = None
    ) -> Trajectory:
        """Integrate one example's input ``values`` (inputs,) at formal times ``grid`` (T,), formal tolerances.

        The trajectory is in the CRN's own units.

        Raises:
            SimulationError: the integration fails.
        """
        state = self.tube.inlet(values[None, :])[0]
        return simulate(self.crn, state, grid * self.time, tolerances.scaled(self.scale.unit), record=record)

    def draw(self, values: FloatArray, grid: FloatArray, tolerances: Tolerances) -> Curves:
        """Return the outputs of one example (inputs,) at formal times ``grid`` (T,), in formal units.

        Raises:
            SimulationError: the integration fails.
        """
        if not self.pooled or isinstance(self.tube, Crn):
            run = self.run(values, grid, tolerances, output_species(self.crn))
        else:
            run = self.run(values, grid, tolerances)
            totals = self.tube.totals(run.states)
            run = replace(run, species=self.crn.species[: totals.shape[-1]], states=totals)
        return curves(self.name, self.crn, run, self.scale)
