"""``strands.csv``: every distinct strand with its name, role, domains, sequence, length and modifications."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import final

from dsdcompile.dsd.domain import base
from dsdcompile.errors import FormatError
from dsdcompile.lab.order import OrderSheet
from dsdcompile.sequences.bases import reverse_complement

HEADER = ("name", "role", "domains", "sequence", "length", "five_prime", "three_prime", "freezer")


def show_strands(sheet: OrderSheet) -> str:
    """Return the CSV text, one strand a line, domains separated by spaces, 5' to 3'."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for line in sheet.lines:
        writer.writerow(
            (
                line.name,
                line.role,
                " ".join(line.strand.domains),
                line.sequence,
                line.length,
                line.five,
                line.three,
                line.freezer,
            )
        )
    return out.getvalue()


@final
@dataclass(frozen=True, slots=True)
class StrandRow:
    """What ``strands.csv`` says about a strand."""

    name: str
    role: str
    domains: tuple[str, ...]
    sequence: str


def parse_strands(text: str) -> tuple[StrandRow, ...]:
    """Return the strands of a ``strands.csv``.

    Raises:
        FormatError: a column is missing, a sequence is not DNA, or its length is not what the row says.
    """
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in HEADER[:5] if name not in (reader.fieldnames or ())]
    if missing:
        raise FormatError(f"strands: no column {', '.join(map(repr, missing))}")
    rows = []
    for row in reader:
        sequence = (row["sequence"] or "").strip().upper()
        if not sequence or set(sequence) - set("ACGT") or str(len(sequence)) != row["length"]:
            raise FormatError(
                f"strands, line {reader.line_num}: expected {row['length']} letters of ACGT, not {sequence!r}"
            )
        rows.append(StrandRow(row["name"], row["role"], tuple(row["domains"].split()), sequence))
    return tuple(rows)


def domain_sequences(rows: Iterable[StrandRow], lengths: Mapping[str, int]) -> dict[str, str]:
    """Return domain -> sequence, from strands and the lengths of their domains.

    Domains that no length is given for are left out, with what their strand could have said after them.

    Raises:
        FormatError: a strand is too short or too long for its domains, or two strands disagree about a domain.
    """
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        unknown = [token for token in row.domains if base(token) not in lengths]
        if unknown:
            continue
        if sum(lengths[base(token)] for token in row.domains) != len(row.sequence):
            raise FormatError(f"strand {row.name}: {len(row.sequence)} nt do not fit {' '.join(row.domains)}")
        at = 0
        for token in row.domains:
            part = row.sequence[at : at + lengths[base(token)]]
            at += len(part)
            word = reverse_complement(part) if token.endswith("*") else part
            known, where = found.setdefault(base(token), (word, row.name))
            if known != word:
                raise FormatError(f"domain {base(token)} is {known} in strand {where} and {word} in strand {row.name}")
    return {name: word for name, (word, _) in found.items()}
