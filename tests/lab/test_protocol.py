"""The bench protocol is recomputed from its table of transfers alone, in fractions: nothing may be left over."""

import csv
import io
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.text import parse_crn
from dsdcompile.errors import DesignError
from dsdcompile.formats.protocol_md import Expected, show_protocol
from dsdcompile.formats.robot_csv import show_robot
from dsdcompile.formats.vendor_file import load_vendor
from dsdcompile.lab.liquids import Kind, Liquid, Pipetting, contents, mix
from dsdcompile.lab.order import OrderOptions, order
from dsdcompile.lab.protocol import EXCESS, BenchOptions, Recipe, protocol
from dsdcompile.lab.reporters import make_reporters, with_reporters
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.inventory import Inventory

SYSTEM = translate(
    parse_crn("#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn\nM @i 1"),
    find_scheme("soloveichik2010"),
)
REPORTERS, DOMAINS = make_reporters(SYSTEM)
INVENTORY = with_reporters(Inventory.of(SYSTEM), REPORTERS, DOMAINS)
FUELS = [item.name for item in INVENTORY.items if item.role == "fuel"]


def recipe(fuel: float = 3e-8, given: float = 2e-8, other: float = 0.0) -> Recipe:
    return Recipe(
        fuels=dict.fromkeys(FUELS, fuel),
        biases={"M": 1e-8},
        inputs={"Xp": given, "Xn": other},
        rails={"Xp": 1e-8, "Xn": 1e-8},
        reporters=(("y", {r.name: 5e-8 for r in REPORTERS}),),
    )


def sheet_of(inventory: Inventory):
    return order(assign(inventory, seed=1), OrderOptions(load_vendor("idt")), REPORTERS)


