"""Simulated annealing over small networks, with what each costs in strands as part of the energy.

One chain holds one network. A move changes, swaps or clears weights, or moves a bias; the energy is the share of
training examples labelled wrong, half a smooth count of those labelled with too little certainty, and a price a strand
(:mod:`dsdcompile.passes.small.price`, exact). The chain remembers the best network that it met at each number of
strands, so that one chain gives a whole front. Everything random comes from its seed.
"""

from __future__ import annotations

import math

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.jit import jitted_as_written
from dsdcompile.passes.small.draws import Words, below, uniform
from dsdcompile.passes.small.price import REFUSED, Tables, price

MARGIN = 0.05
"""Formal units by which an output must be ahead: what is read from molecules needs a difference that can be seen."""
GRID = 20
"""Biases are whole numbers of this part of a formal unit: a pipette's, not a computer's."""
SOFT = 0.5
"""Weight of the smooth count beside the errors."""
STEEP = 6.0
"""How fast an example counts as certain, against the mean spread of outputs."""
MOST_SAVED = 60
"""More strands than this are not saved by one move that raises the energy and is accepted: it is not priced then."""


@jitted_as_written
def network_outputs(widths: IntArray, weights: IntArray, biases: FloatArray, inputs: FloatArray) -> FloatArray:
    """Return outputs (outputs, examples) of a network as :func:`dsdcompile.passes.small.dense.formal` takes it.

    Args:
        widths: Units a layer, inputs first (layers + 1,).
        weights: All weights, layer by layer, row by row.
        biases: All biases, layer by layer.
        inputs: Scaled inputs (inputs, examples).
    """
    values, weight, bias = inputs, 0, 0
    for layer in range(1, len(widths)):
        made = np.empty((widths[layer], inputs.shape[1]), np.float64)
        for unit in range(widths[layer]):
            sums = made[unit]
            sums[:] = biases[bias]
            bias += 1
            for source in range(widths[layer - 1]):
                size = weights[weight + source * widths[layer] + unit]
                if size:
                    before = values[source]
                    for example in range(len(sums)):
                        sums[example] += size * before[example]
            if layer < len(widths) - 1:
                for example in range(len(sums)):
                    sums[example] = max(sums[example], 0.0)
        weight += widths[layer - 1] * widths[layer]
        values = made
    return values


@jitted_as_written
def errors_and_loss(outputs: FloatArray, labels: IntArray) -> tuple[int, float]:
    """Return how many examples are not labelled right by at least :data:`MARGIN`, and the smooth count of these.

    Args:
        outputs: Of all examples (outputs, examples).
        labels: The class of each (examples,).
    """
    classes, examples = outputs.shape
    ahead, spread = np.empty(examples, np.float64), 0.0
    for example in range(examples):
        own, other, lowest = outputs[labels[example], example], -np.inf, np.inf
        for kind in range(classes):
            value = outputs[kind, example]
            lowest = min(lowest, value)
            if kind != labels[example]:
                other = max(other, value)
        ahead[example] = own - other
        spread += max(own, other) - lowest
    scale = STEEP / (spread / examples + 1e-9)
    wrong, loss = 0, 0.0
    for example in range(examples):
        wrong += ahead[example] < MARGIN
        loss += 1.0 / (1.0 + math.exp(min(50.0, ahead[example] * scale)))
    return wrong, loss


