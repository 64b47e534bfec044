import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.dsd.template import Role
from dsdcompile.errors import SchemeError
from dsdcompile.formats.pil import show_pil
from dsdcompile.passes.legalise import legalise
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.translate import translate

NAMES = ["A", "B", "C", "D"]


@st.composite
def crns(draw: st.DrawFn) -> Crn:
    """CRNs of one or two reactants over few species, so that reactions share reactants and products."""
    left = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2).map(tuple)
    right = st.lists(st.sampled_from(NAMES), max_size=2).map(tuple)
    return Crn.of(draw(st.lists(st.builds(Reaction, left, right), max_size=4)), species=NAMES)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@given(crn=crns(), toeholds=st.sampled_from([0, 2]))
def test_complexes_are_the_same_molecule_exactly_where_they_are_equal(scheme, crn, toeholds):
    system = translate(legalise(crn, scheme.accepts, 4).crn, scheme, toeholds=toeholds)
    seen = {}
    for number, template in enumerate(system.templates):
        for row, module in enumerate(system.of_template(number)):
            for place, part in enumerate(template.complexes):
                if part.role is not Role.SIGNAL:
                    complex_ = system.instance(int(module), part).complex.canonical()
                    seen.setdefault(int(system.molecules.numbers[number][row, place]), set()).add(complex_)
    assert sorted(seen) == list(range(system.molecules.count))
    assert all(len(complexes) == 1 for complexes in seen.values())
    assert len({next(iter(complexes)) for complexes in seen.values()}) == system.molecules.count
    fuels = [fuel.complex.canonical() for fuel in system.fuels()]
    assert len(set(fuels)) == len(fuels)


def test_a_strand_of_several_modules_is_dosed_as_a_sum_and_written_once():
    crn = parse_crn("A + B -> C\nA + B -> D\n#! input A\n#! input B\n#! output C\n#! output D")
    system = translate(crn, find_scheme("soloveichik2010"))
    dosing = dose(system, np.array([1.0, 2.0]), unit=1e-8, margin=0.0, floor=0.0)
    amounts = dosing.amounts(system)
    by_name = {
        fuel.name: amounts[n] for n, fuel in zip(system.molecules.of_role(Role.FUEL), system.fuels(), strict=True)
    }
    assert by_name == pytest.approx({"m0_L": 1e-8, "m0_B": 3e-8, "m0_T": 1e-8, "m1_L": 2e-8, "m1_T": 2e-8})
    assert show_pil(system.inventory, by_name).count("_B = b_A c_A a_B @initial 30 nM\n") == 1
    built = implementation(system, dosing, uniform_rates(system, 1e6)).crn
    assert built.species.count("m0_B") == 1
    assert "m1_B" not in built.species
    assert built.n_reactions == 8
    assert built.initial.sum() == pytest.approx(sum(by_name.values()))


def test_a_reaction_that_modules_share_happens_once():
    crn = parse_crn("A + B ->\nA + B ->")
    system = translate(crn, find_scheme("soloveichik2010"))
    dosing = dose(system, np.ones(2), unit=1e-8, margin=0.0, floor=0.0)
    assert implementation(system, dosing, uniform_rates(system, 1e6)).crn.n_reactions == 3
    rates = uniform_rates(system, 1e6)
    rates[1] = 1e5
    with pytest.raises(SchemeError, match="write reactions with the same reactants and products as one"):
        implementation(system, dosing, rates)
