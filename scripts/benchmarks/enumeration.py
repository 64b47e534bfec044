"""Memoised enumeration against Peppercorn's own run: random systems of any strands, and files of others.

    scripts/benchmark enumeration [--systems 1000] [--seed 1] [--write]
    scripts/benchmark enumeration FILE.pil ...

Random systems have strands, hairpins, duplexes and gates over a few domains; many polymerise, so products are dropped
at a small size, and some have macrostates of many structures. Compared: macrostates, condensed reactions, rate
constants, limits. ``--write`` keeps the table in scripts/results/enumeration.json. Times are CPU seconds.
"""

import argparse
import itertools
import json
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from dsdcompile.dsd.complex import Complex
from dsdcompile.enumeration.memoised import enumerate_memoised
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import enumerate_complexes
from dsdcompile.errors import FormatError
from dsdcompile.formats.pil_reader import read_pil

ROOT = Path(__file__).resolve().parents[2]
SAME = 1e-9
"""Relative difference up to which rate constants count as equal: macrostates of several structures are weighed by
eigenvectors, whose last digits depend on the order of the structures, in Peppercorn from run to run."""


def cpu(action):
    """Return the CPU seconds of an action and what it returns."""
    start = time.process_time()
    result = action()
    return time.process_time() - start, result


def star(token):
    """Return the complement of a token."""
    return token[:-1] if token.endswith("*") else token + "*"


def random_tokens(rng, names, least, most):
    """Return a random strand."""
    return [star(n) if rng.random() < 0.3 else n for n in rng.choice(names, rng.integers(least, most + 1))]


def random_complex(rng, names):
    """Return a random strand, hairpin, or bottom strand with one or two strands on it, flaps at random."""
    kind = rng.random()
    if kind < 0.4:
        strand = random_tokens(rng, names, 1, 4)
        return strand, ["."] * len(strand)
    if kind < 0.55:
        stem, loop, tail = (random_tokens(rng, names, a, b) for a, b in ((1, 2), (1, 2), (0, 2)))
        back = [star(t) for t in reversed(stem)]
        symbols = ["("] * len(stem) + ["."] * len(loop) + [")"] * len(stem) + ["."] * len(tail)
        return stem + loop + back + tail, symbols
    bottom = random_tokens(rng, names, 2, 5)
    marks = ["."] * len(bottom)
    ends = sorted(rng.choice(len(bottom) + 1, 2 if len(bottom) < 3 or kind < 0.8 else 3, replace=False).tolist())
    sequence, structure = [], []
    for start, end in itertools.pairwise(ends):
        held = [star(t) for t in reversed(bottom[start:end])]
        left, right = random_tokens(rng, names, 0, 1), random_tokens(rng, names, 0, 1)
        marks[start:end] = ["("] * (end - start)
        sequence.insert(0, [*left, *held, *right])
        structure.insert(0, ["."] * len(left) + [")"] * len(held) + ["."] * len(right))
    tokens, symbols = list(bottom), list(marks)
    for strand, signs in zip(sequence, structure, strict=True):
        tokens += ["+", *strand]
        symbols += ["+", *signs]
    return tokens, symbols


def random_system(seed):
    """Return random complexes and their domains' lengths."""
    rng = np.random.default_rng(seed)
    short, long_ = int(rng.integers(1, 3)), int(rng.integers(1, 5))
    lengths = {f"t{i}": int(rng.integers(4, 9)) for i in range(short)}
    lengths |= {f"r{i}": int(rng.integers(10, 21)) for i in range(long_)}
    made = []
    while len(made) < 2 + seed % 4:
        try:
            made.append(Complex(*map(tuple, random_complex(rng, list(lengths)))))
        except FormatError:
            continue
    # Half of the systems have a copy under other names, so that something repeats.
    if seed % 2:
        twin = {name: f"{name}b" for name in lengths if not (name == "t0" and seed % 4 == 1)}
        made += [c.renamed(lambda name: twin.get(name, name)) for c in made]
        lengths |= {other: lengths[name] for name, other in twin.items()}
    return made, lengths


def rules(seed, seconds):
    """Return limits small enough for systems that polymerise, with remote toeholds in every third."""
    return EnumerationOptions(
        reject_remote=seed % 3 > 0,
        max_complex_size=(6, 8)[seed % 2],
        max_complexes=300,
        max_reactions=1500,
        max_seconds=seconds,
    )


