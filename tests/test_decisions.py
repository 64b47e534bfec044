"""Nothing is decided by reading a text that is made for people."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "dsdcompile"
EDGES = {"cli", "formats"}
"""Rooms that read what people and other programs write."""
SHOWN = {"about", "caveat", "detail", "guarantees", "heading", "problem", "remedy", "title"}
"""Attributes that hold text for people."""
PARTS = {"startswith", "endswith", "find"}
KNOWN = {"stages/compilation.py", "stages/notions.py"}
"""Files that still do; this list only gets shorter."""


def decisions(text):
    """Yield the lines that look into an attribute's text, or compare one that is shown with a constant."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PARTS:
            if isinstance(node.func.value, ast.Attribute):
                yield node.lineno
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = any(isinstance(s, ast.Constant) and isinstance(s.value, str) and s.value for s in sides)
            if texts and any(isinstance(s, ast.Attribute) and s.attr in SHOWN for s in sides):
                yield node.lineno


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("check.name.endswith(BISIMULATION)", [1]),
        ("any(step.name.startswith('annihilate') for step in steps)", [1]),
        ("x = 1\nif 'inert' in check.detail: pass", [2]),
        ("well.title == 'sample'", [1]),
        ("well.kind is WellKind.SAMPLE", []),
        ("token.endswith('*')", []),
        ("finding.remedy == ''", []),
    ],
)
def test_such_decisions_are_seen(text, found):
    assert list(decisions(text)) == found


def test_there_are_none():
    files = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    assert files.keys() >= KNOWN
    inner = {name: path for name, path in files.items() if name.split("/")[0] not in EDGES}
    found = {f"{name}:{line}" for name, path in inner.items() for line in decisions(path.read_text())}
    assert {place for place in found if place.split(":")[0] not in KNOWN} == set()
