"""NumPy's default generator inside kernels: PCG64 (O'Neill 2014, XSL-RR 128/64) and the draws that sharing makes.

The sparse search breaks ties by ``np.random.default_rng(seed)``; to find the same graph, kernels draw the same numbers.
The state is four 64-bit words (state high, low, increment high, low), and a half word that bounded draws leave over.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsdcompile.crn.matrices import IntArray
from dsdcompile.jit import jitted_as_written

Words = NDArray[np.uint64]
MULTIPLIER_HIGH, MULTIPLIER_LOW = np.uint64(2549297995355413924), np.uint64(4865540595714422341)
LOW_HALF, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def seeded(seed: int) -> Words:
    """Return the state of ``np.random.default_rng(seed)``: four words, whether a half word is left, and it (6,)."""
    state = np.random.PCG64(seed).state["state"]
    low = (1 << 64) - 1
    words = [state["state"] >> 64, state["state"] & low, state["inc"] >> 64, state["inc"] & low, 0, 0]
    return np.array(words, dtype=np.uint64)


@jitted_as_written
def _product_high(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return the upper 64 bits of a product of two words."""
    a_low, a_high, b_low, b_high = a & LOW_HALF, a >> HALF, b & LOW_HALF, b >> HALF
    middle = a_high * b_low + ((a_low * b_low) >> HALF)
    cross = a_low * b_high + (middle & LOW_HALF)
    return a_high * b_high + (middle >> HALF) + (cross >> HALF)


@jitted_as_written
def word(state: Words) -> np.uint64:
    """Return the next 64 random bits."""
    high, low = state[0], state[1]
    new_high = high * MULTIPLIER_LOW + low * MULTIPLIER_HIGH + _product_high(low, MULTIPLIER_LOW)
    new_low = low * MULTIPLIER_LOW
    total = new_low + state[3]
    carry = np.uint64(1) if total < new_low else np.uint64(0)
    state[0], state[1] = new_high + state[2] + carry, total
    mixed, turn = state[0] ^ state[1], state[0] >> np.uint64(58)
    return np.uint64((mixed >> turn) | (mixed << ((np.uint64(64) - turn) & np.uint64(63))))


@jitted_as_written
def uniform(state: Words, low: float, high: float) -> float:
    """Return what ``Generator.uniform`` returns."""
    return low + (high - low) * (float(word(state) >> np.uint64(11)) / 9007199254740992.0)


@jitted_as_written
def _half_word(state: Words) -> np.uint64:
    if state[4]:
        state[4] = np.uint64(0)
        return np.uint64(state[5])
    drawn = word(state)
    state[4], state[5] = np.uint64(1), drawn >> HALF
    return drawn & LOW_HALF


@jitted_as_written
def below(state: Words, bound: int) -> int:
    """Return a number from 0 to ``bound - 1`` as shuffling draws it: bits under a mask, until they are small enough."""
    if bound == 1:
        return 0
    mask = np.uint64(1)
    while mask < np.uint64(bound):
        mask <<= np.uint64(1)
    mask -= np.uint64(1)
    while True:
        drawn = _half_word(state) & mask
        if drawn < np.uint64(bound):
            return int(np.int64(drawn))


@jitted_as_written
def permuted(state: Words, values: IntArray) -> IntArray:
    """Return what ``Generator.permutation`` returns for an array."""
    mixed = values.copy()
    for last in range(len(mixed) - 1, 0, -1):
        other = below(state, last + 1)
        mixed[last], mixed[other] = mixed[other], mixed[last]
    return mixed