def verdict(ours, theirs):
    """Return how two enumerations compare, in words, and the largest relative difference of rate constants."""
    if not theirs.macrostates:
        return f"open: {'both' if not ours.macrostates else 'only Peppercorn'} hit a limit", 0.0
    if not ours.macrostates:
        return f"only ours stops: {ours.limits[0]}", 0.0
    if ours.limits != theirs.limits:
        return "other limits", 0.0
    if ours.macrostates != theirs.macrostates:
        return "other macrostates", 0.0
    left, right = ([(r.reactants, r.products) for r in e.reactions] for e in (ours, theirs))
    if left != right:
        return "other reactions", 0.0
    apart = max((abs(a.rate / b.rate - 1) for a, b in zip(ours.reactions, theirs.reactions, strict=True)), default=0.0)
    if apart > SAME:
        return "other rate constants", apart
    return "same" + (", truncated" if theirs.limits else ""), apart


def compare(complexes, lengths, options):
    """Return the verdict on one system, the difference of rate constants, and the CPU seconds of both."""
    mine, ours = cpu(lambda: enumerate_memoised(complexes, lengths, options))
    peers, theirs = cpu(lambda: enumerate_complexes(complexes, lengths, options))
    said, apart = verdict(ours, theirs)
    if said.startswith("other rate"):
        said = under_other_names(complexes, lengths, options, said)
    return said, apart, mine, peers, ours, theirs


def under_other_names(complexes, lengths, options, said):
    """Say whether Peppercorn's own rate constants are others when domains are called something else.

    Of two ways from one structure to another it keeps one, which one depends on the order of names and of its sets.
    """
    names = sorted(lengths)
    for turn in range(4):
        other = {name: f"{(7 * i + 3 * turn) % 11:02d}{turn}x{name}" for i, name in enumerate(names)}
        renamed = [c.renamed(other.__getitem__) for c in complexes]
        sizes = {other[name]: length for name, length in lengths.items()}
        runs = (enumerate_complexes(complexes, lengths, options), enumerate_complexes(renamed, sizes, options))
        first, again = (sorted(r.rate for r in run.reactions) for run in runs)
        if len(first) == len(again) and max(abs(a / b - 1) for a, b in zip(first, again, strict=True)) > SAME:
            return "rate constants that differ in Peppercorn itself once domains have other names"
    return said


def one(task):
    """Return what the table needs of one random system."""
    seed, seconds = task
    said, apart, mine, peers, ours, theirs = compare(*random_system(seed), rules(seed, seconds))
    several = any(len(state) > 1 for state in theirs.macrostates)
    summed = any("same products" in doubt for doubt in ours.doubts)
    return seed, said, apart, mine, peers, several, bool(theirs.doubts), summed


def random_table(count, first, seconds, jobs):
    """Compare random systems and return the table."""
    words, exact, several, worst, doubts, summed = Counter(), 0, 0, 0.0, 0, 0
    mine = peers = 0.0
    with ProcessPoolExecutor(jobs) as pool:
        for seed, said, apart, our, their, many, doubted, added in pool.map(
            one, [(seed, seconds) for seed in range(first, first + count)], chunksize=5
        ):
            words[said] += 1
            if said.startswith(("same", "rate constants")):
                exact += apart == 0
                several += many
                doubts += doubted
                summed += added
                worst = max(worst, apart if said.startswith("same") else 0.0)
                mine, peers = mine + our, peers + their
            if not said.startswith(("same", "open")):
                print(f"  system {seed}: {said} ({apart:.0e})", flush=True)
    table = {
        "systems": count,
        "verdicts": dict(sorted(words.items())),
        "same to the last digit": exact,
        "with macrostates of several structures": several,
        "with doubts of Peppercorn's about rates": doubts,
        "with rates that count steps of other reactants": summed,
        "largest relative difference of a rate constant": float(f"{worst:.1g}"),
    }
    print(json.dumps(table, indent=2))
    print(f"CPU s, where both finish: memoised {mine:.1f}, Peppercorn {peers:.1f}, ratio {peers / max(mine, 1e-9):.2f}")
    return table


def files(paths, seconds):
    """Compare files."""
    for path in paths:
        read = read_pil(Path(path).read_text(encoding="utf-8"))
        tube = [c.complex for c in read.complexes if c.present]
        options = EnumerationOptions(max_seconds=seconds)
        said, apart, mine, peers, ours, _ = compare(tube, read.lengths, options)
        print(
            f"  {Path(path).name:44} {said:30} rates {apart:.0e}  {len(ours.macrostates):5d} macrostates"
            f" {len(ours.reactions):5d} reactions  {mine:7.2f} s  Peppercorn {peers:7.2f} s",
            flush=True,
        )


def main(arguments):
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark enumeration", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE.pil")
    parser.add_argument("--systems", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=6.0, help="most that one enumeration may take")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="keep the table in scripts/results/enumeration.json")
    options = parser.parse_args(arguments)
    if options.files:
        files(options.files, options.seconds)
        return
    table = random_table(options.systems, options.seed, options.seconds, options.jobs)
    if options.write:
        (ROOT / "scripts/results/enumeration.json").write_text(json.dumps(table, indent=2) + "\n")
