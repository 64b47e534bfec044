"""dsdcompile: from a trained neural network, or any CRN, to a verified and orderable DNA strand displacement system.

>>> import numpy as np
>>> import dsdcompile as dc
>>> network = dc.Network((dc.Layer(np.array([[1], [-1]]), np.array([0.5]), "relu"),))
>>> reduced = dc.reduce(dc.compile_network(network))
>>> dc.limit(reduced, [[3.0, 1.0]]).tolist(), network([[3.0, 1.0]]).tolist()
([[2.5]], [[2.5]])
>>> system = dc.translate(reduced, scheme="soloveichik2010", max_products=4)
>>> dc.verify(system).outcome.value
'proved'
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsdcompile.api import compare, load_network, reduce, translate, verify
    from dsdcompile.crn.crn import Crn
    from dsdcompile.crn.limit import limit
    from dsdcompile.crn.reaction import Reaction
    from dsdcompile.network.compile import compile_network
    from dsdcompile.network.network import Layer, Network
    from dsdcompile.verify.verdict import Verification

__all__ = [
    "Crn",
    "Layer",
    "Network",
    "Reaction",
    "compare",
    "compile_network",
    "limit",
    "load_network",
    "reduce",
    "translate",
    "verify",
]

_HOMES = {
    "Crn": "dsdcompile.crn.crn",
    "Layer": "dsdcompile.network.network",
    "Network": "dsdcompile.network.network",
    "Reaction": "dsdcompile.crn.reaction",
    "compare": "dsdcompile.api",
    "compile_network": "dsdcompile.network.compile",
    "limit": "dsdcompile.crn.limit",
    "load_network": "dsdcompile.api",
    "reduce": "dsdcompile.api",
    "translate": "dsdcompile.api",
}
"""Where each public name is; its module is imported when the name is first used; ``verify`` is below."""


class _Package(ModuleType):
    """This package, in which ``verify`` is the function, whether or not the room of that name has been imported."""

    @property
    def verify(self) -> Callable[..., Verification]:
        """The function of :mod:`dsdcompile.api`."""
        from dsdcompile.api import verify

        return verify

    @verify.setter
    def verify(self, room: ModuleType) -> None:
        """Take no notice: importing a room sets its name in the package."""


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    """Return a public name (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return all names, used or not."""
    return sorted({*globals(), *__all__})
