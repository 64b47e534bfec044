"""Every block of "How to add" is run as the file that it names, and held to what a member of its list is held to."""

import csv
import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import dsdcompile
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.enumeration.check import template_check
from dsdcompile.enumeration.composition import compose
from dsdcompile.errors import BackendError, SchemeError
from dsdcompile.formats.vendor_file import parse_vendor, vendors
from dsdcompile.passes.catalogue import PASSES
from dsdcompile.passes.declared import Pass
from dsdcompile.report import outputs as catalogue
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.rules.catalogue import RULES
from dsdcompile.sequences.rules.rule import Rule
from dsdcompile.sequences.thermo import catalogue as backends
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Question
from dsdcompile.sequences.thermo.vienna import Vienna
from dsdcompile.verify.modules import net_check, waste_check
from dsdcompile.verify.verdict import Outcome
from tests.passes import test_contract
from tests.sequences import test_checks

ROOT = Path(dsdcompile.__file__).parent
PAGE = (ROOT / "HOW_TO_ADD.md").read_text()
BLOCK = re.compile(r"```(?:python|toml)\n# (?P<line>a line of )?(?P<path>\S+)\n(?P<code>.*?)```", re.DOTALL)
BLOCKS = {
    (match["line"] or "") + match["path"].removeprefix("dsdcompile/"): match["code"] for match in BLOCK.finditer(PAGE)
}


def made(path: str) -> ModuleType:
    """Return the block of a path as the module that it would be."""
    name = "dsdcompile." + path.removesuffix(".py").replace("/", ".")
    module = ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    sys.modules[name] = module  # dataclasses and annotations look there
    exec(compile(BLOCKS[path], path, "exec"), vars(module))
    return module


@pytest.fixture
def added(request):
    path = request.param
    yield made(path)
    del sys.modules["dsdcompile." + path.removesuffix(".py").replace("/", ".")]


def adds(path):
    return pytest.mark.parametrize("added", [path], indirect=True)


def test_every_block_names_its_file_and_is_none_that_there_is():
    assert len(BLOCKS) == PAGE.count("```python") + PAGE.count("```toml") == 7
    for path in BLOCKS:
        assert (ROOT / path).parent.is_dir() or path.startswith("a line of ")
        assert not (ROOT / path).exists()


