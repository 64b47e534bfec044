"""Strongly connected components of a reaction graph, downstream first (Tarjan 1972, without recursion)."""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import IntArray
from dsdcompile.jit import jitted


@jitted
def components(pointer: IntArray, heads: IntArray) -> IntArray:
    """Return each node's component (nodes,), numbered so that every edge leads to the same or a lower number.

    The graph is in compressed rows: the edges of node i lead to ``heads[pointer[i]:pointer[i + 1]]``.
    """
    nodes = len(pointer) - 1
    found = np.full(nodes, -1, dtype=np.int64)
    index = np.full(nodes, -1, dtype=np.int64)
    low = np.zeros(nodes, dtype=np.int64)
    edge = pointer[:-1].copy()
    open_nodes = np.empty(nodes, dtype=np.int64)
    path = np.empty(nodes, dtype=np.int64)
    n_open, clock, count = 0, 0, 0
    for root in range(nodes):
        if index[root] >= 0:
            continue
        depth = 0
        path[0] = root
        index[root] = low[root] = clock
        clock += 1
        open_nodes[n_open] = root
        n_open += 1
        while depth >= 0:
            node = path[depth]
            if edge[node] < pointer[node + 1]:
                head = heads[edge[node]]
                edge[node] += 1
                if index[head] < 0:
                    index[head] = low[head] = clock
                    clock += 1
                    open_nodes[n_open] = head
                    n_open += 1
                    depth += 1
                    path[depth] = head
                elif found[head] < 0:
                    low[node] = min(low[node], index[head])
            else:
                if low[node] == index[node]:
                    while True:
                        n_open -= 1
                        member = open_nodes[n_open]
                        found[member] = count
                        if member == node:
                            break
                    count += 1
                depth -= 1
                if depth >= 0:
                    low[path[depth]] = min(low[path[depth]], low[node])
    return found
