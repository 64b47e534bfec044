"""Names for species that a pass introduces."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count, islice


def fresh_names(taken: Collection[str], stem: str, number: int, first: int = 1) -> list[str]:
    """Return that many names ``stem1, stem2, ...`` from ``first`` on which are not taken.

    >>> fresh_names({"F2"}, "F", 2)
    ['F1', 'F3']
    """
    known = frozenset(taken)

    def names() -> Iterator[str]:
        for at in count(first):
            name = f"{stem}{at}"
            if name not in known:
                yield name

    return list(islice(names(), number))