def test_every_file_that_the_page_names_is_there():
    named = set(re.findall(r"`([\w/]+\.(?:py|md|toml))`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
    root = ROOT.parent
    assert named
    assert {name for name in named if not list(root.glob(f"**/{name}"))} == set()


@adds("schemes/relay2010.py")
def test_the_scheme_keeps_the_contract_of_schemes(added):
    scheme: Scheme = added.Relay2010()
    assert scheme.name not in {one.name for one in SCHEMES}
    shapes = [ReactionShape.of((0,), products) for products in ((), (1,), (0,), (1, 2), (1, 1, 2), (0, 1))]
    for shape in shapes:
        assert scheme.refusal(shape) is None
        template = scheme.template(shape)
        for check in (
            template_check(template, scheme.form, DomainLengths()),
            net_check(template),
            waste_check(template),
        ):
            assert check.outcome is Outcome.PROVED, check
    refusal = scheme.refusal(ReactionShape.of((0, 1), (2,)))
    assert refusal == "2 reactants; gates take one (let two of them bind first: A + B <-> AB)"
    with pytest.raises(SchemeError, match="2 reactants"):
        translate(parse_crn("A + B -> C"), scheme)


@adds("schemes/relay2010.py")
def test_a_system_of_the_scheme_is_what_the_original_makes(added, monkeypatch):
    monkeypatch.setattr("dsdcompile.schemes.catalogue.SCHEMES", (*SCHEMES, added.Relay2010()))
    crn = parse_crn("A -> B + C\nB -> A\nC ->\n")
    ours, original = (translate(crn, find_scheme(name)) for name in ("relay2010", "soloveichik2010"))
    tubes = [{item.complex.canonical() for item in system.inventory.items} for system in (ours, original)]
    assert tubes[0] == tubes[1]
    assert compose(ours).check.outcome is Outcome.PROVED


@adds("schemes/relay2010.py")
def test_the_drawing_is_what_is_built(added):
    template = added.Relay2010().template(ReactionShape.of((0,), (1, 2)))
    drawn = dict(re.findall(r"^    (\w+) = (.*)$", added.__doc__, re.MULTILINE))
    assert drawn.keys() == {"X", "G", "O", "T"}
    for name, kernel in drawn.items():
        assert parse_kernel(kernel).canonical() == template[name].complex.canonical(), name


@adds("passes/one_rate.py")
def test_the_pass_keeps_the_contract_of_passes(added):
    one: Pass = added.ONE_RATE
    assert one.name not in {known.name for known in PASSES}
    test_contract.test_a_pass_finds_something_to_do_in_its_example_and_keeps_its_limit(one)
    test_contract.test_a_pass_over_a_network_keeps_what_it_says(one=one)
    test_contract.test_a_pass_over_any_crn_with_a_limit_keeps_what_it_says(one=one)
    test_contract.test_a_pass_over_rails_of_any_kind_keeps_what_it_says(one=one)
    test_contract.test_what_a_pass_says_is_held_against_what_it_made(one)
    assert added.one_rate(parse_crn("A -> B [5]\nB -> C [0.1]")).crn == parse_crn("A -> B\nB -> C")


@adds("sequences/rules/restriction_sites.py")
def test_the_rule_passes_good_sequences_and_fails_what_is_planted(added):
    rule: Rule = added.RULE
    assert rule.name not in {known.name for known in RULES}
    with Vienna(workers=1) as model:
        test_checks.test_each_rule_passes_good_sequences_and_fails_what_is_planted_for_it(rule, model)


@adds("formats/modules_csv.py")
def test_the_format_and_its_line_write_a_file(added):
    line = eval(BLOCKS["a line of report/outputs.py"], {**vars(catalogue), "show_modules": added.show_modules})
    assert isinstance(line, catalogue.Output)
    assert line.name not in {output.name for output in catalogue.OUTPUTS}
    system = translate(parse_crn("A -> B\nB -> C\nA + B -> C\n"), find_scheme("soloveichik2010"))
    rows = list(csv.reader(added.show_modules(system).splitlines()))
    assert rows == [["template", "modules"], ["A -> B", "2"], ["A + B -> C", "1"]]


def test_the_vendor_is_read():
    path = "formats/vendors/anyone.toml"
    vendor = parse_vendor(BLOCKS[path])
    assert vendor.name == Path(path).stem not in vendors()
    assert {label.kind for label in vendor.labels} == {"fluorophore", "quencher"}
    assert vendor.plate_minimum == ((96, 24),)


@adds("sequences/thermo/vienna_1m.py")
def test_the_backend_answers_at_one_molar(added, monkeypatch):
    monkeypatch.setattr(backends, "BACKENDS", (*backends.BACKENDS, "vienna_1m"))
    question = Question(("ACGGTTCA", "TGAACCGT"), "((((((((+))))))))")
    tube = Conditions(25.0, 0.05, 0.0125)
    with backends.open_backend("vienna_1m", tube) as model:
        assert model.conditions == tube
        assert model.provenance["sodium_molar"] == 1.0
        answer = model.ensembles([question])[0]
    with backends.open_backend("vienna", Conditions(25.0, 1.0, 0.0)) as known:
        wanted = known.ensembles([question])[0]
    with backends.open_backend("vienna", tube) as usual:
        assert answer.energy < usual.ensembles([question])[0].energy - 0.1
    assert answer.energy == wanted.energy
    np.testing.assert_array_equal(answer.unpaired, wanted.unpaired)
    with pytest.raises(BackendError, match="no backend 'mfold'; there are vienna, nupack, vienna_1m"):
        backends.open_backend("mfold", tube)


@pytest.mark.parametrize("name", backends.BACKENDS)
def test_every_backend_that_is_listed_is_a_file_with_its_class(name):
    module = importlib.import_module(f"{backends.__package__}.{name}")
    assert {"conditions", "provenance", "ensembles", "__enter__", "__exit__"} <= set(dir(module.BACKEND))
