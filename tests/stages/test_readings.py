"""What wells should show, against closed forms and against the implementation's own totals."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from dsdcompile.design.design import check_design
from dsdcompile.formats.design_file import load_design
from dsdcompile.lab.protocol import protocol
from dsdcompile.lab.recipe import WellKind
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.simulate.ode import simulate
from dsdcompile.simulate.trajectory import Tolerances
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.ordering import bench_options, make_recipe, stock_up
from dsdcompile.stages.readings import expected
from dsdcompile.stages.source import read_source
from dsdcompile.stages.translation import translate_crn

DESIGNS = Path(__file__).resolve().parents[2] / "designs"


def prepared(design, folder):
    source = read_source(design, folder)
    compiled = compile_crn(design, source, lambda _: None)
    translated = translate_crn(design, source, compiled)
    stock = stock_up(design, folder, source, compiled, translated)
    steps = protocol(stock.inventory, make_recipe(design, source, translated, stock), 1, bench_options(design))
    return SimpleNamespace(design=design, translated=translated, stock=stock, steps=steps)


def shown(made, end):
    return expected(made.design, made.translated, made.stock, made.steps, end)


def from_text(tmp_path, text, **tables):
    (tmp_path / "demo.crn").write_text(text)
    return prepared(check_design({"name": "demo", "crn": {"file": "demo.crn"}, **tables}, "demo"), tmp_path)


def test_a_reporter_opens_as_two_reactants_do(tmp_path):
    made = from_text(tmp_path, "#! input A\n#! output B\nA -> B\nA @i 20 nM\nB @i 10 nM\n")
    control = {one.plan.title: one for one in shown(made, 60.0)}["no fuel"]
    # 10 nM of signal B with 45 nM of reporter at 1e6 /M/s, nothing else happens
    a, r, k, t = 1e-8, made.stock.amounts["R_B"], 1e6, control.times[-1]
    assert r == pytest.approx(4.5e-8)
    decay = np.exp(-(r - a) * k * t)
    left = a * (r - a) * decay / (r - a * decay)
    assert control.open == pytest.approx([(a - left) / r], rel=1e-4)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_reporters_never_close_and_end_where_the_limit_says(scheme):
    made = prepared(load_design(DESIGNS / "relu.toml", [f"scheme.name={scheme.name}"]), DESIGNS)
    found = shown(made, 4 * 3600.0)
    courses = [one for one in found if one.plan.kind is WellKind.SAMPLE]
    assert len(courses) == 2
    for one in courses:
        assert one.open[0] == 0.0
        assert (np.diff(one.open) >= -1e-6).all()
    by_rail = {one.colour: one for one in courses}
    most = made.stock.amounts["R_H1_1p"]
    assert by_rail["FAM"].open[-1] * most == pytest.approx(2e-8, rel=0.01)  # relu(2) at 10 nM a unit
    assert by_rail["ROX"].open[-1] == pytest.approx(0.0, abs=1e-3)
    controls = {one.plan.title: one for one in found if one.plan.kind is not WellKind.SAMPLE and one.colour == "FAM"}
    assert {"no input", "no fuel", "X1n alone"} <= controls.keys()
    assert all(one.open[0] < 1e-3 and one.times == (4 * 3600.0,) for one in controls.values())


@pytest.mark.parametrize("name", ["lotka_volterra", "consensus"])
def test_samples_read_the_totals_that_follow_the_reactions(name):
    made = prepared(load_design(DESIGNS / f"{name}.toml"), DESIGNS)
    built = made.translated.implementation
    assert all(reporter.sampled for reporter in made.stock.reporters)
    assert any("drain" in warning for warning in made.stock.warnings)
    state = np.zeros(built.crn.n_species)
    for component, amount in made.steps.reactions[0].amounts.items():
        state[built.crn.index[component]] = amount
    times = np.array([0.0, *made.steps.recipe.times])
    totals = built.totals(simulate(built.crn, state, times, Tolerances().scaled(1e-9)).states)
    species = {reporter.name: reporter.species for reporter in made.stock.reporters}
    found = shown(made, 1.0)
    largest = totals.max()
    seen = 0
    for one in found:
        if one.plan.kind is WellKind.SAMPLE:
            (time,) = one.times
            there = totals[np.flatnonzero(times == time)[0], built.crn.index[species[one.reporter]]]
            read = one.open[0] * made.stock.amounts[one.reporter] / 0.6
            assert read == pytest.approx(there, abs=0.05 * largest)
            seen += 1
    assert seen == len(made.stock.reporters) * len(made.steps.recipe.times)
    leaks = [one for one in found if one.plan.title == "no signal"] or [
        one for one in found if one.plan.title == "no input"
    ]
    assert leaks
    assert all(one.open[0] == pytest.approx(0.0, abs=1e-9) for one in leaks)


def test_outputs_that_no_reaction_uses_are_read_where_they_are_made():
    made = prepared(load_design(DESIGNS / "relu.toml"), DESIGNS)
    assert not any(reporter.sampled for reporter in made.stock.reporters)
    assert not made.stock.warnings
    assert not made.steps.reactions
