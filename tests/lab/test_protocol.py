"""The bench protocol is recomputed from its files alone, in fractions: nothing may be left over."""

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.crn.text import parse_crn
from dsdcompile.design.design import check_design
from dsdcompile.errors import DesignError
from dsdcompile.formats.protocol_md import show_protocol
from dsdcompile.formats.robot_csv import show_robot
from dsdcompile.lab.buffer import EDTA, MAGNESIUM, SODIUM, Buffer
from dsdcompile.lab.fluorescence import Expected
from dsdcompile.lab.liquids import Kind, Liquid, Pipetting, contents, mix
from dsdcompile.lab.order import order
from dsdcompile.lab.plates import lay_out
from dsdcompile.lab.protocol import protocol
from dsdcompile.lab.recipe import Plan, Readout, Recipe, WellKind
from dsdcompile.lab.reporters import make_reporters, with_reporters
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.stages.ordering import bench_options, order_options

DESIGN = check_design({"name": "demo", "crn": {"file": "demo.crn"}}, "demo")
OPTIONS = bench_options(DESIGN)
SYSTEM = translate(
    parse_crn("#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn\nM @i 1"),
    find_scheme("soloveichik2010"),
)
REPORTERS, DOMAINS = make_reporters(SYSTEM)
INVENTORY = with_reporters(SYSTEM.inventory, REPORTERS, DOMAINS)
FUELS = [item.name for item in INVENTORY.items if item.role == "fuel"]
DYES = {"R_Yp_s2": 5e-8, "R_Yn_s2": 5e-8}
SHEET = order(assign(INVENTORY, seed=1), order_options(DESIGN, Path())[0], REPORTERS)
LAYOUT = lay_out(SHEET.ordered, 96, 8)


def recipe(fuel: float = 3e-8, given: float = 2e-8, other: float = 0.0, *, sampled: bool = False) -> Recipe:
    return Recipe(
        fuels=dict.fromkeys(FUELS, fuel),
        biases={"M": 1e-8},
        inputs={"Xp": given, "Xn": other},
        rails={"Xp": 1e-8, "Xn": 1e-8},
        readouts=(Readout("y", {r.name: 5e-8 for r in REPORTERS}, DYES, sampled),),
        times=(600.0, 1200.0, 3600.0),
    )


def text_of(steps, expected=()) -> str:
    return show_protocol("demo", steps, SHEET, LAYOUT, expected, 300.0)


