"""Round trips: what is written reads back as the sequenced system it came from."""

import ast
import sys
import types
from pathlib import Path

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.design.design import check_design
from dsdcompile.errors import FormatError
from dsdcompile.formats.fasta import show_fasta
from dsdcompile.formats.nupack_script import show_nupack
from dsdcompile.formats.pil import show_pil
from dsdcompile.formats.strands_csv import show_strands
from dsdcompile.formats.system_file import parse_system, rebuild
from dsdcompile.lab.order import order
from dsdcompile.lab.reporters import make_reporters, with_reporters
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.assignment import assign
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.stages.ordering import order_options

TEXT = "#! input Xp Xn\n#! output Yp Yn\nXp -> M + Yp\nM + Xn -> Yn\nM @i 1"
USUAL, _ = order_options(check_design({"name": "demo", "crn": {"file": "demo.crn"}}, "demo"), Path())


def built(scheme):
    """Sequences, reporters and amounts of a small system; one input is not there."""
    system = translate(parse_crn(TEXT), scheme)
    reporters, domains = make_reporters(system)
    sequenced = assign(with_reporters(system.inventory, reporters, domains), seed=1)
    amounts = {item.name: 1e-9 * (number + 1) / 3 for number, item in enumerate(sequenced.inventory.items)}
    return sequenced, reporters, {**amounts, "Xn": 0.0}


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_pil_and_strands_rebuild_the_sequenced_system_with_its_reporters(scheme):
    sequenced, reporters, amounts = built(scheme)
    strands = show_strands(order(sequenced, USUAL, reporters))
    again, found = rebuild(show_pil(sequenced.inventory, amounts), strands)
    assert again.inventory.items == sequenced.inventory.items
    assert {item.role for item in again.inventory.items} == {"signal", "fuel", "reporter"}
    assert again.inventory.strands == sequenced.inventory.strands
    assert again.inventory.domains == sequenced.inventory.domains
    assert again.sequences == sequenced.sequences
    assert found == pytest.approx({name: amount for name, amount in amounts.items() if amount}, rel=1e-11)


SEQUENCED, REPORTERS, AMOUNTS = built(SCHEMES[0])
PIL = show_pil(SEQUENCED.inventory, AMOUNTS)
STRANDS = show_strands(order(SEQUENCED, USUAL, REPORTERS))


def test_a_file_that_does_not_name_its_parts_is_guessed_by_length():
    inventory, _ = parse_system("length a = 6\nlength b = 15\nX = a b\nG = b( + ) a*  # a gate\n")
    assert {name: str(d.part) for name, d in inventory.domains.items()} == {"a": "toehold", "b": "recognition"}
    assert [item.role for item in inventory.items] == ["signal", "fuel"]


@pytest.mark.parametrize(
    ("pil", "strands", "message"),
    [
        ("length a == 6", STRANDS, "line 1, column 8: expected 'length NAME = NUMBER'"),
        (PIL + "Z = h( \n", STRANDS, r"line \d+, column 5 of .*never closed"),
        (PIL, STRANDS.replace("sequence", "letters"), "no column 'sequence'"),
        (PIL, "name,role,domains,sequence,length\nX,signal,a,ACU,3\n", "line 2: expected 3 letters of ACGT"),
        (PIL, "\n".join(STRANDS.splitlines()[:2]) + "\n", "no strand has domain"),
        (PIL.replace("= 15", "= 14"), STRANDS, "do not fit"),
    ],
)
def test_files_that_do_not_fit_are_refused(pil, strands, message):
    with pytest.raises(FormatError, match=message):
        rebuild(pil, strands)


def test_strands_that_disagree_about_a_domain_are_named():
    lines = STRANDS.splitlines()
    fields = lines[1].split(",")
    sequence = fields[3]
    fields[3] = ("A" if sequence[0] != "A" else "C") + sequence[1:]
    other = [*fields[:2], *fields[2:]]
    changed = "\n".join([*lines, ",".join(["again", *other[1:]])]) + "\n"
    with pytest.raises(FormatError, match=r"domain \w+ is [ACGT]+ in strand \w+ and [ACGT]+ in strand again"):
        rebuild(PIL, changed)


def test_fasta_holds_every_strand_and_complex():
    records = [record.partition("\n") for record in show_fasta(SEQUENCED).split(">")[1:]]
    found = {head.split()[0]: tuple("".join(body.split()).split("&")) for head, _, body in records}
    for strand in SEQUENCED.inventory.strands:
        assert found[strand.name] == (SEQUENCED.strand(strand.domains),)
    for item in SEQUENCED.inventory.items:
        if item.is_gate:
            assert found[item.name] == SEQUENCED.complex(item.complex)


def test_the_nupack_script_asks_about_every_complex(monkeypatch, capsys):
    script = show_nupack(SEQUENCED, Conditions(), {"M": 1e-8}, "demo")
    ast.parse(script)
    asked = []
    fake = types.ModuleType("nupack")
    fake.Model = lambda *, ensemble, material, celsius, sodium, magnesium: (celsius, sodium, magnesium)
    fake.Strand = lambda sequence, *, name: (name, sequence)
    fake.Complex = lambda strands, *, name: types.SimpleNamespace(name=name, strands=tuple(strands))
    fake.SetSpec = lambda *, max_size, include: include
    fake.Tube = lambda strands, *, complexes, name: name

    def defect(*, structure, strands, model):
        asked.append((structure, tuple(sequence for _, sequence in strands), model))
        return 0.0

    fake.defect = defect
    fake.tube_analysis = lambda *, tubes, model: {
        tubes[0]: types.SimpleNamespace(
            complex_concentrations={types.new_class("Made", exec_body=lambda d: d.update(name="c")): 1e-8}
        )
    }
    monkeypatch.setitem(sys.modules, "nupack", fake)
    exec(compile(script, "script", "exec"), {})
    gates = [item.complex for item in SEQUENCED.inventory.items if item.is_gate]
    assert [(s, q) for s, q, _ in asked] == [(SEQUENCED.inventory.structure(g), SEQUENCED.complex(g)) for g in gates]
    assert asked[0][2] == (25.0, 0.05, 0.0125)
    assert "c: 1.000e-08 M" in capsys.readouterr().out
