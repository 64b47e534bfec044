"""Our engines for kinetics against the best general ones, in one run on one machine: CPU time and error of each.

`scripts/benchmark simulate --install` puts the peers that are not dependencies (libRoadRunner, GillesPy2) into
build/peers first. `--full` adds the DNA implementation of a million reactions (a quarter of an hour, mostly the peer),
and of up to seven million to the table of time against size.
Times are CPU seconds on one thread, warm (compiled), medians of several runs where a run is short.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse  # noqa: E402
import itertools  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
from scipy import integrate, sparse  # noqa: E402
from scipy.sparse import linalg  # noqa: E402

from dsdcompile.crn.crn import Crn  # noqa: E402
from dsdcompile.crn.limit import discrete_limit, largest_turnover, limit  # noqa: E402
from dsdcompile.dsd.dosing import dose  # noqa: E402
from dsdcompile.dsd.implementation import implementation, uniform_rates  # noqa: E402
from dsdcompile.formats.network_file import load_network  # noqa: E402
from dsdcompile.formats.sbml import show_sbml  # noqa: E402
from dsdcompile.network.compile import compile_network  # noqa: E402
from dsdcompile.network.network import Layer, Network  # noqa: E402
from dsdcompile.passes.legalise import legalise  # noqa: E402
from dsdcompile.schemes.catalogue import find_scheme  # noqa: E402
from dsdcompile.schemes.translate import translate  # noqa: E402
from dsdcompile.simulate.blocks import blocks  # noqa: E402
from dsdcompile.simulate.mass_action import MassAction  # noqa: E402
from dsdcompile.simulate.ode import output_species, simulate  # noqa: E402
from dsdcompile.simulate.ssa import discretise, simulate_counts  # noqa: E402
from dsdcompile.simulate.trajectory import Tolerances  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "build" / "peers"
LOOSE, TIGHT = Tolerances(1e-4, 1e-6), Tolerances(1e-6, 1e-9)
EQUAL = Tolerances(8e-4, 8e-6)
"""Where the sweep's error on DNA implementations is about that of BDF at rtol 1e-4."""
END = 50.0
GRID = np.linspace(0, END, 6)
MANY = np.linspace(0, END, 401)
"""As many times as a design's curves are drawn at by default."""
UNIT = 1e-10
"""One formal unit of the DNA implementations, M."""


