"""Accuracy of matched kinetics against fuel concentration, for every rate-dependent design of designs/.

For each design and c_max: the largest deviation of the implementation's totals from the formal CRN until the design's
horizon, as a share of the largest formal output, with fuels that start at c_max (as in Soloveichik, Seelig and Winfree
2010) and with centred ones; the exponent measured between neighbours (the theory says -1); and how much fuel is left.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from dsdcompile.errors import LimitExceededError
from dsdcompile.formats.design_file import load_design
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.simulation import Simulated, simulate_all
from dsdcompile.stages.source import read_source
from dsdcompile.stages.translation import translate_crn

DESIGNS = Path(__file__).resolve().parents[2] / "designs"
NAMES = ("lotka_volterra", "rock_paper_scissors", "consensus", "reversible")
LEVELS = ("100 nM", "300 nM", "1 uM", "3 uM", "10 uM", "30 uM", "100 uM")


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark matched", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, help="designs (default: all)")
    print("| design | every fuel | deviation | exponent | centred | exponent | fuel left |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in parser.parse_args(arguments).names:
        before: list[tuple[float, float]] = []
        for level in LEVELS:
            try:
                runs = [carry(name, level, centred) for centred in ("false", "true")]
            except LimitExceededError:
                print(f"| {name} | {level} | refused: fuel would run out | | | | |")
                continue
            errors = [run.relative_deviation("implementation") for _, run in runs]
            fuel = runs[0][0]
            exponents = ["", ""]
            if before:
                exponents = [
                    f"{math.log(error / old) / math.log(fuel / last):.2f}"
                    for error, (last, old) in zip(errors, before, strict=True)
                ]
            before = [(fuel, error) for error in errors]
            left = min(run.fuel_left or 0.0 for _, run in runs)
            cells = (f"{errors[0]:.3%}", exponents[0], f"{errors[1]:.3%}", exponents[1], f"{left:.1%}")
            print(f"| {name} | {level} | {' | '.join(cells)} |")
    return 0


def carry(name: str, level: str, centred: str) -> tuple[float, Simulated]:
    """Return c_max in M, and a design's simulation with it."""
    path = DESIGNS / f"{name}.toml"
    design = load_design(path, [f"kinetics.c_max={level}", f"kinetics.centred={centred}"])
    source = read_source(design, path.parent)
    compiled = compile_crn(design, source)
    translated = translate_crn(design, source, compiled)
    assert design.kinetics.c_max is not None
    return design.kinetics.c_max, simulate_all(design, source, compiled, translated, None)
