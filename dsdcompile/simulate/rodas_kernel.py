"""Rodas4 (Hairer and Wanner, Solving ODEs II, section IV.7): one stage is one pass over the reactions.

The method is applied to the extents of the reactions, xi' = v(y0 + N' xi), rather than to the concentrations: the two
are the same numbers, for a Rosenbrock method commutes with linear maps, but a stage then needs the products of its
reactions once instead of twice. With U the stage in extents and P = N' U in concentrations, a stage solves

    U / (h gamma) - D P = v(y + sum a P) + sum (c / h) U        D: derivatives of rates by reactants, at y

block by block: by the time a block is reached, all P that it has from upstream are known.
Order 4 with an embedded order 3, L-stable, stiffly accurate; dense output of order 3.

Below zero a concentration may be on an unstable branch: with B = 0 and A < 0, A + B -> W makes B grow without bound. An
L-stable method damps growing modes as well as decaying ones, so it would stay there and its error estimate see nothing.
So a step to below zero by more than half the tolerance is rejected, and by less it ends as far above zero: within the
tolerance of where it was. (Ending at zero would not do: with A = B = 0 the Jacobian says that A + B -> W never happens,
the next step overshoots unless it is tiny, and each of 100,000 such steps adds to W.)
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.jit import Indices, inlined, jitted
from dsdcompile.simulate.step_control import (
    DONE,
    LEAST_ERROR,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
    busy,
    divisor,
    next_step,
    too_small,
)

GAMMA = 0.25
STAGES = 6
ORDER = 4
# a_ij: where the stage evaluates the rates
A = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1.544, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.9466785280815826, 0.2557011698983284, 0.0, 0.0, 0.0, 0.0],
        [3.314825187068521, 2.896124015972201, 0.9986419139977817, 0.0, 0.0, 0.0],
        [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 0.0, 0.0],
        [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0, 0.0],
    ]
)
# c_ij: earlier stages on the right-hand side, over h
C = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-5.6688, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-2.430093356833875, -0.2063599157091915, 0.0, 0.0, 0.0, 0.0],
        [-0.1073529058151375, -9.594562251023355, -20.47028614809616, 0.0, 0.0, 0.0],
        [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160, 0.0, 0.0],
        [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054, 0.0],
    ]
)
# dense output: y(t + s h) = (1 - s) y + s (y1 + (1 - s) (D1 P + s D2 P))
D1 = np.array([10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662, 0.0])
D2 = np.array([-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872, 0.0])

DEEPEST = -0.5
"""How far below zero a step may end, in tolerances."""
TOO_DEEP = 16.0
"""The error of a step that ends deeper: it is repeated at less than half its length."""
LARGEST_GROWTH = 6.0


@inlined
def velocity(r: int, y: FloatArray, rates: FloatArray, slot_start: IntArray, slot_species: Indices) -> float:
    """Return the rate at concentrations y of a reaction that none reverses."""
    speed = rates[r]
    for slot in range(slot_start[r], slot_start[r + 1]):
        speed *= y[slot_species[slot]]
    return float(speed)


@jitted
def net_velocity(
    r: int, back: int, back_rate: float, y: FloatArray, rates: FloatArray, slot_start: IntArray, slot_species: Indices
) -> float:
    """Return the net rate at concentrations y of a reaction whose slots from ``back`` on are of its reverse."""
    ahead = rates[r]
    for slot in range(slot_start[r], back):
        ahead *= y[slot_species[slot]]
    for slot in range(back, slot_start[r + 1]):
        back_rate *= y[slot_species[slot]]
    return float(ahead - back_rate)


@jitted
def differentiate(
    y: FloatArray,
    rates: FloatArray,
    slot_start: IntArray,
    slot_species: Indices,
    reversible: IntArray,
    back_start: IntArray,
    back_rates: FloatArray,
    slopes: FloatArray,
) -> None:
    """Write the derivative of each reaction's net rate by each of its slots (slots,)."""
    q = 0
    for r in range(len(rates)):
        first, last, rate = slot_start[r], slot_start[r + 1], rates[r]
        if r == reversible[q]:
            differentiate_product(first, back_start[q], rate, y, slot_species, slopes)
            first, rate = back_start[q], -back_rates[q]
            q += 1
        differentiate_product(first, last, rate, y, slot_species, slopes)