def main(arguments: list[str]) -> int:
    """Print the tables asked for."""
    tables = {
        "mnist": mnist,
        "iris": iris,
        "limit": exact_limit,
        "ssa": stochastic,
        "dna": dna,
        "scale": scale,
    }
    parser = argparse.ArgumentParser(prog="scripts/benchmark simulate", description=__doc__)
    parser.add_argument("tables", nargs="*", help=f"which of {', '.join(tables)} (default: all)")
    parser.add_argument("--install", action="store_true", help="install the peers into build/peers first")
    parser.add_argument("--full", action="store_true", help="with the largest DNA implementations")
    options = parser.parse_args(arguments)
    for name in options.tables:
        if name not in tables:
            parser.error(f"no table {name}; there are {', '.join(tables)}")
    if options.install:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS), "--upgrade"]
        subprocess.run([*command, "libroadrunner", "gillespy2"], check=True)
    if PEERS.is_dir():
        sys.path.append(str(PEERS))
        os.environ["PYTHONPATH"] = os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(PEERS)])  # for its compiler
    warnings.simplefilter("ignore")
    print("| work | engine | CPU s | error | of the peer's time | at least |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for name in options.tables or tables:
        tables[name](options.full)
    print(f"\nlargest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    return 0


def line(work: str, engine: str, seconds: float, error: str, ratio: float | None = None, least: str = "") -> None:
    """Print a row; ``ratio`` is how many times faster than the peer."""
    faster = "" if ratio is None else f"{ratio:.3g}x faster" if ratio >= 1 else f"{1 / ratio:.3g}x slower"
    print(f"| {work} | {engine} | {seconds:.4g} | {error} | {faster} | {least} |", flush=True)


def timed(work: Callable[[], Any], runs: int = 5, *, warm: bool = True) -> tuple[float, Any]:
    """Return the median CPU time of some runs, after one that is not counted, and the last result."""
    found = work() if warm else None
    spent = []
    for _ in range(runs):
        begun = time.process_time()
        found = work()
        spent.append(time.process_time() - begun)
    return float(np.median(spent)), found


def random_network(widths: tuple[int, ...], seed: int = 0) -> Network:
    """Return a network with weights -1 and +1 and normal biases, linear at the end."""
    rng = np.random.default_rng(seed)
    depth = len(widths) - 2
    layers = []
    for number, (before, after) in enumerate(itertools.pairwise(widths)):
        biases = np.round(rng.normal(0, 1, after), 3)
        layers.append(Layer(rng.choice([-1, 1], (before, after)), biases, "relu" if number < depth else "linear"))
    return Network(tuple(layers))


def cvode_gmres(crn: Crn, start: np.ndarray, times: np.ndarray, tolerances: Tolerances) -> np.ndarray:
    """CVODE with unpreconditioned GMRES on the sparse matrix: the fastest general engine at this size."""
    from sksundae.cvode import CVODE

    slots = MassAction.of(crn).slots
    change = sparse.csr_array(crn.net.T.tocsr().astype(np.float64))
    rates, first, second = crn.rates, slots[:, 0].copy(), slots[:, 1].copy()
    padded = np.ones(crn.n_species + 1)

    def derivative(_: float, y: np.ndarray, out: np.ndarray) -> None:
        padded[:-1] = y
        out[:] = change @ (rates * padded[first] * padded[second])

    solver = CVODE(
        derivative, rtol=tolerances.relative, atol=tolerances.absolute, linsolver="gmres", max_num_steps=10**6
    )
    found = solver.solve(times, start.copy())
    assert found.success
    return np.asarray(found.y)


def rk45(crn: Crn, start: np.ndarray, times: np.ndarray, tolerances: Tolerances) -> np.ndarray:
    """Scipy's explicit Runge-Kutta method."""
    law = MassAction.of(crn)
    found = integrate.solve_ivp(
        lambda _, y: law.derivative(y), (0, times[-1]), start, "RK45", times,
        rtol=tolerances.relative, atol=tolerances.absolute,
    )  # fmt: skip
    assert found.success
    return found.y.T


def bdf_in_order(crn: Crn, start: np.ndarray, times: np.ndarray, tolerances: Tolerances) -> np.ndarray:
    """Scipy's BDF, given what it cannot find: species in topological order, and no reordering when factorising."""
    order = blocks(crn).species
    place = np.empty(crn.n_species, dtype=np.int64)
    place[order] = np.arange(crn.n_species)
    shape = (crn.n_reactions, crn.n_species)

    def moved(matrix: Any) -> Any:
        return sparse.csr_array((matrix.data, place[matrix.indices], matrix.indptr), shape=shape)

    names = tuple(crn.species[i] for i in order)
    law = MassAction.of(
        crn.with_(
            species=names,
            reactants=moved(crn.reactants),
            products=moved(crn.products),
            initial=crn.initial[order],
            inputs=np.empty((0, 2), dtype=np.int64),
            outputs=np.empty((0, 2), dtype=np.int64),
            pairs=np.empty((0, 2), dtype=np.int64),
            offsets=np.zeros(0),
        )
    )
    module = sys.modules["scipy.integrate._ivp.bdf"]
    own = module.splu
    module.splu = lambda matrix: linalg.splu(matrix, permc_spec="NATURAL", diag_pivot_thresh=0.0)
    try:
        found = integrate.solve_ivp(
            lambda _, y: law.derivative(y), (0, times[-1]), start[order], "BDF", times,
            jac=lambda _, y: sparse.csc_matrix(law.jacobian(y)),
            rtol=tolerances.relative, atol=tolerances.absolute,
        )  # fmt: skip
    finally:
        module.splu = own
    assert found.success
    states = np.empty((len(times), crn.n_species))
    states[:, order] = found.y.T
    return states


def mnist(_: bool) -> None:
    """A network of the paper's MNIST size, unreduced."""
    crn = compile_network(random_network((196, 512, 512, 10)))
    inputs = np.random.default_rng(1).normal(0, 1, (10, 196))
    starts = crn.inlet(inputs)
    reference = crn.read(simulate(crn, starts, GRID, Tolerances(1e-9, 1e-11), method="collocation").states)
    check = crn.read(simulate(crn, starts[0], GRID, Tolerances(1e-8, 1e-10), method="sweep").states)
    agree = np.abs(check - reference[0]).max()
    size = np.abs(reference).max()
    print(f"| | outputs up to {size:.0f}; reference: collocation at 1e-9, sweep at 1e-8 within {agree:.1e} | | | | |")

    def error(states: np.ndarray, count: int) -> str:
        away = np.abs(crn.read(states) - reference[:count])
        return f"{away[:, -1].max():.1e} at the end, {away.max():.1e} on the way"

    for name, tolerances in (("rtol 1e-4", LOOSE), ("rtol 1e-6", TIGHT)):
        work = f"MNIST size, {name}"
        peer, found = timed(lambda: [cvode_gmres(crn, start, GRID, tolerances) for start in starts], 1, warm=False)  # noqa: B023
        peer /= len(starts)
        line(f"{work}, an example of 10", "CVODE GMRES", peer, error(np.array(found), len(starts)))
        if tolerances is LOOSE:
            explicit, found = timed(lambda: rk45(crn, starts[0], GRID, tolerances), 1, warm=False)  # noqa: B023
            line(work, "scipy RK45", explicit, error(found[None], 1))
        own, run = timed(lambda: simulate(crn, starts[0], GRID, tolerances, method="sweep"), 3)  # noqa: B023
        line(work, "sweep", own, error(run.states[None], 1), peer / own, "2x" if tolerances is LOOSE else "")
        for count in (1, 10):
            own, run = timed(lambda: simulate(crn, starts[:count], GRID, tolerances), 5)  # noqa: B023
            least = {1: "40x", 10: "60x"}[count] if tolerances is LOOSE else ""
            own /= count
            line(f"{work}, batch {count}, an example", run.engine, own, error(run.states, count), peer / own, least)
            if tolerances is LOOSE:
                line(work, "the same against RK45", own, "", explicit / own, "500x")
    peer, found = timed(lambda: cvode_gmres(crn, starts[0], MANY, LOOSE), 1, warm=False)
    reference = crn.read(simulate(crn, starts[:1], MANY, Tolerances(1e-9, 1e-11), method="collocation").states)
    work = f"MNIST size, rtol 1e-4, {len(MANY)} times"
    line(work, "CVODE GMRES", peer, error(found[None], 1))
    own, run = timed(lambda: simulate(crn, starts[:1], MANY, LOOSE), 5)
    line(work, run.engine, own, error(run.states, 1), peer / own)


def iris(_: bool) -> None:
    """The IRIS network against libRoadRunner."""
    try:
        import roadrunner
    except ImportError:
        print("| IRIS | libRoadRunner is not installed: add --install | | | | |")
        return
    crn = compile_network(load_network(ROOT / "designs" / "networks" / "iris.json"))
    starts = crn.inlet(np.random.default_rng(1).normal(0, 1, (100, 4)))
    runner = roadrunner.RoadRunner(show_sbml(crn, starts[0]))
    wanted = [f"[s{i}]" for i in range(crn.n_species)]
    order = np.array([int(name[1:]) for name in runner.model.getFloatingSpeciesIds()])
    reference = simulate(crn, starts, GRID, Tolerances(1e-11, 1e-13), method="sweep").states
    for name, tolerances in (("rtol 1e-4", LOOSE), ("rtol 1e-6", TIGHT)):
        runner.integrator.relative_tolerance = tolerances.relative
        runner.integrator.absolute_tolerance = tolerances.absolute

        def theirs(start: np.ndarray) -> np.ndarray:
            runner.model.setFloatingSpeciesInitConcentrations(start[order])
            runner.reset()
            return np.asarray(runner.simulate(0, END, len(GRID), wanted))

        def again() -> np.ndarray:
            runner.reset()
            return np.asarray(runner.simulate(0, END, len(GRID), wanted))

        theirs(starts[0])
        peer, found = timed(again, 20)
        line(f"IRIS, {name}", "libRoadRunner", peer, f"{np.abs(found - reference[0]).max():.1e}")
        own, run = timed(lambda: simulate(crn, starts[0], GRID, tolerances), 20)  # noqa: B023
        line(f"IRIS, {name}", run.engine, own, f"{np.abs(run.states - reference[0]).max():.1e}", peer / own, "0.5x")
        peer, found = timed(lambda: [theirs(start) for start in starts], 3)
        line(f"IRIS, {name}, 100 examples", "libRoadRunner", peer, f"{np.abs(np.array(found) - reference).max():.1e}")
        own, run = timed(lambda: simulate(crn, starts, GRID, tolerances), 5)  # noqa: B023
        error = f"{np.abs(run.states - reference).max():.1e}"
        line(f"IRIS, {name}, 100 examples", run.engine, own, error, peer / own, "3x")


def exact_limit(_: bool) -> None:
    """The exact limit against a plain forward pass."""
    network = random_network((196, 512, 512, 10))
    crn = compile_network(network)
    inputs = np.random.default_rng(1).normal(0, 1, (10_000, 196))
    peer, wanted = timed(lambda: network(inputs), 3)
    line("exact limit, MNIST size, 10,000 examples", "numpy forward pass", peer, "")
    own, found = timed(lambda: limit(crn, inputs), 3)
    line("the same", "limit", own, f"{np.abs(found - wanted).max():.1e}", peer / own, "0.5x")


def stochastic(_: bool) -> None:
    """Molecule counts, IRIS at 1e5 molecules a unit to t = 50."""
    crn = compile_network(load_network(ROOT / "designs" / "networks" / "iris.json"))
    per_unit = 1e5
    counts = discretise(crn.inlet(np.random.default_rng(1).normal(0, 1, (1, 4))), per_unit)[0]
    start = {name: int(count) for name, count in zip(crn.species, counts, strict=True) if count}
    curve = crn.read(simulate(crn, counts / per_unit, [0.0, END]).final)

    def error(outputs: np.ndarray) -> str:
        return f"{np.abs(outputs - curve).max():.1e} from the equations"

    own, run = timed(lambda: simulate_counts(crn, counts, [0.0, END], per_unit=per_unit, seed=1), 5)
    ours = crn.read(run.final) / per_unit
    exact = crn.read(discrete_limit(crn, counts[None])[0].astype(float)) / per_unit
    events = run.statistics["events"]
    rails = [(crn.species[p], crn.species[n]) for p, n in crn.outputs]
    try:
        import rebop

        system = rebop.Gillespie()
        for reaction in crn:
            rate = reaction.rate * per_unit ** (1 - len(reaction.reactants))
            system.add_reaction(rate, list(reaction.reactants), list(reaction.products))
        peer, found = timed(lambda: system.run(start, END, 1, sparse=True, rng=1), 3)
        values = np.array([float(found[p][-1]) - float(found[n][-1]) for p, n in rails]) / per_unit
        line("IRIS, 1e5 molecules a unit", "rebop, sparse", peer, error(values))
        line(f"the same, {events:.3g} events", "direct method", own, error(ours), peer / own, "1x")
    except ImportError:
        print("| IRIS, counts | rebop is not installed: pip install rebop | | | | |")
    try:
        import gillespy2

        peer, values = gillespy(gillespy2, crn, start, per_unit, rails)
        line("the same", "GillesPy2 C++", peer, error(values))
        line(f"the same, {events:.3g} events", "direct method", own, error(ours), peer / own, "8x")
    except ImportError:
        print("| IRIS, counts | GillesPy2 is not installed: add --install | | | | |")
    away = np.abs(exact - curve).max()
    print(f"| | the exact silent state in counts is {away:.1e} from the equations at t = {END:g} | | | | |")


def gillespy(
    package: Any, crn: Crn, start: dict[str, int], per_unit: float, rails: list[tuple[str, str]]
) -> tuple[float, np.ndarray]:
    """Return the CPU time, child processes included, of GillesPy2's compiled solver, and the outputs."""
    model = package.Model(name="crn")
    made = {name: package.Species(name=name, initial_value=start.get(name, 0)) for name in crn.species}
    model.add_species(list(made.values()))
    for row, reaction in enumerate(crn):
        rate = package.Parameter(
            name=f"k{row}", expression=repr(reaction.rate * per_unit ** (1 - len(reaction.reactants)))
        )
        model.add_parameter(rate)
        sides = [
            {made[name]: side.count(name) for name in dict.fromkeys(side)}
            for side in (reaction.reactants, reaction.products)
        ]
        model.add_reaction(package.Reaction(name=f"r{row}", reactants=sides[0], products=sides[1], rate=rate))
    model.timespan(package.TimeSpan(np.array([0.0, END])))
    solver = package.SSACSolver(model=model)
    found = solver.run(seed=1)
    begun = os.times()
    found = solver.run(seed=2)
    ended = os.times()
    spent = sum(ended[:4]) - sum(begun[:4])
    return spent, np.array([found[p][-1] - found[n][-1] for p, n in rails]) / per_unit


def dna(full: bool) -> None:
    """DNA implementations with fan-out trees, fuels and reversible linkers, to 1e6 s at rtol 1e-4."""
    sizes = [(10, 32, 4), (30, 64, 64, 10), (98, 128, 128, 10)]
    sizes += [(196, 512, 256, 10)] if full else []
    for widths in sizes:
        crn, start, wanted = implemented(widths)
        tolerances, times = LOOSE.scaled(UNIT), np.array([0.0, 1e6])
        small = crn.n_reactions < 200_000
        work = f"DNA, {crn.n_reactions:,} reactions"
        blocks.cache_clear()
        planning, _ = timed(lambda: blocks(crn), 1, warm=False)  # noqa: B023
        own, run = timed(
            lambda: simulate(crn, start, times, tolerances, record=output_species(crn)),  # noqa: B023
            3 if small else 1,
            warm=small,
        )
        tight = simulate(crn, start, times, Tolerances(1e-7, 1e-9).scaled(UNIT), record=output_species(crn))
        outputs, exact = run.outputs(crn)[-1] / UNIT, tight.outputs(crn)[-1] / UNIT
        if small or full:
            peer, states = timed(lambda: bdf_in_order(crn, start, times, tolerances), 1, warm=False)  # noqa: B023
            error = f"{np.abs(crn.read(states[-1]) / UNIT - exact).max():.1e}"
            line(work, "scipy BDF in topological order", peer, error)
        ratio = peer / own if small or full else None
        error = f"{np.abs(outputs - exact).max():.1e} ({np.abs(exact - wanted).max():.1e} from the limit)"
        line(work, f"{run.engine}, order found in {planning:.2g} s", own, error, ratio)
        if ratio is not None:
            own, run = timed(
                lambda: simulate(crn, start, times, EQUAL.scaled(UNIT), record=output_species(crn)),  # noqa: B023
                3 if small else 1,
                warm=False,
            )
            error = f"{np.abs(run.outputs(crn)[-1] / UNIT - exact).max():.1e}"
            line(work, "the same, no more exact than the peer (rtol 8e-4)", own, error, peer / own, "10x at 1e6")


def scale(full: bool) -> None:
    """The same from 1e5 reactions on, without a peer: time and memory against size."""
    sizes = [(98, 128, 128, 10), (196, 256, 256, 10), (196, 512, 256, 10)]
    sizes += [(196, 1024, 512, 10), (196, 1600, 900, 10)] if full else []
    for widths in sizes:
        begun = time.process_time()
        crn, start, _ = implemented(widths)
        built = time.process_time() - begun
        blocks.cache_clear()
        own, run = timed(
            lambda: simulate(crn, start, [0.0, 1e6], LOOSE.scaled(UNIT), record=output_species(crn)),  # noqa: B023
            1,
            warm=False,
        )
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        each = f"{own / crn.n_reactions * 1e6:.1f} us and {memory / crn.n_reactions * 1e6:.2f} kB a reaction"
        told = f"{each}, {run.statistics['steps']:.0f} steps; {built:.0f} s to build, {memory:.1f} GB"
        line(f"DNA, {crn.n_reactions:,} reactions", run.engine, own, told)


def implemented(widths: tuple[int, ...]) -> tuple[Crn, np.ndarray, np.ndarray]:
    """Return a network's DNA implementation, dosed for one example, its initial state and the network's outputs."""
    network = random_network(widths)
    inputs = np.random.default_rng(1).normal(0, 1, (1, widths[0]))
    scheme = find_scheme("soloveichik2010")
    crn = legalise(compile_network(network), scheme.accepts, 2).crn
    system = translate(crn, scheme)
    dosing = dose(system, largest_turnover(crn, inputs), unit=UNIT, margin=0.2, floor=0.1)
    built = implementation(system, dosing, uniform_rates(system, 1e6))
    return built.crn, built.inlet(inputs)[0], network(inputs)[0]
