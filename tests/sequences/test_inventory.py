import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import Domain, Part
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.errors import SequenceError
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.inventory import Inventory, Item, backbone


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_an_inventory_has_the_strands_of_its_system(scheme):
    system = translate(parse_crn("#! input A B\nA -> C + D\nB + C -> E\nF @i 1"), scheme)
    inventory = Inventory.of(system)
    assert inventory.strands == system.strands
    assert inventory.domains == system.domains


def test_the_backbone_binds_most_and_is_made_of_complements():
    assert backbone(parse_kernel("b( c( d + ) ) a*")) == 1
    assert backbone(parse_kernel("a( + b( + ) )")) == 2
    assert backbone(parse_kernel("d( a( b c + ) ) c*")) == 1


def test_structures_are_written_base_by_base():
    domains = {"a": Domain("a", Part.TOEHOLD, 2), "b": Domain("b", Part.RECOGNITION, 3)}
    inventory = Inventory(domains, (Item("G", "fuel", parse_kernel("b( + ) a*")),))
    assert inventory.structure(inventory.items[0].complex) == "(((+)))..", "nicks stay"
    assert inventory.places == {"a": 1, "b": 3}
    assert inventory.backbones == {("b*", "a*")}


def test_unknown_domains_and_repeated_names_are_refused():
    item = Item("G", "fuel", parse_kernel("b( + ) a*"))
    with pytest.raises(SequenceError, match="no length is given for domain a"):
        Inventory({"b": Domain("b", Part.RECOGNITION, 3)}, (item,))
    with pytest.raises(SequenceError, match="same name"):
        Inventory({}, (item, item))
