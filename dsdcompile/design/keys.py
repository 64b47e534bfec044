"""What keys a design file may have, read off the tables themselves: names for hints, and a file of all defaults."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dsdcompile.design.quantities import Quantity

WIDTH = 110


def keys_of(root: type[BaseModel], path: Iterable[str | int] = ()) -> list[str]:
    """Return the keys of the table at a path of keys below ``root``; nothing if there is no table."""
    table = _at(root, path)
    return [] if table is None else list(table.model_fields)


def free_keys(root: type[BaseModel], path: Iterable[str | int]) -> bool:
    """Return whether a path of keys below ``root`` is a table whose keys the user makes up, such as ``lab.prices``."""
    *above, last = path
    table = _at(root, above)
    field = None if table is None else table.model_fields.get(str(last))
    return field is not None and get_origin(field.annotation) is dict


def _at(root: type[BaseModel], path: Iterable[str | int]) -> type[BaseModel] | None:
    table: type[BaseModel] | None = root
    for part in path:
        field = None if table is None else table.model_fields.get(str(part))
        table = None if field is None else _table(field)
    return table


def show_keys(root: type[BaseModel]) -> str:
    """Return every key with meaning, allowed values and default as TOML text: a design file but for its source.

    Tables and keys that are unset unless given are commented out.
    """
    lines: list[str] = []
    for name, field in root.model_fields.items():
        table = _table(field)
        if table is None:
            lines += [*_key(name, field), ""]
            continue
        found = [f"[{name}]  # {(table.__doc__ or '').splitlines()[0]}"]
        for key, inner in table.model_fields.items():
            found += _key(key, inner)
        if field.default is None:
            found = [line if line.startswith("#") else f"# {line}" for line in found]
        lines += [*found, ""]
    return "\n".join(lines)


def _key(name: str, field: FieldInfo) -> list[str]:
    choices = [show_toml(value) for part in _parts(field) if get_origin(part) is Literal for value in get_args(part)]
    meaning = (field.description or "").rstrip(".") + (f" ({', '.join(choices)})" if choices else "")
    found = textwrap.wrap(meaning, WIDTH, initial_indent="# ", subsequent_indent="# ")
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if default is None:
        return [*found, f"# {name} = ..."]
    quantity = next((part for part in _parts(field) if isinstance(part, Quantity)), None)
    return [*found, f"{name} = {show_toml(default if quantity is None else quantity.show(default))}"]


def show_toml(value: object) -> str:
    """Write a value as TOML does.

    >>> show_toml((True, "ab", {}, 0.5))
    '[true, "ab", {}, 0.5]'
    """
    if isinstance(value, tuple):
        return f"[{', '.join(map(show_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _table(field: FieldInfo) -> type[BaseModel] | None:
    inner = [part for part in _parts(field) if isinstance(part, type) and issubclass(part, BaseModel)]
    return inner[0] if inner else None


def _parts(field: FieldInfo) -> Iterator[Any]:
    """Yield everything that a field's annotation is made of, metadata included."""
    waiting: list[Any] = [field.annotation, *field.metadata]
    while waiting:
        part = waiting.pop(0)
        yield part
        waiting += [*get_args(part), *getattr(part, "__metadata__", ())]
