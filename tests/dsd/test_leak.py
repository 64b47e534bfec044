"""Leak reactions: known ones are found, none exceeds what the domains alone allow, and they change what they say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import Part, base
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import Implementation, implementation, uniform_rates
from dsdcompile.dsd.leak import Leak, all_domains, bound, leaks, species_complexes, with_leaks
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.simulate.ode import simulate

UNIT = 1e-8


def built(text: str, scheme: str = "soloveichik2010") -> tuple[DsdSystem, Implementation]:
    crn: Crn = parse_crn(text)
    system = translate(crn, find_scheme(scheme))
    dosing = dose(system, np.ones(crn.n_reactions), unit=UNIT, margin=0.2, floor=0.0)
    return system, implementation(system, dosing, uniform_rates(system, 1e6))


def named(made: Implementation, leak: Leak) -> tuple[str, str, tuple[str, ...]]:
    names = made.crn.species
    return names[leak.invader], names[leak.target], tuple(names[p] for p in leak.products)


def test_species_are_in_the_order_of_the_implementation() -> None:
    system, made = built("A + B -> C\nC -> D + D\n")
    complexes = species_complexes(system)
    assert len(complexes) == made.crn.n_species
    assert complexes[made.crn.index["m0_B"]] == next(c.complex for c in system.module(0) if c.name == "m0_B")
    assert {d for c in complexes for d in c.domains} <= all_domains(system).keys()


def test_a_gate_leaks_into_its_own_translator_and_a_translator_into_the_next_gate() -> None:
    system, made = built("A -> B\nB -> C\n")
    found = {named(made, leak) for leak in leaks(system)}
    assert ("m0_G", "m0_T", ("B",)) in found
    assert ("m0_T", "m1_G", ("m1_O",)) in found
    assert not any("m1_G" in one[:2] and "m0_T" in one[:2] and "B" in one[2] for one in found)


def test_no_pair_that_reacts_by_design_is_called_a_leak_for_the_same_products() -> None:
    system, made = built("A + B -> C\nC -> A + B\n")
    rows = [
        (tuple(np.repeat(left.indices, left.data)), tuple(np.repeat(right.indices, right.data)))
        for left, right in zip(
            (made.crn.reactants[[r]] for r in range(made.crn.n_reactions)),
            (made.crn.products[[r]] for r in range(made.crn.n_reactions)),
            strict=True,
        )
    ]
    for leak in leaks(system):
        assert (tuple(sorted((leak.invader, leak.target))), leak.products) not in rows


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
def test_every_leak_shares_a_domain_that_one_shows_and_the_other_pairs(scheme: Scheme) -> None:
    """The bound from the order alone: all pairs of an exposed long domain and an identical duplex."""
    system, made = built("A + B -> C\nC -> D\n", scheme.name)
    domains = all_domains(system)
    pairs = set()
    for (i, one), (j, other) in itertools.product(enumerate(species_complexes(system)), repeat=2):
        shown = {t for t, s in zip(one.sequence, one.structure, strict=True) if s == "."}
        hidden = {t for t, s in zip(other.sequence, other.structure, strict=True) if s in "()"}
        if any(domains[base(t)].part is not Part.TOEHOLD for t in shown & hidden):
            pairs.add((i, j))
    found = leaks(system)
    assert {(leak.invader, leak.target) for leak in found} <= pairs
    most = sum(made.crn.initial[i] * made.crn.initial[j] for i, j in pairs)
    assert 0 < bound(found, made.crn.initial) <= most


def test_leak_makes_output_without_input_at_the_stated_rate() -> None:
    system, made = built("#! input A\nA -> B\n")
    found = leaks(system)
    rates = np.array([2.0 if named(made, leak)[:2] == ("m0_G", "m0_T") else 0.0 for leak in found])
    assert rates.any()
    leaking = with_leaks(made, found, rates)
    blank = leaking.crn.inlet(np.zeros((1, 1)))[0]
    final = simulate(leaking.crn, blank, [0.0, 3600.0]).final
    gate, translator = (made.crn.initial[made.crn.index[name]] for name in ("m0_G", "m0_T"))
    assert final[leaking.crn.index["B"]] == pytest.approx(2.0 * gate * translator * 3600.0, rel=1e-3)
    assert simulate(made.crn, blank, [0.0, 3600.0]).final[made.crn.index["B"]] == 0
