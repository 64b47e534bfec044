"""No decision rests on text that is made to be read: whoever rewords a message must not change what is done.

Display text is what :data:`SHOWN` names, a value turned into text (``str(x)``, ``x.__str__()``), and every local name
that is bound to it. It may be shown, joined, shortened and sorted by, but not compared or searched. A ``name`` is what
a user or a file calls a thing, so two names may be compared; but to ask whether a name is, begins or ends with
something that the code spells out is to decide on text where a type, a flag or an identity would say what is meant.
Only :data:`GRAMMAR` may do that: rooms that read files in which names are part of the format.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import dsdcompile

ROOT = Path(dsdcompile.__file__).parent
ROOMS = sorted({path.relative_to(ROOT).parts[0] for path in ROOT.rglob("*.py")})
GRAMMAR = frozenset({"formats"})
"""Rooms that read names spelt out in files of others."""
SHOWN = frozenset(
    {
        "about",
        "caveat",
        "description",
        "detail",
        "guarantees",
        "heading",
        "headline",
        "hint",
        "note",
        "problem",
        "reason",
        "remedy",
        "says",
        "title",
        "warning",
    }
)
"""Attributes that hold sentences or headings."""
SEARCHES = frozenset(
    {
        "startswith",
        "endswith",
        "find",
        "rfind",
        "index",
        "rindex",
        "count",
        "partition",
        "rpartition",
        "split",
        "rsplit",
    }
)
PARTS = frozenset({"startswith", "endswith", "find"})
"""Searches that no attribute's text may be put to outside of :data:`GRAMMAR`, whatever the attribute is called."""
PATTERNS = frozenset({"match", "search", "fullmatch", "findall", "finditer", "split", "sub"})
"""What the module ``re`` does with a text."""
SAME_TEXT = frozenset({"strip", "lower", "upper", "casefold", "lstrip", "rstrip", "replace", "format", "title"})
"""Methods whose result is the same text in another form."""

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.Module


def decisions(source: str, *, names: bool = True) -> list[str]:
    """Return each place of a module where text decides, as its line and code; ``names`` says whether names count."""
    tree = ast.parse(source)
    found: dict[int, str] = {}
    for scope in (node for node in ast.walk(tree) if isinstance(node, Scope)):
        shown = _bound(scope)
        for node in _inside(scope):
            if not _nothing(node) and _decides(node, shown, names=names):
                found.setdefault(node.lineno, ast.unparse(node))
    return [f"{line}: {code}" for line, code in sorted(found.items())]


def _inside(scope: Scope) -> Iterator[ast.AST]:
    """Yield what a scope holds: of a module, what stands outside of functions; of a function, those inside it too."""
    waiting: list[ast.AST] = [scope]
    while waiting:
        node = waiting.pop()
        yield node
        inner = ast.iter_child_nodes(node)
        waiting += [one for one in inner if not (isinstance(scope, ast.Module) and isinstance(one, Scope))]


def _bound(scope: Scope) -> frozenset[str]:
    """Return the local names that are bound to display text anywhere in a scope."""
    known: frozenset[str] = frozenset()
    while True:
        more = known | {
            target.id
            for targets, value in _bindings(scope)
            if _shown(value, known)
            for target in targets
            if isinstance(target, ast.Name)
        }
        if more == known:
            return known
        known = more


def _bindings(scope: Scope) -> Iterator[tuple[list[ast.expr], ast.expr]]:
    for node in _inside(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield targets, value
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                yield [target], value
            case ast.For(target=target, iter=several) | ast.comprehension(target=target, iter=several):
                # A loop over texts: over a display of them, a generator of them, or what is called after them.
                match several:
                    case ast.Tuple(elts=each) | ast.List(elts=each) | ast.Set(elts=each):
                        yield from (([target], one) for one in each)
                    case ast.GeneratorExp(elt=one) | ast.ListComp(elt=one) | ast.SetComp(elt=one):
                        yield [target], one
                    case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="str"), _]):
                        yield [target], ast.parse("str(x)", mode="eval").body
                    case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
                        yield [target], ast.Attribute(ast.Name("x"), name.removesuffix("s"))


