"""Composition against whole-system enumeration on random small systems in every scheme: same verdict, same reactions.

    scripts/benchmark composition [--systems 200] [--scheme NAME] [--seed 0]

Systems have two or three reactions (two with universal toeholds, where whole systems are slow) of one or two reactants
and up to two products among four species, competing and catalytic ones included; every species is in the tube.
"""

import argparse
import time

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import Scope
from dsdcompile.enumeration.check import enumerate_system, intended_reactions, system_check, system_signals
from dsdcompile.enumeration.compare import found_reactions
from dsdcompile.enumeration.composition import compose
from dsdcompile.errors import SchemeError
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.verify.verdict import Outcome

NAMES = ["A", "B", "C", "D"]


def random_system(rng, scheme, most):
    """Return a random system that the scheme can build."""
    while True:
        reactions = []
        for _ in range(int(rng.integers(2, most + 1))):
            left = rng.integers(0, 4, int(rng.integers(1, 3))).tolist()
            right = rng.integers(0, 4, int(rng.integers(0, 3))).tolist()
            if scheme.accepts(ReactionShape.of(left, right)):
                reactions.append(Reaction(tuple(NAMES[i] for i in left), tuple(NAMES[i] for i in right)))
        if reactions:
            try:
                return translate(Crn.of(reactions, species=NAMES, initial=dict.fromkeys(NAMES, 1.0)), scheme)
            except SchemeError:
                continue


def main(arguments):
    """Print a row a scheme; exit status 1 if any system disagrees."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark composition", description=__doc__.splitlines()[0])
    parser.add_argument("--systems", type=int, default=200)
    parser.add_argument("--scheme", help="one scheme only")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    print("scheme               systems  agree  proved  refuted  undecided   whole s  composed s")
    wrong = 0
    for scheme in SCHEMES if options.scheme is None else [find_scheme(options.scheme)]:
        rng = np.random.default_rng(options.seed)
        universal = any(slot.scope is Scope.SYSTEM for slot in scheme.form.domains)
        outcomes = dict.fromkeys(Outcome, 0)
        agree, spent = 0, [0.0, 0.0]
        for _ in range(options.systems):
            system = random_system(rng, scheme, 2 if universal else 3)
            marks = [time.process_time()]
            composed = compose(system).check
            marks.append(time.process_time())
            whole = enumerate_system(system)
            check = system_check(system, whole)
            marks.append(time.process_time())
            spent = [spent[0] + marks[2] - marks[1], spent[1] + marks[1] - marks[0]]
            same = check.outcome is composed.outcome
            if composed.outcome is Outcome.PROVED:
                found = set(found_reactions(whole, system.form, system_signals(system)))
                same &= found == intended_reactions(system)
            if not same:
                print(f"  disagree: {'; '.join(map(str, system.crn))}: {composed.outcome}, whole {check.outcome}")
            agree += same
            outcomes[composed.outcome] += 1
        wrong += options.systems - agree
        print(
            f"{scheme.name:20s} {options.systems:7d}  {agree:5d}  {outcomes[Outcome.PROVED]:6d}  "
            f"{outcomes[Outcome.REFUTED]:7d}  {outcomes[Outcome.UNDECIDED]:9d}  {spent[0]:8.1f}  {spent[1]:10.1f}",
            flush=True,
        )
    return 1 if wrong else 0
