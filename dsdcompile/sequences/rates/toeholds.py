"""The free energy by which a toehold alone holds a strand, from its sequence and what stands beside it.

Nearest-neighbour sums (:mod:`dsdcompile.sequences.thermo.nearest_neighbour`): initiation, the stacks within the
toehold, the stack between its inner end and the helix it extends (at a nick, coaxial, taken as strong as within a
strand), the stack between its outer end and a helix that begins there, or a terminal A-T penalty where none does.
"""

from __future__ import annotations

from dsdcompile.errors import SequenceError
from dsdcompile.sequences.rates.three_step import Toehold
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.nearest_neighbour import INITIATION, TERMINAL_AT, at_temperature, stacking_energy


def toehold(sequence: str, conditions: Conditions, *, inner: str = "", outer: str = "", inner_first: bool) -> Toehold:
    """Return a toehold with its binding energy.

    Args:
        sequence: Of the toehold, 5' to 3' of the strand that it holds; empty for none.
        conditions: Temperature and salt.
        inner: The base next to it in the helix that it extends, on the same strand (or, for what a nick parts, on the
            strand that stands there); empty if there is none.
        outer: The base of a helix that begins where the toehold ends; empty where single strands do.
        inner_first: Whether ``inner`` is on the 5' side.

    Raises:
        SequenceError: a neighbour is more than one base, or a letter is none of ACGT.

    >>> round(toehold("TCTCC", Conditions(25.0, 0.0, 0.0125), inner="G", inner_first=True).energy, 2)
    -6.02
    """
    if len(inner) > 1 or len(outer) > 1 or set(sequence + inner + outer) - set("ACGT"):
        raise SequenceError(f"a toehold {sequence!r} between {inner!r} and {outer!r}; expected letters of ACGT")
    if not sequence:
        return Toehold(0, at_temperature(INITIATION, conditions))
    whole = inner + sequence + outer if inner_first else outer + sequence + inner
    energy = at_temperature(INITIATION, conditions) + stacking_energy(whole, conditions)
    ends = ([] if inner else [sequence[0 if inner_first else -1]]) + (
        [] if outer else [sequence[-1 if inner_first else 0]]
    )
    energy += sum(letter in "AT" for letter in ends) * at_temperature(TERMINAL_AT, conditions)
    return Toehold(len(sequence), energy)
