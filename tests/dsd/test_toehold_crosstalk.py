import math

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd import toehold_crosstalk as module
from dsdcompile.dsd.complex import can_bind
from dsdcompile.dsd.dosing import dose
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.dsd.template import Role
from dsdcompile.dsd.toehold_crosstalk import binding_constant, crosstalk, with_crosstalk
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances


def built(text, toeholds=0):
    crn = parse_crn(text, unit=1e-8)
    system = translate(crn, find_scheme("soloveichik2010"), toeholds=toeholds)
    dosing = dose(system, np.ones(crn.n_reactions), unit=1e-8, margin=0.2, floor=0.0)
    return system, implementation(system, dosing, uniform_rates(system, 1e6))


TEXT = "A -> B + C\nB + C -> D\nA @i 10 nM\n"


@pytest.mark.parametrize("toeholds", [0, 3, 1])
def test_the_pairs_are_those_that_can_bind_and_do_not_react(toeholds):
    system, made = built(TEXT, toeholds)
    talk = crosstalk(system, made)
    complexes = [system.signal(s).complex for s in range(system.crn.n_species)]
    complexes += [system.molecule(int(n)).complex for n in system.molecules.of_role(Role.FUEL, Role.INTERMEDIATE)]
    left = made.crn.reactants.toarray()
    reacting = {tuple(np.flatnonzero(row)) for row in left if row.sum() == 2}
    wanted = {
        (i, j)
        for i in range(len(complexes))
        for j in range(i + 1, len(complexes))
        if can_bind(complexes[i], complexes[j]) and (i, j) not in reacting
    }
    assert {tuple(pair) for pair in talk.pairs.tolist() if pair[0] != pair[1]} == wanted
    assert talk.partners.sum() == 2 * len(talk.pairs)


def test_fewer_toeholds_mean_more_crosstalk():
    held = [crosstalk(*built(TEXT, toeholds)).held.max() for toeholds in (0, 4, 1)]
    assert held[0] < held[1] < held[2] < 1


def test_the_binding_constant_is_the_free_energy():
    assert binding_constant(6) == pytest.approx(math.exp((1.7 * 6 - 1.9) / (0.0019872 * 298.15)))


def test_the_fraction_held_is_the_equilibrium_the_simulation_reaches():
    """A fuel and a signal that can only bind: the signal, much scarcer, is bound for the fraction of time stated."""
    system, made = built(TEXT)
    talk = crosstalk(system, made)
    crn = with_crosstalk(made, talk).crn
    assert crn.n_reactions == made.crn.n_reactions + 2 * len(talk.pairs)
    only = crn.with_(rates=np.where(np.arange(crn.n_reactions) < made.crn.n_reactions, 1e-30, crn.rates))
    signal = next(int(p[0]) for p in talk.pairs if p[0] < system.crn.n_species and made.crn.initial[p[1]] > 0)
    start = np.array(only.initial)
    start[: system.crn.n_species] = 0.0
    start[signal] = 1e-13
    end = simulate(only, start, [0.0, 1e4], Tolerances(1e-8, 1e-20), method="cvode").states[-1]
    assert 1 - end[signal] / 1e-13 == pytest.approx(talk.held[signal], rel=0.05)


def waste_pairs_by_hand(system):
    complexes = [system.signal(s).complex for s in range(system.crn.n_species)]
    complexes += [system.molecule(int(n)).complex for n in system.molecules.of_role(Role.FUEL, Role.INTERMEDIATE)]
    return {
        (i, w)
        for w in system.molecules.of_role(Role.WASTE).tolist()
        for i, one in enumerate(complexes)
        if can_bind(one, system.molecule(w).complex)
    }


@pytest.mark.parametrize("toeholds", [0, 1])
def test_waste_is_counted_where_it_binds(toeholds):
    system, made = built("A ->\nA -> B\nA @i 10 nM\n", toeholds)
    talk = crosstalk(system, made)
    found = {tuple(pair) for pair in talk.waste.tolist()}
    assert found
    assert found == waste_pairs_by_hand(system)
    bound = sorted({i for i, _ in found})
    assert (talk.held_by_waste[bound] > 0).all()
    assert np.count_nonzero(talk.held_by_waste) == len(bound)
    if not toeholds:
        # One strand of 12 nM, all that the gate can release, on a 6-nt toehold.
        load = binding_constant(6) * 12e-9
        assert talk.held_by_waste[bound] == pytest.approx(load / (1 + load))


def test_systems_too_large_to_list_say_so(monkeypatch):
    for limit in ("MOST_MODULES", "MOST_PAIRS"):
        monkeypatch.setattr(module, limit, 0)
        talk = crosstalk(*built(TEXT))
        assert "bindings are listed for up to 0" in talk.limit
        assert len(talk.pairs) == 0
        assert not talk.held.any()
        monkeypatch.undo()


def test_what_bindings_hold_is_in_no_total():
    _, made = built(TEXT)
    talk = crosstalk(*built(TEXT))
    on = with_crosstalk(made, talk)
    assert on.crn.n_species == made.crn.n_species + len(talk.pairs)
    state = np.ones(on.crn.n_species)
    assert on.totals(state) == pytest.approx(made.totals(state[: made.crn.n_species]))
