"""Every vendor's table serves an order; a table that would not is refused by key."""

import re
from importlib.resources import files

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.design.design import check_design
from dsdcompile.dsd.inventory import StrandRole
from dsdcompile.errors import DesignError, FormatError
from dsdcompile.formats.vendor_file import load_vendor, parse_vendor, vendors
from dsdcompile.lab.order import OrderOptions, order
from dsdcompile.lab.reporters import make_reporters, with_reporters
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign

SYSTEM = translate(parse_crn("#! input A\n#! output B\nA -> B"), find_scheme("soloveichik2010"))
REPORTERS, DOMAINS = make_reporters(SYSTEM)
SEQUENCED = assign(with_reporters(SYSTEM.inventory, REPORTERS, DOMAINS), seed=1)
IDT = (files("dsdcompile.formats") / "vendors" / "idt.toml").read_text()


@pytest.mark.parametrize("name", vendors())
def test_every_vendor_makes_a_small_system_with_its_reporters(name):
    vendor = load_vendor(name)
    design = check_design({"name": "some", "crn": {"file": "some.crn"}, "lab": {"vendor": name}}, "some")
    dyes = [label.name for label in vendor.labels if label.quencher]
    for plate, least in vendor.plate_minimum:
        assert 0 < least <= plate
    options = OrderOptions(vendor, vendor.plain, (dyes[0], dyes[-1]), {})
    sheet = order(SEQUENCED, options, REPORTERS)
    assert design.lab.vendor == name
    assert len(sheet.ordered) == len(SEQUENCED.inventory.strands)
    assert all(line.price > 0 and line.delivered > 0 for line in sheet.ordered)
    assert {line.purification for line in sheet.lines if line.role is StrandRole.REPORTER} == {
        vendor.with_dyes or options.purification
    }


def test_a_vendor_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(DesignError, match=r"lab.vendor: no table for '../idt'; there are idt"):
        load_vendor("../idt")


def test_a_vendor_without_a_way_for_dyes_purifies_reporters_as_gates():
    vendor = parse_vendor(re.sub(r"(?m)^with_dyes.*$", "", IDT))
    sheet = order(SEQUENCED, OrderOptions(vendor, "PAGE", ("FAM", "ROX"), {}), REPORTERS)
    assert {line.purification for line in sheet.lines if line.role is StrandRole.REPORTER} == {"PAGE"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('currency = "USD"', "", "currency: Field required"),
        ("price = 0.20", 'price = "0.20"', "scale.0.price: Input should be a valid number"),
        ("price = 0.20", "price = -0.20", "scale.0.price: Input should be greater than or equal to 0"),
        ("HPLC = 45.0", "", "no price in [purification] for HPLC"),
        ('name = "IAbRQ"', 'name = "IAbRX"', "no label 'IAbRQ', which another names as its quencher"),
        ("plate_minimum", "plate_maximum", "plate_minimum: Field required"),
        ("{ 96 = 24", "{ many = 24", "invalid literal for int"),
        ("[[scale]]", "[[scale", "vendor: "),
    ],
)
def test_a_table_that_would_not_serve_is_refused_by_key(old, new, said):
    assert old in IDT
    with pytest.raises(FormatError, match=re.escape(said)):
        parse_vendor(IDT.replace(old, new, 1))
