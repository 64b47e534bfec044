"""The virus table from public files: a GEO series matrix (GSE73072) and a table of clinical annotation.

A series matrix is text, gzipped or not: ``!``-lines of metadata, then a tab-separated table between
``!series_matrix_table_begin`` and ``!series_matrix_table_end`` with a probe a row and a sample a column. The clinical
table (CSV or TSV) has a row a sample: ``sample`` (GEO accession or title), ``study``, ``subject``, ``hour`` after
inoculation, ``label`` (the virus), and what makes it an active infection: a column ``active`` (yes or no), or
``from_hour`` and ``to_hour``, which are empty for subjects who were not infected. A column ``split`` is kept.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from dsdcompile.errors import FormatError

GENES = (
    "10000_at",
    "10002_at",
    "10003_at",
    "10004_at",
    "10005_at",
    "10009_at",
    "10013_at",
    "10014_at",
    "10016_at",
    "10019_at",
)
"""The ten probes of the reference table."""
SHARES = (558, 34, 104)
"""The paper's sizes of the training, validation and test part."""
NEEDED = ("sample", "study", "subject", "hour", "label")
YES, NO = ("yes", "true", "1"), ("no", "false", "0", "")


@final
@dataclass(frozen=True)
class Expression:
    """Expression of some probes (log2) by sample."""

    genes: tuple[str, ...]
    values: Mapping[str, tuple[float, ...]]
    """GEO accession -> expression of each gene."""
    titles: Mapping[str, str]
    """Title -> GEO accession."""


def read_series_matrix(path: Path, genes: Sequence[str] = GENES) -> Expression:
    """Return the expression of ``genes`` in every sample of a series matrix.

    Raises:
        FormatError: the file is missing, is no series matrix, or lacks a gene.
    """
    titles: list[str] = []
    accessions: list[str] = []
    rows: dict[str, list[str]] = {}
    samples: list[str] | None = None
    for line in _lines(path):
        key, *cells = next(csv.reader([line], delimiter="\t"), [""])
        if key == "!Sample_title":
            titles = cells
        elif key == "!Sample_geo_accession":
            accessions = cells
        elif key == "ID_REF":
            samples = cells
        elif samples is not None and key in genes:
            rows[key] = cells
        elif key == "!series_matrix_table_end":
            break
    if samples is None:
        raise FormatError(f"{path}: no table with ID_REF; not a GEO series matrix")
    missing = [gene for gene in genes if gene not in rows]
    if missing:
        raise FormatError(f"{path}: no row for {', '.join(missing)}")
    columns = zip(*([_number(cell, path, gene) for cell in rows[gene]] for gene in genes), strict=True)
    return Expression(
        tuple(genes), dict(zip(samples, columns, strict=True)), dict(zip(titles, accessions, strict=False))
    )


def _lines(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as stream:
            yield from (line.rstrip("\r\n") for line in stream)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: cannot be read: {error}") from None


def _number(cell: str, path: Path, gene: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise FormatError(f"{path}, {gene}: {cell!r} is not a number") from None


def read_clinical(path: Path) -> list[dict[str, str]]:
    """Return the rows of active infections of a clinical table.

    Raises:
        FormatError: a column is missing, or a value is neither yes nor no, or not a number of hours.
    """
    text = "\n".join(_lines(path))
    tab = "\t" in text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter="\t" if tab else ",")
    header = [name.strip() for name in reader.fieldnames or ()]
    ranged = {"from_hour", "to_hour"} <= set(header)
    missing = [name for name in NEEDED if name not in header]
    if "active" not in header and not ranged:
        missing.append("active (or from_hour and to_hour)")
    if missing:
        raise FormatError(f"{path}: no column {', '.join(missing)}; the header has {', '.join(header)}")
    found = []
    for number, row in enumerate(reader, start=2):
        clean = {(name or "").strip(): (value or "").strip() for name, value in row.items()}
        if _is_active(clean, ranged, f"{path}, line {number}"):
            found.append(clean)
    return found


def _is_active(row: Mapping[str, str], ranged: bool, where: str) -> bool:
    if "active" in row:
        word = row["active"].lower()
        if word not in (*YES, *NO):
            raise FormatError(f"{where}: active is {word!r}; expected yes or no")
        return word in YES
    if not ranged or not (row["from_hour"] and row["to_hour"]):
        return False
    try:
        return float(row["from_hour"]) <= float(row["hour"]) <= float(row["to_hour"])
    except ValueError:
        raise FormatError(f"{where}: hour, from_hour and to_hour must be numbers") from None


def virus_table(expression: Expression, clinical: Iterable[Mapping[str, str]], seed: int = 1) -> str:
    """Return the table that ``data.name = "virus"`` reads, as CSV text.

    Samples that the clinical table does not assign are split at random in the paper's proportions.

    Raises:
        FormatError: a sample of the clinical table is not in the matrix, or there is no active infection.
    """
    rows = list(clinical)
    if not rows:
        raise FormatError("the clinical table has no active infection")
    parts = np.repeat(("train", "validation", "test"), SHARES)
    places = np.floor(np.random.default_rng(seed).permutation(len(rows)) / len(rows) * len(parts)).astype(int)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["sample", *expression.genes, "label", "split", "study", "subject", "hour"])
    for row, place in zip(rows, places.tolist(), strict=True):
        sample = expression.titles.get(row["sample"], row["sample"])
        if sample not in expression.values:
            raise FormatError(f"sample {row['sample']} of the clinical table is not in the series matrix")
        values = [f"{value:.4f}" for value in expression.values[sample]]
        split = row.get("split") or str(parts[place])
        writer.writerow([sample, *values, row["label"], split, row["study"], row["subject"], row["hour"]])
    return stream.getvalue()
