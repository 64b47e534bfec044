"""Collocation, level by level: all stages of a step at once, reaction by reaction, and one product a level.

A step from y solves for the extents X (reactions, stages) of its reactions. The reactants of a reaction are its own,
so with G what upstream levels bring at the stages (species, stages), an annihilation M + B -> ... is

    A^-1 X = h k (m + G_m - X) (b + G_b - X)        stage by stage, A the collocation matrix of radau.py

a system of five unknowns, and linear for one reactant. Newton needs no pivoting: W A^-1 with W the quadrature weights
has a positive semidefinite symmetric part (the method is algebraically stable), and a diagonal >= 0 is added.

Work arrays have columns (stage, example), with one more block of columns for the error estimate, which goes through
the same passes. ``LANES`` reactions or examples are solved side by side, so that the compiler can use vectors.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import FloatArray, IntArray
from dsdcompile.jit import jitted
from dsdcompile.simulate.radau import ESTIMATE, ESTIMATE_ORDER, GAMMA, INVERSE, LAST_TERM, POLYNOMIAL, STAGES, C
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

LANES = 8
FROM_EXTENTS: FloatArray = np.ascontiguousarray(ESTIMATE @ INVERSE)
"""Weights of the error estimate for extents: h times the rates at the stages is A^-1 X."""
COLUMNS = STAGES + 1
"""Blocks of columns: the stages, and the error."""
MOST_ITERATIONS = 12
"""Newton iterations before a step is halved; from the starting values used, three or four suffice."""
NEWTON_SHARE = 0.1
"""Newton stops when its last change is below this share of the tolerance: the next would be about its square."""
CAUTION = 5.0
"""The estimate counts this many times: dual rails partly cancel in outputs, and single species hide in the mean."""
LARGEST_GROWTH = 8.0
SMOOTH = 0.8
"""Share of the step whose polynomial would just hold within it that is taken."""


@jitted
def solve_level(
    first: int,
    last: int,
    examples: int,
    h: float,
    relative: float,
    absolute: float,
    left: IntArray,
    right: IntArray,
    rates: FloatArray,
    inverse: FloatArray,
    nodes: FloatArray,
    estimate: FloatArray,
    y: FloatArray,
    change: FloatArray,
    fired: FloatArray,
) -> bool:
    """Solve a level's reactions; return whether Newton converged everywhere.

    ``change`` (species, columns) holds what upstream brings and loses what is used; ``fired`` (reactions, columns)
    receives the extents of the stages and of the error estimate.
    """
    a = np.empty((STAGES, LANES))  # amounts of the first reactant at the stages, before this reaction
    b = np.empty((STAGES, LANES))
    x = np.empty((STAGES, LANES))
    d = np.empty((STAGES, LANES))
    f = np.empty((STAGES, LANES))
    lu = np.empty((STAGES, STAGES, LANES))
    speed, pair = np.empty(LANES), np.empty(LANES)
    share = np.empty((STAGES, STAGES))
    share_of = -1.0
    r, e = first, 0
    while r < last:
        r_begin, e_begin = r, e
        lanes, pairs, uniform = 0, 0, True
        for n in range(LANES):
            at = left[r]
            speed[n] = h * rates[r]
            uniform = uniform and speed[n] == speed[0]
            for i in range(STAGES):
                a[i, n] = y[at, e] + change[at, i * examples + e]
            at = right[r]
            pair[n] = 0.0
            if at >= 0:
                pair[n] = 1.0
                pairs += 1
                for i in range(STAGES):
                    b[i, n] = y[at, e] + change[at, i * examples + e]
            else:
                for i in range(STAGES):
                    b[i, n] = 1.0
            if lanes == n and r < last:  # a lane beyond the last repeats it
                lanes += 1
                e += 1
                if e == examples:
                    e = 0
                    r += 1
                if r == last and n + 1 < LANES:
                    break
        for n in range(lanes, LANES):
            speed[n], pair[n] = speed[0], pair[0]
            for i in range(STAGES):
                a[i, n], b[i, n] = a[i, 0], b[i, 0]
        if pairs == 0 and uniform:
            if speed[0] != share_of:
                share_of = speed[0]
                linear_share(share_of, inverse, share)
            for i in range(STAGES):
                for n in range(LANES):
                    x[i, n] = 0.0
                for j in range(STAGES):
                    for n in range(LANES):
                        x[i, n] += share[i, j] * a[j, n]
        elif not solve_lanes(relative, absolute, pairs, inverse, nodes, speed, pair, a, b, x, d, f, lu):
            return False
        r_next, e_next = r, e
        r, e = r_begin, e_begin
        for n in range(lanes):
            at, other, used = left[r], right[r], STAGES * examples + e
            mine, theirs = y[at, e], 1.0
            inflow, slope = change[at, used], 1.0
            if other >= 0:
                theirs = y[other, e]
                inflow = theirs * inflow + mine * change[other, used]
                slope = mine + theirs
            error = GAMMA * speed[n] * (mine * theirs + inflow)
            for i in range(STAGES):
                error += estimate[i] * x[i, n]
                fired[r, i * examples + e] = x[i, n]
                change[at, i * examples + e] -= x[i, n]
            error /= 1.0 + GAMMA * speed[n] * slope
            fired[r, used] = error
            change[at, used] -= error
            if other >= 0:
                for i in range(STAGES):
                    change[other, i * examples + e] -= x[i, n]
                change[other, used] -= error
            e += 1
            if e == examples:
                e = 0
                r += 1
        r, e = r_next, e_next
    return True


@jitted
def linear_share(speed: float, inverse: FloatArray, share: FloatArray) -> None:
    """Write (A^-1 + h k)^-1 h k (s, s): what a reaction with one reactant uses of what is there at the stages."""
    matrix = inverse.copy()
    for i in range(STAGES):
        matrix[i, i] += speed
        for j in range(STAGES):
            share[i, j] = speed if i == j else 0.0
    for k in range(STAGES):
        pivot = 1.0 / matrix[k, k]
        for j in range(STAGES):
            matrix[k, j] *= pivot
            share[k, j] *= pivot
        for i in range(STAGES):
            if i != k:
                scale = matrix[i, k]
                for j in range(STAGES):
                    matrix[i, j] -= scale * matrix[k, j]
                    share[i, j] -= scale * share[k, j]


@jitted
def solve_lanes(
    relative: float,
    absolute: float,
    pairs: int,
    inverse: FloatArray,
    nodes: FloatArray,
    speed: FloatArray,
    pair: FloatArray,
    a: FloatArray,
    b: FloatArray,
    x: FloatArray,
    d: FloatArray,
    f: FloatArray,
    lu: FloatArray,
) -> bool:
    """Solve for the extents x (stages, lanes) of reactions with reactants a and b; return whether Newton converged.

    Where ``pair`` is 0 there is no second reactant, b is 1, and one iteration is exact.
    """
    for n in range(LANES):  # starting values: an implicit Euler step from stage to stage, solved exactly
        before, passed = 0.0, 0.0
        for i in range(STAGES):
            k = speed[n] * (nodes[i] - passed)
            passed = nodes[i]
            p, q = max(a[i, n] - before, 0.0), max(b[i, n] - pair[n] * before, 0.0)
            linear = 1.0 + k * (q + pair[n] * p)
            root = np.sqrt(max(linear * linear - 4.0 * pair[n] * k * k * p * q, 0.0))
            before += 2.0 * k * p * q / (linear + root)
            x[i, n] = before
    for _ in range(MOST_ITERATIONS):
        for i in range(STAGES):
            for n in range(LANES):
                p, q = a[i, n] - x[i, n], b[i, n] - pair[n] * x[i, n]
                d[i, n] = speed[n] * p * q
                lu[i, i, n] = inverse[i, i] + speed[n] * (q + pair[n] * p)
        for i in range(STAGES):
            for j in range(STAGES):
                v = inverse[i, j]
                for n in range(LANES):
                    d[i, n] -= v * x[j, n]
                if i != j:
                    for n in range(LANES):
                        lu[i, j, n] = v
        for k in range(STAGES):
            for n in range(LANES):
                f[k, n] = 1.0 / lu[k, k, n]
            for i in range(k + 1, STAGES):
                for n in range(LANES):
                    scale = lu[i, k, n] * f[k, n]
                    lu[i, k, n] = scale
                    d[i, n] -= scale * d[k, n]
                for j in range(k + 1, STAGES):
                    for n in range(LANES):
                        lu[i, j, n] -= lu[i, k, n] * lu[k, j, n]
        for back in range(STAGES):
            i = STAGES - 1 - back
            for j in range(i + 1, STAGES):
                for n in range(LANES):
                    d[i, n] -= lu[i, j, n] * d[j, n]
            for n in range(LANES):
                d[i, n] *= f[i, n]
                x[i, n] += d[i, n]
        if pairs == 0:
            return True
        near = True
        for n in range(LANES):
            scarce = abs(a[STAGES - 1, n])
            if pair[n] > 0.0:
                scarce = min(scarce, abs(b[STAGES - 1, n]))
            allowed = NEWTON_SHARE * (absolute + relative * scarce)
            for i in range(STAGES):
                if not abs(d[i, n]) <= allowed:
                    near = False
        if near:
            return True
    return False


@jitted
def add_products(
    level: int,
    columns: int,
    target_start: IntArray,
    target: IntArray,
    entry_start: IntArray,
    entry: IntArray,
    count: FloatArray,
    term_start: IntArray,
    group_start: IntArray,
    gather_start: IntArray,
    gather: IntArray,
    gather_sign: FloatArray,
    column_start: IntArray,
    plus: IntArray,
    minus: IntArray,
    sign: FloatArray,
    matrix_start: IntArray,
    matrix: FloatArray,
    grouped: FloatArray,
    made: FloatArray,
    fired: FloatArray,
    change: FloatArray,
) -> None:
    """Add what a level fired (reactions, columns) to ``change`` (species, columns): sparse part, then dense terms."""
    for t in range(target_start[level], target_start[level + 1]):
        row = change[target[t]]
        for k in range(entry_start[t], entry_start[t + 1]):
            source = fired[entry[k]]
            times = count[k]
            for c in range(columns):
                row[c] += times * source[c]
    for d in range(term_start[level], term_start[level + 1]):
        groups = group_start[d + 1] - group_start[d]
        size = column_start[d + 1] - column_start[d]
        inlet = grouped[: groups * columns].reshape(groups, columns)
        for g in range(groups):
            row = inlet[g]
            for c in range(columns):
                row[c] = 0.0
            for k in range(gather_start[group_start[d] + g], gather_start[group_start[d] + g + 1]):
                source = fired[gather[k]]
                for c in range(columns):
                    row[c] += gather_sign[k] * source[c]
        outlet = made[: size * columns].reshape(size, columns)
        np.dot(matrix[matrix_start[d] : matrix_start[d + 1]].reshape(size, groups), inlet, outlet)
        for s in range(size):
            row = change[plus[column_start[d] + s]]
            opposite = minus[column_start[d] + s]
            for c in range(columns):
                row[c] += outlet[s, c]
            if opposite >= 0:
                row = change[opposite]
                for c in range(columns):
                    row[c] += sign[d] * outlet[s, c]


@jitted
def first_step(
    span: float,
    relative: float,
    absolute: float,
    left: IntArray,
    right: IntArray,
    rates: FloatArray,
    y: FloatArray,
) -> float:
    """Return a first step: what the fastest reaction needs to use up a share of its reactant that fits the order."""
    fastest = 1.0 / span
    for r in range(len(rates)):
        for e in range(y.shape[1]):
            speed = rates[r]
            if right[r] >= 0:
                speed *= max(y[left[r], e], y[right[r], e])
            fastest = max(fastest, speed)
    return float(min(span, max(relative, absolute) ** (1.0 / (ESTIMATE_ORDER + 1)) / fastest))


@jitted
def roughness(last_term: FloatArray, relative: float, absolute: float, y: FloatArray, change: FloatArray) -> float:
    """Return how much the last term of the step's polynomial brings within the step, in tolerances, like its error.

    The polynomial is right to about the term after that, so where this is below 1 it holds between the stages.
    """
    n_species, examples = y.shape
    found = 0.0
    for e in range(examples):
        total, counted = 0.0, 0
        for s in range(n_species):
            moved, last = change[s, (STAGES - 1) * examples + e], 0.0
            for i in range(STAGES):
                last += last_term[i] * change[s, i * examples + e]
            weight = absolute + relative * max(abs(y[s, e]), abs(y[s, e] + moved))
            total += (last / weight) * (last / weight)
            counted += int(busy(moved, last, weight))
        found = max(found, np.sqrt(total / max(1, counted)))
    return found


@jitted
def write_within(
    theta: float, polynomial: FloatArray, record: IntArray, y: FloatArray, change: FloatArray, out: FloatArray
) -> None:
    """Write recorded species (recorded, examples) at a share ``theta`` of a step that began at y."""
    examples = y.shape[1]
    weights = np.zeros(STAGES)
    for k in range(STAGES):
        for i in range(STAGES):
            weights[i] += theta ** (k + 1) * polynomial[k, i]
    for k in range(len(record)):
        for e in range(examples):
            value = y[record[k], e]
            for i in range(STAGES):
                value += weights[i] * change[record[k], i * examples + e]
            out[k, e] = value


@jitted
def integrate(
    initial: FloatArray,
    times: FloatArray,
    record: IntArray,
    relative: float,
    absolute: float,
    most_steps: int,
    level_start: IntArray,
    left: IntArray,
    right: IntArray,
    rates: FloatArray,
    target_start: IntArray,
    target: IntArray,
    entry_start: IntArray,
    entry: IntArray,
    count: FloatArray,
    term_start: IntArray,
    group_start: IntArray,
    gather_start: IntArray,
    gather: IntArray,
    gather_sign: FloatArray,
    column_start: IntArray,
    plus: IntArray,
    minus: IntArray,
    sign: FloatArray,
    matrix_start: IntArray,
    matrix: FloatArray,
    most_groups: int,
    most_columns: int,
    out: FloatArray,
    statistics: FloatArray,
) -> int:
    """Integrate examples (species, examples) with common steps; write recorded species to ``out``.

    Between the ends of a step its polynomial is read where that is right, see :func:`roughness`; else, as in fast
    transients, which the error estimate rightly forgives, steps end at the requested times. ``out`` is (times,
    recorded, examples).
    ``statistics`` receives steps, rejected steps and the time reached.
    Returns how it ended; see the constants.
    """
    inverse, nodes, estimate, polynomial, last_term = INVERSE, C, FROM_EXTENTS, POLYNOMIAL, LAST_TERM
    n_species, examples = initial.shape
    columns = COLUMNS * examples
    y = initial.copy()
    change = np.empty((n_species, columns))
    fired = np.empty((len(rates), columns))
    grouped, made = np.empty(most_groups * columns), np.empty(most_columns * columns)
    t, end = times[0], times[-1]
    for k in range(len(record)):
        for e in range(examples):
            out[0, k, e] = y[record[k], e]
    written = 1
    h = first_step(end - t, relative, absolute, left, right, rates, y)
    steps, rejected, last_rejected = 0, 0, False
    h_before, error_before, smooth = 0.0, 1.0, 0.0
    while t < end:
        if steps + rejected >= most_steps:
            statistics[0], statistics[1], statistics[2] = steps, rejected, t
            return TOO_MANY_STEPS
        if too_small(h, t, end):
            statistics[0], statistics[1], statistics[2] = steps, rejected, t
            return STEP_TOO_SMALL
        due, planned = times[written], h
        if written + 1 < len(times) and t + min(h, smooth) > times[written + 1]:
            h, due = min(h, smooth), end  # several times at once: they are read off the polynomial
        landing = t + h * (1.0 + 1e-10) >= due
        if landing:
            h = due - t
        elif t + 2.0 * h > due:
            h = 0.5 * (due - t)
        change[:] = 0.0
        converged = True
        for level in range(len(level_start) - 1):
            converged = solve_level(
                level_start[level], level_start[level + 1], examples, h, relative, absolute, left, right, rates,
                inverse, nodes, estimate, y, change, fired,
            )  # fmt: skip
            if not converged:
                break
            add_products(
                level, columns, target_start, target, entry_start, entry, count, term_start, group_start, gather_start,
                gather, gather_sign, column_start, plus, minus, sign, matrix_start, matrix, grouped, made, fired,
                change,
            )  # fmt: skip
        error = np.inf
        if converged:
            error = 0.0
            for e in range(examples):
                total, counted = 0.0, 0
                for s in range(n_species):
                    moved, wrong = change[s, (STAGES - 1) * examples + e], change[s, STAGES * examples + e]
                    weight = absolute + relative * max(abs(y[s, e]), abs(y[s, e] + moved))
                    scaled = wrong / weight
                    total += scaled * scaled
                    counted += int(busy(moved, wrong, weight))
                error = max(error, CAUTION * np.sqrt(total / max(1, counted)))
        if not np.isfinite(error):
            rejected += 1
            h *= 0.25
            last_rejected = True
            continue
        error = max(error, LEAST_ERROR)
        if error > 1.0:
            rejected += 1
            h /= divisor(error, ESTIMATE_ORDER + 1, LARGEST_GROWTH)
            last_rejected = True
            continue
        after = due if landing else t + h
        if written + 1 < len(times):
            rough = roughness(last_term, relative, absolute, y, change)
            smooth = SMOOTH * h / max(rough ** (1.0 / STAGES), 1.0 / LARGEST_GROWTH)
            if rough > 1.0 and times[written] < after:
                rejected += 1
                h = planned
                last_rejected = True
                continue
        h_new = next_step(h, error, h_before, error_before, last_rejected, ESTIMATE_ORDER + 1, LARGEST_GROWTH)
        h_before, error_before = h, max(0.01, error)
        while times[written] < after:
            write_within((times[written] - t) / h, polynomial, record, y, change, out[written])
            written += 1
        for s in range(n_species):
            for e in range(examples):
                y[s, e] += change[s, (STAGES - 1) * examples + e]
        t = after
        h = max(h_new, planned) if h < planned else h_new
        if landing:
            for k in range(len(record)):
                for e in range(examples):
                    out[written, k, e] = y[record[k], e]
            written += 1
        last_rejected = False
        steps += 1
    statistics[0], statistics[1], statistics[2] = steps, rejected, t
    return DONE
