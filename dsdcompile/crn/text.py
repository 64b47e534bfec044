"""Reactions as text: what users of Nuskell and crnsimulator write, and what dsdcompile writes.

::

    # anything after '#' is a comment
    A + B -> C + C [k = 1e5 /M/s]
    2 X <=> Y      [kf = 2, kr = 1]; X ->
    X -> Y [1e5]; Y <=> Z [18, 77]; Y <=> V [fw = 1, bw = 2]
    A @initial 10 nM
    formals = {A, B, C}

Nuskell's declarations (``formals``, ``signals``, ``fuels``, ``constant``) name species and carry no more meaning here.
Inputs, outputs and dual-rail pairs are comments to other programs: ``#! input Xp Xn`` (offset after ``shift``),
``#! output Yp Yn``, ``#! pair Sp Sn``; a single-rail input or output names one species.

Units: a number without a unit is in formal units (and formal time); a concentration or rate constant with one is
converted with the formal unit that the design states, so a file may use either.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

import numpy as np

from dsdcompile import units
from dsdcompile.crn.crn import NO_RAIL, Crn
from dsdcompile.crn.reaction import Reaction
from dsdcompile.errors import CrnError, DesignError, FormatError

_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+)|(?P<arrow><=>|<->|->)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<unit>[\u00b5\u03bc]M)|(?P<symbol>[-+=\[\]{},;@/])"
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DECLARATIONS = ("formals", "signals", "fuels", "constant")
SYNONYMS = {"fw": "kf", "bw": "kr"}
"""crnverifier's names of the rate constants of a reversible reaction."""
Quantity = TypeVar("Quantity")
MOST_COPIES = 10**6
"""Largest stoichiometric count a file may write: more is a typing error, not chemistry."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


@dataclass
class _Parsed:
    reactions: list[Reaction] = field(default_factory=list)
    species: list[str] = field(default_factory=list)
    initial: dict[str, float] = field(default_factory=dict)
    inputs: list[tuple[str, ...]] = field(default_factory=list)
    outputs: list[tuple[str, ...]] = field(default_factory=list)
    pairs: list[tuple[str, ...]] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    read: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Line and column of each rail of an output."""


def parse_crn(text: str, *, unit: float = 1.0, time: float = 1.0) -> Crn:
    """Return the CRN that ``text`` describes, in formal units.

    Args:
        text: Reactions, initial concentrations and pragmas.
        unit: One formal unit, in M: what written concentrations are divided by.
        time: One formal time unit, in s: what written rate constants are multiplied by.

    Raises:
        FormatError: the text is not of this form; the message gives line, column and what was expected.
    """
    parsed = _Parsed()
    for number, line in enumerate(text.splitlines(), start=1):
        body, _, comment = line.partition("#")
        for statement in _statements(body, number):
            _Statement(statement, number, unit, time).parse(parsed)
        if comment.startswith("!"):
            _pragma(comment[1:], number, len(body) + 3, parsed)
    known = {*parsed.species, *(s for r in parsed.reactions for s in (*r.reactants, *r.products))}
    for name, (row, column) in parsed.read.items():
        if name not in known:
            raise FormatError(
                f"line {row}, column {column}: found {name!r}, expected a species of a reaction, or one declared by "
                "'#! species' or 'formals'"
            )
    try:
        crn = Crn.of(
            parsed.reactions,
            species=parsed.species,
            initial=parsed.initial,
            inputs=[_rails(rails) for rails in parsed.inputs],
            outputs=[_rails(rails) for rails in parsed.outputs],
            pairs=[(rails[0], rails[1]) for rails in parsed.pairs],
        )
        return crn.with_(offsets=np.array(parsed.offsets))
    except CrnError as error:
        raise FormatError(str(error)) from None


def constant_species(text: str) -> tuple[str, ...]:
    """Return the species that a CRN's text declares to be always there, in its order.

    They are listed as ``fuels = {...}`` or ``constant = {...}``, or have the comment ``# constant`` behind their
    concentration.

    >>> constant_species("fuels = {F, G}; A + F -> B" + chr(10) + "H @initial 5 nM  # constant")
    ('F', 'G', 'H')
    """
    found: dict[str, None] = {}
    for line in text.splitlines():
        body, _, comment = line.partition("#")
        for listed in re.finditer(r"(?:^|;)\s*(?:fuels|constant)\s*=\s*\{([^}]*)\}", body):
            found |= dict.fromkeys(_NAME.findall(listed[1]))
        if comment.strip() == "constant" and "@" in body and (name := _NAME.match(body.strip())):
            found[name[0]] = None
    return tuple(found)


def _rails(names: tuple[str, ...]) -> str | tuple[str, str]:
    return names[0] if len(names) == 1 else (names[0], names[1])


