"""Every engine keeps the contract: it integrates what it says it takes, and auto takes the first that suits."""

import numpy as np
import pytest

from dsdcompile.crn.limit import limit
from dsdcompile.crn.text import parse_crn
from dsdcompile.simulate.ode import ENGINES, METHODS, choose, simulate

LAYERED = parse_crn(
    "#! input A0\n#! output C0\n" + "\n".join(f"A{i} + B{i} -> C{i}\nB{i} @initial 2" for i in range(6))
)
CHAIN = parse_crn("#! input A\n#! output C\nA -> B\nB -> C")
CYCLE = parse_crn("#! input P0\n#! output P1\n" + "\n".join(f"P{i} -> P{(i + 1) % 20}" for i in range(20)))


def test_names_are_what_a_caller_may_ask_for():
    assert ("auto", *dict.fromkeys(engine.name for engine in ENGINES)) == METHODS
    assert all(engine.label and engine.takes for engine in ENGINES)


@pytest.mark.parametrize(("crn", "name"), [(LAYERED, "collocation"), (CHAIN, "sweep"), (CYCLE, "cvode")])
def test_the_first_engine_that_suits_is_taken(crn, name):
    suiting = [engine.name for engine in ENGINES if engine.suits(crn)]
    assert choose(crn) == suiting[0] == name
    assert suiting[-1] == ENGINES[-1].name, "the last takes any CRN"
    labels = {engine.name: engine.label for engine in ENGINES}
    assert simulate(crn, crn.inlet([[1.0]])[0], [0.0, 1.0]).engine == labels[name]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_each_engine_brings_what_it_takes_to_its_limit(engine):
    crns = [crn for crn in (LAYERED, CHAIN) if engine.suits(crn)]
    assert crns
    for crn in crns:
        run = simulate(crn, crn.inlet([[1.5], [0.5]]), [0.0, 60.0], method=engine.name)
        assert run.engine == engine.label
        np.testing.assert_allclose(crn.read(run.final), limit(crn, [[1.5], [0.5]]), atol=1e-5)
