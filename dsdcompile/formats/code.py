"""A digest of code: a kept result is made again when what made it has changed."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

_PACKAGE: Final = "dsdcompile"
_ROOT: Final = Path(__file__).resolve().parents[1]


@lru_cache
def code_digest(*modules: str) -> str:
    """Return a digest of modules' source, and of every module of this package that they import, directly or not.

    Args:
        modules: Dotted names; those of other packages must have been imported, and what they import is not looked at.
    """
    total = hashlib.sha256()
    for name, source in sorted(_closure(modules).items()):
        total.update(f"{name} {len(source)} ".encode() + source)
    return total.hexdigest()[:24]


def _closure(modules: Iterable[str]) -> dict[str, bytes]:
    sources: dict[str, bytes] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if name in sources or path is None:
            continue
        sources[name] = path.read_bytes()
        if name.split(".")[0] == _PACKAGE:
            waiting += _imports(sources[name])
    return sources


def _file(name: str) -> Path | None:
    """Return a module's file; None for a name that is no module, such as a function of one."""
    package, *parts = name.split(".")
    if package != _PACKAGE:
        origin = getattr(sys.modules.get(name), "__file__", None)
        return None if origin is None else Path(origin)
    path = _ROOT.joinpath(*parts)
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)


def _imports(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == _PACKAGE)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == _PACKAGE:
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