@inlined
def differentiate_product(
    first: int, last: int, rate: float, y: FloatArray, slot_species: Indices, slopes: FloatArray
) -> None:
    """Write the derivative of a product of concentrations by each of its factors."""
    for slot in range(first, last):
        slope = rate
        for other in range(first, last):
            if other != slot:
                slope *= y[slot_species[other]]
        slopes[slot] = slope


@jitted
def factorise(
    shift: float,
    slopes: FloatArray,
    reaction_start: IntArray,
    species_start: IntArray,
    slot_start: IntArray,
    slot_species: Indices,
    inside_start: IntArray,
    inside: Indices,
    inside_net: FloatArray,
    factor_start: IntArray,
    factors: FloatArray,
    pivots: IntArray,
) -> None:
    """Factorise shift * I - D N' of every block: 1 / a for one reaction, LU with row pivots for more."""
    for b in range(len(reaction_start) - 1):
        first, last = reaction_start[b], reaction_start[b + 1]
        m = last - first
        base = factor_start[b]
        for i in range(m * m):
            factors[base + i] = 0.0
        for r in range(first, last):
            row = base + (r - first) * m
            factors[row + r - first] += shift
            for slot in range(slot_start[r], slot_start[r + 1]):
                s = slot_species[slot]
                if s >= species_start[b]:
                    for e in range(inside_start[s], inside_start[s + 1]):
                        factors[row + inside[e] - first] -= slopes[slot] * inside_net[e]
        if m == 1:
            factors[base] = 1.0 / factors[base]
            continue
        for k in range(m):
            p = k
            for i in range(k + 1, m):
                if abs(factors[base + i * m + k]) > abs(factors[base + p * m + k]):
                    p = i
            pivots[first + k] = p
            if p != k:
                for j in range(m):
                    swap = factors[base + k * m + j]
                    factors[base + k * m + j] = factors[base + p * m + j]
                    factors[base + p * m + j] = swap
            inverse = 1.0 / factors[base + k * m + k]
            factors[base + k * m + k] = inverse
            for i in range(k + 1, m):
                scale = factors[base + i * m + k] * inverse
                factors[base + i * m + k] = scale
                if scale != 0.0:
                    for j in range(k + 1, m):
                        factors[base + i * m + j] -= scale * factors[base + k * m + j]


@jitted
def solve_block(base: int, first: int, m: int, factors: FloatArray, pivots: IntArray, u: FloatArray) -> None:
    """Solve one block in place: u[first:first + m] is the right-hand side, then the solution."""
    for k in range(m):
        p = pivots[first + k]
        if p != k:
            swap = u[first + k]
            u[first + k] = u[first + p]
            u[first + p] = swap
    for i in range(1, m):
        total = u[first + i]
        for j in range(i):
            total -= factors[base + i * m + j] * u[first + j]
        u[first + i] = total
    for i in range(m - 1, -1, -1):
        total = u[first + i]
        for j in range(i + 1, m):
            total -= factors[base + i * m + j] * u[first + j]
        u[first + i] = total * factors[base + i * m + i]


@inlined
def gather(s: int, start: IntArray, reactions: Indices, net: FloatArray, u: FloatArray) -> float:
    """Return how much some reactions change species s."""
    a = b = c = d = 0.0  # four sums at a time: one alone would wait for each addition
    e, end = start[s], start[s + 1]
    while e + 4 <= end:
        a += net[e] * u[reactions[e]]
        b += net[e + 1] * u[reactions[e + 1]]
        c += net[e + 2] * u[reactions[e + 2]]
        d += net[e + 3] * u[reactions[e + 3]]
        e += 4
    while e < end:
        a += net[e] * u[reactions[e]]
        e += 1
    return (a + b) + (c + d)


