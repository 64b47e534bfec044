import csv
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.design.design import check_design
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import DesignError, FormatError, SequenceError
from dsdcompile.formats.freezer_csv import load_freezer
from dsdcompile.formats.order_xlsx import show_order
from dsdcompile.formats.plate_files import show_plates_csv, show_plates_xlsx
from dsdcompile.formats.strands_csv import show_strands
from dsdcompile.formats.vendor_file import load_vendor
from dsdcompile.lab.order import OrderSheet, check_lengths, order
from dsdcompile.lab.plates import lay_out, well_name
from dsdcompile.lab.reporters import make_reporters, with_reporters
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.stages.ordering import order_options

SCHEME = find_scheme("soloveichik2010")
IDT = load_vendor("idt")
USUAL, _ = order_options(check_design({"name": "demo", "crn": {"file": "demo.crn"}}, "demo"), Path())
TEXT = "#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn\nM @i 1"
SYSTEM = translate(parse_crn(TEXT), SCHEME)
REPORTERS, DOMAINS = make_reporters(SYSTEM)
SEQUENCED = assign(with_reporters(SYSTEM.inventory, REPORTERS, DOMAINS), seed=1)


@pytest.fixture(scope="module")
def sheet() -> OrderSheet:
    return order(SEQUENCED, USUAL, REPORTERS)


def test_every_strand_is_ordered_once(sheet):
    sequences = [line.modified for line in sheet.lines]
    assert len(set(sequences)) == len(sequences) == 17
    assert {line.role for line in sheet.lines} == {"signal", "gate", "reporter"}
    assert sheet.nucleotides == sum(line.length for line in sheet.lines)


def test_scale_follows_length_and_price_follows_scale(sheet):
    plain = [line for line in sheet.lines if line.role != "reporter"]
    assert all(line.scale == ("25nm" if line.length <= 60 else "100nm") for line in plain)
    assert all(line.price == pytest.approx(line.length * (0.2 if line.length <= 60 else 0.36)) for line in plain)
    cheap = order(SEQUENCED, replace(USUAL, vendor=IDT.priced({"25nm": 0.1})), REPORTERS)
    assert cheap.cost < sheet.cost


def test_long_strands_are_ultramers():
    long = translate(parse_crn("#! input A\nA -> B + C + D + E"), SCHEME, DomainLengths(recognition=20))
    lines = order(assign(long.inventory, seed=1), USUAL).lines
    assert {line.scale for line in lines if line.length > 100} == {"4nmU"}


def test_purified_strands_need_a_scale_that_is_purified():
    lines = order(SEQUENCED, replace(USUAL, purification="PAGE"), REPORTERS).lines
    gates = [line for line in lines if line.role == "gate"]
    assert {(line.scale, line.purification) for line in gates} == {("100nm", "PAGE")}


def test_reporters_have_their_dyes_where_the_strands_part(sheet):
    bright, dark = (next(line for line in sheet.lines if line.name == f"R_Yp_s{n}") for n in (2, 1))
    assert bright.five == "/56-FAM/"
    assert dark.three == "/3IABkFQ/"
    assert bright.sequence.startswith(reverse_complement(dark.sequence))
    assert next(line for line in sheet.lines if line.name == "R_Yn_s2").five == "/56-ROXN/"
    assert bright.purification == "HPLC"


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_scheme_has_reporters_that_its_signals_open(scheme):
    system = translate(parse_crn("#! input A\n#! output B\nA -> B"), scheme)
    (reporter,), _ = make_reporters(system)
    signal = system.signal(system.crn.index["B"]).complex.sequence
    beside = [tuple(signal[i : i + 2]) for i in range(len(signal) - 1)]
    opened = [token.removesuffix("*") for token in reversed(reporter.bright)]
    assert tuple(opened) in beside
    assert reporter.dark[0] in opened


