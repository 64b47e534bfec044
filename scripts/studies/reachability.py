"""What strands can do, by looking at every state: an oracle for verdicts that shares no code with the verifier.

It imports nothing of dsdcompile. It is given a tube as text (signals and fuels in kernel notation), has Peppercorn
enumerate it, and walks through all states that a few signal molecules can reach while fuels last for ever. The same is
done with the formal reactions. Signals are told by their strands alone; how other complexes read is nobody's business
here:

- bisimilar: the free signals of every state are part of some formal state; every formal state is reached with all of
  its signals free; and what can recur for ever recurs in both, with the same largest sets of free signals;
- same limit: where the formal CRN always ends in one state, the strands always end with those signals.
"""

from __future__ import annotations

import gc
import re
import warnings
from collections import Counter, deque
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from peppercornenumerator import enumerate_pil
    from peppercornenumerator.objects import clear_memory

MOST_FORMAL, MOST_STATES = 400, 60_000


class TooManyError(Exception):
    """There are more states than are looked through."""


@dataclass
class Tube:
    """A DNA system as text."""

    lengths: dict[str, int]
    signals: dict[str, str]
    """Species and its strand, its domains with spaces."""
    fuels: list[str]
    """Kernel notation."""
    reactions: list[tuple[list[str], list[str]]]
    """The formal CRN."""


class Enumerated:
    """The condensed reactions of a tube, fuels left out, molecules as numbers."""

    def __init__(self, tube: Tube) -> None:
        lines = [f"length {name} = {length}" for name, length in tube.lengths.items()]
        lines += [f"sig{n} = {strand} @initial 1 nM" for n, strand in enumerate(tube.signals.values())]
        lines += [f"fuel{n} = {kernel} @initial 1 nM" for n, kernel in enumerate(tube.fuels)]
        gc.collect()
        clear_memory()
        gc.collect()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the parser that Peppercorn uses
            _, text = enumerate_pil(
                "\n".join(lines) + "\n",
                detailed=False,
                condensed=True,
                reject_remote=True,
                release_cutoff=9,
                max_complex_size=40,
                max_complex_count=20_000,
                max_reaction_count=200_000,
            )
        clear_memory()
        complexes = dict(re.findall(r"^(\w+) = (.+?)(?: @.*)?$", text, re.M))
        states = re.findall(r"^macrostate (\w+) = \[(.*)\]", text, re.M)
        assert all("," not in members for _, members in states), "a macrostate of several complexes"
        fuels = {f"fuel{n}" for n in range(len(tube.fuels))} & complexes.keys()
        species = {f"sig{n}": name for n, name in enumerate(tube.signals)}
        first = {name: tube.signals[name].split() for name in tube.signals}
        self.signal: dict[str, str] = {}
        for name, kernel in complexes.items():
            strand = kernel.split()
            for one, domains in first.items():
                tail = 1 if domains[0].startswith("h_") else 0  # a history tells who made it, no more
                if name not in fuels and len(strand) == len(domains) and strand[tail:] == domains[tail:]:
                    self.signal[name] = one
        assert all(self.signal.get(name) == one for name, one in species.items() if name in complexes)
        found = re.findall(r"^reaction \[condensed[^\]]*\] (.*?) -> (.*)$", text, re.M)
        sides = [tuple(self.counted(side, fuels) for side in pair) for pair in found]
        used = {name for left, _ in sides for name in left} | set(tube.signals)
        sides = [(left, Counter({n: k for n, k in right.items() if n in used})) for left, right in sides]
        self.names = sorted(used)
        place = {name: n for n, name in enumerate(self.names)}
        vectors = {tuple(tuple(side.get(n, 0) for n in self.names) for side in pair) for pair in sides}
        self.steps = [(np.array(a), np.array(b) - np.array(a)) for a, b in sorted(vectors)]
        self.columns = [place[name] for name in tube.signals]

    def counted(self, side: str, fuels: set[str]) -> Counter:
        """Count one side of a reaction without fuels."""
        return Counter(self.called(n) for n in re.split(r"[ +]+", side.strip()) if n and n not in fuels)

    def called(self, name: str) -> str:
        """All strands of a species are one molecule."""
        return self.signal.get(name, name)


class Graph:
    """All states that are reached from one."""

    def __init__(self, start: tuple[int, ...], steps: list[tuple[np.ndarray, np.ndarray]], most: int) -> None:
        self.states = [start]
        known = {start: 0}
        edges: list[tuple[int, int]] = []
        needs = np.array([need for need, _ in steps]).reshape(len(steps), len(start))
        waiting = deque([0])
        while waiting:
            at = waiting.popleft()
            here = np.array(self.states[at])
            for row in np.flatnonzero((needs <= here).all(axis=1)).tolist():
                after = tuple((here + steps[row][1]).tolist())
                if after not in known:
                    if len(known) >= most:
                        raise TooManyError
                    known[after] = len(self.states)
                    self.states.append(after)
                    waiting.append(known[after])
                edges.append((at, known[after]))
        size = len(self.states)
        rows, columns = zip(*edges, strict=True) if edges else ((), ())
        matrix = sparse.csr_array((np.ones(len(edges)), (rows, columns)), shape=(size, size))
        count, self.group = csgraph.connected_components(matrix, connection="strong")
        leaves = np.zeros(count, dtype=bool)
        if edges:
            out = self.group[list(rows)] != self.group[list(columns)]
            leaves[self.group[np.array(rows)[out]]] = True
        self.final = [np.flatnonzero(self.group == g) for g in np.flatnonzero(~leaves)]
        """Sets of states that are never left again."""


def largest(vectors: set[tuple[int, ...]]) -> frozenset[tuple[int, ...]]:
    """Return the vectors that no other one covers."""
    return frozenset(
        v for v in vectors if not any(w != v and all(a >= b for a, b in zip(w, v, strict=True)) for w in vectors)
    )


def compare(tube: Tube, found: Enumerated, start: dict[str, int], relation: str) -> str | None:
    """Return how strands contradict a relation to their CRN from a start, or None. Raises :class:`TooManyError`."""
    names = list(tube.signals)
    sides = [tuple(np.array([side.count(n) for n in names]) for side in pair) for pair in tube.reactions]
    first = tuple(start.get(n, 0) for n in names)
    formal = Graph(first, [(a, b - a) for a, b in sides], MOST_FORMAL)
    state = [0] * len(found.names)
    for column, count in zip(found.columns, first, strict=True):
        state[column] = count
    strands = Graph(tuple(state), found.steps, MOST_STATES)
    free = [tuple(s[c] for c in found.columns) for s in strands.states]
    ends = {largest({free[i] for i in group}) for group in strands.final}
    wanted = {largest({formal.states[i] for i in group}) for group in formal.final}
    if relation == "limit":
        if len(wanted) == 1 and len(next(iter(wanted))) == 1:
            return None if ends == wanted else f"{names}: ends {sorted(map(sorted, ends))} and not {next(iter(wanted))}"
        return f"{names}: the formal CRN has no one end from {first}"
    allowed = set(formal.states)
    for vector in sorted(set(free)):
        if not any(all(a >= b for a, b in zip(s, vector, strict=True)) for s in allowed):
            return f"{names}: from {first} to {vector}, which is part of no formal state"
    missed = allowed - set(free)
    if missed:
        return f"{names}: from {first} never to {min(missed)}"
    return (
        None
        if ends == wanted
        else f"{names}: from {first} recur {sorted(map(sorted, ends))}, not {sorted(map(sorted, wanted))}"
    )
