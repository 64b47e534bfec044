"""Full-length shares against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.design.design import check_design
from dsdcompile.dsd.implementation import Implementation
from dsdcompile.dsd.inventory import StrandRole
from dsdcompile.formats.vendor_file import load_vendor
from dsdcompile.lab.order import AUTO, OrderSheet, order
from dsdcompile.lab.purity import Purity, purity
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.stages.as_ordered import whole_only
from dsdcompile.stages.ordering import order_options

SYSTEM = translate(parse_crn("#! input A\nA -> B + C + D"), find_scheme("soloveichik2010"))
SEQUENCED = assign(SYSTEM.inventory, seed=1)
USUAL, _ = order_options(check_design({"name": "demo", "crn": {"file": "demo.crn"}}, "demo"), Path())
IDT = load_vendor("idt")


def pure(sheet: OrderSheet) -> Purity:
    found = purity(sheet, SYSTEM.inventory, IDT)
    assert found is not None
    return found


def test_a_strand_of_105_nt_is_half_full_length_and_purification_mends_that() -> None:
    assert IDT.full_length(105, "STD") == pytest.approx(0.5348, abs=1e-4)  # 0.994^104
    assert IDT.full_length(105, "PAGE") == 0.90
    assert IDT.full_length(10, "PAGE") == pytest.approx(0.994**9)  # never worse than as made


def test_a_gate_is_whole_if_all_its_strands_are() -> None:
    found = pure(order(SEQUENCED, replace(USUAL, purification="STD")))
    shares = dict(found.items)
    lengths = {
        item.name: [SYSTEM.inventory.length(strand) for strand in item.complex.strands]
        for item in SYSTEM.inventory.items
    }
    for name, parts in lengths.items():
        assert shares[name] == pytest.approx(np.prod([0.994 ** (n - 1) for n in parts]))
    assert found.gates[0][1] == min(shares[name] for name, _ in found.gates)
    assert found.worst[0].length == max(n for parts in lengths.values() for n in parts)


def test_the_purest_strands_gain_what_they_cost() -> None:
    plain = order(SEQUENCED, replace(USUAL, purification="STD"))
    best = order(SEQUENCED, replace(USUAL, purification="PAGE"))
    was, would = pure(plain), pure(best)
    gates = [line for line in plain.lines if line.role is StrandRole.GATE]
    assert was.purer.strands == len(gates)
    assert was.purer.worst_gate == pytest.approx(would.gates[0][1])
    assert was.purer.extra == pytest.approx(best.cost - plain.cost)
    assert (would.purer.strands, would.purer.extra) == (0, 0.0)


def test_auto_buys_the_cheapest_that_is_pure_enough() -> None:
    for share in (0.0, 0.6, 0.87, 0.99):
        for line in order(SEQUENCED, replace(USUAL, purification=AUTO, full_length=share)).lines:
            offers = [code for code, _ in IDT.purification if IDT.cheapest(line.length, code)]
            enough = [code for code in offers if IDT.full_length(line.length, code) >= share]
            least = min((IDT.strand_price(line.length, code) for code in enough), default=None)
            if least is None:
                assert IDT.full_length(line.length, line.purification) == max(
                    IDT.full_length(line.length, code) for code in offers
                )
            else:
                assert IDT.strand_price(line.length, line.purification) == least


def test_only_whole_gates_count_and_signals_only_scale() -> None:
    crn = parse_crn("#! input A\n#! output B\nA + G -> B")
    assert crn.species[0] == "A"
    gate = np.array([species == "G" for species in crn.species])
    crn = crn.with_(initial=np.where(gate, 1e-8, 0.0))
    built = Implementation(crn, 1e-8, np.where(gate, 0, -1), np.where(gate, -1, np.arange(3)))
    found = whole_only(built, [("A", 0.8), ("G", 0.4)])
    assert found.unit == pytest.approx(0.8e-8)
    assert found.crn.initial[crn.species.index("G")] == pytest.approx(0.4e-8)
    assert found.inlet([[2.0]])[0, 0] == pytest.approx(1.6e-8)