def test_the_csv_and_the_spreadsheets_say_the_same(sheet):
    rows = list(csv.DictReader(io.StringIO(show_strands(sheet))))
    page = openpyxl.load_workbook(io.BytesIO(show_order(sheet))).active
    cells = list(page.iter_rows(values_only=True))
    assert cells[0] == ("Name", "Sequence", "Scale", "Purification")
    modified = [(row["name"], row["five_prime"] + row["sequence"] + row["three_prime"]) for row in rows]
    assert modified == [cell[:2] for cell in cells[1:]]
    assert all(int(row["length"]) == len(row["sequence"]) for row in rows)
    layout = lay_out(sheet.ordered, 96, 5)
    book = openpyxl.load_workbook(io.BytesIO(show_plates_xlsx(layout, 1e-4)))
    assert book.sheetnames == ["settings", "plate 1", "tubes"]
    pages = {page.title: list(page.iter_rows(values_only=True)) for page in book}
    assert pages["plate 1"][0] == ("Well Position", "Name", "Sequence")
    assert pages["tubes"][0] == ("Name", "Sequence", "Scale", "Purification")
    plated = [row[1:] for row in pages["plate 1"][1:]]
    assert sorted([*plated, *(row[:2] for row in pages["tubes"][1:])]) == sorted(modified)
    table = list(csv.DictReader(io.StringIO(show_plates_csv(layout, 1e-4))))
    assert sorted((row["Name"], row["Sequence"]) for row in table) == sorted(modified)
    assert [row["Well Position"] for row in table[:9]] == ["A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1", "A2"]
    kinds = {row["Name"]: (row["Plate"], row["Scale"], row["Purification"]) for row in table}
    assert {kinds[name][1:] for name, _ in plated} == {pages["settings"][1][2:4]}
    assert pages["settings"][1] == (1, len(plated), "25nm", "STD", "100", "40", "10 mM Tris, 0.1 mM EDTA, pH 8.0")
    assert all(kinds[line.name][0] == "tube" for line in sheet.lines if line.role == "reporter")


def test_a_plate_is_of_one_scale_and_purification_and_not_below_the_vendors_least(sheet):
    lit = [line for line in sheet.lines if line.role == "reporter"]
    some = [
        replace(sheet.lines[0], strand=replace(sheet.lines[0].strand, name=f"s{n}"), scale="25nm") for n in range(30)
    ]
    few = [
        replace(sheet.lines[0], strand=replace(sheet.lines[0].strand, name=f"f{n}"), scale="100nm") for n in range(23)
    ]
    least = dict(IDT.plate_minimum)[96]
    assert least == 24
    layout = lay_out([*few, *some, *lit], 96, least)
    assert [(plate.number, plate.scale, plate.purification) for plate in layout.plates] == [(1, "25nm", "STD")]
    assert [placed.line for placed in layout.plates[0].wells] == some
    assert layout.tubes == (*few, *lit)


@pytest.mark.parametrize(("more", "tubes"), [(23, 23), (24, 0)])
def test_as_many_as_the_vendors_least_are_a_plate_of_their_own(sheet, more, tubes):
    line = replace(sheet.lines[0], five="", three="")
    lines = [replace(line, strand=replace(line.strand, name=f"s{n}")) for n in range(96 + more)]
    layout = lay_out(lines, 96, dict(IDT.plate_minimum)[96])
    assert [len(plate.wells) for plate in layout.plates] == [96, more][: 2 - (tubes > 0)]
    assert len(layout.tubes) == tubes


def test_a_plate_is_normalised_to_the_least_it_was_delivered(sheet):
    lines = [replace(line, delivered=nmol) for line, nmol in zip(sheet.lines[:3], (4.0, 2.5, 6.0), strict=True)]
    (plate,) = lay_out([replace(line, five="", three="", scale="25nm") for line in lines], 96, 1).plates
    assert plate.delivered == 2.5


def test_the_spreadsheets_bytes_are_the_same_every_time(sheet):
    assert show_order(sheet) == show_order(sheet)
    layout = lay_out(sheet.ordered, 384, 5)
    assert show_plates_xlsx(layout, 1e-4) == show_plates_xlsx(layout, 1e-4)


