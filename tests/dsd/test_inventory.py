import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import Domain, Part, base
from dsdcompile.dsd.inventory import Inventory, NamedComplex, StrandRole, backbone
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.template import Role
from dsdcompile.errors import SequenceError
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_an_inventory_has_the_strands_of_its_system(scheme):
    system = translate(parse_crn("#! input A B\nA -> C + D\nB + C -> E\nF @i 1"), scheme)
    inventory = system.inventory
    signals = [system.signal(species) for species in system.initial_signals]
    added = [*signals, *system.fuels()]
    assert inventory.items == tuple(added)
    distinct = dict.fromkeys(strand for one in added for strand in one.complex.strands)
    assert [strand.domains for strand in inventory.strands] == list(distinct)
    for strand in inventory.strands:
        holders = [one for one in added if strand.domains in one.complex.strands]
        assert strand.member_of == tuple(one.name for one in holders)
        single = len(holders[0].complex.strands) == 1
        assert strand.role == (str(holders[0].role) if single else StrandRole.GATE)
    assert set(inventory.domains) == {base(token) for strand in distinct for token in strand}
    lengths = [sum(inventory.domains[base(token)].length for token in strand) for strand in distinct]
    assert (inventory.nucleotides, inventory.longest_strand) == (sum(lengths), max(lengths))


def test_the_backbone_binds_most_and_is_made_of_complements():
    assert backbone(parse_kernel("b( c( d + ) ) a*")) == 1
    assert backbone(parse_kernel("a( + b( + ) )")) == 2
    assert backbone(parse_kernel("d( a( b c + ) ) c*")) == 1


def test_structures_are_written_base_by_base():
    domains = {"a": Domain("a", Part.TOEHOLD, 2), "b": Domain("b", Part.RECOGNITION, 3)}
    inventory = Inventory(domains, (NamedComplex("G", Role.FUEL, parse_kernel("b( + ) a*")),))
    assert inventory.structure(inventory.items[0].complex) == "(((+)))..", "nicks stay"
    assert inventory.places == {"a": 1, "b": 3}
    assert inventory.backbones == {("b*", "a*")}


def test_unknown_domains_and_repeated_names_are_refused():
    item = NamedComplex("G", Role.FUEL, parse_kernel("b( + ) a*"))
    with pytest.raises(SequenceError, match="no length is given for domain a"):
        Inventory({"b": Domain("b", Part.RECOGNITION, 3)}, (item,))
    with pytest.raises(SequenceError, match="same name"):
        Inventory({}, (item, item))
