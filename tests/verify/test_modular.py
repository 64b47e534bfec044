"""CRN against CRN: known answers, expansions that are right by construction, and mutants against brute force."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.text import parse_crn
from dsdcompile.verify.equivalence import Claim
from dsdcompile.verify.exploration import Fault
from dsdcompile.verify.modular import judge


def _claim(formal: Crn, implementation: Crn, fuels: tuple[str, ...] = ()) -> Claim:
    names = implementation.species
    means = {names.index(name): number for number, name in enumerate(formal.species)}
    for number, name in enumerate(names):  # A_1 is a variant of A
        if name.split("_")[0] in formal.index and name not in fuels:
            means[number] = formal.index[name.split("_")[0]]
    return Claim(formal, implementation, [names.index(name) for name in fuels], means)


@pytest.mark.parametrize(
    ("formal", "implementation", "fuels", "fault"),
    [
        ("A -> B", "A -> i; i -> B", (), None),
        ("A -> B", "A + f -> i + w; i + g -> B + v", ("f", "g"), None),
        ("A + B -> C", "A + f <=> i; i + B -> j; j -> C", ("f",), None),
        ("A + B -> C; A -> D", "A <=> i; i + B -> C; A -> D", (), None),
        ("A -> B", "A <=> i; i -> B", (), None),
        ("A <=> B", "A <=> i; i <=> B", (), None),
        ("A -> B; B -> A", "A -> i; i -> B; B -> j; j -> A", (), None),
        ("A ->", "A -> w", (), None),
        ("-> A", "f -> i; i -> A", ("f",), None),
        ("A -> 2A", "A -> i; i -> A + j; j -> A", (), None),
        ("A -> B; B -> C", "A -> i; A_1 -> i; i -> B_1; B_1 -> C; B -> C", (), None),
        ("A -> B", "A -> i; i -> C", (), Fault.STUCK),
        ("A -> B; C -> B", "A -> i; i -> C; C -> B", (), Fault.ARRIVES),
        ("A -> B; C -> D", "A -> i; i -> B + C; C -> D", (), Fault.ARRIVES),
        ("A + B -> C; A -> D", "A -> i; i + B -> C; A -> D", (), Fault.TURNED),
        ("A -> B; A -> C", "A <=> i; i <=> B; A -> C", (), Fault.TURNED),
        ("A -> B; A -> C", "A -> B", (), Fault.NEVER),
        ("A + B -> C", "A + B -> C; A + A -> C", (), Fault.ARRIVES),
        ("A -> B; B -> C", "A -> B_1; B -> C", (), Fault.NEVER),
    ],
)
def test_known_answers(formal, implementation, fuels, fault):
    crn = parse_crn(implementation)
    missing = [name for name in parse_crn(formal).species if name not in crn.species]
    crn = parse_crn(f"{implementation}; formals = {{{', '.join(missing)}}}") if missing else crn
    found = judge(_claim(parse_crn(formal), crn, fuels))
    if fault is None:
        assert found.problem is None
    else:
        assert found.trace is not None
        assert found.trace.fault is fault


SIDES = st.lists(st.sampled_from("ABCD"), min_size=0, max_size=2).map(lambda side: tuple(sorted(side)))
FORMAL = st.lists(
    st.tuples(SIDES.filter(bool), SIDES).filter(lambda r: r[0] != r[1]), min_size=1, max_size=3, unique=True
)


def _expanded(reactions: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> list[Reaction]:
    """Return an implementation as Soloveichik et al. 2010 build it: reversible linker, commitment, release."""
    steps = []
    for n, (left, right) in enumerate(reactions):
        if len(left) == 2:
            steps += [Reaction((left[0], "L"), (f"h{n}", "L")), Reaction((f"h{n}", "L"), (left[0], "L"))]
            steps.append(Reaction((f"h{n}", left[1]), (f"o{n}", "w")))
        else:
            steps.append(Reaction((left[0], "L"), (f"o{n}", "w")))
        steps.append(Reaction((f"o{n}", "L"), (*right, "w")))
    return steps


def _crn(reactions) -> Crn:
    return Crn.of([r if isinstance(r, Reaction) else Reaction(*r) for r in reactions], species="ABCD")


@given(FORMAL)
def test_expansions_are_proved(reactions):
    assert judge(_claim(_crn(reactions), _crn(_expanded(reactions)), ("L",))).problem is None


@given(FORMAL, st.data())
def test_no_proof_of_a_mutant_is_contradicted_by_brute_force(reactions, data):
    steps = _expanded(reactions)
    place = data.draw(st.integers(0, len(steps) - 1))
    step = steps[place]
    pool = [*"ABCD", *sorted({s for r in steps for s in r.products} - {"L", "w"})]
    mutant = data.draw(
        st.sampled_from(
            [
                [],
                [Reaction(step.products, step.reactants), step],
                [Reaction(step.reactants, (*step.products, data.draw(st.sampled_from(pool))))],
                [Reaction(step.reactants, step.products[1:])],
                [Reaction((*step.reactants, data.draw(st.sampled_from(pool))), step.products)],
            ]
        )
    )
    faulty = [*steps[:place], *mutant, *steps[place + 1 :]]
    crn = Crn.of(faulty, species=[*"ABCD", "L"])
    found = judge(_claim(_crn(reactions), crn, ("L",)))
    for start in [*itertools.combinations_with_replacement("ABCD", 1), *itertools.combinations("ABCD", 2)]:
        formal = _reached([Reaction(*r) for r in reactions], Counter(start))
        strands = _reached(faulty, Counter(start))
        if formal is None or strands is None:
            continue
        said = {frozenset(s.items()) for s in formal}
        free = {frozenset((k, n) for k, n in s.items() if k in "ABCD") for s in strands}
        if found.problem is None:
            assert said <= free, "a formal state never comes"
            for state in strands:
                later = {frozenset((k, n) for k, n in s.items() if k in "ABCD") for s in _reached(faulty, state) or ()}
                assert later & said, "a state is stuck"


def _reached(reactions: list[Reaction], start: Counter[str]) -> list[Counter[str]] | None:
    """Return all states reached, L always there and w gone; None if they are too many. Shares nothing with judge."""
    found, waiting = {frozenset(start.items()): start}, [start]
    while waiting:
        state = waiting.pop()
        for reaction in reactions:
            need = Counter(s for s in reaction.reactants if s not in ("L", "w"))
            if all(state[s] >= n for s, n in need.items()):
                there = +(state - need + Counter(s for s in reaction.products if s not in ("L", "w")))
                key = frozenset(there.items())
                if key not in found:
                    found[key] = there
                    waiting.append(there)
        if len(found) > 150:
            return None
    return list(found.values())
