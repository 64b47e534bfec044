"""The contract of schemes: the catalogue keeps it, a scheme from outside is held to it, a broken one is refused."""

import json
import re
from pathlib import Path

import pytest

from dsdcompile.cli.main import main
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.errors import DesignError, FormatError, SchemeError
from dsdcompile.formats import scheme_file
from dsdcompile.formats.scheme_file import load_scheme
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.stages.scheme_choice import choose_scheme
from dsdcompile.stages.scheme_contract import COMMON, check_contract, declaration_problems, shape_problems, shapes

PAGE = Path(__file__).resolve().parents[2] / "dsdcompile/HOW_TO_ADD.md"
CASES = [pytest.param(s, shape, id=f"{s.name}: {shape}") for s in SCHEMES for shape in shapes(s)]
BY_NAME = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


@pytest.mark.parametrize(("scheme", "shape"), CASES)
def test_every_template_does_exactly_what_is_intended_and_claimed(scheme, shape):
    assert list(shape_problems(scheme, shape)) == []


@BY_NAME
def test_every_scheme_says_what_it_is(scheme):
    assert list(declaration_problems(scheme)) == []
    assert ("fails" in scheme.guarantees) == (not scheme.bisimilar)
    assert scheme.citation
    assert len({find_scheme(name) for name in (scheme.name, *scheme.aliases)}) == 1
    for count in range(7):
        refusal = scheme.refusal(ReactionShape.of(range(count), (count,)))
        if refusal is not None:
            assert refusal.startswith(f"{count} reactants; gates take one")
            assert ("bind first" in refusal) == (count > 0)


@BY_NAME
def test_what_a_scheme_refuses_it_builds_through_a_species_more(scheme):
    for left, right in COMMON:
        assert scheme.accepts(ReactionShape.of(left, right)) or len(left) > scheme.reactants
    for count in range(1, scheme.reactants + 1):
        same = ReactionShape.of((0,) * count, (0,) * count)
        assert scheme.accepts(same) or scheme.accepts(ReactionShape.of((0,) * count, (1,)))


@pytest.fixture
def relay(tmp_path):
    """The worked example of HOW_TO_ADD.md, as a file."""
    text = PAGE.read_text(encoding="utf-8")
    (block,) = [found for found in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "relay2010.py" in found]
    file = tmp_path / "relay2010.py"
    file.write_text(block)
    return file


def test_the_worked_example_keeps_the_whole_contract(relay):
    scheme = load_scheme(relay)
    assert len(list(shapes(scheme))) > 8
    check_contract(scheme)


def test_a_scheme_file_goes_the_whole_way(relay, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()
    (tmp_path / "x/chain.crn").write_text("#! input A\n#! output C\nA -> B + C\nB -> C\n")
    assert main(["verify", "x/chain.crn", "--scheme", "relay2010.py", "--out", "out"]) == 0
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["verification"]["verdict"] == "proved"
    assert (summary["scheme"], summary["modules"]) == ("../relay2010.py", 2)
    assert "(relay2010)" in capsys.readouterr().out
    assert main(["compile", "x/chain.crn", "--scheme", "no.py"]) == 2
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('build.react(("O", "T"), (*made, "W2"), "release")', "pass", "A -> B"),
        ("left=flux[:1]", "left=()", "A -> B"),
        ("Top(flux[:2], right=names)", "Top(flux[:1], right=flux[1:])", "unintended reaction"),
        ("reactants: ClassVar[int] = 1", "reactants: ClassVar[int] = 2", "A + B -> C: "),
        ("bisimilar: ClassVar[bool] = True", "bisimilar: ClassVar[bool] = False", "needs a caveat"),
        ("    citation: ClassVar[str] =", "    cited: ClassVar[str] =", "declares no citation"),
        ('"T", ladder(Gap(("s0_c",)), *tops)', '"T", ladder(Gap(("s0_c",)), *tops), 0.5', "0.5 fewer than a turn uses"),
    ],
)
def test_a_scheme_that_breaks_the_contract_is_refused_before_it_is_used(relay, old, new, told):
    text = relay.read_text()
    assert text.count(old) == 1
    relay.write_text(text.replace(old, new))
    with pytest.raises(SchemeError, match=f"scheme relay2010 breaks the contract.*{re.escape(told)}"):
        choose_scheme(relay.name, relay.parent)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "0 schemes, where one subclass of Scheme is expected"),
        ("from nowhere import x", "cannot be run: ModuleNotFoundError"),
        ("from dsdcompile.schemes.scheme import Scheme\nclass S(Scheme): pass", "lacks refusal, template"),
        ("def f(:", "cannot be run: SyntaxError"),
    ],
)
def test_a_file_that_is_no_scheme_is_refused(tmp_path, text, told):
    (tmp_path / "s.py").write_text(text)
    with pytest.raises(FormatError, match=f"s.py: .*{told}"):
        load_scheme(tmp_path / "s.py")


def test_no_scheme_from_outside_takes_the_name_of_another(relay):
    relay.write_text(relay.read_text().replace('ClassVar[str] = "relay2010"', 'ClassVar[str] = "two-domain"'))
    with pytest.raises(DesignError, match="'two-domain' is a scheme of dsdcompile"):
        choose_scheme(str(relay))


def test_installed_packages_offer_schemes(relay, monkeypatch):
    module = load_scheme(relay)

    class Point:
        name, value = "relay-plugin", "package:Relay"

        def load(self):
            return type(module)

    monkeypatch.setattr(scheme_file, "entry_points", lambda group: [Point()] if group == "dsdcompile.schemes" else [])
    found = choose_scheme("relay-plugin")
    assert found.name == "relay2010"
    assert find_scheme("relay2010") is found
    monkeypatch.setattr(Point, "load", lambda self: 7)
    with pytest.raises(FormatError, match="relay-plugin = package:Relay: 7 is no scheme"):
        choose_scheme("relay-plugin")