def tables(text: str) -> list[list[dict[str, str]]]:
    """Every table of a Markdown text, as rows by column."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in block.splitlines()]
        found.append([dict(zip(rows[0], row, strict=True)) for row in rows[2:]])
    return found


def written_parts(text: str) -> dict[str, dict[str, Fraction]]:
    """What goes into every liquid, as the Markdown says: destination -> source -> µL; totals are checked."""
    made: dict[str, dict[str, Fraction]] = {}
    for table in tables(text):
        for row in table:
            cell = next((row[name] for name in row if name.startswith("parts")), None)
            if cell is not None:
                name = f"well {row['well']}" if "well" in row else row.get("makes") or row["reaction"]
                parts = (part.rsplit(" ", 1) for part in cell.split(", "))
                made[name] = {source: Fraction(volume) for source, volume in parts}
                if "total (µL)" in row:
                    assert sum(made[name].values()) == Fraction(row["total (µL)"])
    for name, total, body in re.findall(r"^### (.*): ([\d.]+) µL\n\n((?:\|.*\n)+)", text, re.MULTILINE):
        made[name] = {row["source"]: Fraction(row["volume (µL)"]) for row in tables(body)[0]}
        assert sum(made[name].values()) == Fraction(total)
    return made


def pipetted(text: str) -> dict[str, dict[str, Fraction]]:
    """The same of ``robot.csv``."""
    made: dict[str, dict[str, Fraction]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        parts = made.setdefault(row["destination"], {})
        assert row["source"] not in parts
        parts[row["source"]] = Fraction(row["volume_ul"])
    return made


MOLAR = {"M": 1, "mM": 10**-3, "uM": 10**-6, "nM": 10**-9, "pM": 10**-12}


def molar(text: str) -> Fraction:
    number, unit = text.split()
    return Fraction(number) * Fraction(MOLAR[unit]).limit_denominator(10**12)


def recomputed(steps, text: str) -> dict[str, dict[str, Fraction]]:
    """Strands and salts in every liquid, M, from the two files: complexes count as their strands."""
    strands = {s.domains: s.name for s in INVENTORY.strands}
    complexes = {i.name: [strands[s] for s in i.complex.strands] for i in INVENTORY.items if i.is_gate}
    salts = dict(re.findall(r"([\d.]+ \w+) (NaCl|MgCl2)", re.search(r"buffer is (.*?)\. At 1x", text)[1]))
    names = {"NaCl": SODIUM, "MgCl2": MAGNESIUM}
    concentrate = {names[salt]: molar(amount) for amount, salt in salts.items()}
    strength = int(re.search(r"The (\d+)x buffer is", text)[1])
    inside: dict[str, dict[str, Fraction]] = {"water": {}, f"{strength}x buffer": concentrate}
    for row in next((table for table in tables(text) if table and "bring to" in table[0]), []):
        there = dict.fromkeys(complexes[row["complex"]], molar(row["bring to"]))
        inside[row["complex"]] = {**there, **{salt: amount / strength for salt, amount in concentrate.items()}}
    edta = Fraction(1, 10_000)
    assert "0.1 mM EDTA" in text
    stock = molar(re.search(r"correct each to ([\d.]+ \w+) by", text)[1])
    assert molar(f"{re.search(r'dissolve n nmol in ([0-9.]+) x', text)[1]} mM") * stock == Fraction(1, 10**6)
    for name, parts in pipetted(show_robot(steps, SHEET, LAYOUT)).items():
        total = sum(parts.values())
        inside[name] = {}
        for source, volume in parts.items():
            for component, amount in inside.get(source, {source: stock, EDTA: edta}).items():
                inside[name][component] = inside[name].get(component, Fraction(0)) + amount * volume / total
    return inside


def as_strands(made) -> dict[str, Fraction]:
    names = {s.domains: s.name for s in INVENTORY.strands}
    items = {item.name: item for item in INVENTORY.items if item.is_gate}
    found: dict[str, Fraction] = {}
    for component, amount in made.items():
        strands = [names[s] for s in items[component].complex.strands] if component in items else [component]
        for strand in strands:
            found[strand] = found.get(strand, Fraction(0)) + amount
    return {name: amount for name, amount in found.items() if name != "Tris"}


BUFFERS = st.sampled_from([(0.05, 0.0125), (0.05, 0.0), (0.0, 0.0125), (1.0, 0.0)])
CHOICES = st.fixed_dictionaries(
    {
        "smallest": st.sampled_from([0.5, 1.0, 2.0]),
        "well_volume": st.sampled_from([20.0, 50.0, 100.0]),
        "gate_stock": st.sampled_from([1e-5, 2e-5, 3e-6]),
        "gate_yield": st.sampled_from([0.3, 0.5, 1.0]),
        "purified_stock": st.sampled_from([1e-5, 2e-6, 3.3e-6]),
        "excess": st.sampled_from([1.0, 1.1, 1.25, 1.333]),
        "buffer": BUFFERS.map(lambda salts: Buffer.of(Conditions(25.0, *salts))),
    }
)


@given(st.floats(1e-10, 6e-8), st.floats(1e-10, 3e-7), st.sampled_from([0.0, 4e-9]), st.booleans(), CHOICES)
def test_volumes_and_concentrations_reconcile_exactly(fuel, amount, other, sampled, changes):
    options = replace(OPTIONS, **changes)
    steps = protocol(INVENTORY, recipe(fuel, amount, other, sampled=sampled), 1, options)
    text = text_of(steps)
    assert written_parts(text) == pipetted(show_robot(steps, SHEET, LAYOUT))
    found = recomputed(steps, text)
    for made in (*steps.reactions, *steps.wells):
        assert as_strands(made.made) == found[made.liquid.name]
        assert made.made[EDTA] < Fraction(1, 10**5)
    assert steps.deviation < 0.03
    salts = {SODIUM: options.buffer.sodium, MAGNESIUM: options.buffer.magnesium}
    for liquid in steps.liquids:
        assert all(volume >= 100 * options.smallest for _, volume in liquid.parts), liquid
        if liquid.parts:
            assert sum(volume for _, volume in liquid.parts) == liquid.volume
            assert {salt: found[liquid.name].get(salt, 0) for salt in salts} == salts, liquid.name
    taken: dict[str, int] = {}
    for liquid in steps.liquids:
        for source, volume in liquid.parts:
            taken[source] = taken.get(source, 0) + volume
    for liquid in steps.liquids:
        if liquid.kind not in (Kind.SUPPLY, Kind.STOCK):
            assert taken.get(liquid.name, 0) <= liquid.volume, liquid.name
    volumes = {liquid.name: liquid.volume for liquid in steps.liquids}
    for one in steps.annealings:
        if one.purified is not None:
            yielded = Fraction(options.gate_yield).limit_denominator(100) * one.concentration * volumes[one.annealed]
            assert yielded - one.purified < one.purified * volumes[one.complex] <= yielded


@pytest.mark.parametrize(("target", "buffer"), [(9.98e-5, 0), (9.93e-5, 100), (9.5e-5, 500)])
def test_a_little_buffer_is_rounded_to_what_can_be_pipetted(target, buffer):
    (made,) = mix("m", {"A": Fraction(target)}, 10_000, {"A": ("A", Fraction(1, 10_000))}, Pipetting())
    parts = dict(made.parts)
    assert parts.get("buffer", 0) == buffer
    assert made.volume == sum(parts.values())
    assert parts["A"] / made.volume * 1e-4 == pytest.approx(target, rel=0.005)


def test_water_of_an_annealing_can_be_pipetted():
    # three strands at 1, 1.25 and 1.25 parts with 10x buffer leave 2.5 % of 50 µL
    options = replace(OPTIONS, excess=1.25, gate_stock=3e-5, smallest=2.0, purified_stock=1e-5)
    steps = protocol(INVENTORY, recipe(), 1, options)
    made = {a.complex: a for a in steps.annealings}
    assert {float(a.concentration) for a in made.values() if len(a.strands) == 3} == {2e-5}
    for liquid in steps.of_kind(Kind.ANNEALED):
        assert all(volume >= 200 for _, volume in liquid.parts)


def test_wells_have_what_their_titles_say():
    steps = protocol(INVENTORY, recipe(), 1, OPTIONS)
    by_title = {well.plan.title: well.made for well in steps.wells}
    titles = ["sample", "no input", "no signal", "no fuel", "Xp alone", "Xn alone", "reporters alone", "dyes alone"]
    assert list(by_title) == titles
    fuels = set(FUELS) & set(by_title["sample"])
    assert fuels
    assert {"Xp", "M", "R_Yp", "R_Yn"} <= by_title["sample"].keys()
    assert "Xp" not in by_title["no input"]
    assert "M" in by_title["no input"]
    assert not {"M", "Xp"} & by_title["no signal"].keys()
    assert not fuels & by_title["no fuel"].keys()
    assert {"M", "Xp"} <= by_title["no fuel"].keys()
    assert "Xn" in by_title["Xn alone"]
    assert "Xp" not in by_title["Xn alone"]
    assert float(by_title["sample"]["Xp"]) == pytest.approx(2e-8, rel=0.02)
    strands = {s.name for s in INVENTORY.strands}
    assert set(by_title["dyes alone"]) & (strands | fuels) == set(DYES)
    assert float(by_title["dyes alone"]["R_Yp_s2"]) == pytest.approx(5e-8, rel=0.02)


def test_no_well_is_there_twice():
    one = recipe()
    bare = Recipe(one.fuels, one.biases, {}, {}, one.readouts)
    titles = [well.plan.title for well in protocol(INVENTORY, bare, 1, OPTIONS).wells]
    assert titles == ["sample", "no signal", "no fuel", "reporters alone", "dyes alone"]
    only = Recipe(one.fuels, {}, {"Xp": 1e-8}, one.rails, one.readouts)
    titles = [well.plan.title for well in protocol(INVENTORY, only, 1, OPTIONS).wells]
    assert "Xp alone" not in titles
    assert "Xn alone" in titles


def test_what_starts_reactions_comes_last_and_samples_in_order_of_time():
    steps = protocol(INVENTORY, recipe(sampled=True), 1, OPTIONS)
    rows = list(csv.DictReader(io.StringIO(show_robot(steps, SHEET, LAYOUT))))
    assert [int(row["step"]) for row in rows] == list(range(1, len(rows) + 1))
    times = [-1 if row["at_s"] == "" else int(row["at_s"]) for row in rows]
    assert times == sorted(times)
    assert {row["source"] for row in rows if row["at_s"] == "0"} == {"biases", "inputs", "rail Xp", "rail Xn"}
    sampled = [row["source"] for row in rows if row["at_s"] not in ("", "0")]
    assert sampled[:3] == ["reaction sample"] * 3
    direct = list(csv.DictReader(io.StringIO(show_robot(protocol(INVENTORY, recipe(), 1, OPTIONS), SHEET, LAYOUT))))
    assert {row["source"] for row in direct if row["at_s"]} == {"biases", "inputs", "rail Xp", "rail Xn"}
    assert all(row["source_place"] and row["destination_place"] for row in rows)
    assert any(row["source_place"].startswith("order1:") for row in rows)
    assert {row["destination_place"] for row in rows if row["destination"] == "well A1"} == {"reaction:A1"}


def test_an_output_that_reacts_is_read_in_samples_without_reporters_in_the_reaction():
    steps = protocol(INVENTORY, recipe(sampled=True), 1, OPTIONS)
    assert [well.plan.title for well in steps.reactions][:2] == ["sample", "no input"]
    for reaction in steps.reactions:
        assert not {"R_Yp", "R_Yn", *DYES} & reaction.made.keys()
    read = [well for well in steps.wells if well.plan.sample_of == steps.reactions[0].plan]
    assert [well.plan.when for well in read] == [600.0, 1200.0, 3600.0]
    for well in read:
        assert float(well.made["R_Yp"]) == pytest.approx(5e-8, rel=0.02)
        assert float(well.made["Xp"]) == pytest.approx(0.6 * 2e-8, rel=0.02)
    text = text_of(steps)
    assert "Reactions of this system use y: a reporter in the reaction would drain them" in text
    assert "samples" not in text_of(protocol(INVENTORY, recipe(), 1, OPTIONS))


def test_annealing_has_the_backbone_first_and_the_rest_in_excess():
    steps = protocol(INVENTORY, recipe(), 1, OPTIONS)
    gates = {liquid.name: dict(liquid.parts) for liquid in steps.of_kind(Kind.ANNEALED)}
    for annealing in steps.annealings:
        first, *others = annealing.strands
        volumes = gates[annealing.annealed]
        assert list(volumes)[-len(annealing.strands) :] == list(annealing.strands)
        assert all(volumes[other] == pytest.approx(1.2 * volumes[first], rel=0.01) for other in others)
        assert float(annealing.concentration) <= 1e-5


def ordered_as(single: str) -> str:
    """What the strand of a complex of one strand is ordered as."""
    item = next(item for item in INVENTORY.items if item.name == single)
    return next(s.name for s in INVENTORY.strands if s.domains == item.complex.strands[0])


def test_gates_are_purified_and_reporters_keep_their_quencher_in_excess():
    steps = protocol(INVENTORY, recipe(), 1, OPTIONS)
    gates = {item.name for item in INVENTORY.items if item.role == "fuel" and item.is_gate}
    assert {a.complex for a in steps.annealings if a.purified is not None} == gates
    sample = steps.wells[0].made
    assert sample["R_Yp_s1"] == sample["R_Yp"] / 5
    strands = {s.name for s in INVENTORY.strands}
    singles = {item.name for item in INVENTORY.items if item.role == "fuel" and not item.is_gate}
    assert sample.keys() & strands == {"Xp", "M", "R_Yp_s1", "R_Yn_s1"} | {ordered_as(name) for name in singles}


def test_the_temperature_and_salt_are_those_of_the_sequences():
    values = {"name": "demo", "crn": {"file": "x.crn"}}
    hot = check_design({**values, "sequences": {"celsius": 37.0, "sodium": "1 M", "magnesium": "0 M"}}, "demo")
    text = text_of(protocol(INVENTORY, recipe(), 1, bench_options(hot)))
    assert "The 5x buffer is 5 M NaCl, 50 mM Tris-HCl pH 8.0. At 1x, called buffer below, it is 1 M NaCl, 10 mM" in text
    assert "50 µL each, at 37 °C" in text
    assert "Mg" not in text.replace("MgCl2", "")
    usual = text_of(protocol(INVENTORY, recipe(), 1, OPTIONS))
    assert "The 10x buffer is 500 mM NaCl, 125 mM MgCl2, 100 mM Tris-HCl pH 8.0." in usual
    assert "12.5 mM Mg2+ in gel" in usual
    with pytest.raises(DesignError, match="3 M and 0 M cannot be kept at 2x"):
        Buffer.of(Conditions(25.0, 3.0, 0.0))


def test_the_protocol_says_what_reporters_should_show():
    steps = protocol(INVENTORY, recipe(), 1, OPTIONS)
    course = Expected("A1", Plan(WellKind.SAMPLE, "y", ()), "R_Yp", "FAM", (0.0, 3600.0), (0.0, 0.4))
    control = Expected("B1", Plan(WellKind.NO_INPUT, "y", ()), "R_Yp", "FAM", (3600.0,), (-1e-9,))
    text = text_of(steps, [course, control])
    found = tables(text)
    assert {"time": "1 h", "A1: R_Yp (FAM)": "40.0%"} in found[-2]
    row = {"well": "B1", "what": "no input", "output": "y", "reporter": "R_Yp (FAM)", "time": "1 h", "open": "0.0%"}
    assert found[-1] == [row]
    assert "-0.0" not in text
    assert "The open share times the reporter (R_Yp 50 nM, R_Yn 50 nM) is the signal it has taken up." in text
    assert "An output is its plus rail less its minus rail." in text
    diluted = text_of(protocol(INVENTORY, recipe(sampled=True), 1, OPTIONS), [course])
    assert "has taken up, and 20/12 of that in the reaction." in diluted
    headings = re.findall(r"^## (\d+)\.", text, re.MULTILINE)
    assert headings == [str(n) for n in range(1, len(headings) + 1)]


def test_plates_are_normalised_to_what_is_delivered():
    steps = protocol(INVENTORY, recipe(), 1, OPTIONS)
    (row,) = next(table for table in tables(text_of(steps)) if table and "plate" in table[0])
    assert row["scale"] == "25nm"
    assert row["concentration"] == "100 uM"
    assert float(row["volume (µL)"]) == 40.0  # 4 nmol


def test_too_much_for_a_mix_is_told_in_numbers():
    with pytest.raises(DesignError, match=r"fuels needs [\d.]+ µL of its \d+ parts in [\d.]+ µL.*lab.purified_stock"):
        protocol(INVENTORY, recipe(fuel=2e-6), 1, OPTIONS)


def test_wells_too_small_to_pipette_into_are_told_in_numbers():
    with pytest.raises(DesignError, match=r"mixes take 2/20 of a well, which is 2 µL of 20 µL.*smallest_volume = 5 µL"):
        protocol(INVENTORY, recipe(), 1, replace(OPTIONS, well_volume=20.0, smallest=5.0))


def test_too_many_wells_are_told_in_numbers():
    one = recipe()
    readouts = tuple(replace(one.readouts[0], output=f"y{i}") for i in range(30))
    with pytest.raises(DesignError, match="240 wells with controls, more than a 96-well plate"):
        protocol(INVENTORY, replace(one, readouts=readouts), 1, OPTIONS)


def test_what_has_no_stock_is_named():
    with pytest.raises(DesignError, match="no stock of Z"):
        protocol(INVENTORY, Recipe({"Z": 1e-8}, {}, {}, {}, ()), 1, OPTIONS)


def test_a_liquid_is_made_before_it_is_used():
    with pytest.raises(DesignError, match="before it is made"):
        contents([Liquid("A", Kind.MIX, 100, (("B", 100),))], {})
    with pytest.raises(DesignError, match="do not add up"):
        Liquid("A", Kind.MIX, 100, (("B", 99),))


@given(st.floats(1e-12, 1e-6))
def test_dilutions_reach_any_concentration(target):
    made = mix("m", {"A": Fraction(target)}, 10_000, {"A": ("A", Fraction(1, 10_000))}, Pipetting())
    inside = contents(made, {"A": {"A": Fraction(1, 10_000)}, "buffer": {}})
    assert float(inside["m"]["A"]) == pytest.approx(target, rel=0.02)
