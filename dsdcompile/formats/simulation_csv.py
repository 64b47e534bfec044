"""``simulation.csv``: the dual-rail outputs of every simulated CRN over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.simulate.curves import Curves, Scale


def show_simulation(curves: Sequence[Curves], formal: Crn, scale: Scale) -> str:
    """Return CSV text: time in s and formal time, then each CRN's output rails in formal units (9 digits).

    Columns are named ``CRN:species`` by the formal CRN's output species.
    """
    header, columns = ["time_s", "formal_time"], [curves[0].times * scale.time, curves[0].times]
    for one in curves:
        for output, rails in enumerate(formal.outputs.tolist()):
            for side, species in enumerate(rails):
                if species != NO_RAIL:
                    header.append(f"{one.name}:{formal.species[species]}")
                    columns.append(one.rails[:, output, side])
    rows = np.stack(columns, axis=1)
    lines = [",".join(header), *(",".join(f"{value:.9g}" for value in row) for row in rows.tolist())]
    return "\n".join(lines) + "\n"
