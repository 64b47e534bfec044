"""Pairwise screen against ViennaRNA's duplexfold, hand sums against ViennaRNA's energies, and what the search gains.

Peers run in the same process in turn, one thread each, by CPU time. Designs named on the command line are
sequenced from nothing and their checks and gains printed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from dsdcompile.formats.design_file import load_design
from dsdcompile.pipeline import Stage, run
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.helices import Energies, Pool, all_pairs, coded, helix_energies
from dsdcompile.sequences.thermo import vienna_worker
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Question
from dsdcompile.sequences.thermo.nearest_neighbour import duplex_energy
from dsdcompile.sequences.thermo.vienna import Vienna

DESIGNS = Path(__file__).resolve().parents[2] / "designs"


def main(arguments: list[str]) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark sequences", description=__doc__)
    parser.add_argument("designs", nargs="*", help="designs to sequence, such as relu iris")
    parser.add_argument("--strands", type=int, default=300, help="strands of the pairwise screen (default: 300)")
    parser.add_argument("--peer", type=int, default=2000, help="pairs that the peer is timed on (default: 2000)")
    options = parser.parse_args(arguments)
    _pairs(options.strands, options.peer)
    _energies()
    for name in options.designs:
        _sequence(name)
    return 0


def _pairs(count: int, peer: int) -> None:
    import RNA

    rng = np.random.default_rng(1)
    strands = ["".join(rng.choice(list("ACT" if i % 3 else "AGT"), rng.integers(27, 100))) for i in range(count)]
    letters = coded("".join(strands))
    pool = Pool(letters, np.arange(1, len(letters) + 1), np.cumsum([0, *map(len, strands)]).astype(np.int64))
    pairs, energies = all_pairs(count), Energies.at(Conditions())
    helix_energies(pool, pairs[:10], energies)
    vienna_worker.load(Conditions())
    RNA.cvar.temperature, RNA.cvar.noGU = Conditions().celsius, 1
    chosen = rng.permutation(len(pairs))[:peer]
    own, other = [], []
    for _ in range(3):
        begun = time.process_time()
        ours = helix_energies(pool, pairs, energies, 1)
        own.append(time.process_time() - begun)
        begun = time.process_time()
        theirs = np.array([RNA.duplexfold(strands[a], strands[b]).energy for a, b in pairs[chosen]])
        other.append((time.process_time() - begun) * len(pairs) / len(chosen))
    mine, took = float(np.median(own)), float(np.median(other))
    print(f"pairwise screen, {count} strands of 27 to 99 nt, {len(pairs)} pairs; CPU s, medians of 3 in turn")
    print(f"  ours             {mine:8.2f}   {1e6 * mine / len(pairs):.1f} us a pair")
    print(f"  RNA.duplexfold   {took:8.2f}   (from {len(chosen)} pairs) ratio {took / mine:.1f}")
    print(f"  correlation with it {np.corrcoef(ours[chosen], theirs)[0, 1]:.3f}")


def _energies() -> None:
    print("ViennaRNA's energy of perfect duplexes of 6 to 60 nt less the hand sum (kcal/mol)")
    for conditions in (Conditions(25.0, 0.05, 0.0125), Conditions(37.0, 1.0, 0.0), Conditions(50.0, 0.5, 0.0)):
        rng = np.random.default_rng(2)
        words = ["".join(rng.choice(list("ACGT"), rng.integers(6, 61))) for _ in range(200)]
        words = [word for word in words if word != reverse_complement(word)]
        with Vienna(conditions) as model:
            asked = [Question((w, reverse_complement(w)), f"{'(' * len(w)}+{')' * len(w)}") for w in words]
            answers = model.ensembles(asked)
        errors = [
            a.energy - conditions.rt * np.log(a.probability or 1.0) - duplex_energy(w, conditions)
            for a, w in zip(answers, words, strict=True)
        ]
        print(f"  {conditions}: largest {np.abs(errors).max():.2f}, mean {np.mean(np.abs(errors)):.2f}")


def _sequence(name: str) -> None:
    path = DESIGNS / f"{name}.toml"
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        results = run(
            load_design(path), path.parent, Path(folder), stages=(Stage.SEQUENCES,), progress=lambda *_, **__: None
        )
        took = time.perf_counter() - begun
    assert results.sequencing is not None
    print(f"{name}: {took:.1f} s from design to order")
    for line in results.headlines():
        print(f"  {line}")


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
