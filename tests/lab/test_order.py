import csv
import io

import openpyxl
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import DesignError, FormatError, SequenceError
from dsdcompile.formats.freezer_csv import load_freezer
from dsdcompile.formats.order_xlsx import show_order
from dsdcompile.formats.plates import show_plates_csv, show_plates_xlsx
from dsdcompile.formats.strands_csv import show_strands
from dsdcompile.formats.vendor_file import load_vendor
from dsdcompile.lab.order import OrderOptions, OrderSheet, order
from dsdcompile.lab.plates import place, well_name
from dsdcompile.lab.reporters import make_reporters, with_reporters
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.bases import reverse_complement
from dsdcompile.sequences.inventory import Inventory

SCHEME = find_scheme("soloveichik2010")
IDT = load_vendor("idt")
TEXT = "#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn\nM @i 1"
SYSTEM = translate(parse_crn(TEXT), SCHEME)
REPORTERS, DOMAINS = make_reporters(SYSTEM)
SEQUENCED = assign(with_reporters(Inventory.of(SYSTEM), REPORTERS, DOMAINS), seed=1)


@pytest.fixture(scope="module")
def sheet() -> OrderSheet:
    return order(SEQUENCED, OrderOptions(IDT), REPORTERS)


def test_every_strand_is_ordered_once(sheet):
    sequences = [line.modified for line in sheet.lines]
    assert len(set(sequences)) == len(sequences) == 17
    assert {line.role for line in sheet.lines} == {"signal", "gate", "reporter"}
    assert sheet.nucleotides == sum(line.length for line in sheet.lines)


def test_scale_follows_length_and_price_follows_scale(sheet):
    plain = [line for line in sheet.lines if line.role != "reporter"]
    assert all(line.scale == ("25nm" if line.length <= 60 else "100nm") for line in plain)
    assert all(line.price == pytest.approx(line.length * (0.2 if line.length <= 60 else 0.36)) for line in plain)
    cheap = order(SEQUENCED, OrderOptions(IDT.priced({"25nm": 0.1})), REPORTERS)
    assert cheap.cost < sheet.cost


def test_long_strands_are_ultramers():
    long = translate(parse_crn("#! input A\nA -> B + C + D + E"), SCHEME, DomainLengths(recognition=20))
    lines = order(assign(Inventory.of(long), seed=1), OrderOptions(IDT)).lines
    assert {line.scale for line in lines if line.length > 100} == {"4nmU"}


def test_purified_strands_need_a_scale_that_is_purified():
    lines = order(SEQUENCED, OrderOptions(IDT, "PAGE"), REPORTERS).lines
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
    plate = openpyxl.load_workbook(io.BytesIO(show_plates_xlsx(sheet, 96))).active
    wells = list(plate.iter_rows(values_only=True))
    assert wells[0] == ("Well Position", "Name", "Sequence")
    assert [well[1:] for well in wells[1:]] == modified
    table = list(csv.DictReader(io.StringIO(show_plates_csv(sheet, 96))))
    assert [(row["Name"], row["Sequence"]) for row in table] == modified
    assert [row["Well Position"] for row in table[:9]] == ["A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1", "A2"]


def test_the_spreadsheets_bytes_are_the_same_every_time(sheet):
    assert show_order(sheet) == show_order(sheet)
    assert show_plates_xlsx(sheet, 384) == show_plates_xlsx(sheet, 384)


def test_a_full_plate_goes_on_to_the_next(sheet):
    placed = place(sheet.lines * 6, 96)
    assert (placed[95].plate, placed[95].well) == (1, "H12")
    assert (placed[96].plate, placed[96].well) == (2, "A1")
    assert well_name(16, 384) == "A2"


def test_strands_in_the_freezer_are_not_ordered_again(sheet, tmp_path):
    stored = sheet.lines[0]
    (tmp_path / "freezer.csv").write_text(f"Name,Sequence\nbox3 A1,{stored.modified}\nother,ACGTACGT\n")
    freezer = load_freezer(tmp_path / "freezer.csv")
    again = order(SEQUENCED, OrderOptions(IDT, freezer=freezer), REPORTERS)
    assert again.lines[0].freezer == "box3 A1"
    assert again.lines[0].name not in {line.name for line in again.ordered}
    assert again.cost == pytest.approx(sheet.cost - stored.price)
    names = [row[0] for row in openpyxl.load_workbook(io.BytesIO(show_order(again))).active.iter_rows(values_only=True)]
    assert stored.name not in names


@pytest.mark.parametrize(
    ("content", "message"),
    [("name;sequence\nA;ACT\n", "expected the columns"), ("name,sequence\nA,ACU\n", r"line 2: 'ACU' is not a DNA")],
)
def test_a_bad_freezer_list_is_refused(content, message, tmp_path):
    (tmp_path / "freezer.csv").write_text(content)
    with pytest.raises(FormatError, match=message):
        load_freezer(tmp_path / "freezer.csv")
    with pytest.raises(DesignError, match="no file"):
        load_freezer(tmp_path / "nowhere.csv")


def test_a_strand_longer_than_the_vendor_makes_is_named():
    crn = parse_crn("#! input A\nA -> " + " + ".join(f"B{i}" for i in range(9)))
    system = translate(crn, SCHEME, DomainLengths(toehold=6, recognition=15))
    with pytest.raises(SequenceError, match=r"m0_G_s1 \(210 nt\).*max_products"):
        order(assign(Inventory.of(system), seed=1), OrderOptions(IDT))


def test_what_the_vendor_does_not_have_is_named():
    with pytest.raises(DesignError, match="no label 'FITC'; it has FAM"):
        order(SEQUENCED, OrderOptions(IDT, colours=("FITC", "ROX")), REPORTERS)
    with pytest.raises(DesignError, match="no scale '1nm'"):
        IDT.priced({"1nm": 1.0})
    with pytest.raises(DesignError, match="'XXX'"):
        IDT.purify("XXX")