@jitted_as_written
def anneal(
    widths: IntArray,
    inputs: FloatArray,
    labels: IntArray,
    lowest: FloatArray,
    shifted: bool,
    by: Tables,
    largest: int,
    strand_price: float,
    steps: int,
    heat: tuple[float, float],
    most_strands: int,
    state: Words,
) -> tuple[IntArray, FloatArray, IntArray, FloatArray]:
    """Run one chain; return the best networks by strands.

    Args:
        widths: Units a layer, inputs first.
        inputs: Scaled training inputs (inputs, examples).
        labels: Their classes (examples,).
        lowest: Smallest value of each input, for a shift.
        shifted: Whether inputs are shifted.
        by: The scheme's strands.
        largest: Largest weight.
        strand_price: Energy a strand.
        steps: How many moves are tried.
        heat: Temperature at the beginning and at the end.
        most_strands: Networks of more are not remembered.
        state: The generator's state (6,), changed.

    Returns:
        For each number of strands up to ``most_strands``: errors, -1 where no network was met (strands,); the smooth
        loss (strands,); weights (strands, weights); biases (strands, biases).
    """
    count, units = 0, 0
    for layer in range(1, len(widths)):
        count += widths[layer - 1] * widths[layer]
        units += widths[layer]
    weights, biases = np.zeros(count, np.int64), np.zeros(units, np.float64)
    for at in range(count):
        if below(state, 10) < 4:
            weights[at] = 1 - 2 * below(state, 2)
    kept_errors = np.full(most_strands + 1, -1, np.int64)
    kept_loss = np.zeros(most_strands + 1, np.float64)
    kept_weights = np.zeros((most_strands + 1, count), np.int64)
    kept_biases = np.zeros((most_strands + 1, units), np.float64)
    examples = len(labels)
    strands = REFUSED
    energy = np.inf
    while strands >= REFUSED:
        cost = price(widths, weights, biases, lowest, shifted, by)
        strands = cost[1]
        if strands >= REFUSED:
            weights[:] = 0
    wrong, loss = errors_and_loss(network_outputs(widths, weights, biases, inputs), labels)
    energy = (wrong + SOFT * loss) / examples + strand_price * strands
    hot, cold = heat
    for step in range(steps):
        warmth = hot * (cold / hot) ** (step / steps)
        new_weights, new_biases = weights.copy(), biases.copy()
        _move(widths, new_weights, new_biases, largest, state)
        wrong, loss = errors_and_loss(network_outputs(widths, new_weights, new_biases, inputs), labels)
        bound = energy - warmth * math.log(max(uniform(state, 0.0, 1.0), 1e-300))
        base = (wrong + SOFT * loss) / examples
        if base + strand_price * max(0, strands - MOST_SAVED) > bound:
            continue
        cost = price(widths, new_weights, new_biases, lowest, shifted, by)
        if cost[1] >= REFUSED:
            continue
        if cost[1] <= most_strands:
            at = cost[1]
            before = kept_errors[at]
            if before < 0 or wrong < before or (wrong == before and loss < kept_loss[at]):
                kept_errors[at], kept_loss[at] = wrong, loss
                kept_weights[at], kept_biases[at] = new_weights, new_biases
        if base + strand_price * cost[1] <= bound:
            weights, biases, strands = new_weights, new_biases, cost[1]
            energy = base + strand_price * strands
    return kept_errors, kept_loss, kept_weights, kept_biases


@jitted_as_written
def _move(widths: IntArray, weights: IntArray, biases: FloatArray, largest: int, state: Words) -> None:
    """Change a network at random, in place."""
    kind = below(state, 20)
    if kind < 8:
        weights[below(state, len(weights))] = below(state, 2 * largest + 1) - largest
    elif kind < 11:
        there = np.flatnonzero(weights)
        if len(there):
            weights[there[below(state, len(there))]] = 0
    elif kind < 13:
        one, other = below(state, len(weights)), below(state, len(weights))
        weights[one], weights[other] = weights[other], weights[one]
    elif kind < 14:
        _clear(widths, weights, biases, state)
    elif kind < 16:
        biases[below(state, len(biases))] = 0.0
    else:
        reach = 3.0 if kind == 19 else 0.6
        at = below(state, len(biases))
        drawn = uniform(state, -reach, reach) * uniform(state, 0.0, 1.0)
        biases[at] = math.floor((biases[at] + drawn) * GRID + 0.5) / GRID


@jitted_as_written
def _clear(widths: IntArray, weights: IntArray, biases: FloatArray, state: Words) -> None:
    """Take one unit or one input away: all weights into it and out of it."""
    first_unit = below(state, widths[:-1].sum())
    start, bias = 0, 0
    for layer in range(len(widths) - 1):
        before, after = widths[layer], widths[layer + 1]
        if 0 <= first_unit < before:
            weights[start + first_unit * after : start + (first_unit + 1) * after] = 0
        if layer + 2 < len(widths) and 0 <= first_unit - before < after:
            unit = first_unit - before
            for source in range(before):
                weights[start + source * after + unit] = 0
            biases[bias + unit] = 0.0
        start, bias, first_unit = start + before * after, bias + after, first_unit - before
