"""PIL, the language of Peppercorn, Nuskell and their relatives: domains, and complexes in kernel notation.

One line is one statement. Each kind of statement is a pattern and a function in :data:`STATEMENTS`; a further dialect
is a further row there::

    length a = 6                    domain a = long                sequence a = ACGTAC : 6
    sup-sequence p = a b : 21       strand s = a b                 (names for several domains)
    gate = a( b( + ) ) c* @initial 100 nM
    structure gate = s + q : ((+))
    macrostate e1 = [e1, e2]        reaction [condensed = 1e6 /M/s] A + B -> C     (results; passed over, and said so)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn, final

from dsdcompile.dsd.complex import NICK, Complex
from dsdcompile.dsd.domain import base
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.errors import FormatError

UNITS = {"M": 1.0, "mM": 1e3, "uM": 1e6, "nM": 1e9, "pM": 1e12}
"""How many of each are in 1 M."""
ANY = "?"
"""The domain that stands for any other, such as a history (Nuskell)."""
SHORT, LONG = 5, 15
"""What ``short`` and ``long`` mean in Peppercorn, nt."""
_NAME = r"(?P<name>[\w-]+\*?)\s*[=:]\s*"
_AT = r"\s*(?:@(?P<at>.*))?"
FORMS = {
    "length": "'length NAME = NUMBER', 'short' or 'long'",
    "domain": "'domain NAME = NUMBER'",
    "sequence": "'sequence NAME = BASES : NUMBER'",
    "sup-sequence": "'sup-sequence NAME = DOMAINS : NUMBER'",
    "strand": "'strand NAME = DOMAINS'",
    "structure": "'structure NAME = STRANDS : DOTS'",
    "complex": "'complex NAME = STRANDS : DOTS'",
    "macrostate": "'macrostate NAME = [COMPLEX, ...]'",
    "reaction": "'reaction [TYPE = RATE UNIT] A + B -> C'",
}
"""What a statement with one of these words looks like."""
_HISTORIES = re.compile(r"#\s*history domains:(?P<names>.*)")
_AMOUNT = re.compile(r"(?P<mode>initial|constant|i|c)\s+(?P<amount>\S+?)\s*(?P<unit>[A-Za-z]+)")


@final
@dataclass(frozen=True, slots=True)
class PilComplex:
    """A complex of a file."""

    name: str
    complex: Complex
    line: int
    amount: float | None = None
    """Concentration, M; None where the file gives none."""
    constant: bool = False
    """Whether the concentration is kept (``@constant``)."""

    @property
    def present(self) -> bool:
        """Whether it is in the tube: everything is, but what stands at zero and what is a pattern."""
        return (self.amount is None or self.amount > 0) and not self.pattern

    @property
    def pattern(self) -> bool:
        """Whether a domain of it is ``?``, which stands for any other."""
        return ANY in self.complex.sequence


@final
@dataclass(frozen=True, slots=True)
class PilFile:
    """What a PIL file says, in its order."""

    lengths: dict[str, int]
    """Of each domain, nt."""
    sequences: dict[str, str]
    """Of domains that have one."""
    composites: dict[str, tuple[str, ...]]
    """What names of several domains stand for."""
    complexes: tuple[PilComplex, ...]
    results: tuple[int, ...]
    """Lines with reactions and macrostates, results of an enumeration, or with constraints on sequences."""
    histories: frozenset[str] = frozenset()
    """Domains that a comment ``# history domains: ...`` names: they bind nothing on a free strand."""


