"""Inlining substitutes what saves a gate, exactly that, and never what another substitution has just made dear."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.text import parse_crn
from dsdcompile.network.compile import compile_network
from dsdcompile.passes.inline import inline
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.reduce import substitutable, substitute
from tests.strategies import feed_forward_crns, networks

OUTPUTS = "#! input X\n#! input V\n#! species V Y0 Y1 Y2 Y3 Y4 Y5\n" + "".join(f"#! output Y{i}\n" for i in range(6))


def inlined(text: str, most: int) -> list[str]:
    return sorted(str(reaction) for reaction in inline(parse_crn(OUTPUTS + text), most).crn)


def modules(crn: Crn, most: int) -> int:
    """Count gates by filling them: the first takes ``most`` products, each further one ``most - 1`` more."""
    total = 0
    for size in crn.products.sum(axis=1).tolist():
        total += 1
        while size > most:
            size -= most - 1
            total += 1
    return total


def test_a_list_joins_its_only_user():
    assert inlined("X -> A + Y0\nA -> Y1 + Y2", 4) == ["X -> Y0 + Y1 + Y2"]


@pytest.mark.parametrize(
    ("most", "stays"),
    [
        # Two lists of four and one of three cost 3 gates; written out, twice six products cost 4.
        (4, "X -> A + Y0 + Y1 + Y2\nV -> A + Y0 + Y1 + Y2\nA -> Y3 + Y4 + Y5"),
        # One product more than below: each user would need a second gate, so 3 gates become 4.
        (4, "X -> A + Y0 + Y1 + Y2\nV -> A + Y0 + Y1 + Y2\nA -> Y3 + Y4"),
        # As many gates either way: only a list that is used once joins its user then, and ...
        (3, "X -> A + Y0 + Y1\nV -> A + Y0\nA -> Y2 + Y3"),
        (3, "X -> 2A + Y0\nA -> Y2 + Y3"),
        # ... with two products a gate not even that: gates have no places left to fill.
        (2, "X -> A + Y0\nA -> Y1 + Y2"),
    ],
)
def test_what_saves_nothing_stays(most, stays):
    assert inlined(stays, most) == sorted(str(reaction) for reaction in parse_crn(OUTPUTS + stays))


@pytest.mark.parametrize(
    ("most", "before", "after"),
    [
        # Full gates, and no more: two users of four products.
        (4, "X -> A + Y0 + Y1\nV -> A + Y0 + Y1\nA -> Y3 + Y4", ["V -> Y0 + Y1 + Y3 + Y4", "X -> Y0 + Y1 + Y3 + Y4"]),
        # No gate is saved, but one has places left: a list that is used once fills them.
        (3, "X -> A + Y0 + Y1\nA -> Y2 + Y3", ["X -> Y0 + Y1 + Y2 + Y3"]),
        # A and B each save a gate; both would fill two gates to five products, and that costs one more.
        (
            4,
            "X -> A + B + Y0\nV -> A + B + Y0\nA -> Y1 + Y2\nB -> Y3 + Y4",
            ["B -> Y3 + Y4", "V -> Y0 + Y1 + Y2 + B", "X -> Y0 + Y1 + Y2 + B"],
        ),
    ],
)
def test_what_saves_a_gate_is_substituted(most, before, after):
    assert inlined(before, most) == after


@given(networks(), st.integers(2, 5))
def test_inlining_never_costs(network, most):
    crn = compile_network(network)
    before, after = (legalise(c, lambda shape: True, most).crn.n_reactions for c in (crn, inline(crn, most).crn))
    assert after <= before


@given(feed_forward_crns(max_reactions=8), st.integers(2, 4))
def test_afterwards_no_single_substitution_saves_a_gate(crn, most):
    made = inline(crn, most).crn
    assert modules(made, most) <= modules(crn, most)
    for row in substitutable(made).tolist():
        assert modules(substitute(made, np.array([row])).crn, most) >= modules(made, most)
