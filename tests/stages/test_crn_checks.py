"""A wrong pass, or a wrong implementable CRN, is refuted: for networks, for CRNs with a limit, and for all others."""

import dataclasses
from pathlib import Path

import pytest

from dsdcompile.formats.design_file import load_design
from dsdcompile.passes import plan
from dsdcompile.passes.legalise import LEGALISE
from dsdcompile.passes.reduce import REDUCE
from dsdcompile.passes.result import PassResult
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.crn_checks import crn_checks
from dsdcompile.stages.source import read_source
from dsdcompile.verify.verdict import Outcome, together

DESIGNS = Path(__file__).resolve().parents[2] / "designs"
LIMIT = "#! output D\nA -> 3B + C\nB + C -> 2D\nA @i 1"
LOOP = "#! output B\n2A -> A + B\nA @i 2"


@pytest.fixture(params=["figure1.toml", "lotka_volterra.toml", "reversible.toml", LIMIT, LOOP], ids=lambda p: p[:12])
def sources(request, tmp_path):
    """A design and its source: a network, CRNs without a limit, one with, one that legalising robs of it."""
    path = DESIGNS / request.param
    if "->" in request.param:
        path = tmp_path / "small.crn"
        path.write_text(request.param)
        options = ["kinetics.unit='10 nM'", "scheme.max_products=2"]
    else:
        options = []
    design = load_design(path, options)
    return design, read_source(design, path.parent)


def refuted(source, compiled):
    return [check for check in crn_checks(source, compiled)[0] if check.outcome is Outcome.REFUTED]


def spoilt(crn):
    """Return a CRN in which a reaction makes one more of an output."""
    products = crn.products.tolil()
    row = int(crn.products.tocsc()[:, [int(crn.outputs[0, 0])]].indices[0])
    products[row, int(crn.outputs[0, 0])] += 1
    return crn.with_(products=products.tocsr())


def test_what_is_compiled_is_what_was_asked(sources):
    checks = crn_checks(sources[1], compile_crn(*sources))[0]
    assert len(checks) >= 3
    firm = [check.outcome for check in checks if not (check.second and check.outcome is Outcome.TESTED)]
    assert together(firm) is Outcome.PROVED, checks


def test_a_wrong_implementable_crn_is_refuted(sources):
    compiled = compile_crn(*sources)
    wrong = dataclasses.replace(compiled, implementable=spoilt(compiled.implementable))
    found = refuted(sources[1], wrong)
    assert found
    assert all(check.witnesses for check in found)


def test_a_wrong_pass_is_named(sources, monkeypatch):
    def wrong(crn, setting):
        made = LEGALISE.run(crn, setting)
        return PassResult(spoilt(made.crn), made.image, made.origin)

    monkeypatch.setattr(plan, "PASSES", (*plan.PASSES[:-1], dataclasses.replace(plan.PASSES[-1], run=wrong)))
    assert "pass legalise keeps reactions" in [check.name for check in refuted(sources[1], compile_crn(*sources))]


def test_a_wrong_reduction_is_named(tmp_path, monkeypatch):
    path = tmp_path / "small.crn"
    path.write_text(LIMIT)
    design = load_design(path, ["kinetics.unit='10 nM'", "passes.reduce=paper"])
    source = read_source(design, tmp_path)

    def wrong(crn, setting):
        made = REDUCE.run(crn, setting)
        return PassResult(made.crn.with_(initial=made.crn.initial * 2), made.image, made.origin)

    spoilt_reduce = dataclasses.replace(REDUCE, run=wrong)
    monkeypatch.setattr(plan, "PASSES", tuple(spoilt_reduce if one is REDUCE else one for one in plan.PASSES))
    monkeypatch.setattr(plan, "PAPER", frozenset({spoilt_reduce}))
    names = [check.name for check in refuted(source, compile_crn(design, source))]
    assert "pass reduce keeps the limit" in names
    assert "implementable CRN = formal CRN, by limits" in names
    assert "reduced CRN = formal CRN, by limits" in names


def test_passes_that_annihilate_are_checked_too(tmp_path):
    path = DESIGNS / "figure1.toml"
    design = load_design(path, ['passes.optional=["annihilate", "merge", "fanout", "annihilate_outputs"]'])
    source = read_source(design, DESIGNS)
    checks = {check.name: check for check in crn_checks(source, compile_crn(design, source))[0]}
    for name in ("annihilate keeps differences", "merge keeps the limit", "annihilate_outputs keeps differences"):
        assert checks[f"pass {name}"].outcome is Outcome.PROVED
    assert checks["pass fanout keeps reactions"].outcome is Outcome.PROVED
