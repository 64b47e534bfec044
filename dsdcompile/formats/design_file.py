"""Read design files: TOML on disk, with ``--set`` changes on top, into a validated Design."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dsdcompile.design.design import Design, check_design
from dsdcompile.design.keys import free_keys, keys_of
from dsdcompile.errors import DesignError, FormatError
from dsdcompile.formats.text_file import read_text

SUFFIXES = (".toml", ".crn")


def load_design(path: Path, changes: Iterable[str] = ()) -> Design:
    """Return the design at ``path``, with changes such as ``scheme.max_products=2`` applied before it is checked.

    A ``.crn`` file is a design of its own: its name, and defaults for the rest.

    Raises:
        DesignError: the file is missing, is not TOML, or asks for something that cannot be.
    """
    alone = {"name": path.stem, "crn": {"file": path.name}}
    values = alone if path.suffix == ".crn" else _toml_values(path)
    for change in changes:
        values = _changed(values, change)
    return check_design(values, str(path))


def _near(path: Path) -> str:
    """Return a hint at design files whose name is close: beside the path, or in a folder ``designs``."""
    folders = [folder for folder in (path.parent, Path("designs")) if folder.is_dir()]
    there = {file.stem: file for folder in folders for file in sorted(folder.iterdir()) if file.suffix in SUFFIXES}
    close = difflib.get_close_matches(path.stem, there, 1)
    return f"; did you mean {there[close[0]]}?" if close else "; give the path of a .toml or .crn file"


def _toml_values(path: Path) -> dict[str, Any]:
    try:
        text = read_text(path, "design file")
    except FormatError as error:
        raise DesignError(f"{error}{_near(path)}") from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise DesignError(f"{path}: not a TOML file: {error}") from None


def _changed(values: Mapping[str, Any], change: str) -> dict[str, Any]:
    key, equals, text = change.partition("=")
    path = key.strip().split(".")
    if not equals or not all(path):
        raise DesignError(f"--set {change}: write key=value, such as scheme.max_products=2")
    table = path[:-1]
    if table and not keys_of(Design, table) and not free_keys(Design, table):
        raise DesignError(f"--set {change}: no table {'.'.join(table)!r}; tables are {', '.join(_tables())}")
    return _with(values, path, _value(text))


def _with(values: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """Return nested tables with one key changed; what is no table on the way to it is replaced by one."""
    first, *rest = path
    if not rest:
        return {**values, first: value}
    inner = values.get(first)
    return {**values, first: _with(inner if isinstance(inner, Mapping) else {}, rest, value)}


def _tables() -> list[str]:
    return [key for key in keys_of(Design) if keys_of(Design, (key,))]


def _value(text: str) -> Any:
    """Return the TOML value that ``text`` writes, or the text itself: ``kinetics.unit=10 nM`` needs no quotes."""
    try:
        found = tomllib.loads(f"value = {text.strip()}")
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return text.strip()
    return found["value"] if len(found) == 1 else text.strip()
