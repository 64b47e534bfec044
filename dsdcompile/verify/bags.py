"""Multisets of species as sorted tuples: the states that searches go through, small and hashable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping

Bag = tuple[tuple[int, int], ...]
"""Species with counts above 0, ascending."""
EMPTY: Bag = ()


def bag(species: Iterable[int] | Mapping[int, int]) -> Bag:
    """Return a multiset.

    >>> bag([3, 1, 3])
    ((1, 1), (3, 2))
    """
    return tuple(sorted((one, count) for one, count in Counter(species).items() if count))


def plus(left: Bag, right: Bag) -> Bag:
    """Return all of two multisets."""
    if not left or not right:
        return left or right
    return bag(Counter(dict(left)) + Counter(dict(right)))


def minus(whole: Bag, part: Bag) -> Bag | None:
    """Return a multiset without another, or None if it does not hold it."""
    there = dict(whole)
    for one, count in part:
        left = there.get(one, 0) - count
        if left < 0:
            return None
        there[one] = left
    return tuple((one, count) for one, count in there.items() if count)


def within(part: Bag, whole: Bag) -> bool:
    """Return whether a multiset holds another."""
    there = dict(whole)
    return all(there.get(one, 0) >= count for one, count in part)


def only(whole: Bag, kept: Container[int]) -> Bag:
    """Return what a multiset has of some species."""
    return tuple((one, count) for one, count in whole if one in kept)


def mapped(whole: Bag, means: Mapping[int, Bag]) -> Bag:
    """Return the multiset in which every species stands for another multiset."""
    total: Counter[int] = Counter()
    for one, count in whole:
        for other, times in means[one]:
            total[other] += count * times
    return bag(total)


def size(whole: Bag) -> int:
    """Return how many there are."""
    return sum(count for _, count in whole)
