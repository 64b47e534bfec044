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

from dsdcompile.api import compare, load_network, reduce, translate, verify
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit
from dsdcompile.crn.reaction import Reaction
from dsdcompile.network.compile import compile_network
from dsdcompile.network.network import Layer, Network

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
