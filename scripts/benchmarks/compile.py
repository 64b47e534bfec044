"""What networks cost to build: naive trees over the reduced and the unreduced CRN, and the passes of reduce = cost.

Each row is measured in a process of its own: modules, distinct strands, nucleotides, longest strand under the cost
model, the share of modules of naive trees over the paper's reduced CRN, time from weights to the table of modules, and
peak memory. Where the designs have no trained network of a size, a random one (seed 1) stands in.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from dsdcompile.crn.limit import limit
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.formats.network_file import load_network
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.declared import Setting
from dsdcompile.passes.plan import cheapest, plans
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.catalogue import find_scheme

FOLDER = Path(__file__).resolve().parent
NETWORKS = Path(__file__).resolve().parents[2] / "designs" / "networks"
CASES: dict[str, tuple[tuple[int, ...], str, str]] = {
    "iris": ((4, 8, 3), "binary", "iris.json"),
    "virus": ((10, 32, 4), "binary", "virus.json"),
    "mnist_small": ((196, 64, 10), "ternary", "mnist_small.json"),
    "mnist": ((196, 512, 512, 10), "binary", "mnist.json"),
    "random": ((196, 512, 512, 10), "binary", ""),
}
METHODS = ("naive, reduced", "naive, unreduced", "passes")
PRICE = 0.20


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark compile", description=__doc__)
    parser.add_argument("names", nargs="*", default=list(CASES), help=f"networks (default: {' '.join(CASES)})")
    parser.add_argument("--max-products", type=int, default=2, help="most products of one gate (default: 2)")
    parser.add_argument("--scheme", default="soloveichik2010", help="translation scheme (default: soloveichik2010)")
    parser.add_argument("--row", choices=METHODS, help="measure one row, and print it as JSON")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(CASES)
    if unknown:
        parser.error(f"no network {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    if options.row is not None:
        print(json.dumps(measure(options.names[0], options.row, options.max_products, options.scheme)))
        return 0
    print(f"at most {options.max_products} products a gate, {options.scheme}")
    print("| network | built by | modules | of naive reduced | strands | nt | longest | seconds | MB |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in options.names:
        first = 0
        for method in METHODS:
            row = _measured_apart(name, method, options.max_products, options.scheme)
            first = first or int(row["modules"])
            cells = (
                f"{row['title']} {CASES[name][1]}",
                method,
                f"{row['modules']:,}",
                f"{row['modules'] / first:.3g}",
                f"{row['strands']:,}",
                f"{row['nucleotides']:,}",
                str(row["longest"]),
                f"{row['seconds']:.2f}",
                f"{row['memory']:.0f}",
            )
            print("| " + " | ".join(cells) + " |", flush=True)
    return 0


def _measured_apart(name: str, method: str, most: int, scheme: str) -> dict[str, Any]:
    """Return :func:`measure` of one row, measured in a process of its own."""
    command = [sys.executable, str(FOLDER), "compile", name, "--row", method]
    command += ["--max-products", str(most), "--scheme", scheme]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr or f"{name}, {method}: status {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def network(name: str) -> tuple[Network, str]:
    """Return a network of :data:`CASES`, and what it is: trained or random."""
    widths, kind, file = CASES[name]
    if file and (NETWORKS / file).is_file():
        trained = load_network(NETWORKS / file)
        return trained, f"{name} {trained.title}"
    rng = np.random.default_rng(1)
    weights = [-1, 1] if kind == "binary" else [-1, 0, 1]
    layers = tuple(
        Layer(rng.choice(weights, pair), rng.normal(size=pair[1]), "linear" if at == len(widths) - 2 else "relu")
        for at, pair in enumerate(itertools.pairwise(widths))
    )
    return Network(layers, "binary" if kind == "binary" else "ternary"), f"random {'-'.join(map(str, widths))}"


def measure(name: str, method: str, most: int, scheme_name: str) -> dict[str, Any]:
    """Return cost, seconds, peak memory (MB) and title of one row; the built CRN is checked against the network."""
    scheme = find_scheme(scheme_name)
    model = CostModel(scheme.template, scheme.accepts, scheme.form, DomainLengths(), most, PRICE)
    source, title = network(name)
    begun = time.perf_counter()
    formal = compile_network(source)
    if method == "passes":
        outcome = cheapest(formal, Setting(model), plans("cost"))
        cost, built = outcome.cost, outcome.legal.crn
    else:
        built = formal if method.endswith("unreduced") else reduce(formal).crn
        cost = model.cost(built)
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    inputs = np.random.default_rng(2).normal(size=(5, source.n_inputs))
    wanted = source(inputs)
    if np.abs(limit(built, inputs) - wanted).max() > 1e-9 * max(1.0, np.abs(wanted).max()):
        raise SystemExit(f"{name}, {method}: the limit is not the network's output")
    return {**asdict(cost), "seconds": seconds, "memory": memory, "title": title}
