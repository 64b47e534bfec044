"""The exported pair: what Nuskell asks crnverifier, with Nuskell's own conventions, of ``exchange.pil`` and its CRN."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.enumeration.memoised import enumerate_memoised
from dsdcompile.formats.exchange_pil import show_exchange
from dsdcompile.formats.pil_reader import read_pil
from dsdcompile.lab.reporters import make_reporters
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate
from dsdcompile.stages.foreign import Asked, judge_pil
from dsdcompile.verify.verdict import Outcome

CRN = "#! input A\n#! input B\n#! output C\nA + B -> C\nC -> D\n"
COMMAND = Path(sys.executable).with_name("peppercorn")
NAMED = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)


@NAMED
def test_the_pair_has_the_verdict_that_the_scheme_claims(scheme):
    formal = parse_crn(CRN)
    judged = judge_pil(read_pil(show_exchange(translate(formal, scheme))), formal, Asked(seconds=1e-3), print)
    assert (judged.verification.outcome is Outcome.PROVED) == scheme.bisimilar


@pytest.mark.parametrize("scheme", [s for s in SCHEMES if s.name in ("soloveichik2010", "srinivas2017")])
def test_nuskells_question_is_answered_with_correct(scheme):
    verifier = pytest.importorskip("crnverifier")
    formal = parse_crn(CRN)
    icrn, means = _as_nuskell_reads(show_exchange(translate(formal, scheme)), formal.species)
    fcrn = [[list(r.reactants), list(r.products)] for r in formal]
    correct, _ = verifier.crn_bisimulation_test(fcrn, icrn, set(formal.species), interpretation=means)
    assert correct
    correct, _ = verifier.crn_bisimulation_test(fcrn[:1], icrn, set(formal.species), interpretation=means)
    assert not correct


def _as_nuskell_reads(pil, species):
    """Return the implementation CRN and the interpretation, made by first letters of names and of domains alone."""
    read = read_pil(pil)
    found = enumerate_memoised([c.complex for c in read.complexes], read.lengths)
    names = {c.complex.canonical(): c.name for c in read.complexes}
    label, means = {}, {}
    for number, state in enumerate(found.macrostates):
        (molecule,) = state
        label[number] = names.get(molecule, f"i{number}")
        for signal in (c for c in read.complexes if c.name[0] not in "fiw"):
            wild = [place for place, token in enumerate(signal.complex.sequence) if token[0] == "h"]
            ours, theirs = list(signal.complex.sequence), list(molecule.sequence)
            if len(ours) == len(theirs) and molecule.structure == signal.complex.structure:
                for place in wild:
                    theirs[place] = ours[place]
                if ours == theirs:
                    means[label[number]] = [signal.name]
    assert {name for (name,) in means.values()} == set(species)
    used = {label[n] for r in found.reactions for n in r.reactants}
    gone = {name for name in label.values() if name not in used and name not in means}
    sides = [
        [[label[n] for n in side if label[n][0] != "f" and label[n] not in gone] for side in (r.reactants, r.products)]
        for r in found.reactions
    ]
    return [list(map(sorted, pair)) for pair in sides if sorted(pair[0]) != sorted(pair[1])], means


@NAMED
def test_every_signal_is_named_and_reporters_are_not_there(scheme):
    system = translate(parse_crn(CRN), scheme)
    read = read_pil(show_exchange(system))
    assert [c.name for c in read.complexes[:4]] == list(system.crn.species)
    assert all(c.amount is None for c in read.complexes[:4])
    assert all(c.constant and c.name.startswith("f_") for c in read.complexes[4:])
    reporters, _ = make_reporters(system)
    assert not {r.name for r in reporters} & {c.name for c in read.complexes}


def test_the_peppercorn_command_loads_it_unchanged(tmp_path):
    if not COMMAND.exists():
        pytest.skip("the peppercorn command is not beside this Python")
    file = tmp_path / "exchange.pil"
    file.write_text(show_exchange(translate(parse_crn(CRN), SCHEMES[0])))
    done = subprocess.run(
        [COMMAND, file, "--condensed", "--reject-remote", "--max-complex-size", "24"],
        capture_output=True, text=True, timeout=300, check=True, env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert len(re.findall(r"^reaction \[condensed", done.stdout, re.MULTILINE)) >= 5


def test_names_that_nuskell_would_mistake_are_told():
    text = show_exchange(translate(parse_crn("fat -> win\n"), SCHEMES[0]))
    assert "by their first letter: fat win" in text