@jitted
def stage(
    i: int,
    a: FloatArray,
    c: FloatArray,
    h: float,
    y: FloatArray,
    stage_y: FloatArray,
    slopes: FloatArray,
    factors: FloatArray,
    factor_start: IntArray,
    pivots: IntArray,
    u: FloatArray,
    p: FloatArray,
    extents: FloatArray,
    changes: FloatArray,
    reaction_start: IntArray,
    species_start: IntArray,
    rates: FloatArray,
    slot_start: IntArray,
    slot_species: Indices,
    reversible: IntArray,
    back_start: IntArray,
    back_rates: FloatArray,
    upstream_start: IntArray,
    upstream: Indices,
    upstream_net: FloatArray,
    inside_start: IntArray,
    inside: Indices,
    inside_net: FloatArray,
) -> None:
    """Solve stage i: u (reactions,) and p (species,) are its extents and changes, kept in column i of both tables."""
    n_blocks, per_h = len(reaction_start) - 1, 1.0 / h
    q, following = 0, reversible[0]
    for b in range(n_blocks + 1):
        opened = species_start[b]
        closed = species_start[b + 1] if b < n_blocks else len(y)
        for s in range(opened, closed):
            p[s] = gather(s, upstream_start, upstream, upstream_net, u)
            value = y[s]
            for j in range(i):
                value += a[i, j] * changes[s, j]
            stage_y[s] = value
        if b == n_blocks:
            for s in range(opened, closed):
                changes[s, i] = p[s]
            break
        first, last = reaction_start[b], reaction_start[b + 1]
        for r in range(first, last):
            if r == following:
                right = net_velocity(r, back_start[q], back_rates[q], stage_y, rates, slot_start, slot_species)
                q += 1
                following = reversible[q]
            else:
                right = velocity(r, stage_y, rates, slot_start, slot_species)
            earlier = 0.0
            for j in range(i):
                earlier += c[i, j] * extents[r, j]
            right += earlier * per_h
            for slot in range(slot_start[r], slot_start[r + 1]):
                right += slopes[slot] * p[slot_species[slot]]
            u[r] = right
        if last == first + 1:
            fired = u[first] * factors[factor_start[b]]
            u[first] = fired
            extents[first, i] = fired
            for s in range(opened, closed):
                value = p[s]
                for e in range(inside_start[s], inside_start[s + 1]):
                    value += inside_net[e] * fired
                p[s] = value
                changes[s, i] = value
            continue
        solve_block(factor_start[b], first, last - first, factors, pivots, u)
        for r in range(first, last):
            extents[r, i] = u[r]
        for s in range(opened, closed):
            p[s] += gather(s, inside_start, inside, inside_net, u)
            changes[s, i] = p[s]


@jitted
def first_step(
    y: FloatArray,
    span: float,
    relative: float,
    absolute: float,
    u: FloatArray,
    rates: FloatArray,
    slot_start: IntArray,
    slot_species: Indices,
    reversible: IntArray,
    back_start: IntArray,
    back_rates: FloatArray,
    upstream_start: IntArray,
    upstream: Indices,
    upstream_net: FloatArray,
    inside_start: IntArray,
    inside: Indices,
    inside_net: FloatArray,
) -> float:
    """Return a step in which no concentration changes by more than a hundredth of what is there (or tolerated)."""
    q = 0
    for r in range(len(rates)):
        if r == reversible[q]:
            u[r] = net_velocity(r, back_start[q], back_rates[q], y, rates, slot_start, slot_species)
            q += 1
        else:
            u[r] = velocity(r, y, rates, slot_start, slot_species)
    fastest = 1.0 / span
    for s in range(len(y)):
        change = gather(s, upstream_start, upstream, upstream_net, u) + gather(s, inside_start, inside, inside_net, u)
        weight = absolute / relative + abs(y[s])
        fastest = max(fastest, abs(change) / weight)
    return min(span, 0.01 / fastest)


