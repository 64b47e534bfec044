"""Damage to a file's bytes, by kinds that were seen to do harm; each takes the bytes and random numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

NAMES = (b"sequences", b"step", b"taken", b"search", b"checks", b"worst", b"passed", b"limits", b"rate", b"macrostates")
WORDS = (
    b"null",
    b"true",
    b"-5",
    b"1e999",
    b"NaN",
    b"[]",
    b"{}",
    b'"U"',
    b"[" * 2000,
    b"\xff\xfe",
    b"\0",
    b"99999999999",
)
HEADERS = (
    (b"<f8", b"<f4"), (b"<f8", b"<i8"), (b"<f8", b"|O"), (b"<f8", b">f8"), (b"False", b"True "),
    (b"(", b"(9"), (b", ", b"99999999999, "), (b"descr", b"descx"),
)  # fmt: skip


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    """Change one bit."""
    if not data:
        return data
    at = int(rng.integers(len(data)))
    return data[:at] + bytes([data[at] ^ (1 << int(rng.integers(8)))]) + data[at + 1 :]


def letter(data: bytes, rng: np.random.Generator) -> bytes:
    """Change one base of a sequence, or what looks like one, to another letter."""
    places = [at for at, byte in enumerate(data) if byte in b"ACGT"]
    if not places:
        return flip(data, rng)
    at = places[int(rng.integers(len(places)))]
    other = b"ACGTU".replace(data[at : at + 1], b"")
    return data[:at] + other[int(rng.integers(len(other))) :][:1] + data[at + 1 :]


def cut(data: bytes, rng: np.random.Generator) -> bytes:
    """Keep the beginning only; sometimes nothing."""
    return data[: int(rng.integers(len(data) + 1))]


def drop(data: bytes, rng: np.random.Generator) -> bytes:
    """Take out a stretch."""
    first, last = sorted(int(at) for at in rng.integers(len(data) + 1, size=2))
    return data[:first] + data[last:]


def repeat(data: bytes, rng: np.random.Generator) -> bytes:
    """Write a stretch twice."""
    first, last = sorted(int(at) for at in rng.integers(len(data) + 1, size=2))
    return data[:last] + data[first:last] + data[last:]


def noise(data: bytes, rng: np.random.Generator) -> bytes:
    """Put other bytes in place of a few."""
    first = int(rng.integers(len(data) + 1))
    return data[:first] + rng.bytes(int(rng.integers(1, 9))) + data[first + 4 :]


def word(data: bytes, rng: np.random.Generator) -> bytes:
    """Write something unexpected in place of a value of a table."""
    at = data.find(b":", int(rng.integers(len(data) + 1)))
    end = min((place for place in (data.find(mark, at) for mark in (b",", b"\n", b"}")) if place > at), default=at)
    if at < 0 or end <= at:
        return noise(data, rng)
    return data[: at + 1] + WORDS[int(rng.integers(len(WORDS)))] + data[end:]


def rename(data: bytes, rng: np.random.Generator) -> bytes:
    """Give a key of a table another name."""
    name = NAMES[int(rng.integers(len(NAMES)))]
    return data.replace(b'"' + name + b'"', b'"' + name[::-1] + b'"', 1) if name in data else flip(data, rng)


def header(data: bytes, rng: np.random.Generator) -> bytes:
    """Edit what stands at the beginning of an ``.npy`` file: type, order and shape, 745 GiB among them."""
    old, new = HEADERS[int(rng.integers(len(HEADERS)))]
    head, rest = data[:128], data[128:]
    return head.replace(old, new, 1) + rest


def other(data: bytes, rng: np.random.Generator) -> bytes:
    """Put another file in its place."""
    return (b"", b"{}", b"null", b"\x93NUMPY\x01\x00", b"PK\x03\x04", rng.bytes(64), data[::-1])[int(rng.integers(7))]


KINDS: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (
    flip, letter, cut, drop, repeat, noise, word, rename, header, other,
)  # fmt: skip


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with one to three kinds of damage."""
    for _ in range(int(rng.integers(1, 4))):
        data = KINDS[int(rng.integers(len(KINDS)))](data, rng)
    return data
