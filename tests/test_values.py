"""Every value that travels between stages is frozen, hashable, and holds read-only arrays."""

import dataclasses
import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from scipy.sparse import issparse

import dsdcompile
from dsdcompile import compile_network, translate
from dsdcompile.crn.limit import limit_state
from dsdcompile.network.network import Layer, Network
from dsdcompile.passes.reduce import reduce

BUILDERS = {"WordPool", "Assembly"}
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


def network():
    return Network((Layer(np.array([[1, -1]]), np.array([0.5, 0.0]), "relu"), Layer(np.ones((2, 1)), [0.0], "linear")))


def held(value):
    """Yield every array a value holds, one level of tuples down."""
    for field in dataclasses.fields(value):
        found = getattr(value, field.name)
        for item in found if isinstance(found, tuple) else (found,):
            if dataclasses.is_dataclass(item):
                yield from held(item)
            elif issparse(item):
                yield from (item.data, item.indices, item.indptr)
            elif isinstance(item, np.ndarray):
                yield item


@pytest.mark.parametrize("kind", ["network", "crn", "pass", "limit", "system"])
def test_arrays_of_values_are_read_only(kind):
    crn = compile_network(network())
    value = {
        "network": network(),
        "crn": crn,
        "pass": reduce(crn),
        "limit": limit_state(crn, crn.inlet(np.array([[1.0]]))),
        "system": translate(crn),
    }[kind]
    arrays = list(held(value))
    assert arrays
    assert not any(array.flags.writeable for array in arrays)
    assert isinstance(hash(value), int)
