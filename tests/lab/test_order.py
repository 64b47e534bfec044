import csv
import io

import openpyxl
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import SequenceError
from dsdcompile.formats.order_xlsx import show_order
from dsdcompile.formats.strands_csv import show_strands
from dsdcompile.lab.order import OrderSheet, order
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.inventory import Inventory

SCHEME = find_scheme("soloveichik2010")
TEXT = "#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn\nM @i 1"


@pytest.fixture(scope="module")
def sheet() -> OrderSheet:
    return order(assign(Inventory.of(translate(parse_crn(TEXT), SCHEME)), seed=1))


def test_every_strand_is_ordered_once(sheet):
    sequences = [line.sequence for line in sheet.lines]
    assert len(set(sequences)) == len(sequences) == 13
    assert {line.role for line in sheet.lines} == {"signal", "gate"}
    assert sheet.nucleotides == sum(map(len, sequences))


def test_scale_follows_length(sheet):
    assert all(line.scale == ("25nm" if line.length <= 60 else "100nm") for line in sheet.lines)


def test_the_csv_and_the_spreadsheet_say_the_same(sheet):
    rows = list(csv.DictReader(io.StringIO(show_strands(sheet))))
    page = openpyxl.load_workbook(io.BytesIO(show_order(sheet))).active
    cells = list(page.iter_rows(values_only=True))
    assert cells[0] == ("Name", "Sequence", "Scale", "Purification")
    assert [(row["name"], row["sequence"]) for row in rows] == [cell[:2] for cell in cells[1:]]
    assert all(int(row["length"]) == len(row["sequence"]) for row in rows)


def test_the_spreadsheets_bytes_are_the_same_every_time(sheet):
    assert show_order(sheet) == show_order(sheet)


def test_a_strand_longer_than_the_vendor_makes_is_named():
    crn = parse_crn("#! input A\nA -> " + " + ".join(f"B{i}" for i in range(9)))
    system = translate(crn, SCHEME, DomainLengths(toehold=6, recognition=15))
    with pytest.raises(SequenceError, match=r"m0_G_s1 \(210 nt\).*max_products"):
        order(assign(Inventory.of(system), seed=1))
