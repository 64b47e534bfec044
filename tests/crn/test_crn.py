"""Input values become concentrations on rails."""

import numpy as np
import pytest

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.errors import CrnError


@pytest.mark.parametrize("unit", [1e-8, 3.3e-9, 0.7])
def test_the_lowest_value_of_a_shifted_input_is_nothing_in_any_unit(unit):
    """Value and offset round apart; what is below by more than that is refused."""
    low = np.random.default_rng(0).normal(-2.0, 1.0, 200)
    crn = Crn.of([Reaction(("X",), ("Y",))], inputs=["X"], outputs=["Y"])
    for offset in -low[low < 0]:
        shifted = crn.with_(offsets=np.array([offset * unit]) * 0.93)
        assert shifted.inlet([[-offset * (unit * 0.93)]])[0, 0] <= 1e-15 * unit
        with pytest.raises(CrnError, match="X, which has no minus rail"):
            shifted.inlet([[-offset * (1 + 1e-9) * unit * 0.93]])