def _shown(node: ast.AST | None, names: frozenset[str]) -> bool:
    """Return whether an expression is display text."""
    match node:
        case ast.Name(id=name):
            return name in names
        case ast.Attribute(attr=name):
            return name in SHOWN
        case ast.Call(func=ast.Name(id="str"), args=[ast.Call(func=ast.Name(id="len"))]):
            return False
        case ast.Call(func=ast.Name(id="str")) | ast.Call(func=ast.Attribute(attr="__str__")):
            return True
        case ast.Call(func=ast.Attribute(attr="join"), args=[_]):
            return False
        case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in SAME_TEXT:
            return _shown(value, names)
        case ast.Subscript(value=value, slice=ast.Slice()):
            return _shown(value, names)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _shown(left, names) or _shown(right, names)
        case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, other]):
            return _shown(one, names) or _shown(other, names)
    return False


def _name(node: ast.AST) -> bool:
    """Return whether an expression is what a thing is called."""
    match node:
        case ast.Attribute(attr="name"):
            return True
        case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in SAME_TEXT:
            return _name(value)
    return False


def _spelt_out(node: ast.AST) -> bool:
    """Return whether an expression is text that the code spells out, or a constant table of it."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.Tuple(elts=each) | ast.List(elts=each) | ast.Set(elts=each):
            return any(map(_spelt_out, each))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper() and len(name) > 1
    return False


def _nothing(node: ast.AST) -> bool:
    """Return whether an expression only asks whether there is a text at all."""
    match node:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value="")]):
            return True
    return False


def _decides(node: ast.AST, bound: frozenset[str], *, names: bool) -> bool:
    def text(one: ast.AST) -> bool:
        return _shown(one, bound) or (names and _name(one))

    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [left, *others]
            if all(isinstance(op, ast.Is | ast.IsNot) for op in ops):
                return False
            spelt = names and any(map(_name, sides)) and any(map(_spelt_out, sides))
            return spelt or any(_shown(side, bound) for side in sides)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=method), args=[_, searched, *_]):
            return method in PATTERNS and text(searched)
        case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in SEARCHES:
            return text(value) or (names and method in PARTS and isinstance(value, ast.Attribute))
        case ast.Match(subject=subject, cases=cases):
            spelt = any(isinstance(part, ast.MatchValue) for case in cases for part in ast.walk(case.pattern))
            return _shown(subject, bound) or (names and _name(subject) and spelt)
    return False


@pytest.mark.parametrize("room", ROOMS)
def test_no_decision_in_this_room_rests_on_text(room):
    paths = sorted((ROOT / room).rglob("*.py")) if (ROOT / room).is_dir() else [ROOT / room]
    found = [
        f"{path.relative_to(ROOT)}:{one}"
        for path in paths
        for one in decisions(path.read_text(), names=room not in GRAMMAR)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        'check.name.endswith("bisimulation")',
        'any(step.name.startswith("annihilate") for step in steps)',
        'line.text.startswith("pass")',
        'well.title == "sample"',
        'finding.remedy == "shorter"',
        "step.name in BUILDING",
        'check.name == "names"',
        'check.name not in ("names", "modules")',
        'check.detail != "not judged"',
        '"not judged" in check.detail',
        "str(check) == wanted",
        'str(check)[:4] == "pass"',
        "line = str(check)\nline.lower().startswith(prefix)",
        'for line in results.headlines:\n    line.find("proved")',
        '[line for line in map(str, checks) if not line.startswith("verification")]',
        '[line for line in results.headlines() if not line.startswith("verification")]',
        'def f(check):\n    told = check.title + "."\n    again = told\n    return again.split(":")',
        're.match("pass .*", check.detail)',
        'match check.name:\n    case "names":\n        pass',
        "match str(check):\n    case other:\n        pass",
    ],
)
def test_a_decision_on_text_is_found(code):
    assert len(decisions(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "step.rewriting.keeps is Keeps.DIFFERENCES",
        "one.name == other.name",
        "check.detail is None",
        'finding.remedy == ""',
        "str(error)[:60]",
        'name = f"R_{species}"\nname in made',
        "str(len(word)) == row[2]",
        "sorted(checks, key=lambda check: check.name)",
        "known[check.name]",
        'if check.detail:\n    print(f"{check.name}: {check.detail}")',
        'token.endswith("*")',
        'line.startswith("#")',
        "part = check.outcome\npart is Outcome.PROVED",
        "check.outcome == Outcome.PROVED",
    ],
)
def test_what_decides_on_types_or_reads_a_files_grammar_is_left_alone(code):
    assert not decisions(code)


def test_names_of_a_files_grammar_may_be_spelt_out_where_files_are_read():
    code = 'node.name == "value"'
    assert decisions(code)
    assert not decisions(code, names=False)
    assert decisions('check.detail == "value"', names=False)