def _statements(body: str, line: int) -> Iterator[list[_Token]]:
    """Yield the tokens of each statement of a line; statements are separated by ';'."""
    tokens: list[_Token] = []
    at = 0
    while at < len(body):
        match = _TOKEN.match(body, at)
        if match is None:
            raise FormatError(
                f"line {line}, column {at + 1}: found {body[at]!r}, expected a species, a count, '+', '->' or '<=>'"
            )
        if match["symbol"] == ";":
            yield tokens
            tokens = []
        elif match.lastgroup != "space":
            tokens.append(_Token(str(match.lastgroup), match[0], at + 1))
        at = match.end()
    if tokens:
        yield tokens


def _pragma(text: str, line: int, start: int, parsed: _Parsed) -> None:
    """Read what stands behind ``#!``, which begins in column ``start``."""
    words = [(match[0], start + match.start()) for match in re.finditer(r"\S+", text)]
    end = start + len(text.rstrip())

    def fail(at: int, expected: str) -> NoReturn:
        word, column = words[at] if at < len(words) else ("the end of the line", end)
        shown = repr(word) if at < len(words) else word
        raise FormatError(f"line {line}, column {column}: found {shown}, expected {expected}")

    lists = {"input": parsed.inputs, "output": parsed.outputs, "pair": parsed.pairs}
    if not words or words[0][0] not in (*lists, "species"):
        fail(0, "'input', 'output', 'pair' or 'species'")
    kind = words[0][0]
    names = [word for word, _ in words[1:]]
    cut = names.index("shift") if kind == "input" and "shift" in names else len(names)
    for at, name in enumerate(names[:cut], start=1):
        if not _NAME.fullmatch(name):
            fail(at, "a species")
    if kind == "species":
        parsed.species += names
        return
    if cut < (2 if kind == "pair" else 1):
        fail(cut + 1, "a species")
    if cut > 2:
        fail(3, "the end of the line" if kind != "input" else "'shift' or the end of the line")
    if cut == 2 and names[0] == names[1]:
        fail(2, f"another species than the plus rail {names[0]}")
    if kind == "input":
        for at, name in enumerate(names[:cut], start=1):
            if any(name in rails for rails in parsed.inputs):
                fail(at, "a species that is no rail of another input")
        if cut < len(names):
            try:
                offset = float(names[cut + 1])
            except (ValueError, IndexError):
                fail(cut + 2, "a number")
            if not math.isfinite(offset):
                fail(cut + 2, "a finite number")
            if len(names) > cut + 2:
                fail(cut + 3, "the end of the line")
            parsed.offsets.append(offset)
        else:
            parsed.offsets.append(0.0)
    if kind == "output":
        for name, column in words[1:]:
            parsed.read.setdefault(name, (line, column))
    lists[kind].append(tuple(names[:cut]))


