"""The exact limit against a reaction-by-reaction transcription in rational arithmetic, and on dense layers."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.analysis import latest_levels, levels
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import discrete_limit, largest_turnover, limit, limit_state
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.text import parse_crn
from dsdcompile.errors import CrnError
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from tests.strategies import feed_forward_crns, inputs_for, networks


def fire_in_turn(crn, amounts, whole):
    """Fire reactions to exhaustion until none can: the definition, in no clever order."""
    state = [int(a) if whole else Fraction(a) for a in amounts]
    turnover = [0] * crn.n_reactions
    again = True
    while again:
        again = False
        for row in range(crn.n_reactions):
            used, net = crn.reactants[[row]].toarray()[0], crn.net[[row]].toarray()[0]
            if whole:
                times = min((state[s] - u) // -net[s] + 1 if net[s] < 0 else 10**9 for s, u in enumerate(used) if u)
                ready = all(state[s] >= u for s, u in enumerate(used))
            else:
                times = min(state[s] / Fraction(int(-net[s])) for s in np.flatnonzero(net < 0))
                ready = all(state[s] > 0 for s in np.flatnonzero(used))
            if ready and times > 0:
                again = True
                turnover[row] += times
                state = [a + int(n) * times for a, n in zip(state, net, strict=True)]
    return state, turnover


@given(feed_forward_crns(), st.integers(0, 2**32 - 1))
def test_limit_is_firing_in_turn_until_nothing_can(crn, seed):
    start = np.random.default_rng(seed).integers(0, 20, (3, crn.n_species)) / 4
    found = limit_state(crn, start)
    for example in range(3):
        state, turnover = fire_in_turn(crn, start[example], whole=False)
        np.testing.assert_allclose(found.state[example], np.array(state, dtype=float), atol=1e-12)
        np.testing.assert_allclose(found.turnover[example], np.array(turnover, dtype=float), atol=1e-12)


@given(feed_forward_crns(), st.integers(0, 2**32 - 1))
def test_discrete_limit_is_firing_whole_molecules_until_nothing_can(crn, seed):
    start = np.random.default_rng(seed).integers(0, 20, (2, crn.n_species))
    found = discrete_limit(crn, start)
    for example in range(2):
        assert found[example].tolist() == fire_in_turn(crn, start[example], whole=True)[0]


@pytest.mark.parametrize("kind", ["binary", "ternary", "integer"])
def test_wide_layers_take_the_dense_way_and_stay_exact(kind):
    rng = np.random.default_rng(5)
    choices = {"binary": [-1, 1], "ternary": [-1, 0, 1], "integer": [-3, -1, 0, 2]}[kind]
    widths = [(20, 90), (90, 70), (70, 5)]
    network = Network(
        tuple(Layer(rng.choice(choices, w), rng.integers(-9, 9, w[1]) / 4, "relu") for w in widths), "integer"
    )
    crn = compile_network(network)
    x = rng.integers(-20, 20, (333, 20)) / 4
    np.testing.assert_array_equal(limit(crn, x), network(x))
    whole = limit_state(crn, crn.inlet(x))
    np.testing.assert_array_equal(crn.read(whole.state), network(x))
    np.testing.assert_array_equal(largest_turnover(crn, x), whole.turnover.max(axis=0))
    unpaired = crn.with_(pairs=np.empty((0, 2), dtype=np.int64))
    np.testing.assert_array_equal(limit(unpaired, x), network(x))


@given(st.data())
def test_turnover_explains_the_state(data):
    network = data.draw(networks())
    crn = compile_network(network)
    start = crn.inlet(data.draw(inputs_for(network)))
    found = limit_state(crn, start)
    np.testing.assert_allclose(start + found.turnover @ crn.net.toarray(), found.state, atol=1e-9)
    assert found.state.min() >= 0


@given(networks())
def test_late_levels_keep_the_order_and_hold_every_reaction_once(network):
    crn = compile_network(network)
    late, early = latest_levels(crn), levels(crn)
    assert len(late) == len(early)
    rank = np.empty(crn.n_reactions, dtype=int)
    for number, rows in enumerate(late):
        rank[rows] = number
    assert sorted(np.concatenate(late).tolist()) == list(range(crn.n_reactions))
    made, used = crn.net.toarray() > 0, crn.reactants.toarray() > 0
    for before in range(crn.n_reactions):
        for after in np.flatnonzero(used[:, made[before]].any(axis=1)):
            assert rank[before] < rank[after]


@pytest.mark.parametrize(
    ("reactions", "said"),
    [
        ([Reaction(("A",), ("B",)), Reaction(("A",), ("C",))], "no unique limit: A is consumed"),
        ([Reaction(("A",), ("B",)), Reaction(("B",), ("A",))], "not feed-forward"),
        ([Reaction((), ("B",))], "never stops"),
        ([Reaction(("C",), ("C", "B"))], "never stops"),
    ],
)
def test_what_has_no_limit_is_refused(reactions, said):
    crn = Crn.of(reactions)
    with pytest.raises(CrnError, match=said):
        limit_state(crn, crn.initial[None])


@pytest.mark.parametrize(
    ("state", "said"),
    [([[np.nan, 0.0]], "not a finite"), ([[-2.0, 0.0]], "negative"), ([1.0, 0.0], "shape"), ([[1.0]], "shape")],
)
def test_states_that_cannot_be_are_refused(state, said):
    with pytest.raises(CrnError, match=said):
        limit_state(parse_crn("A -> B"), np.array(state))


def test_empty_batches_and_empty_crns():
    crn = Crn.of([Reaction(("X",), ("Y",))], inputs=["X"], outputs=["Y"])
    assert limit(crn, np.empty((0, 1))).shape == (0, 1)
    idle = Crn.of([], species=["X"], inputs=["X"], outputs=["X"])
    assert limit(idle, [[2.0]]).tolist() == [[2.0]]


def test_a_limit_leaves_the_state_it_starts_from_alone():
    crn = parse_crn("A -> B")
    state = np.array([[2.0, 0.0]])
    assert limit_state(crn, state).state.tolist() == [[0.0, 2.0]]
    assert state.tolist() == [[2.0, 0.0]]
