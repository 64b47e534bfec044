"""300 random CRNs in every scheme: is any proof contradicted by looking at every state? Prints and writes a table.

``scripts/soundness [--crns N] [--first N] [--write]``; results go, CRN by CRN, to scripts/results/soundness.json.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from reachability import Enumerated, TooManyError, Tube, compare

import dsdcompile as dc
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.errors import SchemeError
from dsdcompile.schemes.catalogue import SCHEMES

RESULTS = Path(__file__).parents[1] / "results" / "soundness.json"
SPECIES = "ABCDE"
STARTS = 4
"""Starts of few molecules that are looked at for each system."""
FIXED = (
    "A -> B\nA -> C\nB + D -> B + E",
    "A + B -> C\nA -> D",
    "A + B -> 2 B\nB + C -> 2 C",
    "A -> B\nB + C -> B + D",
    "A + B -> C\nA + B -> D",
    "A -> B\nA -> B",
)
"""CRNs known to be hard, before the random ones."""


def random_crn(number: int) -> str:
    """Return a CRN of two or three reactions: feed-forward, catalytic, competitive, or anything, in turn."""
    if number < len(FIXED):
        return FIXED[number]
    rng = random.Random(number)
    lines = []
    kind, count = number % 4, rng.choice((2, 2, 2, 3))
    for row in range(count):
        if kind == 0:  # feed-forward: reactants of its own, products of later reactions
            left = [SPECIES[row]] * rng.choice((1, 1, 2)) + ["XYZ"[row]] * rng.choice((0, 1))
            right = [rng.choice(SPECIES[row + 1 :]) for _ in range(rng.choice((0, 1, 1, 2)))]
        elif kind == 1:  # a catalyst that others make or use up
            one, two, three = rng.sample(SPECIES, 3)
            left, right = ([one, two], [one, three]) if row != 1 else ([rng.choice((one, two))], [three])
        elif kind == 2:  # the first species is fought for
            left = ["A", *rng.choice(([], [rng.choice(SPECIES)]))]
            right = [rng.choice(SPECIES) for _ in range(rng.choice((0, 1, 1, 2)))]
        else:
            left = [rng.choice(SPECIES) for _ in range(rng.choice((1, 2, 2)))]
            right = [rng.choice(SPECIES) for _ in range(rng.choice((0, 1, 1, 2)))]
        lines.append(f"{' + '.join(left)} -> {' + '.join(right)}".strip())
    return "\n".join(lines)


def tube_of(system) -> Tube:
    crn = system.crn
    return Tube(
        {name: domain.length for name, domain in system.inventory.domains.items()}
        | {
            system.domain_name(slot, -1, s): system.lengths.of(slot.part)
            for s in range(crn.n_species)
            for slot in system.form.domains
        },
        {crn.species[s]: show_kernel(system.signal(s).complex) for s in range(crn.n_species)},
        [show_kernel(fuel.complex) for fuel in system.fuels()],
        [(list(r.reactants), list(r.products)) for r in crn],
    )


def starts_of(text: str, number: int) -> list[dict[str, int]]:
    """Return the reactants of each reaction, of all, and random molecules: at most four at a time."""
    rng = random.Random(number)
    sides = [[w.strip() for w in line.split("->")[0].split("+")] for line in text.splitlines()]
    sides = [[w[-1] for w in side for _ in range(int(w[:-1] or 1))] for side in sides]
    names = sorted({name for side in sides for name in side})
    every = Counter()
    for side in sides:
        every |= Counter(side)
    tried = [every, *(Counter(side) + Counter(rng.choices(names, k=1)) for side in sides)]
    tried += [Counter(rng.choices(names, k=3)) for _ in range(STARTS)]
    found = {tuple(sorted(c.items())) for c in tried if c.total() <= 4}
    if len(found) <= STARTS:
        return [dict(c) for c in sorted(found)]
    return [dict(c) for c in rng.sample(sorted(found), STARTS - 1)] + [dict(every)] * (every.total() <= 4)


def judge(number: int, scheme: str) -> dict:
    """Return a CRN's verdict in a scheme, and what looking at every state says of it."""
    text = random_crn(number)
    try:
        system = dc.translate(parse_crn(text), scheme=scheme)
    except SchemeError as error:
        return {"crn": text, "scheme": scheme, "verdict": "refused", "why": str(error)}
    found = dc.verify(system)
    verdict, shows = str(found.outcome), found.shows and found.shows.name
    enumerated, tube = None, tube_of(system)
    said: dict[str, str] = {}
    looked = 0
    enumerated = Enumerated(tube)
    for start in starts_of(text, number):
        for relation in ("bisimilar", "limit"):
            if relation in said:
                continue
            try:
                problem = compare(tube, enumerated, start, relation)
            except TooManyError:
                continue
            looked += 1
            if problem is not None:
                said[relation] = problem
    claimed = {"BISIMILAR": ["bisimilar"], "SAME_LIMIT": ["limit"]}.get(shows or "", [])
    return {
        "crn": text,
        "scheme": scheme,
        "verdict": verdict,
        "shows": shows,
        "looks": looked,
        "not_bisimilar": "bisimilar" in said,
        "contradicted": [said[c] for c in claimed if c in said],
    }


def table(rows: list[dict]) -> str:
    head = "scheme | CRNs | bisimilar | same limit | refuted | undecided | refused | looks | contradicted"
    lines = [f"| {head} |", "| --- " * 9 + "|"]
    for scheme in dict.fromkeys(row["scheme"] for row in rows):
        own = [row for row in rows if row["scheme"] == scheme]
        count = Counter((row["verdict"], row.get("shows")) for row in own)
        lines.append(
            f"| {scheme} | {len(own)} | {count['proved', 'BISIMILAR']} | {count['proved', 'SAME_LIMIT']} | "
            f"{count['refuted', None]} | {count['undecided', None]} | {count['refused', None]} | "
            f"{sum(row.get('looks', 0) for row in own)} | {sum(bool(row.get('contradicted')) for row in own)} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--crns", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--part", type=Path, help="a file of lines to add to, and to go on from")
    options = parser.parse_args()
    rows: list[dict] = []
    if options.part and options.part.exists():
        rows = [json.loads(line) for line in options.part.read_text().splitlines()]
    done = {(row["number"], row["scheme"]) for row in rows}
    for number in range(options.first, options.first + options.crns):
        for scheme in (s.name for s in SCHEMES):
            if (number, scheme) in done:
                continue
            began = time.process_time()
            row = {"number": number, **judge(number, scheme)}
            rows.append(row)
            if options.part:
                with options.part.open("a") as file:
                    file.write(json.dumps(row) + "\n")
            told = f"{row['verdict']} {row.get('shows')} {row.get('contradicted')}"
            print(f"{number} {scheme}: {told} {time.process_time() - began:.1f} s", flush=True)
    rows.sort(key=lambda row: row["number"])
    print(table(rows))
    if options.write:
        RESULTS.write_text("[\n" + ",\n".join(json.dumps(row, sort_keys=True) for row in rows) + "\n]\n")
    return int(any(row.get("contradicted") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