def read_pil(text: str) -> PilFile:
    """Return what a PIL file describes.

    Raises:
        FormatError: a line cannot be read, contradicts another or uses what no line defines; the message gives it.
    """
    reading, histories = _Reading(), set[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.split("#")[0].strip()
        if match := _HISTORIES.fullmatch(line.strip()):
            histories.update(match["names"].split())
        if code:
            reading.line, reading.start = number, line.index(code)
            reading.read(code)
    reading.finish()
    return PilFile(
        reading.lengths,
        reading.sequences,
        reading.composites,
        tuple(reading.complexes.values()),
        tuple(reading.results),
        frozenset(histories),
    )


@final
@dataclass
class _Reading:
    """A file being read."""

    line: int = 0
    start: int = 0
    """Where the statement begins in its line."""
    lengths: dict[str, int] = field(default_factory=dict)
    sequences: dict[str, str] = field(default_factory=dict)
    composites: dict[str, tuple[str, ...]] = field(default_factory=dict)
    complexes: dict[str, PilComplex] = field(default_factory=dict)
    results: list[int] = field(default_factory=list)

    def wrong(self, message: str, at: int = 0) -> NoReturn:
        """Refuse the line, ``at`` so many characters into its statement."""
        raise FormatError(f"line {self.line}, column {self.start + at + 1}: {message}")

    def read(self, code: str) -> None:
        """Read one statement."""
        for pattern, act in STATEMENTS:
            match = pattern.fullmatch(code)
            if match:
                act(self, match)
                return
        word = code.split()[0]
        expected = FORMS.get(word, "'length NAME = NUMBER' or 'NAME = COMPLEX'")
        self.wrong(f"expected {expected}, not {code!r}", len(word) + 1 if word in FORMS else 0)

    def finish(self) -> None:
        """Check that all domains of all complexes have a length; lines may come in any order."""
        for found in self.complexes.values():
            missing = sorted(found.complex.domains - self.lengths.keys() - {ANY})
            if missing:
                self.line, self.start = found.line, 0
                self.wrong(f"no line gives the length of domain {missing[0]}, which {found.name} uses")


def _length(reading: _Reading, match: re.Match[str]) -> None:
    words = {"short": SHORT, "long": LONG}
    _domain(reading, match["name"], words.get(match["length"]) or int(match["length"]))


def _domain(reading: _Reading, name: str, length: int) -> None:
    known = reading.lengths.setdefault(base(name), length)
    if known != length:
        reading.wrong(f"domain {name} has {length} nt here and {known} nt above")
    if length == 0:
        reading.wrong(f"domain {name} has no nucleotides")


def _sequence(reading: _Reading, match: re.Match[str]) -> None:
    stated = match["length"]
    if stated is not None and int(stated) != len(match["bases"]):
        reading.wrong(f"{match['bases']} has {len(match['bases'])} nt, not {stated}", match.start("bases"))
    _domain(reading, match["name"], len(match["bases"]))
    reading.sequences[match["name"]] = match["bases"]


def _composite(reading: _Reading, match: re.Match[str]) -> None:
    tokens = parse_kernel(match["domains"].replace(NICK, " "), reading.composites).sequence
    reading.composites[match["name"]] = tokens


def _kernel(reading: _Reading, match: re.Match[str]) -> None:
    at = match.start("kernel")
    try:
        complex_ = parse_kernel(match["kernel"], reading.composites, reading.start + at + 1)
    except FormatError as error:
        raise FormatError(f"line {reading.line}, {error}") from None
    _add(reading, match["name"], complex_, match["at"], match.start("at"))


def _dots(reading: _Reading, match: re.Match[str]) -> None:
    """Read a structure of named strands, with a dot or bracket for each domain or for each of its nucleotides."""
    strands: list[tuple[str, ...]] = []
    for word in match["strands"].replace(NICK, " ").split():
        if word not in reading.composites:
            reading.wrong(
                f"no line above says what strand {word} consists of",
                match.start("strands") + match["strands"].index(word),
            )
        strands.append(reading.composites[word])
    rows = match["dots"].replace(" ", "").split(NICK)
    if len(rows) != len(strands):
        reading.wrong(f"{len(strands)} strands have {len(rows)} structures", match.start("dots"))
    sequence: list[str] = []
    structure: list[str] = []
    for tokens, row in zip(strands, rows, strict=True):
        nick = [NICK] if sequence else []
        sequence += [*nick, *tokens]
        structure += [*nick, *(row if len(row) == len(tokens) else _by_domain(reading, tokens, row, match))]
    try:
        complex_ = Complex(tuple(sequence), tuple(structure))
    except FormatError as error:
        reading.wrong(str(error), match.start("dots"))
    _add(reading, match["name"], complex_, match["at"], match.start("at"))


def _by_domain(reading: _Reading, tokens: tuple[str, ...], row: str, match: re.Match[str]) -> list[str]:
    """Return a row of symbols for nucleotides as one symbol for each domain."""
    sizes = [reading.lengths.get(base(token), 0) for token in tokens]
    if sum(sizes) != len(row) or 0 in sizes:
        many = f"{len(row)} symbols for {len(tokens)} domains"
        reading.wrong(f"{many} of {sum(sizes)} nt (of lines above)", match.start("dots"))
    symbols, at = [], 0
    for token, size in zip(tokens, sizes, strict=True):
        own = row[at : at + size]
        if len(set(own)) != 1:
            reading.wrong(f"domain {token} is bound in part only: {own}", match.start("dots"))
        symbols.append(own[0])
        at += size
    return symbols


def _add(reading: _Reading, name: str, complex_: Complex, at: str | None, column: int) -> None:
    if name in reading.complexes:
        reading.wrong(f"{name} stands on line {reading.complexes[name].line} already")
    amount, constant = (None, False) if at is None else _amount(reading, at, column)
    reading.complexes[name] = PilComplex(name, complex_, reading.line, amount, constant)


def _amount(reading: _Reading, at: str, column: int) -> tuple[float, bool]:
    match = _AMOUNT.fullmatch(at.strip())
    try:
        if match is not None and 0 <= (value := float(match["amount"]) / UNITS[match["unit"]]) < float("inf"):
            return value, match["mode"].startswith("c")
    except (KeyError, ValueError):
        pass
    reading.wrong(f"'@{at}' is not a concentration such as '@initial 10 nM' or '@constant 0.1 uM'", column - 1)


def _result(reading: _Reading, match: re.Match[str]) -> None:
    reading.results.append(reading.line)


Statement = tuple[re.Pattern[str], Callable[[_Reading, "re.Match[str]"], None]]
STATEMENTS: tuple[Statement, ...] = (
    (re.compile(rf"(?:length|domain|sequence)\s+{_NAME}(?P<length>\d+|short|long)"), _length),
    (re.compile(rf"(?:sequence|domain)\s+{_NAME}(?P<bases>[A-Za-z]+)(?:\s*[=:]\s*(?P<length>\d+))?"), _sequence),
    (re.compile(rf"(?:sup-sequence|strand)\s+{_NAME}(?P<domains>[^:=]+?)(?:\s*[=:]\s*\d+)?"), _composite),
    (
        re.compile(
            rf"(?:structure|complex)\s+(?:\[.*?\]\s*)?{_NAME}(?P<strands>[^:=]+?)\s*[=:]\s*(?P<dots>[.()+ ]+?){_AT}"
        ),
        _dots,
    ),
    (re.compile(r"(?:macrostate|state)\s+[\w-]+\s*=\s*\[.*\]"), _result),
    (re.compile(r"(?:equal|noninteracting)\s+[\w\s*-]+"), _result),
    (re.compile(r"(?:reaction|kinetic)\s+(?:\[.*\]\s*)?[^\[\]]*->.*"), _result),
    (re.compile(rf"(?P<name>[\w-]+)\s*=\s*(?P<kernel>[^@=]+?){_AT}"), _kernel),
)
"""The statements of the language, tried in this order."""
