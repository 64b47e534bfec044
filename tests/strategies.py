"""Hypothesis strategies shared by the tests: networks and CRNs, small but of every kind."""

import itertools

import numpy as np
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.network.network import Layer, Network

WEIGHTS = {"binary": [-1, 1], "ternary": [-1, 0, 1], "integer": [-3, -2, -1, 0, 1, 2, 3]}


@st.composite
def networks(draw: st.DrawFn, max_layers: int = 4, max_width: int = 4) -> Network:
    """Networks of 1 to ``max_layers`` layers with binary, ternary or integer weights; the last layer may be either."""
    kind = draw(st.sampled_from(sorted(WEIGHTS)))
    widths = draw(st.lists(st.integers(1, max_width), min_size=2, max_size=max_layers + 1))
    last = draw(st.sampled_from(["relu", "linear"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    layers = [
        Layer(
            rng.choice(WEIGHTS[kind], (before, after)),
            rng.integers(-8, 9, after) / 4 * draw(st.booleans()),
            last if depth == len(widths) - 1 else "relu",
        )
        for depth, (before, after) in enumerate(itertools.pairwise(widths), start=1)
    ]
    return Network(tuple(layers), kind)


@st.composite
def inputs_for(draw: st.DrawFn, network: Network, examples: int = 3) -> np.ndarray:
    """A batch of inputs (examples, inputs), multiples of 1/4 so that sums are exact."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.integers(-20, 21, (examples, network.n_inputs)) / 4


@st.composite
def crns(draw: st.DrawFn, max_species: int = 6, max_reactions: int = 5) -> Crn:
    """Any CRNs: repeats, catalysts, empty sides, rails, rates and initial concentrations that are exact in binary."""
    names = [f"S{i}" for i in range(draw(st.integers(1, max_species)))]
    side = st.lists(st.sampled_from(names), max_size=3).map(tuple)
    rate = st.sampled_from([0.25, 1.0, 3.0, 1e5])
    reactions = draw(st.lists(st.builds(Reaction, side, side, rate), max_size=max_reactions))
    rails = draw(st.permutations(names))
    inputs = [rails[0]] if draw(st.booleans()) else [(rails[0], rails[1])] if len(rails) > 1 else []
    outputs = [rails[-1]] if draw(st.booleans()) else []
    initial = {name: amount / 4 for name in names if (amount := draw(st.integers(0, 9)))}
    return Crn.of(reactions, species=names, initial=initial, inputs=inputs, outputs=outputs)


@st.composite
def feed_forward_crns(draw: st.DrawFn, max_reactions: int = 6) -> Crn:
    """Noncompetitive feed-forward CRNs: one to three reactants, multiplicities, a catalyst, any products downstream."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=max_reactions))
    names = [f"S{i}" for i in range(sum(sizes) + draw(st.integers(0, 2)))]
    reactions, first = [], 0
    for size in sizes:
        own = names[first : first + draw(st.integers(1, size))]
        first += size
        used = [name for name in own for _ in range(draw(st.integers(1, 2)))]
        kept = ["K"] if draw(st.booleans()) else []
        made = draw(st.lists(st.sampled_from(names[first:]), max_size=4)) if names[first:] else []
        rate = draw(st.sampled_from([0.25, 1.0, 3.0]))
        reactions.append(Reaction((*used, *kept), (*made, *kept), rate))
    return Crn.of(reactions, species=[*names, "K"], outputs=[names[-1]])


@st.composite
def dual_rail_crns(draw: st.DrawFn, max_pairs: int = 4) -> Crn:
    """Noncompetitive feed-forward CRNs of rails, as a compiler would write them and as it would not.

    A pair makes later ones: rail by rail, each the negation of the other or not (lopsided); through a ReLU, or what
    looks like one; as a pair that is used up together (open); or it is left. The first is an input, a single input V
    feeds any, and outputs are pairs, single rails and what is between them.
    """
    count = draw(st.integers(2, max_pairs))
    pairs = [(f"P{i}", f"N{i}") for i in range(count)]
    reactions: list[Reaction] = []
    read: list[str | tuple[str, str]] = [pairs[-1]]
    for i, (plus, minus) in enumerate(pairs[:-1]):
        later = pairs[i + 1 :]
        rails = st.lists(st.sampled_from([rail for pair in later for rail in pair]), min_size=1, max_size=4)
        twin = {rail: other for p, n in later for rail, other in ((p, n), (n, p))}
        made = tuple(draw(rails))
        other = draw(st.sampled_from([tuple(twin[rail] for rail in made), tuple(draw(rails))]))
        motif = draw(st.sampled_from(["linear", "linear", "relu", "relu", "twice", "kept", "open", "idle"]))
        middle = f"M{i}"
        if motif == "linear":
            reactions += [Reaction((plus,), made), Reaction((minus,), other)]
        elif motif in ("relu", "twice", "kept"):
            reactions.append(Reaction((plus,), (*made, *[middle] * (2 if motif == "twice" else 1))))
            reactions.append(Reaction((middle, minus), (*other, *[middle] * (motif == "kept"))))
        elif motif == "open":
            reactions.append(Reaction((plus, minus), made))
        read += draw(st.lists(st.sampled_from([plus, minus, (plus, minus)]), max_size=1))
    fed = draw(st.lists(st.sampled_from([rail for pair in pairs for rail in pair]), min_size=1, max_size=5))
    reactions.append(Reaction(("V",), tuple(fed)))
    declared = [*pairs, *([(pairs[0][0], pairs[1][1])] if draw(st.booleans()) else [])]
    initial = {rail: draw(st.integers(0, 6)) / 4 for pair in pairs[1:] for rail in pair}
    read += draw(st.lists(st.sampled_from([rail for pair in pairs for rail in pair]), max_size=1))
    order = draw(st.permutations(reactions))
    return Crn.of(order, inputs=[pairs[0], "V"], outputs=list(dict.fromkeys(read)), pairs=declared, initial=initial)
