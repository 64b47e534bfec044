"""Fit the constants of the three-step model to measured rates of strand displacement, and cross-validate.

    scripts/fit_rates TABLE.csv        columns: kind, invading_toehold_nt, incumbent_toehold_nt, rate_per_M_s

The table is that of Zhang and Winfree, JACS 131:17303 (2009); its sequences and conditions are stated here. Each row is
left out once and predicted from the others: `held out`. Prints the constants of sequences/rates/three_step.py.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from dsdcompile.sequences.rates.three_step import FITTED, Constants, displacement_rate
from dsdcompile.sequences.rates.toeholds import toehold
from dsdcompile.sequences.thermo.conditions import Conditions

BRANCH, TOEHOLD = "CCCTCATTCAATACCCTACG", "TCTCCATGTCACTTC"
CONDITIONS = Conditions(25.0, 0.0, 0.0125)


def predicted(invading: int, incumbent: int, constants: Constants) -> float:
    """Return the rate constant of the table's row, /M/s."""
    near = toehold(TOEHOLD[:invading], CONDITIONS, inner=BRANCH[-1], inner_first=True)
    far = toehold(BRANCH[:incumbent], CONDITIONS, inner=BRANCH[incumbent], inner_first=False)
    return displacement_rate(near, len(BRANCH) - incumbent, far, CONDITIONS, constants=constants).value


def fit(rows: list[tuple[int, int, float]]) -> Constants:
    """Return the constants that fit best: soft L1 loss on ln k."""

    def misses(p: np.ndarray) -> np.ndarray:
        constants = Constants(float(np.exp(p[0])), float(np.exp(p[1])), float(p[2]))
        return np.array([np.log(predicted(n, m, constants) / k) for n, m, k in rows])

    start = [np.log(3e6), 0.0, 0.0]
    best = least_squares(misses, start, loss="soft_l1").x
    return Constants(float(np.exp(best[0])), float(np.exp(best[1])), float(best[2]))


def show(name: str, misses: np.ndarray) -> None:
    """Print how far off predictions are, as factors."""
    away = np.exp(np.quantile(np.abs(misses), [0.5, 0.95, 1.0]))
    print(f"{name:>9}: median factor {away[0]:.2f}, 95 % within {away[1]:.2f}, all within {away[2]:.2f}; ", end="")
    print(f"standard deviation of ln k as a factor {np.exp(np.sqrt(np.mean(misses**2))):.2f}")


def main(path: Path) -> None:
    """Fit, cross-validate, and print."""
    with path.open(encoding="utf-8") as file:
        rows = [
            (int(r["invading_toehold_nt"]), int(r["incumbent_toehold_nt"]), float(r["rate_per_M_s"]))
            for r in csv.DictReader(file)
        ]
    found = fit(rows)
    print(f"{len(rows)} rows: {found}")
    show("fitted", np.array([np.log(predicted(n, m, found) / k) for n, m, k in rows]))
    show("in code", np.array([np.log(predicted(n, m, FITTED) / k) for n, m, k in rows]))
    rest = [fit(rows[:i] + rows[i + 1 :]) for i in range(len(rows))]
    show("held out", np.array([np.log(predicted(n, m, c) / k) for (n, m, k), c in zip(rows, rest, strict=True)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
