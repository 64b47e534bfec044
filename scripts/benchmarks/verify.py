"""Verification: composition against Peppercorn on the whole system, and against the number of modules.

    scripts/benchmark verify [--modules 100,1000,10000,100000] [--peppercorn 4] [--network] [--scheme NAME]

Times are CPU seconds; nothing is kept from one of our runs to the next.
"""

import argparse
import itertools
import re
import resource
import statistics
import time
from pathlib import Path

import numpy as np

import dsdcompile as dc
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import sparse_rows
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.erasure import erase
from dsdcompile.enumeration.check import (
    enumerate_system,
    intended_reactions,
    peppercorn_system,
    system_check,
    system_signals,
)
from dsdcompile.enumeration.composition import compose
from dsdcompile.enumeration.intended import found_reactions, reachable
from dsdcompile.formats.design_file import load_design
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.legalise import legalise
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.source import read_source
from dsdcompile.stages.verification import verify_modules
from dsdcompile.verify.verdict import Outcome

ROOT = Path(__file__).resolve().parents[2]
RECORDED = {"soloveichik2010": "45 s", "cardelli2013": "no answer in 900 s"}
"""Nuskell 0.8: compile, enumerate and bisimulate a random 4-8-3 network's 40 reactions (measured elsewhere)."""


def cpu(action):
    """Return the CPU seconds of an action and what it returns."""
    start = time.process_time()
    result = action()
    return time.process_time() - start, result


def memory():
    """Return the peak memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def iris(scheme):
    """Composition and memoised enumeration against Peppercorn on the committed IRIS network, reduced."""
    network = dc.load_network(ROOT / "designs/networks/iris.json")
    chosen = find_scheme(scheme)
    system = dc.translate(dc.reduce(dc.compile_network(network)), scheme, 4)
    times = [cpu(lambda: compose(system)) for _ in range(5)]
    ours, composition = statistics.median(t for t, _ in times), times[0][1]
    runs = [cpu(lambda: enumerate_system(system)) for _ in range(3)]
    memoised, whole = statistics.median(t for t, _ in runs), runs[0][1]
    print(f"IRIS, reduced, {scheme}: {system.n_modules} modules")
    print(f"  composition              {ours:9.2f} s   {composition.check.outcome}")
    print(f"  memoised, whole          {memoised:9.2f} s   {system_check(system, whole).outcome}")
    if chosen.aliases and "two-domain" in chosen.aliases:
        print("  Peppercorn, whole        no answer: two-domain systems stop at about ten modules")
        return
    theirs, found = cpu(lambda: peppercorn_system(system))
    check = system_check(system, found)
    signals = system_signals(system)
    start = [erase(c.complex, system.form, signals) for c in system.inventory.items]
    same = set(found_reactions(found, system.form, signals)) == reachable(start, intended_reactions(system))
    print(
        f"  Peppercorn, whole        {theirs:9.2f} s   {check.outcome}   ratio to composition {theirs / ours:.0f}, "
        f"to memoised {theirs / memoised:.0f}"
    )
    print(
        f"  same answer: {check.outcome is composition.check.outcome and same}; memoised, to the last digit: "
        f"{whole == found}"
    )


def relus(count, scheme):
    """Return independent ReLU modules of two reactions each."""
    lines = [f"X{i}p -> M{i} + Y{i}p\nM{i} + X{i}m -> Y{i}m" for i in range(count)]
    lines += [f"X{i}{rail} @initial 1" for i in range(count) for rail in "pm"]
    return translate(parse_crn("\n".join(lines)), find_scheme(scheme))


def virus_system():
    """Return the system of designs/virus.toml; its data set is not needed."""
    design = load_design(ROOT / "designs/virus.toml")
    compiled = compile_crn(design, read_source(design, ROOT / "designs"))
    return translate(compiled.implementable, compiled.scheme, compiled.lengths)


def memoised_growth(most_of_peppercorn):
    """Memoised enumeration against the number of modules; Peppercorn's whole run where it may take so many reactions.

    Independent ReLUs share one toehold in the two-domain scheme, so all their strands visit all gates.
    """
    print("memoised enumeration of whole systems, CPU s")
    cases = [
        (f"{2 * n} reactions, {scheme}", relus(n, scheme))
        for scheme in ("cardelli2013", "soloveichik2010")
        for n in (2, 4, 8, 16, 32)
    ]
    cases.append(("virus 10-32-4, as designed", virus_system()))
    for name, system in cases:
        seconds, found = cpu(lambda system=system: enumerate_system(system))
        line = f"  {name:30} {system.n_modules:4d} modules {len(found.macrostates):6d} macrostates "
        line += f"{len(found.reactions):6d} reactions {seconds:7.2f} s   {system_check(system, found).outcome}"
        if system.n_modules <= most_of_peppercorn:
            theirs, whole = cpu(lambda system=system: peppercorn_system(system))
            line += f"   Peppercorn {theirs:7.2f} s, ratio {theirs / seconds:5.1f}, same {whole == found}"
        print(line, flush=True)


def unreduced(scheme):
    """Our whole verification of the unreduced IRIS CRN; the peer's time is a recorded one, for it is not on PyPI."""
    formal = dc.compile_network(dc.load_network(ROOT / "designs/networks/iris.json"))
    ours, verdict = cpu(lambda: verify_modules(dc.translate(formal, scheme, 4), whole=False))
    print(f"IRIS, unreduced, {scheme}: translate and verify {ours:.2f} s, {verdict.outcome}")
    recorded = RECORDED.get(scheme)
    if recorded is not None:
        least = float(re.findall(r"(\d+) s", recorded)[0]) / ours
        bound = "" if recorded.startswith("45") else "more than "
        print(f"  recorded: Nuskell 0.8 {recorded} on a CRN of this shape in this family   ratio {bound}{least:.0f}")