def test_a_full_plate_goes_on_to_the_next(sheet):
    line = replace(sheet.lines[0], five="", three="")
    layout = lay_out([replace(line, strand=replace(line.strand, name=f"s{n}")) for n in range(130)], 96, 24)
    first, second = layout.plates
    assert (first.wells[95].well, first.wells[95].line.name) == ("H12", "s95")
    assert (second.number, second.wells[0].well, second.wells[0].line.name) == (2, "A1", "s96")
    assert not layout.tubes
    assert well_name(16, 384) == "A2"


def test_strands_in_the_freezer_are_not_ordered_again(sheet, tmp_path):
    stored = sheet.lines[0]
    (tmp_path / "freezer.csv").write_text(f"Name,Sequence\nbox3 A1,{stored.modified.lower()}\nother,ACGTACGT\n")
    freezer, warnings = load_freezer(tmp_path / "freezer.csv")
    assert not warnings
    again = order(SEQUENCED, replace(USUAL, freezer=freezer), REPORTERS)
    assert again.lines[0].freezer == "box3 A1"
    assert again.lines[0].name not in {line.name for line in again.ordered}
    assert again.cost == pytest.approx(sheet.cost - stored.price)
    names = [row[0] for row in openpyxl.load_workbook(io.BytesIO(show_order(again))).active.iter_rows(values_only=True)]
    assert stored.name not in names


def test_what_no_design_could_use_is_left_out_of_the_freezer_with_a_warning(tmp_path):
    rows = "A,ACU\nB,/5Biosg/ACGT/iCy3/TACGT\nC,/56-FAM/acgtt\nD,\nE,ACGTT/3IABkFQ/\n"
    (tmp_path / "freezer.csv").write_text(f"name,sequence\n{rows}")
    freezer, (warning,) = load_freezer(tmp_path / "freezer.csv")
    assert freezer == {"/56-FAM/ACGTT": "C", "ACGTT/3IABkFQ/": "E"}
    assert "3 rows left out" in warning
    assert "line 2 ('ACU'), line 3 ('/5Biosg/ACGT/iCy3/TACGT'), line 5 ('')" in warning


def test_a_bad_freezer_list_is_refused(tmp_path):
    (tmp_path / "freezer.csv").write_text("name;sequence\nA;ACT\n")
    with pytest.raises(FormatError, match="expected the columns"):
        load_freezer(tmp_path / "freezer.csv")
    with pytest.raises(DesignError, match="no file"):
        load_freezer(tmp_path / "nowhere.csv")


def test_a_strand_longer_than_the_vendor_makes_is_named():
    crn = parse_crn("#! input A\nA -> " + " + ".join(f"B{i}" for i in range(9)))
    system = translate(crn, SCHEME, DomainLengths(toehold=6, recognition=15))
    inventory = system.inventory
    with pytest.raises(SequenceError, match=r"m0_G_s1 \(210 nt\).*max_products shortens gates$"):
        check_lengths(inventory, USUAL)
    with pytest.raises(SequenceError, match="allows more lengths"):
        check_lengths(inventory, replace(USUAL, purification="PAGE"))


def test_what_the_vendor_does_not_have_is_named():
    with pytest.raises(DesignError, match="no label 'FITC'; it has FAM"):
        order(SEQUENCED, replace(USUAL, colours=("FITC", "ROX")), REPORTERS)
    with pytest.raises(DesignError, match=r"no '1nm'; it has scales: 25nm, .*; purifications: STD, .*; labels: FAM"):
        IDT.priced({"1nm": 1.0})
    with pytest.raises(DesignError, match="not negative"):
        IDT.priced({"PAGE": -1.0})
    with pytest.raises(DesignError, match="'XXX'"):
        IDT.purification_price("XXX")


def test_purifications_and_labels_have_prices_of_their_own(sheet):
    vendor = IDT.priced({"HPLC": 45.0 + 7.0, "ROX": 110.0 + 5.0})
    dearer = order(SEQUENCED, replace(USUAL, vendor=vendor), REPORTERS)
    assert dearer.cost == pytest.approx(sheet.cost + 4 * 7.0 + 5.0)
