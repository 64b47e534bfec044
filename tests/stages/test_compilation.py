"""The compile stage over the committed IRIS network: what each way of reducing builds, and what it says of it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.crn.crn import NO_RAIL
from dsdcompile.crn.limit import limit
from dsdcompile.formats.design_file import load_design
from dsdcompile.passes.catalogue import OPTIONAL
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate
from dsdcompile.stages.compilation import DesignCrns, compile_crn
from dsdcompile.stages.crn_checks import without_annihilation
from dsdcompile.stages.source import Source, read_source
from dsdcompile.verify.verdict import Outcome

IRIS = Path(__file__).resolve().parents[2] / "designs" / "iris.toml"


def compiled(*changes: str) -> tuple[Source, DesignCrns]:
    design = load_design(IRIS, list(changes))
    source = read_source(design, IRIS.parent)
    return source, compile_crn(design, source)


def test_iris_at_two_products_takes_at_most_half_the_modules_of_naive_trees():
    (_, naive), (_, unreduced), (_, ours) = (
        compiled("scheme.max_products=2", f"passes.reduce={how}") for how in ("paper", "none", "cost")
    )
    assert (naive.formal.n_reactions, naive.reduced.n_reactions) == (40, 16)
    assert ours.implementable.n_reactions <= naive.implementable.n_reactions / 2
    assert ours.implementable.n_reactions < unreduced.implementable.n_reactions


@pytest.mark.parametrize("optional", ["[]", '["shift"]', '["dead", "merge", "fanout", "inline"]', '["cancel"]'])
@pytest.mark.parametrize("how", ["paper", "cost", "none"])
def test_every_plan_keeps_the_limits_of_all_examples(how, optional):
    source, made = compiled(f"passes.reduce={how}", f"passes.optional={optional}")
    wanted = source.network(source.examples.inputs)
    for crn in (made.reduced, made.implementable):
        np.testing.assert_allclose(limit(crn, source.examples.inputs), wanted, atol=1e-9)
    assert made.meaning.crn is made.implementable
    assert made.meaning.image.shape == (made.formal.n_species, made.implementable.n_species)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_the_last_cost_is_what_is_ordered(scheme):
    _, made = compiled("passes.reduce=cost", f"scheme.name={scheme.name}")
    system, cost = translate(made.implementable, made.scheme, made.lengths), made.steps[-1].cost
    assert (cost.modules, cost.strands, cost.nucleotides) == (
        system.n_modules,
        len(system.inventory.strands),
        system.inventory.nucleotides,
    )


def test_costs_are_shown_before_and_after_each_pass_and_kept(tmp_path, capsys):
    assert main(["compile", str(IRIS), "--reduce", "cost", "--set", "passes.price=0.5", "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr().err
    for name in ("formal", "merge", "fanout", "inline", "legalise"):
        assert f"] {name}: " in shown
    steps = json.loads((tmp_path / "summary.json").read_text())["passes"]
    assert [steps[0]["name"], steps[-1]["name"]] == ["formal", "legalise"]
    assert steps[-1]["cost"] == 0.5 * steps[-1]["nucleotides"] < steps[0]["cost"]


@pytest.mark.parametrize("name", OPTIONAL)
@pytest.mark.parametrize("how", ["none", "paper"])
def test_every_optional_pass_leads_to_a_proved_design_that_comes_to_its_limit(name, how, tmp_path):
    changes = ["--reduce", how, "--set", f'passes.optional=["{name}"]', "--set", "verify.equivalence=false"]
    assert main(["simulate", str(IRIS.with_name("relu.toml")), *changes, "--out", str(tmp_path)]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["verification"]["verdict"] == "proved"
    assert summary["labels"]["implementation_agrees"] == 4
    assert [step["name"] for step in summary["passes"]][-2:] in ([name, "legalise"], ["reduce", "legalise"])


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_what_gates_hold_of_annihilated_outputs_counts(scheme, tmp_path):
    changes = ('passes.optional=["annihilate_outputs"]', f"scheme.name={scheme.name}", "verify.equivalence=false")
    options = [word for change in changes for word in ("--set", change)]
    design = IRIS.with_name("figure1.toml")
    assert main(["simulate", str(design), "--reduce", "none", *options, "--out", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "comparison.json").read_text())["comparisons"]
    away = {one["other"]: one["distance_to_limit"][one["other"]] for one in found}
    assert {"reduced", "implementation"} <= away.keys() <= {"reduced", "implementation", "crosstalk"}
    assert max(away["reduced"], away["implementation"]) < 0.02
    # Unintended bindings hold more, most where all species share a toehold; without what gates hold it is over 1.
    assert max(away.values()) < 0.75
    names = [check["name"] for check in json.loads((tmp_path / "verification.json").read_text())["checks"]]
    assert "implementable CRN: annihilated pairs carry nothing but their difference" in names


def test_annihilating_an_open_pair_is_refuted():
    _, made = compiled("passes.reduce=none", 'passes.optional=["annihilate_outputs"]')
    assert [check.outcome for check in without_annihilation(made)[1]] == [Outcome.PROVED]
    outputs = np.array(made.implementable.outputs)
    outputs[0, 1] = NO_RAIL  # its plus rail is read alone
    crn, checks = without_annihilation(replace(made, implementable=made.implementable.with_(outputs=outputs)))
    assert [check.outcome for check in checks] == [Outcome.REFUTED]
    assert made.implementable.species[outputs[0, 0]] in checks[0].detail
    assert crn.n_reactions == made.implementable.n_reactions


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [("A -> B", "matched", "kinetics.mode is matched"), ("A + B -> C\nA -> D", "fast", "no limit")],
)
def test_passes_that_do_not_run_are_named(text, mode, why, tmp_path, capsys):
    file = tmp_path / "rates.crn"
    file.write_text(f"{text}\nA @initial 1\n")
    changes = ["--set", f"kinetics.mode={mode}", "--set", 'passes.optional=["dead", "merge"]', "--reduce", "cost"]
    assert main(["compile", str(file), *changes, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "reduce = cost, dead, merge left out" in told
    assert why in told
    assert main(["compile", str(file), "--set", f"kinetics.mode={mode}", "--out", str(tmp_path / "out")]) == 0
    assert "left out" not in capsys.readouterr().out


def test_an_unknown_pass_is_refused(tmp_path, capsys):
    assert main(["compile", str(IRIS), "--set", 'passes.optional=["sharing"]', "--out", str(tmp_path / "x")]) == 2
    assert "passes.optional.1" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
