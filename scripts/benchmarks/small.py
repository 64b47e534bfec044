"""What small networks cost: compiled loops against the full compile, on the same random networks in the same run.

Both must say the same modules, strands and nucleotides of every network; one difference ends the benchmark with status
1. Networks are random ones of the sizes 4-3-3 to 10-8-4, half of them with shifted inputs; a share of the weights is 0.
"""

from __future__ import annotations

import argparse
import itertools
import time

import numpy as np

from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.catalogue import named
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.declared import Setting
from dsdcompile.passes.plan import cheapest, plans
from dsdcompile.passes.small.price import SmallPrice
from dsdcompile.schemes.catalogue import find_scheme

SIZES = ((4, 3, 3), (4, 8, 3), (10, 4, 4), (10, 8, 4))
REPEATS = 20
"""The loops are too fast to be timed once."""


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark small", description=__doc__)
    parser.add_argument("--networks", type=int, default=1000, help="how many random networks (default: 1000)")
    parser.add_argument("--filled", type=float, default=0.5, help="share of weights that are not 0 (default: 0.5)")
    options = parser.parse_args(arguments)
    scheme = find_scheme("soloveichik2010")
    model = CostModel(scheme.template, scheme.accepts, scheme.form, DomainLengths(6, 15, 15), 4, 0.2)
    quick = SmallPrice(model)
    rng = np.random.default_rng(1)
    print("| network | networks | equal | full compile, ms | compiled loops, ms | slowest, ms | ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    differ = 0
    for size in SIZES:
        count = -(-options.networks // len(SIZES))
        equal, full_time, quick_times = 0, 0.0, list[float]()
        for number in range(count):
            layers = _network(rng, size, options.filled)
            lowest = rng.normal(-1.0, 0.5, size[0]) if number % 2 else None
            begun = time.process_time()
            crn = compile_network(Network(layers, "integer"))
            cost = cheapest(
                crn, Setting(model, lowest), plans("cost", named(() if lowest is None else ("shift",)))
            ).cost
            full_time += time.process_time() - begun
            weights, biases = [one.weights for one in layers], [one.biases for one in layers]
            said = quick(weights, biases, lowest)  # compiles at the first call
            begun = time.process_time()
            for _ in range(REPEATS):
                quick(weights, biases, lowest)
            quick_times.append((time.process_time() - begun) / REPEATS)
            equal += said == (cost.modules, cost.strands, cost.nucleotides)
        differ += count - equal
        cells = (
            "-".join(map(str, size)),
            f"{count:,}",
            f"{equal:,}",
            f"{1e3 * full_time / count:.1f}",
            f"{1e3 * np.mean(quick_times):.3f}",
            f"{1e3 * max(quick_times):.3f}",
            f"{full_time / sum(quick_times):,.0f}",
        )
        print("| " + " | ".join(cells) + " |", flush=True)
    return 1 if differ else 0


def _network(rng: np.random.Generator, size: tuple[int, ...], filled: float) -> tuple[Layer, ...]:
    layers = []
    for number, (before, after) in enumerate(itertools.pairwise(size), start=1):
        weights = rng.integers(-2, 3, (before, after)) * (rng.random((before, after)) < filled)
        biases = np.round(rng.normal(size=after), 2) * (rng.random(after) < 0.5)
        layers.append(Layer(weights, biases, "linear" if number == len(size) - 1 else "relu"))
    return tuple(layers)
