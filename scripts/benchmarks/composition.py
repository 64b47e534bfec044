"""Composition against whole-system enumeration on random small systems in every scheme: same verdict, same reactions.

    scripts/benchmark composition [--systems 200] [--faulty 100] [--scheme NAME] [--write]

Systems have two or three reactions (two with universal toeholds, where whole systems are slow) of one or two reactants
and up to two products among four species, competing and catalytic ones included; every species is in the tube. Faulty
ones have one template changed at random: a domain takes another's name or owner, a strand gets longer. System number n
of a scheme is the same in every run. --write keeps the verdicts in scripts/results/composition.json.
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path

import numpy as np

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import Scope, base
from dsdcompile.dsd.erasure import erase
from dsdcompile.dsd.template import Role
from dsdcompile.enumeration.check import intended_reactions, peppercorn_system, system_check, system_signals
from dsdcompile.enumeration.composition import compose
from dsdcompile.enumeration.intended import found_reactions, reachable
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.errors import FormatError, SchemeError
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.verify.verdict import Outcome

RESULTS = Path(__file__).resolve().parents[1] / "results/composition.json"
NAMES = ["A", "B", "C", "D"]
OPTIONS = EnumerationOptions(max_complexes=400, max_reactions=2000)
"""Faults may polymerise: then little is enough."""
LETTERS = {Outcome.PROVED: "p", Outcome.REFUTED: "r", Outcome.UNDECIDED: "u"}


def example(scheme, number, *, faulty):
    """Return system ``number`` of a scheme, always the same one."""
    rng = np.random.default_rng([number, int(faulty)])
    universal = any(slot.scope is Scope.SYSTEM for slot in scheme.form.domains)
    while True:
        system = random_system(rng, scheme, 2 if universal else 3)
        if not faulty:
            return system
        changed = mutated(rng, system)
        if changed is not None:
            return changed


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


# -- faults ------------------------------------------------------------------------------------------------------------


def mutated(rng, system):
    """Return a system with one template changed at random, or None if the change makes no complexes."""
    number = int(rng.integers(len(system.templates)))
    change = (_renamed, _renamed_once, _rescoped, _extended)[int(rng.integers(4))]
    try:
        template = change(rng, system.templates[number])
    except (FormatError, SchemeError):
        return None
    if template is None or template == system.templates[number]:
        return None
    templates = tuple(template if n == number else t for n, t in enumerate(system.templates))
    return dataclasses.replace(system, templates=templates)


def _with(template, change, slots=None):
    parts = tuple(dataclasses.replace(c, complex=change(c)) for c in template.complexes)
    used = {name for part in parts for name in part.complex.domains}
    kept = tuple(slot for slot in slots or template.slots if slot.name in used)
    return dataclasses.replace(template, complexes=parts, slots=kept)


def _pair(rng, template):
    """Return the names of two domains of one length, or of the same name if there are none."""
    one = template.slots[int(rng.integers(len(template.slots)))]
    like = [slot.name for slot in template.slots if slot.part is one.part]
    return one.name, like[int(rng.integers(len(like)))]


def _renamed(rng, template):
    old, new = _pair(rng, template)
    return _with(template, lambda c: c.complex.renamed(lambda name: new if name == old else name))


def _renamed_once(rng, template):
    old, new = _pair(rng, template)
    chosen = template.complexes[int(rng.integers(len(template.complexes)))].name
    return _with(template, lambda c: c.complex.renamed(lambda name: new if name == old and c.name == chosen else name))


def _rescoped(rng, template):
    at = int(rng.integers(len(template.slots)))
    scope = (Scope.MODULE, Scope.SYSTEM, Scope.REACTANTS)[int(rng.integers(3))]
    slot = template.slots[at]
    if slot.scope in (scope, Scope.FOREIGN):
        return None
    slots = list(template.slots)
    slots[at] = dataclasses.replace(slot, scope=scope, species=-1, position=slot.position or slot.name)
    return dataclasses.replace(template, slots=tuple(slots))


def _extended(rng, template):
    gates = template.of_role(Role.FUEL)
    strands = gates[int(rng.integers(len(gates)))].complex.strands
    strand = strands[int(rng.integers(len(strands)))]
    token = template.slots[int(rng.integers(len(template.slots)))].name + ("*" if rng.random() < 0.5 else "")
    front = rng.random() < 0.5

    def longer(part):
        sequence, structure, start = [], [], 0
        for tokens in part.complex.strands:
            symbols = part.complex.structure[start : start + len(tokens)]
            start += len(tokens) + 1
            tail = (token,) if tokens == strand else ()
            sequence += [NICK, *(tail if front else ()), *tokens, *(() if front else tail)]
            structure += [NICK, *("." * len(tail) if front else ()), *symbols, *(() if front else "." * len(tail))]
        return Complex(tuple(sequence[1:]), tuple(structure[1:]))

    return _with(template, longer) if base(token) != strand[0] else None


# -- verdicts ----------------------------------------------------------------------------------------------------------


def judge(system, options=OPTIONS):
    """Return both verdicts as letters, whether proved reactions are the same, and CPU seconds (composed, whole)."""
    marks = [time.process_time()]
    composed = compose(system, options).check.outcome
    marks.append(time.process_time())
    whole = peppercorn_system(system, options)
    outcome = system_check(system, whole).outcome
    marks.append(time.process_time())
    same = True
    if composed is Outcome.PROVED and whole.complete:
        signals = system_signals(system)
        start = [erase(c.complex, system.form, signals) for c in system.inventory.items]
        same = set(found_reactions(whole, system.form, signals)) == reachable(start, intended_reactions(system))
    return LETTERS[composed] + LETTERS[outcome], same, (marks[1] - marks[0], marks[2] - marks[1])


def kind(letters):
    """Say how two verdicts compare: same, stricter or weaker than the whole's, or open where that is undecided."""
    composed, whole = letters
    if composed == whole:
        return "same"
    if whole == "u":
        return "open"
    return "weaker" if composed == "p" else "stricter"


