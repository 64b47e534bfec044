"""Every value that travels between stages is frozen, hashable, and holds read-only arrays."""

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel
from scipy.sparse import issparse

import dsdcompile
from dsdcompile.formats.design_file import load_design
from dsdcompile.pipeline import run

OPEN_TABLES = {"results.design.sequences.fixed", "results.design.lab.prices"}
ROOT = Path(__file__).resolve().parents[1]
BUILDERS = {"WordPool", "Assembly", "Unknowns"}
"""Public dataclasses that are no values but are filled step by step."""


def dataclasses_of_the_package():
    for module in pkgutil.walk_packages(dsdcompile.__path__, "dsdcompile."):
        loaded = importlib.import_module(module.name)
        for _, found in inspect.getmembers(loaded, inspect.isclass):
            own = dataclasses.is_dataclass(found) and found.__module__ == module.name
            if own and found.__name__ not in BUILDERS and not found.__name__.startswith("_"):
                yield found


CLASSES = sorted(dataclasses_of_the_package(), key=lambda c: (c.__module__, c.__name__))


@pytest.mark.parametrize("value", CLASSES, ids=lambda c: c.__name__)
def test_values_are_frozen_hashable_and_final_or_abstract(value):
    assert value.__dataclass_params__.frozen
    assert value.__hash__ is not None
    assert getattr(value, "__final__", False) or inspect.isabstract(value) or value.__subclasses__()


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What a whole run has made."""
    design = load_design(ROOT / "designs/relu.toml", ["sequences.effort=1", "verify.equivalence=false"])
    return run(design, ROOT / "designs", tmp_path_factory.mktemp("values"), progress=lambda line: None)


def held(value, path, seen):
    """Yield the path and value of everything that a value holds, itself included."""
    if id(value) in seen or isinstance(value, str | int | float | bool | type(None) | type):
        return
    seen.add(id(value))
    yield path, value
    if dataclasses.is_dataclass(value):
        inside = {f".{field.name}": getattr(value, field.name) for field in dataclasses.fields(value)}
    elif isinstance(value, BaseModel):
        inside = {f".{name}": getattr(value, name) for name in type(value).model_fields}
    elif issparse(value):
        inside = {f".{name}": getattr(value, name) for name in ("data", "indices", "indptr")}
    elif isinstance(value, Mapping):
        inside = {f"[{key!r}]": item for key, item in value.items()}
    elif isinstance(value, tuple | frozenset | list | set):
        inside = {f"[{number}]": item for number, item in enumerate(value)}
    else:
        return
    for name, item in inside.items():
        yield from held(item, path + name, seen)


def test_nothing_that_a_run_has_made_can_be_changed(results):
    # The two tables whose keys users make up are pydantic's own dictionaries, in tables that are frozen.
    everything = [(path, value) for path, value in held(results, "results", set()) if path not in OPEN_TABLES]
    loose = [
        path
        for path, value in everything
        if (value.flags.writeable if isinstance(value, np.ndarray) else isinstance(value, list | set | dict))
    ]
    assert loose == []


def test_every_value_that_a_run_has_made_has_a_hash(results):
    values = [(path, value) for path, value in held(results, "results", set()) if dataclasses.is_dataclass(value)]
    assert len(values) > 100
    for path, value in values:
        try:
            hash(value)
        except TypeError as error:
            pytest.fail(f"{path}: {error}")
