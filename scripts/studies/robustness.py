"""How exact must the bench be? Share of labels of a design's DNA implementation that survive what goes wrong there.

`scripts/robustness [DESIGN.toml] [--trials N] [--executor E] [--write]`: every trial is one tube with one random
example of the design and its own errors, read at twice the time by which all examples are at rest. Intervals are
Wilson's, 95 %.
--write keeps the table in scripts/results.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from dsdcompile.cli.arguments import EXECUTORS
from dsdcompile.cli.executors import executors
from dsdcompile.crn.limit import limit
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.writing import write_whole
from dsdcompile.simulate.batches import Batches, batch_horizon
from dsdcompile.simulate.robustness import Disturbance, survival, vary_amounts, vary_rates, with_leak, with_purity
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.source import read_source
from dsdcompile.stages.translation import translate_crn

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "scripts" / "results"
DECADES = (0.0, 1.0, 2.0)
VARIATION = (0.02, 0.05, 0.1, 0.2, 0.5)
LEAK = (1e-8, 1e-7, 3e-7, 1e-6, 3e-6)
PURITY = (0.99, 0.95, 0.9, 0.8, 0.6)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="scripts/robustness", description=__doc__)
    parser.add_argument("design", nargs="?", type=Path, default=ROOT / "designs" / "iris.toml")
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--executor", default="auto", help=EXECUTORS)
    parser.add_argument("--write", action="store_true", help="keep the table in scripts/results")
    options = parser.parse_args()
    batches = Batches(executors(options.executor), progress=lambda text: print(text, file=sys.stderr, flush=True))
    design = load_design(options.design, [])
    source = read_source(design, options.design.parent)
    translated = translate_crn(design, source, compile_crn(design, source))
    built = translated.implementation
    crn, unit = built.crn, built.unit
    states = built.inlet(source.examples.inputs)
    wanted = limit(source.formal, source.examples.inputs)
    labels = wanted.argmax(axis=1)
    tolerances = Tolerances(1e-6, 1e-6).scaled(unit)
    second = design.kinetics.time_unit
    rest = batch_horizon(
        crn, states, wanted * unit, within=0.01 * unit, first=50 * second, most=1e7 * second, tolerances=tolerances,
        batches=batches,
    )  # fmt: skip
    time = 2 * rest.time
    fuels = built.fuels
    signals = np.arange(translated.system.crn.n_species)
    inputs = np.flatnonzero((states > 0).any(axis=0) & (np.arange(crn.n_species) < len(signals)))

    lines = [
        f"# How exact the bench must be: {design.name}",
        "",
        f"`scripts/robustness {options.design.name} --trials {options.trials}`: {crn.n_reactions} reactions, "
        f"one formal unit {unit:g} M, fuels {design.dosing.margin:.0%} beyond the need, {len(labels)} examples, "
        f"read after {time / 3600:.3g} h (all examples are within 0.01 of their limit after {rest.time / 3600:.3g} h).",
        "",
        "| what is wrong | by | labels that survive | 95 % interval |",
        "| --- | --- | --- | --- |",
    ]
    disturbances, shown = [], []

    def row(what, level, text, draw):
        disturbances.append(Disturbance(what, level, draw))
        shown.append(text)

    for decades in DECADES:
        row(
            "rate constants",
            decades,
            f"{decades:g} decades",
            lambda example, random, decades=decades: (vary_rates(crn, decades, random), states[example]),
        )
    for name, which in (("input and bias concentrations", inputs), ("fuel concentrations", fuels)):
        for cv in VARIATION:
            row(
                name,
                cv,
                f"CV {cv:.0%}",
                lambda example, random, which=which, cv=cv: (crn, vary_amounts(states[example], which, cv, random)),
            )
    for cv in VARIATION:
        both = np.concatenate([inputs, fuels])
        row(
            "everything pipetted",
            cv,
            f"CV {cv:.0%}",
            lambda example, random, both=both, cv=cv: (crn, vary_amounts(states[example], both, cv, random)),
        )
    for rate in LEAK:
        leaky = with_leak(crn, fuels, signals, rate)
        row("leak of releasing fuels", rate, f"{rate:g} /s", lambda example, _, leaky=leaky: (leaky, states[example]))
    for share in PURITY:
        impure, _, owners = with_purity(crn, fuels, signals, share)
        tubes = np.concatenate([states, (1 - share) * states[:, owners]], axis=1)
        tubes[:, owners] *= share
        row(
            "purity of releasing fuels",
            share,
            f"{share:.0%}",
            lambda example, _, impure=impure, tubes=tubes: (impure, tubes[example]),
        )
    print(f"{len(disturbances)} disturbances, {options.trials} tubes each", file=sys.stderr, flush=True)
    found = survival(
        disturbances,
        labels,
        trials=options.trials,
        time=time,
        tolerances=tolerances,
        seed=options.seed,
        batches=batches,
    )
    for one, text in zip(found, shown, strict=True):
        low, high = one.interval
        lines.append(
            f"| {one.disturbance} | {text} | {one.survived} of {one.trials} ({one.share:.1%}) "
            f"| {low:.1%} to {high:.1%} |"
        )
    print("\n".join(lines))
    if options.write:
        write_whole(RESULTS / f"robustness_{design.name}.md", "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
