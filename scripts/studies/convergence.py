"""How long does a network's CRN take? Completion time against depth, width and dual-rail representation.

`scripts/convergence [--draws N] [--write]`: random networks with weights -1 and +1, formal and as DNA, with and without
annihilation of rails (S+ + S- -> nothing, the paper's section 6). Times are formal time units; a network counts as
complete when its slowest output has covered 90 % (99 %) of its way for good, its label when argmax is right for good.
--write keeps table and plots in scripts/results.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dsdcompile.crn.limit import largest_turnover, limit
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.formats.writing import write_whole
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.annihilate import annihilate
from dsdcompile.passes.legalise import legalise
from dsdcompile.report.chart import Chart, Line, show_chart
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.simulate.completion import completion
from dsdcompile.simulate.ode import output_species, simulate
from dsdcompile.simulate.trajectory import Tolerances

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "scripts" / "results"
STYLE = (
    "<style>text{font:11px sans-serif}.title,.tick,.axis{fill:#333}.title{font-weight:600}.grid{stroke:#e4e4e4}"
    ".target{stroke-dasharray:3 3;opacity:.5}.curve{fill:none;stroke-width:1.6}.name{font-weight:600}</style>"
)
TIMES = np.concatenate([[0.0], np.geomspace(1e-2, 1e6, 400)])
"""Formal times."""
RATE, UNIT = 1e6, 1e-8
"""Of the DNA: rate constant of a displacement (/M/s) and one formal unit (M): a formal time unit is 100 s."""
KINDS = ("formal", "formal, inner rails annihilate", "DNA", "DNA, output rails annihilate")


@dataclass(frozen=True)
class Point:
    """Medians over draws."""

    size: int
    half: float
    ninety: float
    ninety_nine: float
    label: float
    close: float
    rails: float
    unfinished: int


def random_network(widths, seed):
    rng = np.random.default_rng(seed)
    layers = [
        Layer(rng.choice([-1, 1], (before, after)), np.round(rng.normal(0, 1, after), 3), "relu")
        for before, after in itertools.pairwise(widths)
    ]
    layers[-1] = Layer(layers[-1].weights, layers[-1].biases, "linear")
    return Network(tuple(layers)), rng.normal(0, 1, (1, widths[0]))


def nearness(network, inputs):
    """Return |pre-activation| of every hidden unit."""
    values, found = inputs, []
    for layer in network.layers[:-1]:
        values = values @ layer.weights + layer.biases
        found.append(np.abs(values).ravel())
        values = np.maximum(values, 0.0)
    return np.concatenate([np.zeros(0), *found])


def measured(widths, kind, excess, seed):
    """Return half, 90 %, 99 % and label times of one draw, close units at 90 %, and the largest rail at the end."""
    network, inputs = random_network(widths, seed)
    crn = compile_network(network)
    wanted = limit(crn, inputs)[0]
    unit, second = 1.0, 1.0
    if "annihilate" in kind:
        crn = annihilate(crn, "inner" if "inner" in kind else "outputs").crn
    state = crn.inlet(inputs)[0]
    state[crn.inputs.ravel()] += excess
    if kind.startswith("DNA"):
        scheme = find_scheme("soloveichik2010")
        legal = legalise(crn, scheme.accepts, 4).crn
        shifted = legal.with_(initial=legal.initial + excess * np.isin(np.arange(legal.n_species), legal.inputs))
        system = translate(shifted, scheme)
        dosing = dose(system, largest_turnover(shifted, inputs), unit=UNIT, margin=0.2, floor=0.1)
        built = implementation(system, dosing, uniform_rates(system, RATE))
        crn = built.crn
        unit, second = UNIT, 1.0 / (RATE * UNIT)
        state = built.inlet(inputs)[0]
    allowed = Tolerances(1e-8, 1e-9).scaled(unit)
    if kind.startswith("DNA"):  # outputs are totals: what a gate holds back while it waits for a partner counts too
        totals = built.totals(simulate(crn, state, TIMES * second, allowed).states)
        rails = totals[:, crn.outputs] / unit
    else:
        run = simulate(crn, state, TIMES, allowed, record=output_species(crn))
        rails = np.stack([run.of(*(crn.species[i] for i in crn.outputs[:, side])) for side in (0, 1)], axis=-1)
    outputs = rails[..., 0] - rails[..., 1]
    done = completion(TIMES, outputs, wanted)
    far = np.abs(outputs[-1] - wanted).max()
    if far > 0.02 * max(1.0, np.abs(wanted).max()):
        print(f"    {kind} {widths} seed {seed}: {far:.2g} from the limit at the end", file=sys.stderr)
    slow = done.latest(0.9)
    return (
        done.latest(0.5),
        slow,
        done.latest(0.99),
        done.label,
        float((nearness(network, inputs) * slow < 3).sum()) if np.isfinite(slow) else np.nan,
        float(rails[-1].max()),
    )


def study(sizes, shape, kind, draws, excess=lambda _: 0):
    """Return a point a size; ``shape`` gives widths, ``excess`` what is added to both rails of every input."""
    points = []
    for size in sizes:
        table = np.array([measured(shape(size), kind, excess(size), 1000 * size + draw) for draw in range(draws)])
        middle = np.nanmedian(table, axis=0)
        points.append(Point(size, *middle[:6], int((~np.isfinite(table[:, 2])).sum())))
    return points


def exponent(points, offset=0):
    """Return the slope of log time over log size, its standard error, and what that is called."""
    x = np.log([point.size + offset for point in points])
    y = np.log([point.ninety for point in points])
    if len(x) < 3 or not np.isfinite(y).all():
        return np.nan, np.nan, "not fitted"
    design = np.stack([x, np.ones_like(x)], axis=1)
    (slope, _), residual, *_ = np.linalg.lstsq(design, y, rcond=None)
    error = float(np.sqrt(residual[0] / (len(x) - 2) / ((x - x.mean()) ** 2).sum()))
    if slope + 2 * error < 0:
        name = "falling"
    elif slope + 2 * error < 1:
        name = "sublinear"
    elif slope - 2 * error > 1:
        name = "superlinear"
    else:
        name = "linear within error"
    return float(slope), error, name


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="scripts/convergence", description=__doc__)
    parser.add_argument("--draws", type=int, default=15)
    parser.add_argument("--write", action="store_true", help="keep table and plots in scripts/results")
    options = parser.parse_args()
    studies = {
        "depth": ("hidden layers of 4 units, 4 inputs, 3 outputs", (1, 2, 3, 4, 6), lambda n: (4, *[4] * n, 3), 0),
        "width": (
            "units of each of 2 hidden layers, as many inputs, 3 outputs",
            (4, 8, 16, 32),
            lambda n: (n, n, n, 3),
            0,
        ),
        "excess": ("added to both rails of every input of 4-8-8-3", (0, 1, 3, 7, 15), lambda _: (4, 8, 8, 3), 1),
    }
    lines = [
        "# How long networks take, as CRNs and as DNA",
        "",
        f"`scripts/convergence --draws {options.draws}`: medians over {options.draws} random networks and inputs, "
        f"formal time units (DNA: 1 unit = {1 / (RATE * UNIT):g} s at {RATE:g} /M/s and {UNIT:g} M a formal unit). "
        "Exponents are slopes of log t90 over log size (excess: over log(1 + excess)) with standard errors.",
    ]
    print("\n".join(lines), flush=True)
    for name, (what, sizes, shape, offset) in studies.items():
        excess = (lambda size: size) if name == "excess" else (lambda _: 0)
        curves, fits = {}, []
        head = [
            "",
            f"## {name.capitalize()}: {what}",
            "",
            f"| CRN | {name} | t50 | t90 | t99 | label | close units | largest output rail | unfinished |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += head
        print("\n".join(head), flush=True)
        for kind in KINDS:
            found = study(sizes, shape, kind, options.draws, excess)
            curves[kind] = np.log10([point.ninety for point in found])
            for p in found:
                lines.append(
                    f"| {kind} | {p.size} | {p.half:.3g} | {p.ninety:.3g} | {p.ninety_nine:.3g} | {p.label:.3g} "
                    f"| {p.close:g} | {p.rails:.3g} | {p.unfinished} of {options.draws} |"
                )
                print(lines[-1], flush=True)
            slope, error, verdict = exponent(found, offset)
            fits.append(f"- {kind}: t90 grows like {name}^{slope:.2f} (± {error:.2f}): {verdict}")
        lines += ["", *fits]
        print("\n".join(["", *fits]), flush=True)
        if options.write:
            chart = Chart(
                f"Completion (90 %) against {name}",
                np.log2(np.array(sizes) + offset),
                tuple(Line(kind, values) for kind, values in curves.items()),
                f"log2 {name}" if not offset else f"log2 (1 + {name})",
                "log10 formal time",
            )
            write_whole(RESULTS / f"convergence_{name}.svg", show_chart(chart).replace(">", f">{STYLE}", 1) + "\n")
    if options.write:
        write_whole(RESULTS / "convergence.md", "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
