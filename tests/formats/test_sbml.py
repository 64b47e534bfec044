"""SBML: well formed, complete, and the same curves in libRoadRunner where it is installed."""

from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from hypothesis import given

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.formats.sbml import MATHML, NAMESPACE, show_sbml
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances
from tests.strategies import crns

CORE = f"{{{NAMESPACE}}}"


def side(reaction, title, names):
    return {
        names[member.get("species")]: int(member.get("stoichiometry"))
        for member in reaction.iterfind(f"{CORE}{title}/{CORE}speciesReference")
    }


@given(crns())
def test_it_says_everything(crn):
    root = Xml.fromstring(show_sbml(crn))
    species = root.findall(f".//{CORE}species")
    names = {element.get("id"): element.get("name") for element in species}
    assert tuple(names.values()) == crn.species
    assert [float(element.get("initialConcentration")) for element in species] == crn.initial.tolist()
    rates = {element.get("id"): float(element.get("value")) for element in root.iter(f"{CORE}parameter")}
    found = root.findall(f".//{CORE}reaction")
    assert len(found) == crn.n_reactions
    for element, reaction in zip(found, crn, strict=True):
        left, right = side(element, "listOfReactants", names), side(element, "listOfProducts", names)
        assert left == {name: reaction.reactants.count(name) for name in reaction.reactants}
        assert right == {name: reaction.products.count(name) for name in reaction.products}
        factors = [ci.text.strip() for ci in element.iter(f"{{{MATHML}}}ci")]
        assert rates[factors[1]] == reaction.rate
        assert sorted(names[factor] for factor in factors[2:]) == sorted(reaction.reactants)


def test_libroadrunner_has_the_same_curves():
    roadrunner = pytest.importorskip("roadrunner")
    crn = Crn.of(
        [
            Reaction(("A", "A"), ("D",), 0.3),
            Reaction(("D",), ("A", "A"), 0.2),
            Reaction(("A", "K"), ("B", "K"), 0.5),
            Reaction((), ("A",), 0.4),
        ],
        initial={"A": 2.0, "K": 0.5},
    )
    runner = roadrunner.RoadRunner(show_sbml(crn))
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-10, 1e-12
    table = np.asarray(runner.simulate(0, 5, 11, [f"[s{i}]" for i in range(crn.n_species)]))
    ours = simulate(crn, crn.initial, np.linspace(0, 5, 11), Tolerances(1e-10, 1e-12)).states
    np.testing.assert_allclose(table, ours, rtol=1e-7, atol=1e-9)