def recorded():
    """Return the committed verdicts: scheme -> intact or faulty -> letters of each system."""
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    return {scheme: {name: text.split() for name, text in by.items()} for scheme, by in found.items()}


def main(arguments):
    """Print two rows a scheme; exit status 1 if composition says more than the whole, or less of an intact system."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark composition", description=__doc__.splitlines()[0])
    parser.add_argument("--systems", type=int, default=200)
    parser.add_argument("--faulty", type=int, default=100)
    parser.add_argument("--scheme", help="one scheme only")
    parser.add_argument("--write", action="store_true", help="keep the verdicts in scripts/results")
    options = parser.parse_args(arguments)
    verdicts = "proved  refuted  undecided   whole s  composed s"
    print(f"scheme               systems         same  stricter  weaker  open   {verdicts}")
    kept = recorded()
    wrong = 0
    for scheme in SCHEMES if options.scheme is None else [find_scheme(options.scheme)]:
        for name, count in (("intact", options.systems), ("faulty", options.faulty)):
            letters, spent = [], np.zeros(2)
            for number in range(count):
                found, same, seconds = judge(example(scheme, number, faulty=name == "faulty"))
                if not same or kind(found) == "weaker" or (name == "intact" and kind(found) != "same"):
                    print(f"  {scheme.name} {name} {number}: {found}, reactions {'' if same else 'not '}the same")
                    wrong += 1
                letters.append(found)
                spent += seconds
            kept.setdefault(scheme.name, {})[name] = letters
            kinds = [sum(kind(one) == what for one in letters) for what in ("same", "stricter", "weaker", "open")]
            said = [sum(one[0] == letter for one in letters) for letter in "pru"]
            print(
                f"{scheme.name:20s} {count:4d} {name:7s} {kinds[0]:7d}  {kinds[1]:8d}  {kinds[2]:6d}  {kinds[3]:4d}"
                f"  {said[0]:7d}  {said[1]:7d}  {said[2]:9d}  {spent[1]:8.1f}  {spent[0]:10.1f}",
                flush=True,
            )
    if options.write:
        plain = {scheme: {name: " ".join(found) for name, found in by.items()} for scheme, by in kept.items()}
        RESULTS.write_text(json.dumps(plain, indent=2) + "\n")
    return 1 if wrong else 0
