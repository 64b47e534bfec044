"""What reporters do, as Peppercorn finds it from their strands: open by their signal for good, and by nothing else."""

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.enumeration.peppercorn import enumerate_complexes
from dsdcompile.lab.reporters import make_reporters, users
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.translate import translate

TEXT = "#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nXn -> I\nI + M -> Yn"
BY_NAME = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


def lengths_of(system, domains):
    """The length of every domain of what is added, of reporters, and of every signal."""
    found = {name: domain.length for name, domain in {**system.inventory.domains, **domains}.items()}
    for species in range(system.crn.n_species):
        for slot in system.form.domains:
            found[system.domain_name(slot, -1, species)] = system.lengths.of(slot.part)
    return found


def built(scheme):
    system = translate(parse_crn(TEXT), scheme)
    reporters, domains = make_reporters(system)
    species = [system.signal(s) for s in range(system.crn.n_species)]
    return system, reporters, species, lengths_of(system, domains)


@BY_NAME
def test_a_signal_opens_its_reporter_in_one_step_for_good(scheme):
    system, reporters, species, lengths = built(scheme)
    for reporter in reporters:
        signal = species[system.crn.index[reporter.species]].complex
        found = enumerate_complexes([reporter.item.complex, signal], lengths)
        assert not found.limits
        (reaction,) = found.reactions
        assert len(reaction.reactants) == len(reaction.products) == 2
        taken = {c for place in reaction.reactants for c in found.macrostates[place]}
        assert taken == {reporter.item.complex.canonical(), signal.canonical()}
        freed = [c for place in reaction.products for c in found.macrostates[place] if len(c.strands) == 1]
        assert [c.strands[0] for c in freed] == [reporter.dark]


@BY_NAME
def test_nothing_else_that_is_added_or_made_binds_a_reporter(scheme):
    system, reporters, species, lengths = built(scheme)
    fuels = [fuel.complex for fuel in system.fuels()]
    for reporter in reporters:
        others = [s.complex for number, s in enumerate(species) if number != system.crn.index[reporter.species]]
        for other in [*fuels, *others]:
            both = enumerate_complexes([reporter.item.complex, other], lengths)
            alone = enumerate_complexes([other], lengths)
            assert len(both.reactions) == len(alone.reactions)


@BY_NAME
def test_fuels_and_reporters_alone_do_what_fuels_alone_do(scheme):
    system, reporters, _, lengths = built(scheme)
    fuels = [fuel.complex for fuel in system.fuels()]
    lit = [reporter.item.complex for reporter in reporters]
    assert len(enumerate_complexes([*fuels, *lit], lengths).reactions) == len(
        enumerate_complexes(fuels, lengths).reactions
    )


@BY_NAME
@pytest.mark.parametrize("text", ["#! input A\n#! output B\nA -> B", "#! input A C\n#! output B\nA + C -> B"])
def test_while_a_reaction_runs_only_its_product_opens_the_reporter(scheme, text):
    system = translate(parse_crn(text), scheme)
    (reporter,), domains = make_reporters(system)
    lengths = lengths_of(system, domains)
    there = [added.complex for added in system.inventory.items]
    without = enumerate_complexes(there, lengths)
    found = enumerate_complexes([*there, reporter.item.complex], lengths)
    assert not found.limits
    assert len(found.reactions) == len(without.reactions) + 1
    closed = reporter.item.complex.canonical()
    touched = [r for r in found.reactions if any(closed in found.macrostates[place] for place in r.reactants)]
    assert len(touched) == 1


def test_outputs_that_a_reaction_uses_are_read_in_samples():
    def sampled(text):
        reporters, _ = make_reporters(translate(parse_crn(text), find_scheme("soloveichik2010")))
        return {reporter.species: reporter.sampled for reporter in reporters}

    assert sampled("#! input A\n#! output B\nA -> B") == {"B": False}
    assert sampled("#! input A\n#! output A\n#! output B\nA -> B") == {"A": True, "B": False}
    assert sampled("#! input A\n#! output C\n#! output B\nA + C -> C + B") == {"C": True, "B": False}
    both = "#! input A\n#! output Yp Yn\nA -> Yp\nYp + M -> A"
    assert sampled(both + "\nA -> Yn") == {"Yp": True, "Yn": True}
    assert users(parse_crn("#! output B\nA -> B\nB + A -> C")) == {1: 1}
