"""What crnverifier says of each scheme: passes where it should, and the failures that the literature knows."""

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.claims import claim
from dsdcompile.schemes.translate import translate
from dsdcompile.verify.equivalence import Notion, task

process = pytest.importorskip("dsdcompile.verify.crnverifier_process")

ONE = ["A ->", "A -> B", "A -> B + C", "A -> 2B + C", "A -> A + B", "A -> 2A"]
TWO = ["A + B ->", "A + B -> C", "A + B -> C + D", "A + B -> 2C", "A + B -> A + C", "2A -> B", "2A -> B + C"]
SYSTEMS = ["A -> B\nB -> C", "A + B -> C\nA + B -> D", "A + B -> C\nB + D -> A", "A -> B\nA -> C"]
PRODUCTIVE = [text for text in (*ONE, *TWO, *SYSTEMS) if text not in ("A ->", "A + B ->")]
THREE = ["A + B + C -> D", "A + B + C -> C + D", "3A -> B"]
BISIMILAR = [scheme.name for scheme in SCHEMES if scheme.bisimilar]


def holds(name: str, text: str, notion: Notion) -> bool:
    return bool(process.answer(task(claim(translate(parse_crn(text), find_scheme(name))), notion))["holds"])


@pytest.mark.parametrize("name", BISIMILAR)
@pytest.mark.parametrize("text", [*ONE, *TWO, *SYSTEMS])
def test_verified_schemes_are_bisimilar_to_what_they_implement(name, text):
    assert holds(name, text, Notion.BISIMULATION)


@pytest.mark.parametrize("name", [s.name for s in SCHEMES if s.bisimilar and s.reactants > 2])
@pytest.mark.parametrize("text", THREE)
def test_gates_of_three_are_bisimilar_where_that_is_claimed(name, text):
    assert holds(name, text, Notion.BISIMULATION)


@pytest.mark.parametrize("name", ["cardelli2013-plain", "chen2013"])
@pytest.mark.parametrize("text", [*PRODUCTIVE, "A + B + C -> D"])
def test_reversible_two_domain_gates_are_not_bisimilar(name, text):
    assert not holds(name, text, Notion.BISIMULATION)


@pytest.mark.parametrize("name", ["soloveichik2010", "srinivas2017"])
@pytest.mark.parametrize("text", [*ONE, *TWO, *SYSTEMS])
def test_pathways_decompose_where_signals_have_histories(name, text):
    assert holds(name, text, Notion.PATHWAYS)


@pytest.mark.parametrize("text", ["A ->", "A -> B", "A -> B + C", "A + B ->"])
def test_pathways_of_irreversible_joins_decompose_for_one_reactant(text):
    assert holds("cardelli2013", text, Notion.PATHWAYS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cardelli2013", "A + B -> C"),
        ("cardelli2013", "2A -> B"),
        ("cardelli2013-plain", "A -> B"),
        ("cardelli2013-plain", "A + B -> C"),
        ("chen2013", "A -> B"),
        ("chen2013", "A + B -> C"),
    ],
)
def test_pathways_of_two_domain_gates_that_do_not_decompose(name, text):
    assert not holds(name, text, Notion.PATHWAYS)
