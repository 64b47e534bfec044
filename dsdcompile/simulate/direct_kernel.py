"""Gillespie's direct method (1977) with propensities summed in blocks: an event costs about the square root of all.

After an event only reactions whose reactants changed are looked at again. Sums drift by rounding, so they are redone
now and then; whether anything can still happen is decided on the propensities themselves, which are exact.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.jit import jitted

DONE, TOO_MANY_EVENTS = 0, 1
FRESH = 1 << 16
"""Events between two summations from scratch."""


@jitted
def propensity(
    r: int, counts: IntArray, constants: FloatArray, slot_start: IntArray, slot_species: IntArray, slot_offset: IntArray
) -> float:
    """Return how often reaction r happens per unit of time: its constant times falling products of its reactants."""
    value = constants[r]
    for slot in range(slot_start[r], slot_start[r + 1]):
        there = counts[slot_species[slot]] - slot_offset[slot]
        if there <= 0:
            return 0.0
        value *= there
    return float(value)


@jitted
def direct(
    counts: IntArray,
    times: FloatArray,
    record: IntArray,
    constants: FloatArray,
    slot_start: IntArray,
    slot_species: IntArray,
    slot_offset: IntArray,
    change_start: IntArray,
    change_species: IntArray,
    change_by: IntArray,
    dependent_start: IntArray,
    dependent: IntArray,
    uniform: np.random.Generator,
    most_events: int,
    out: IntArray,
    statistics: FloatArray,
) -> int:
    """Run one realisation in place on ``counts`` (species,); write recorded counts to ``out`` (times, recorded).

    ``statistics`` receives the events, and the time of the last one. Returns how it ended; see the constants.
    """
    n_reactions = len(constants)
    size = 1
    while size * size < n_reactions:
        size += 1
    n_blocks = (n_reactions + size - 1) // max(size, 1)
    values, sums = np.zeros(n_reactions), np.zeros(n_blocks)
    block_of = np.empty(n_reactions, dtype=np.int64)
    active = 0
    for r in range(n_reactions):
        block_of[r] = r // size
        values[r] = propensity(r, counts, constants, slot_start, slot_species, slot_offset)
        if values[r] > 0.0:
            active += 1
    t, events, fresh, written = times[0], 0, 0, 0
    while written < len(times):
        if fresh == 0:
            sums[:] = 0.0
            for r in range(n_reactions):
                sums[block_of[r]] += values[r]
            fresh = FRESH
        fresh -= 1
        total = 0.0
        for b in range(n_blocks):
            total += sums[b]
        following = np.inf if active == 0 else t - np.log(1.0 - uniform.random()) / total
        while written < len(times) and (times[written] < following or active == 0):
            for k in range(len(record)):
                out[written, k] = counts[record[k]]
            written += 1
        if written == len(times):
            break
        if events >= most_events:
            statistics[0], statistics[1] = events, t
            return TOO_MANY_EVENTS
        left = uniform.random() * total
        b = 0
        while b < n_blocks - 1 and left >= sums[b]:
            left -= sums[b]
            b += 1
        r, last = b * size, min((b + 1) * size, n_reactions) - 1
        while r < last and left >= values[r]:
            left -= values[r]
            r += 1
        if values[r] <= 0.0:  # rounding led past the last reaction that can happen: sum afresh, and draw again
            fresh = 0
            continue
        t = following
        events += 1
        for k in range(change_start[r], change_start[r + 1]):
            counts[change_species[k]] += change_by[k]
        for k in range(dependent_start[r], dependent_start[r + 1]):
            d = dependent[k]
            before = values[d]
            after = propensity(d, counts, constants, slot_start, slot_species, slot_offset)
            values[d] = after
            sums[block_of[d]] += after - before
            active += int(after > 0.0) - int(before > 0.0)
    statistics[0], statistics[1] = events, t
    return DONE