def recomputed(text: str, stock: Fraction) -> dict[str, dict[str, Fraction]]:
    """Concentration of strands in every liquid, from ``robot.csv`` alone; complexes count as their strands."""
    inside: dict[str, dict[str, Fraction]] = {"buffer": {}}
    parts: dict[str, list[tuple[str, Fraction]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        parts.setdefault(row["destination"], []).append((row["source"], Fraction(row["volume_ul"])))
    for name, sources in parts.items():
        total = sum(volume for _, volume in sources)
        inside[name] = {}
        for source, volume in sources:
            for strand, amount in inside.get(source, {source: stock}).items():
                inside[name][strand] = inside[name].get(strand, Fraction(0)) + amount * volume / total
    return inside


def as_strands(made: dict[str, Fraction]) -> dict[str, Fraction]:
    names = {s.domains: s.name for s in INVENTORY.strands}
    items = {item.name: item for item in INVENTORY.items if item.is_gate}
    found: dict[str, Fraction] = {}
    for component, amount in made.items():
        strands = (
            [names[s] for s in items[component].complex.strands]
            if component in items
            else [component.removeprefix(EXCESS)]
        )
        for strand in strands:
            found[strand] = found.get(strand, Fraction(0)) + amount
    return found


@given(
    st.floats(1e-10, 3e-7),
    st.floats(1e-10, 3e-7),
    st.sampled_from([0.0, 4e-9]),
    st.sampled_from([0.5, 1.0, 2.0]),
    st.sampled_from([20.0, 50.0, 100.0]),
)
def test_volumes_and_concentrations_reconcile_exactly(fuel, given, other, smallest, well):
    options = BenchOptions(smallest=smallest, well_volume=well)
    steps = protocol(INVENTORY, recipe(fuel, given, other), 1, options)
    found = recomputed(show_robot(steps, sheet_of(INVENTORY)), Fraction(1, 10_000))
    for made in steps.wells:
        assert as_strands(dict(made.made)) == found[f"well {made.place}"]
    assert steps.deviation < 0.02 / smallest
    for liquid in steps.liquids:
        assert sum(volume for _, volume in liquid.parts) == liquid.volume
        if liquid.kind in (Kind.DILUTION, Kind.MIX):
            assert all(volume >= 100 * smallest for source, volume in liquid.parts if source != "buffer")
    taken: dict[str, int] = {}
    for liquid in steps.liquids:
        for source, volume in liquid.parts:
            taken[source] = taken.get(source, 0) + volume
    assert all(
        taken.get(m.name, 0) <= m.volume for m in steps.liquids if m.kind in (Kind.GATE, Kind.DILUTION, Kind.MIX)
    )


def test_wells_have_what_their_titles_say():
    steps = protocol(INVENTORY, recipe(), 1)
    by_title = {well.title: well for well in steps.wells}
    assert list(by_title) == ["sample", "no input", "no fuel", "Xp alone", "Xn alone"]
    fuels = set(FUELS) & set(by_title["sample"].made)
    assert fuels
    assert {"Xp", "M", "R_Yp", "R_Yn"} <= by_title["sample"].made.keys()
    assert "Xp" not in by_title["no input"].made
    assert not fuels & by_title["no fuel"].made.keys()
    assert "M" in by_title["no fuel"].made
    assert "Xn" in by_title["Xn alone"].made
    assert "Xp" not in by_title["Xn alone"].made
    assert float(by_title["sample"].made["Xp"]) == pytest.approx(2e-8, rel=0.02)


def test_annealing_has_the_backbone_first_and_the_rest_in_excess():
    steps = protocol(INVENTORY, recipe(), 1)
    gates = {liquid.name: dict(liquid.parts) for liquid in steps.of_kind(Kind.GATE)}
    for annealing in steps.annealings:
        first, *others = annealing.strands
        volumes = gates[annealing.gate]
        assert all(volumes[other] == pytest.approx(1.2 * volumes[first], rel=0.01) for other in others)
        assert float(annealing.concentration) <= 1e-5


def test_the_protocol_says_what_the_robot_does():
    steps, sheet = protocol(INVENTORY, recipe(), 1), sheet_of(INVENTORY)
    text = show_protocol("demo", steps, sheet, [Expected("R_Yp", "FAM", (0.0, 3600.0), (0.0, 0.4))])
    assert "# Protocol: demo, example 1" in text
    assert "| 1 h | 40.0% |" in text
    for liquid in steps.of_kind(Kind.DILUTION):
        assert liquid.name in text
    assert "no fuel" in text
    robot = list(csv.DictReader(io.StringIO(show_robot(steps, sheet))))
    assert [int(row["step"]) for row in robot] == list(range(1, len(robot) + 1))
    assert all(row["source_place"] and row["destination_place"] for row in robot)
    assert any(row["source_place"].startswith("order1:") for row in robot)


def test_too_much_for_a_mix_is_told_in_numbers():
    with pytest.raises(DesignError, match=r"fuels needs [\d.]+ µL of its \d+ parts in [\d.]+ µL.*lab.gate_stock"):
        protocol(INVENTORY, recipe(fuel=2e-6), 1)


def test_too_many_wells_are_told_in_numbers():
    one = recipe()
    many = Recipe(
        one.fuels, one.biases, one.inputs, one.rails, tuple((f"y{i}", one.reporters[0][1]) for i in range(30))
    )
    with pytest.raises(DesignError, match="150 wells with controls, more than a 96-well plate"):
        protocol(INVENTORY, many, 1)


def test_what_has_no_stock_is_named():
    with pytest.raises(DesignError, match="no stock of Z"):
        protocol(INVENTORY, Recipe({"Z": 1e-8}, {}, {}, {}, ()), 1)


def test_a_liquid_is_made_before_it_is_used():
    with pytest.raises(DesignError, match="before it is made"):
        contents([Liquid("A", Kind.MIX, 100, (("B", 100),))], {})
    with pytest.raises(DesignError, match="do not add up"):
        Liquid("A", Kind.MIX, 100, (("B", 99),))


@given(st.floats(1e-12, 1e-6))
def test_dilutions_reach_any_concentration(target):
    made = mix("m", {"A": Fraction(target)}, 10_000, {"A": ("A", Fraction(1, 10_000))}, Pipetting())
    inside = contents([Liquid("A", Kind.STOCK, 0), *made], {"A": {"A": Fraction(1, 10_000)}})
    assert float(inside["m"]["A"]) == pytest.approx(target, rel=0.02)