class _Statement:
    """One statement, read token by token."""

    def __init__(self, tokens: list[_Token], line: int, unit: float, time: float) -> None:
        self.tokens, self.line, self.unit, self.time = tokens, line, unit, time
        self.at = 0

    def parse(self, parsed: _Parsed) -> None:
        if not self.tokens:
            return
        if self._peek("name") and self.tokens[0].text in _DECLARATIONS and self._text(1) == "=":
            self._declaration(parsed)
        elif self._peek("name") and self._text(1) == "@":
            self._initial(parsed)
        else:
            self._reaction(parsed)
        if self.at < len(self.tokens):
            self._fail("the end of the statement")

    def _text(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead].text if self.at + ahead < len(self.tokens) else ""

    def _peek(self, kind: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].kind == kind

    def _take(self, kind: str, expected: str) -> str:
        if not self._peek(kind):
            self._fail(expected)
        self.at += 1
        return self.tokens[self.at - 1].text

    def _symbol(self, text: str) -> None:
        if self._text() != text:
            self._fail(repr(text))
        self.at += 1

    def _fail(self, expected: str) -> NoReturn:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            raise FormatError(f"line {self.line}, column {token.column}: found {token.text!r}, expected {expected}")
        last = self.tokens[-1]
        column = last.column + len(last.text)
        raise FormatError(f"line {self.line}, column {column}: the line ends, expected {expected}")

    def _declaration(self, parsed: _Parsed) -> None:
        self.at += 2
        self._symbol("{")
        while self._text() != "}":
            parsed.species.append(self._take("name", "a species or '}'"))
            if self._text() not in (",", "}"):
                self._fail("',' or '}'")
            self.at += self._text() == ","
        self._symbol("}")

    def _initial(self, parsed: _Parsed) -> None:
        name = self._take("name", "a species")
        if name in parsed.initial:
            self.at -= 1
            self._fail(f"a species other than {name}, whose initial concentration has been given")
        self._symbol("@")
        word = self._take("name", "'initial'")
        if word not in ("i", "initial"):
            self.at -= 1
            hint = "; no species can be held constant: strands are used up" if word in ("c", "constant") else ""
            self._fail(f"'initial' (or 'i'){hint}")
        start = self.at
        amount = float(self._take("number", "a concentration"))
        if self._peek("name") or self._peek("unit"):
            written = f"{amount} {self._unit()}"
            amount = units.in_units(self._quantity(start, lambda: units.concentration(written)), self.unit)
        if not math.isfinite(amount):
            self.at = start
            self._fail("a concentration within the range of numbers")
        parsed.species.append(name)
        parsed.initial[name] = amount

    def _unit(self) -> str:
        return self._take("unit" if self._peek("unit") else "name", "a unit")

    def _quantity(self, start: int, read: Callable[[], Quantity]) -> Quantity:
        try:
            return read()
        except DesignError as error:
            raise FormatError(f"line {self.line}, column {self.tokens[start].column}: {error}") from None

    def _reaction(self, parsed: _Parsed) -> None:
        left = self._side()
        arrow = self._take("arrow", "'+', '->' or '<=>'")
        right = self._side()
        both = arrow != "->"
        forward, reverse = self._rates(both, len(left), len(right))
        parsed.reactions.append(Reaction(left, right, forward))
        if both:
            parsed.reactions.append(Reaction(right, left, reverse))

    def _side(self) -> tuple[str, ...]:
        if not self._peek("name") and not self._peek("number"):
            return ()
        species: list[str] = []
        while True:
            count = 1
            if self._peek("number"):
                text = self._take("number", "a count")
                if not text.isdecimal() or len(text) > 7 or not 0 < int(text) <= MOST_COPIES:
                    self.at -= 1
                    self._fail(f"a whole number of copies from 1 to {MOST_COPIES}")
                count = int(text)
            species += [self._take("name", "a species")] * count
            if self._text() != "+":
                return tuple(species)
            self.at += 1

    def _rates(self, both: bool, left: int, right: int) -> tuple[float, float]:
        if self._text() != "[":
            return 1.0, 1.0
        self.at += 1
        allowed = ("kf", "kr") if both else ("k",)
        rates: dict[str, float] = {}
        if self._peek("number"):
            for name in allowed:
                if rates:
                    self._symbol(",")
                rates[name] = self._rate(right if name == "kr" else left)
            self._symbol("]")
            return rates[allowed[0]], rates.get("kr", 1.0)
        while True:
            written = self._take("name", f"{' or '.join(allowed)} = a rate constant")
            name = SYNONYMS.get(written, written) if both else written
            if name not in (*allowed, "k"):
                self.at -= 1
                self._fail(" or ".join(allowed))
            if name in rates:
                self.at -= 1
                self._fail(f"{written} once")
            self._symbol("=")
            rates[name] = self._rate(right if name == "kr" else left)
            if self._text() != ",":
                break
            self.at += 1
        for name, other in (("kf", "kr"), ("kr", "kf")):
            if name in rates and not rates.keys() & {other, "k"}:
                self._fail(f"', {other} = ' a rate constant of the other direction")
        self._symbol("]")
        default = rates.get("k", 1.0)
        return rates.get("kf", default), rates.get("kr", default)

    def _rate(self, molecularity: int) -> float:
        start = self.at
        text = self._take("number", "a rate constant")
        unit = ""
        while self._text() == "/":
            self.at += 1
            unit += "/" + self._unit()
        rate = float(text)
        if unit and rate > 0:
            rate, order = self._quantity(start, lambda: units.rate_constant(f"{text} {unit}"))
            if order != molecularity:
                place = f"line {self.line}, column {self.tokens[start].column}"
                many = "1 reactant" if molecularity == 1 else f"{molecularity} reactants"
                raise FormatError(f"{place}: found '{text} {unit}', expected a rate constant of a reaction with {many}")
            rate = float(rate * self.time * self.unit ** (order - 1))
        if not 0 < rate < math.inf:
            self.at = start
            self._fail("a positive rate constant within the range of numbers")
        return rate


def show_crn(crn: Crn, title: str = "") -> str:
    """Return the CRN as text that :func:`parse_crn` reads back to an equal Crn (counts up to :data:`MOST_COPIES`)."""
    lines = [f"# {line}" for line in title.splitlines()]
    lines += [f"#! species {' '.join(crn.species[i : i + 12])}" for i in range(0, crn.n_species, 12)]
    for kind, table in (("input", crn.inputs), ("output", crn.outputs), ("pair", crn.pairs)):
        for row, rails in enumerate(table.tolist()):
            names = " ".join(crn.species[rail] for rail in rails if rail != NO_RAIL)
            shift = f" shift {crn.offsets[row].item()!r}" if kind == "input" and crn.offsets[row] else ""
            lines.append(f"#! {kind} {names}{shift}")
    lines += [f"{crn.species[i]} @initial {crn.initial[i].item()!r}" for i in np.flatnonzero(crn.initial)]
    lines += [crn.shown(row) for row in range(crn.n_reactions)]
    return "\n".join(lines) + "\n"