def random_system(modules, scheme, seed=0):
    """Return a random feed-forward system: one or two reactants of its own each, up to two products downstream."""
    rng = np.random.default_rng(seed)
    species = 2 * modules + 2
    two = rng.random(modules) < 0.4
    left = [[2 * r, 2 * r + 1] if two[r] else [2 * r] for r in range(modules)]
    counts = rng.integers(0, 3, modules)
    right = [rng.integers(2 * r + 2, min(2 * r + 402, species), counts[r]).tolist() for r in range(modules)]
    crn = Crn.of((), species=[f"S{i}" for i in range(species)]).with_(
        reactants=sparse_rows(left, species), products=sparse_rows(right, species), rates=np.ones(modules)
    )
    return translate(crn, find_scheme(scheme))


def growth(scheme, sizes):
    """Cost against the number of modules: enumeration flat once all patterns occur, the rest linear.

    Rarer patterns (two modules that share several species) turn up in larger random systems only.
    """
    print(f"random feed-forward systems, {scheme}: enumerations grow until every pattern occurs")
    print("  modules   patterns  enumerations   composition s   all s   MB   verdict")
    for size in sizes:
        build, system = cpu(lambda size=size: random_system(size, scheme))
        alone, _ = cpu(lambda system=system: compose(system))
        total, verdict = cpu(lambda system=system: verify_modules(system, whole=False))
        counts = dict(verdict.classes)
        print(
            f"  {size:7d}   {counts['patterns of touching modules']:8d}  {counts['enumerations']:12d}   {alone:13.2f}"
            f"   {build + total:5.1f} {memory():5d}   {verdict.outcome}",
            flush=True,
        )
        assert verdict.outcome is Outcome.PROVED


def network(scheme):
    """The module table of a random 196-512-512-10 network, naive trees of two products."""
    rng = np.random.default_rng(1)
    widths = [196, 512, 512, 10]
    layers = [
        Layer(rng.choice([-1, 1], (a, b)), rng.normal(size=b), "linear" if i == 2 else "relu")
        for i, (a, b) in enumerate(itertools.pairwise(widths))
    ]
    chosen = find_scheme(scheme)
    formal = dc.compile_network(Network(tuple(layers)))
    system = translate(legalise(formal, chosen.accepts, 2).crn, chosen)
    seconds, verdict = cpu(lambda: verify_modules(system, whole=False))
    print(f"196-512-512-10, {scheme}: {system.n_modules:,} modules, {seconds:.1f} s, {memory()} MB, {verdict.outcome}")


def main(arguments):
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark verify", description=__doc__.splitlines()[0])
    parser.add_argument("--scheme", default="soloveichik2010")
    parser.add_argument("--modules", default="100,1000,10000,100000")
    parser.add_argument(
        "--peppercorn",
        type=int,
        default=4,
        help="most reactions that Peppercorn enumerates too (8 two-domain: minutes)",
    )
    parser.add_argument("--network", action="store_true", help="the 196-512-512-10 table as well")
    options = parser.parse_args(arguments)
    iris(options.scheme)
    memoised_growth(options.peppercorn)
    for scheme in dict.fromkeys((options.scheme, *RECORDED)):
        unreduced(scheme)
    growth(options.scheme, [int(n) for n in options.modules.split(",")])
    if options.network:
        network(options.scheme)