@jitted
def integrate(
    initial: FloatArray,
    times: FloatArray,
    record: IntArray,
    relative: float,
    absolute: float,
    most_steps: int,
    reaction_start: IntArray,
    species_start: IntArray,
    rates: FloatArray,
    slot_start: IntArray,
    slot_species: Indices,
    reversible: IntArray,
    back_start: IntArray,
    back_rates: FloatArray,
    upstream_start: IntArray,
    upstream: Indices,
    upstream_net: FloatArray,
    inside_start: IntArray,
    inside: Indices,
    inside_net: FloatArray,
    out: FloatArray,
    statistics: FloatArray,
) -> int:
    """Integrate from times[0] to times[-1], writing recorded species at all times to ``out`` (times, recorded).

    ``statistics`` receives steps, rejected steps and the time reached. Returns how it ended; see the constants.
    """
    a, c, d1, d2 = A, C, D1, D2
    n_species, n_reactions, n_blocks = len(initial), len(rates), len(reaction_start) - 1
    factor_start = np.zeros(n_blocks + 1, dtype=np.int64)
    for b in range(n_blocks):
        m = reaction_start[b + 1] - reaction_start[b]
        factor_start[b + 1] = factor_start[b] + m * m
    factors = np.empty(factor_start[n_blocks])
    pivots = np.zeros(n_reactions, dtype=np.int64)
    slopes = np.empty(len(slot_species))
    u, p = np.zeros(n_reactions), np.zeros(n_species)
    extents, changes = np.zeros((n_reactions, STAGES)), np.zeros((n_species, STAGES))
    y, stage_y = initial.copy(), np.empty(n_species)
    t, end = times[0], times[-1]
    for k in range(len(record)):
        out[0, k] = y[record[k]]
    written = 1
    h = first_step(
        y, end - t, relative, absolute, u, rates, slot_start, slot_species, reversible, back_start,
        back_rates, upstream_start, upstream, upstream_net, inside_start, inside, inside_net,
    )  # fmt: skip
    steps, rejected, last_rejected = 0, 0, False
    h_before, error_before = 0.0, 1.0
    fresh = False
    while t < end:
        if steps + rejected >= most_steps:
            statistics[0], statistics[1], statistics[2] = steps, rejected, t
            return TOO_MANY_STEPS
        if too_small(h, t, end):
            statistics[0], statistics[1], statistics[2] = steps, rejected, t
            return STEP_TOO_SMALL
        final = t + h * (1.0 + 1e-10) >= end
        if final:
            h = end - t
        if not fresh:
            differentiate(y, rates, slot_start, slot_species, reversible, back_start, back_rates, slopes)
            fresh = True
        factorise(
            1.0 / (h * GAMMA), slopes, reaction_start, species_start, slot_start, slot_species, inside_start, inside,
            inside_net, factor_start, factors, pivots,
        )  # fmt: skip
        for i in range(STAGES):
            stage(
                i, a, c, h, y, stage_y, slopes, factors, factor_start, pivots, u, p, extents, changes, reaction_start,
                species_start, rates, slot_start, slot_species, reversible, back_start, back_rates, upstream_start,
                upstream, upstream_net, inside_start, inside, inside_net,
            )  # fmt: skip
        total, counted, deepest = 0.0, 0, 0.0
        for s in range(n_species):  # stage_y holds y + sum a_6j P_j; the new y adds P_6, which is the error estimate
            new = stage_y[s] + p[s]
            weight = absolute + relative * max(abs(y[s]), abs(new))
            scaled = p[s] / weight
            total += scaled * scaled
            counted += int(busy(new - y[s], p[s], weight))
            deepest = min(deepest, new / (absolute + relative * abs(y[s])))
            stage_y[s] = abs(new)
        error = np.sqrt(total / max(1, counted))
        if deepest < DEEPEST:
            error = max(error, TOO_DEEP)
        if not np.isfinite(error):
            rejected += 1
            h *= 0.1
            last_rejected = True
            continue
        error = max(error, LEAST_ERROR)
        if error > 1.0:
            rejected += 1
            h /= divisor(error, ORDER, LARGEST_GROWTH)
            last_rejected = True
            continue
        h_new = next_step(h, error, h_before, error_before, last_rejected, ORDER, LARGEST_GROWTH)
        h_before, error_before = h, max(0.01, error)
        while written < len(times) and (times[written] <= t + h or final):
            x = min(1.0, (times[written] - t) / h)
            for k in range(len(record)):
                s = record[k]
                low, high = 0.0, 0.0
                for j in range(STAGES - 1):
                    low += d1[j] * changes[s, j]
                    high += d2[j] * changes[s, j]
                out[written, k] = (1.0 - x) * y[s] + x * (stage_y[s] + (1.0 - x) * (low + x * high))
            written += 1
        y, stage_y = stage_y, y
        t = end if final else t + h
        h = h_new
        fresh, last_rejected = False, False
        steps += 1
    statistics[0], statistics[1], statistics[2] = steps, rejected, t
    return DONE
